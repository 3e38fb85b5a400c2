//! The demands on each rule.

use jiff::Timestamp;

use super::{
    PrometheusRules,
    seen::{Named, Receiver, Rule, Seen},
};
use crate::{
    check::demand::Fields,
    model::{Expectation, Period, first_of, quote, utc},
};

/// A group that is evaluated every few seconds may be late now and then.
const LEAST_AGE: Period = Period::seconds(60);

pub(super) fn judge(check: &PrometheusRules, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let mut all = Vec::new();
    for named in &seen.rules {
        all.push(there(named));
        if named.rules.is_empty() {
            continue;
        }
        all.push(healthy(named));
        all.push(evaluated(check, named, seen.at));
        if check.is_rule(&named.name) {
            all.push(metrics(named));
            for (demands, found, what) in [(&check.labels, &named.labels, "label"), (&check.annotations, &named.annotations, "annotation")]
            {
                all.extend(demands.iter().flat_map(|demands: &Fields| demands.judge(&Ok(found), at)).map(|one| {
                    let (_, field) = one.name.split_once(':').unwrap_or(("", &one.name));
                    let name = format!("{what}:{} {field}", named.name);
                    Expectation { name, what: format!("{what} {} of {}", one.what, quote(&named.name)), ..one }
                }));
            }
        }
        if check.watchdog.as_deref() == Some(&named.name) {
            all.push(fires(named));
        }
        all.extend(check.alertmanager.is_some().then(|| routed(check, named)));
    }
    all.extend(check.alertmanager.is_some().then(|| {
        let demand = Expectation::new("alertmanagers", "Alertmanagers that the Prometheus sends to").wanted("at least one");
        match seen.alertmanagers {
            None => demand.undetermined("it was not asked"),
            Some(count) => demand.got(count.to_string()).met(count > 0),
        }
    }));
    all
}

fn demand(kind: &str, what: &str, named: &Named) -> Expectation {
    Expectation::new(format!("{kind}:{}", named.name), format!("{what} {}", quote(&named.name)))
}

/// What all rules of a name have in common, or of the first that is otherwise, with its group.
fn of_each(named: &Named, judge: impl Fn(&Rule) -> (Option<bool>, String)) -> (Option<bool>, String) {
    let mut told: Vec<(Option<bool>, String)> = named
        .rules
        .iter()
        .map(|rule| {
            let (met, said) = judge(rule);
            (met, format!("{said} (group {})", quote(&rule.group)))
        })
        .collect();
    told.sort_by_key(|(met, _)| match met {
        Some(false) => 0,
        None => 1,
        Some(true) => 2,
    });
    told.into_iter().next().unwrap_or((None, "it is not there".into()))
}

fn said(demand: Expectation, (met, said): (Option<bool>, String)) -> Expectation {
    match met {
        Some(met) => demand.got(said).met(met),
        None => demand.got("not known").undetermined(said),
    }
}

fn there(named: &Named) -> Expectation {
    let groups: Vec<String> = named.rules.iter().map(|rule| quote(&rule.group)).collect();
    let similar: Vec<String> = named.similar.iter().map(|name| quote(name)).collect();
    let got = match (groups.is_empty(), similar.is_empty()) {
        (false, _) => format!("in {}", first_of(&groups, 3, groups.len(), ", ")),
        (true, true) => "none".to_owned(),
        (true, false) => format!("none (there is {})", similar.join(", ")),
    };
    demand("rule", "alerting rule", named).wanted("loaded").got(got).met(!groups.is_empty())
}

fn healthy(named: &Named) -> Expectation {
    let health = of_each(named, |rule| match rule.health.as_str() {
        "ok" => (Some(true), "ok".into()),
        "err" => (Some(false), format!("an error: {}", quote(rule.error.as_deref().unwrap_or("without a word")))),
        "unknown" => (None, "it has not been evaluated yet".into()),
        other => (None, format!("its health is {}, which is not understood", quote(other))),
    });
    said(demand("health", "evaluation of", named).wanted("ok"), health)
}

fn evaluated(check: &PrometheusRules, named: &Named, now: Timestamp) -> Expectation {
    let limit = |rule: &Rule| {
        let thrice = Period::from(std::time::Duration::try_from_secs_f64(rule.interval * 3.0).unwrap_or_default());
        check.max_age.unwrap_or(thrice.max(LEAST_AGE))
    };
    let wanted = named.rules.iter().map(limit).max().unwrap_or(LEAST_AGE);
    let told = of_each(named, |rule| match rule.evaluated {
        None => (None, "it has not been evaluated yet".into()),
        Some(at) => {
            let age = Period::between(at, now);
            (Some(age <= limit(rule)), format!("{age} ago, at {}", utc(at)))
        }
    });
    said(demand("evaluated", "last evaluation of", named).wanted(format!("at most {wanted} ago")), told)
}

fn metrics(named: &Named) -> Expectation {
    let demand = demand("metrics", "metrics of", named).wanted("all there");
    let missing = named.metrics.iter().filter(|metric| !metric.exists).map(|metric| {
        let similar: Vec<String> = metric.similar.iter().map(|name| quote(name)).collect();
        let like = if similar.is_empty() { String::new() } else { format!(" (there is {})", similar.join(", ")) };
        format!("no series of {} is there now{like}", quote(&metric.name))
    });
    let missing: Vec<String> = missing.collect();
    let names: Vec<String> = named.metrics.iter().map(|metric| quote(&metric.name)).collect();
    match &named.unread {
        _ if !missing.is_empty() => demand.got(first_of(&missing, 3, missing.len(), "; ")).met(false),
        Some(why) => demand.got("not known").undetermined(why),
        None if names.is_empty() => demand.got("none that has to be there now").met(true),
        None => demand.got(first_of(&names, 5, names.len(), ", ")).met(true),
    }
}

fn fires(named: &Named) -> Expectation {
    let any = named.rules.iter().any(|rule| rule.state == "firing");
    let got = named.rules.first().map_or("nothing", |rule| if any { "firing" } else { rule.state.as_str() });
    demand("firing", "watchdog", named).wanted("firing, always").got(quote(got)).met(any)
}

fn routed(check: &PrometheusRules, named: &Named) -> Expectation {
    let demand = demand("route", "receiver of", named).wanted("one that reaches somebody");
    let why = |receiver: &Receiver| match receiver.ways {
        Some(0) => Some(format!("{}, which reaches nobody: it has no way to send anything", quote(&receiver.name))),
        None => Some(format!("{}, which is nowhere", quote(&receiver.name))),
        Some(_) => None,
    };
    let perhaps = |receiver: &Receiver| if receiver.perhaps { "perhaps " } else { "" };
    if let Some(wrong) = named.receivers.iter().filter(|one| !one.perhaps).find_map(why) {
        return demand.got(wrong).met(false);
    }
    if let Some(wrong) = named.receivers.iter().find_map(why) {
        let help = "it depends on labels that the rule does not set";
        return demand.got("not known").undetermined(format!("it may lead to {wrong}; {help}"));
    }
    if let Some(timed) = named.receivers.iter().find(|one| one.timed && !check.timed_routes) {
        let name = quote(&timed.name);
        return demand
            .got("not known")
            .undetermined(format!("the route to {name} is mute at times; where that is meant, `timed-routes: true`"));
    }
    let names: Vec<String> = named.receivers.iter().map(|one| format!("{}{}", perhaps(one), quote(&one.name))).collect();
    match names.is_empty() {
        true => demand.got("not known").undetermined("its route was not followed"),
        false => demand.got(first_of(&names, 5, names.len(), ", ")).met(true),
    }
}
