//! Asks for the rules, for the metrics they name, and for the routes of their alerts.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    PrometheusRules,
    seen::{Named, Receiver, Rule, Seen},
};
use crate::{
    check::{
        Context, Unseen,
        alerting::{self, Config},
        demand::Fields,
        http::site::{Site, trusting},
        prometheus::{Asker, Metric, similar},
    },
    model::{excerpt, plain, quote},
    net::prometheus::{self, Labels, promql},
};

/// Rules of one name, metrics of their expressions, and receivers, that are looked at; more is said to be too much.
const MOST: usize = 50;

pub(super) async fn observe(check: &PrometheusRules, cx: &Context) -> Result<Seen, Unseen> {
    let files = trusting(check.ca_file.as_ref()).under(&cx.path(""));
    let asker = Asker::new(&check.url, &check.headers, &files, cx);
    let at = asker.same_clock().await?;
    let all = asker.alerting_rules().await?;
    let mut seen = Seen { at, ..Seen::default() };
    let config = match &check.alertmanager {
        None => None,
        Some(url) => {
            seen.alertmanagers = Some(asker.alertmanagers().await?);
            let site = Site::new(url, &check.alertmanager_headers, trusting(check.ca_file.as_ref()), cx);
            Some(alerting::status(&site, cx).await?.1)
        }
    };
    for name in check.names() {
        let of_name: Vec<&prometheus::Rule> = all.iter().filter(|rule| rule.name == name).collect();
        if of_name.len() > MOST {
            return Err(Unseen::Unknown(format!("{} rules are called {}, more than {MOST}", of_name.len(), quote(name))));
        }
        let mut named = Named { name: name.to_owned(), rules: of_name.iter().map(|rule| shown(rule)).collect(), ..Named::default() };
        if of_name.is_empty() {
            named.similar = similar(name, all.iter().map(|rule| &rule.name));
        }
        if check.is_rule(name) {
            let look = |demands: &Option<Fields>, of: fn(&prometheus::Rule) -> &Labels| {
                let rows = of_name.iter().map(|rule| object(of(rule))).collect();
                demands.as_ref().map(|demands| demands.look(&rows)).unwrap_or_default()
            };
            named.labels = look(&check.labels, |rule| &rule.labels);
            named.annotations = look(&check.annotations, |rule| &rule.annotations);
            metrics(check, &of_name, &asker, &mut named).await?;
        }
        if let Some(config) = &config {
            of_name.iter().for_each(|rule| route(rule, config, &mut named.receivers));
            if named.receivers.len() > MOST {
                return Err(Unseen::Unknown(format!("the alert {} may lead to more than {MOST} receivers", quote(name))));
            }
        }
        seen.rules.push(named);
    }
    Ok(seen)
}

fn object(labels: &Labels) -> Value {
    Value::Object(labels.0.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect::<Map<_, _>>())
}

fn shown(rule: &prometheus::Rule) -> Rule {
    let short = |text: &str| excerpt(&plain(text), 200);
    Rule {
        group: short(&rule.group),
        interval: rule.interval,
        health: short(&rule.health),
        state: short(rule.state.as_deref().unwrap_or_default()),
        error: rule.last_error.as_deref().filter(|error| !error.is_empty()).map(short),
        // A rule that never was has the year 1 there.
        evaluated: rule.last_evaluation.filter(|at| at.as_second() > 0),
    }
}

/// Whether what the expressions select is there.
async fn metrics(check: &PrometheusRules, rules: &[&prometheus::Rule], asker: &Asker<'_>, named: &mut Named) -> Result<(), Unseen> {
    for rule in rules {
        let read = match promql::read(&rule.query) {
            Ok(read) => read,
            Err(why) => {
                named.unread.get_or_insert(excerpt(&why, 300));
                continue;
            }
        };
        if read.selectors.is_empty() {
            named.unread.get_or_insert(format!("{} looks at no metric", quote(&rule.query)));
        }
        for selector in read.selectors {
            let name = selector.metric.as_deref().unwrap_or(&selector.text);
            let shown = excerpt(&plain(name), 200);
            if named.metrics.iter().any(|metric| metric.name == shown) || check.may_be_absent(name) {
                continue;
            }
            if named.metrics.len() >= MOST {
                named.unread.get_or_insert(format!("it looks at more than {MOST} metrics"));
                break;
            }
            let metric = match &selector.metric {
                Some(name) => asker.metric(name).await?,
                None => Metric { name: String::new(), exists: asker.has(&selector.text).await?, similar: Vec::new() },
            };
            named.metrics.push(Metric { name: shown, ..metric });
        }
    }
    Ok(())
}

/// Adds where the alerts of a rule go.
fn route(rule: &prometheus::Rule, config: &Config, receivers: &mut Vec<Receiver>) {
    // What is made of the series is not known here.
    let own = rule.labels.0.iter().filter(|(_, value)| !value.contains("{{"));
    let mut labels: BTreeMap<String, String> = own.map(|(name, value)| (name.clone(), value.clone())).collect();
    labels.insert("alertname".into(), rule.name.clone());
    for lead in config.leads(&labels) {
        let ways = config.receivers.get(&lead.receiver).copied();
        let receiver = Receiver { name: excerpt(&plain(&lead.receiver), 200), ways, perhaps: !lead.is_certain, timed: lead.is_timed };
        if !receivers.contains(&receiver) {
            receivers.push(receiver);
        }
    }
}
