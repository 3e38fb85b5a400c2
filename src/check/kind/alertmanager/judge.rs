//! The demands on what Alertmanager says.

use jiff::Timestamp;

use super::{
    Alertmanager,
    seen::{Seen, Silence},
};
use crate::model::{Expectation, Period, counted, first_of, quote, utc};

/// So long ago the watchdog may have been heard of: a Prometheus tells again every minute or so.
const HEARD: Period = Period::seconds(600);

pub(super) fn judge(check: &Alertmanager, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let mut all = vec![cluster(check, seen)];
    all.extend(check.peers.as_ref().map(|peers| {
        let demand = Expectation::new("peers", "members of the cluster");
        peers.judge(demand, seen.peers, "member")
    }));
    all.extend(seen.receivers.iter().map(|(name, ways)| receiver(name, *ways)));
    if let Some(limit) = check.longest_silence {
        let ends = Expectation::new("silences-end", "silences").wanted(format!("to end within {limit} of their start"));
        all.push(judged(ends, seen, |one| Some(!is_endless(one, limit))));
        let owned = Expectation::new("silences-owned", "silences").wanted("to say who made them");
        all.push(judged(owned, seen, |one| Some(!is_ownerless(one))));
    }
    if let Some(by) = check.silenced_by.as_ref().filter(|_| seen.silences != Some(0)) {
        let makers = by.of("maker").judge(&Ok(&seen.makers), at);
        all.extend(makers.into_iter().map(|one| Expectation { name: "silenced-by".into(), what: "makers of silences".into(), ..one }));
    }
    if let Some(service) = &check.service {
        let labels: Vec<String> = service.iter().map(|(name, value)| quote(&format!("{name}={value}"))).collect();
        let demand = Expectation::new("not-silenced", format!("silences over {}", labels.join(", "))).wanted("none");
        all.push(judged(demand, seen, |one| one.covers.map(|covers| !covers)));
    }
    all.extend(check.none_firing.as_ref().map(|labels| firing(labels, seen)));
    all.extend(check.watchdog.as_ref().map(|name| watchdog(name, seen)));
    all
}

pub(super) fn is_endless(silence: &Silence, limit: Period) -> bool {
    silence.ends.duration_since(silence.starts) > limit.signed()
}

pub(super) fn is_ownerless(silence: &Silence) -> bool {
    silence.maker.is_empty()
}

fn cluster(check: &Alertmanager, seen: &Seen) -> Expectation {
    let alone = check.peers.is_none();
    let demand = Expectation::new("cluster", "state of the cluster");
    let demand = demand.wanted(if alone { "ready, or alone (disabled)" } else { "ready" }).got(quote(&seen.cluster));
    match seen.cluster.as_str() {
        "ready" => demand.met(true),
        "disabled" => demand.met(alone),
        "settling" => demand.met(false),
        other => demand.undetermined(format!("{} is no state that is understood", quote(other))),
    }
}

fn receiver(name: &str, ways: Option<usize>) -> Expectation {
    let demand = Expectation::new(format!("receiver:{name}"), format!("receiver {}", quote(name))).wanted("one that reaches somebody");
    match ways {
        None => demand.got("none").met(false),
        Some(0) => demand.got("one without any way to send").met(false),
        Some(ways) => demand.got(counted(ways as u64, "way")).met(true),
    }
}

/// The demand on every silence, of which those that something is amiss with are at hand.
fn judged(demand: Expectation, seen: &Seen, is_right: impl Fn(&Silence) -> Option<bool>) -> Expectation {
    let shown = |one: &Silence| {
        let by = if one.maker.is_empty() { "nobody".to_owned() } else { quote(&one.maker) };
        format!("{} by {by}, {} to {}", quote(&format!("{{{}}}", one.matchers)), utc(one.starts), utc(one.ends))
    };
    let those = |told: Option<bool>| seen.amiss.iter().filter(|one| is_right(one) == told).map(shown).collect::<Vec<_>>();
    let (wrong, open) = (those(Some(false)), those(None));
    match seen.silences {
        None => demand.undetermined("its silences were not looked at"),
        _ if !wrong.is_empty() => demand.got(first_of(&wrong, 2, wrong.len(), "; ")).met(false),
        _ if !open.is_empty() => {
            let why = "whether it covers the service cannot be told by the labels named: name more of those that its alerts have";
            demand.got("not known").undetermined(format!("{}: {why}", first_of(&open, 2, open.len(), "; ")))
        }
        Some(count) => demand.got(format!("none such among {}", counted(count as u64, "silence"))).met(true),
    }
}

fn firing(labels: &std::collections::BTreeMap<String, String>, seen: &Seen) -> Expectation {
    let labels: Vec<String> = labels.iter().map(|(name, value)| quote(&format!("{name}={value}"))).collect();
    let demand = Expectation::new("none-firing", format!("alerts with {}", labels.join(", "))).wanted("none");
    match seen.firing {
        None => demand.undetermined("its alerts were not looked at"),
        Some(0) => demand.got("none").met(true),
        Some(count) => demand.got(format!("{count}: {}", first_of(&seen.alerts, 3, count, ", "))).met(false),
    }
}

fn watchdog(name: &str, seen: &Seen) -> Expectation {
    let demand = Expectation::new("watchdog", format!("alert {}", quote(name)));
    let demand = demand.wanted(format!("active, and heard of within {HEARD}"));
    let Some(found) = &seen.watchdog else { return demand.got("none").met(false) };
    let age = Period::between(found.updated, seen.at);
    let demand = demand.got(format!("{}, heard of {age} ago", quote(&found.state)));
    match found.state.as_str() {
        "active" => demand.met(age <= HEARD),
        "suppressed" => demand.met(false),
        other => demand.undetermined(format!("its state is {}: whether it will be sent is not known", quote(other))),
    }
}
