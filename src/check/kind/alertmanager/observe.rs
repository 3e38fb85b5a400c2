//! Asks for the status, and for what else the demands need.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    Alertmanager,
    judge::{is_endless, is_ownerless},
    seen::{Seen, Silence, Watchdog},
};
use crate::{
    check::{
        Context, Unseen,
        alerting::{self, LabelMatcher},
        http::site::{Site, trusting},
    },
    model::{excerpt, first_of, plain},
};

/// Alerts, or silences, of an answer.
const MOST: usize = 10_000;

/// Alerts that are kept as evidence, and silences of one kind.
const MOST_SHOWN: usize = 20;
const MOST_OF_A_KIND: usize = 5;

pub(super) async fn observe(check: &Alertmanager, cx: &Context) -> Result<Seen, Unseen> {
    let site = Site::new(&check.url, &check.headers, trusting(check.ca_file.as_ref()), cx);
    let (status, config) = alerting::status(&site, cx).await?;
    let cluster = status.pointer("/cluster/status").and_then(Value::as_str);
    let cluster = cluster.ok_or_else(|| alerting::odd(&site, "says nothing of its cluster"))?;
    let named = check.receivers.iter().flat_map(|names| names.iter());
    let mut seen = Seen {
        at: cx.shared.reach.now(),
        cluster: short(cluster),
        peers: status.pointer("/cluster/peers").and_then(Value::as_array).map_or(0, Vec::len) as u64,
        receivers: named.map(|name| (name.clone(), config.receivers.get(name).copied())).collect(),
        ..Seen::default()
    };
    if check.looks_at_silences() {
        let silences = list(&site, "silences", cx).await?;
        check.silences(&silences, &mut seen).map_err(|why| alerting::odd(&site, why))?;
    }
    if let Some(watchdog) = &check.watchdog {
        let alerts = list(&site, "alerts?active=true&silenced=true&inhibited=true&unprocessed=true", cx).await?;
        check.alerts(&alerts, watchdog, &mut seen).map_err(|why| alerting::odd(&site, why))?;
    }
    Ok(seen)
}

async fn list(site: &Site<'_>, path: &str, cx: &Context) -> Result<Vec<Value>, Unseen> {
    let noun = path.split('?').next().unwrap_or_default();
    match alerting::ask(site, path, cx).await? {
        Value::Array(list) if list.len() <= MOST => Ok(list),
        Value::Array(list) => Err(alerting::odd(site, &format!("has {} {noun}, more than {MOST}", list.len()))),
        _ => Err(alerting::odd(site, &format!("answers with no list of {noun}"))),
    }
}

fn short(text: &str) -> String {
    excerpt(&plain(text), 200)
}

impl Alertmanager {
    /// Looks at each silence that has not ended.
    fn silences(&self, all: &[Value], seen: &mut Seen) -> Result<(), &'static str> {
        let (mut makers, mut count, mut kept) = (Vec::new(), 0, [0; 4]);
        for value in all {
            match value.pointer("/status/state").and_then(Value::as_str) {
                Some("expired") => continue,
                Some("active" | "pending") => count += 1,
                _ => return Err("has a silence in a state that is not understood"),
            }
            let silence = self.silence(value).ok_or("has a silence that is not understood")?;
            makers.push(json!({ "maker": silence.maker }));
            let limit = self.longest_silence;
            let is_endless = limit.is_some_and(|limit| is_endless(&silence, limit));
            let is_ownerless = limit.is_some() && is_ownerless(&silence);
            // The first of each kind, so that none hides another.
            let amiss = [is_endless, is_ownerless, silence.covers == Some(true), silence.covers.is_none()];
            if amiss.iter().zip(&kept).any(|(amiss, kept)| *amiss && *kept < MOST_OF_A_KIND) {
                amiss.iter().zip(&mut kept).for_each(|(amiss, kept)| *kept += usize::from(*amiss));
                seen.amiss.push(silence);
            }
        }
        seen.silences = Some(count);
        seen.makers = self.silenced_by.as_ref().map(|by| by.of("maker").look(&Value::Array(makers))).unwrap_or_default();
        Ok(())
    }

    fn silence(&self, value: &Value) -> Option<Silence> {
        let matchers: Vec<LabelMatcher> = value.get("matchers")?.as_array()?.iter().map(LabelMatcher::of_silence).collect::<Option<_>>()?;
        Some(Silence {
            matchers: short(&first_of(&matchers, 10, matchers.len(), ", ")),
            starts: alerting::instant(value, "startsAt")?,
            ends: alerting::instant(value, "endsAt")?,
            maker: short(value.get("createdBy").and_then(Value::as_str).unwrap_or_default().trim()),
            covers: self.service.as_ref().map_or(Some(false), |service| covers(&matchers, service)),
        })
    }

    /// Looks for alerts that may not fire, and for the one that must.
    fn alerts(&self, all: &[Value], watchdog: &str, seen: &mut Seen) -> Result<(), &'static str> {
        let mut firing = 0;
        for alert in all {
            let labels = alert.get("labels").and_then(Value::as_object).ok_or("has an alert without labels")?;
            let has = |name: &str, value: &str| labels.get(name).and_then(Value::as_str) == Some(value);
            if self.none_firing.as_ref().is_some_and(|wanted| wanted.iter().all(|(name, value)| has(name, value))) {
                firing += 1;
                if seen.alerts.len() < MOST_SHOWN {
                    let state = alert.pointer("/status/state").and_then(Value::as_str).unwrap_or_default();
                    let name = labels.get("alertname").and_then(Value::as_str).unwrap_or_default();
                    seen.alerts.push(short(&format!("{name} ({state})")));
                }
            }
            if has("alertname", watchdog) {
                let found = told(alert).ok_or("tells of the watchdog in a way that is not understood")?;
                // Of several the best: one for each Prometheus is usual.
                let rank = |one: &Watchdog| (one.state == "active", one.updated);
                if seen.watchdog.as_ref().is_none_or(|before| rank(before) < rank(&found)) {
                    seen.watchdog = Some(found);
                }
            }
        }
        seen.firing = self.none_firing.as_ref().map(|_| firing);
        Ok(())
    }
}

fn told(alert: &Value) -> Option<Watchdog> {
    let updated: Timestamp = alerting::instant(alert, "updatedAt")?;
    Some(Watchdog { state: short(alert.pointer("/status/state")?.as_str()?), updated })
}

/// Whether a silence covers some alert of the service. It does where all of its matchers take the labels that are named; where it
/// also looks at others, it covers a part if one of the service's own is meant by it, and else nobody knows.
fn covers(matchers: &[LabelMatcher], service: &BTreeMap<String, String>) -> Option<bool> {
    let told: Vec<Option<bool>> = matchers.iter().map(|matcher| matcher.takes(service)).collect();
    match () {
        () if told.contains(&Some(false)) => Some(false),
        () if told.contains(&Some(true)) => Some(true),
        () => None,
    }
}
