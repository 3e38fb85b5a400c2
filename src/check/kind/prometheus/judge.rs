//! The demands on what the server said.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Prometheus, seen::Seen};
use crate::{
    check::demand::{Demand, Hits, Lost},
    model::{Expectation, Period, first_of, quote},
};

pub(super) fn judge(check: &Prometheus, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let mut all = Vec::new();
    all.extend(check.exists.map(|wanted| existence(check, seen, wanted)));
    all.extend(check.series.as_ref().map(|wanted| number(check, seen, wanted, at)));
    all.extend(check.value.as_ref().map(|wanted| value(check, seen, wanted, at)));
    let labels = || some(seen).map(|()| &seen.labels).map_err(Lost::Unread);
    let of_labels = check.labels.iter().flat_map(|wanted| wanted.judge(&labels(), at));
    all.extend(of_labels.map(|one| over_gap(one, seen, "labels")));
    all.extend(check.ratio.as_ref().map(|wanted| ratio(check, seen, wanted, at)));
    all.extend(check.max_stale.iter().flat_map(|most| seen.ages.iter().map(|(selector, age)| fresh(*most, selector, *age))));
    all
}

/// The one expectation of a demand, under the name that people read.
fn one(wanted: &Demand, name: &str, what: String, found: &Result<&BTreeMap<String, Hits>, Lost>, at: Timestamp) -> Expectation {
    let judged = wanted.of(name).judge(found, at).into_iter().next();
    let judged = judged.unwrap_or_else(|| Expectation::new(name, name).undetermined("nothing of it is demanded"));
    Expectation { name: name.into(), what, ..judged }
}

/// Whether there is any series; else why nothing is known.
fn some(seen: &Seen) -> Result<(), String> {
    if seen.count > 0 {
        Ok(())
    } else {
        Err(format!("the query gives no series{}", missing(seen).map_or(String::new(), |why| format!(": {why}"))))
    }
}

/// The metrics that are nowhere.
fn missing(seen: &Seen) -> Option<String> {
    let missing: Vec<String> = seen
        .metrics
        .iter()
        .filter(|metric| !metric.exists)
        .map(|metric| {
            let names: Vec<String> = metric.similar.iter().map(|name| quote(name)).collect();
            let like = if names.is_empty() { String::new() } else { format!(" (there is {})", names.join(", ")) };
            if metric.name.starts_with("ALERTS") {
                return "no alerting rule is loaded, so no alert can fire".into();
            }
            format!("no series of the metric {} is there now{like}", quote(&metric.name))
        })
        .collect();
    (!missing.is_empty()).then(|| first_of(&missing, 3, missing.len(), "; "))
}

/// That nothing is there proves something only where the metrics are.
fn proven(expectation: Expectation, seen: &Seen) -> Expectation {
    let dropped = seen.odd.as_ref().map(|odd| format!("{odd}, of which the comparison says nothing"));
    match missing(seen).or(dropped) {
        Some(why) if seen.count == 0 && expectation.met == Some(true) => expectation.got("not known").undetermined(why),
        _ if seen.count == 0 && seen.metrics.is_empty() && expectation.met == Some(true) => {
            expectation.got("not known").undetermined("that the metric exists was not looked for")
        }
        _ => expectation,
    }
}

fn existence(check: &Prometheus, seen: &Seen, wanted: bool) -> Expectation {
    let expectation = Expectation::new("exists", format!("series of {}", check.query)).wanted(if wanted { "at least one" } else { "none" });
    let shown: Vec<String> = seen.series.iter().map(|one| format!("{} {}", one.labels, one.value)).collect();
    let got = if seen.count == 0 {
        let why = missing(seen).map_or(String::new(), |why| format!(": {why}"));
        if wanted { format!("none{why}") } else { "none, and its metrics are there".into() }
    } else {
        format!("{}: {}", seen.count, first_of(&shown, 3, seen.count, ", "))
    };
    proven(expectation.got(got).met((seen.count > 0) == wanted), seen)
}

fn number(check: &Prometheus, seen: &Seen, wanted: &Demand, at: Timestamp) -> Expectation {
    proven(one(wanted, "series", format!("number of series of {}", check.query), &Ok(&seen.number), at), seen)
}

fn value(check: &Prometheus, seen: &Seen, wanted: &Demand, at: Timestamp) -> Expectation {
    let over = check.r#for.map_or(String::new(), |stretch| format!(" over {stretch}"));
    let found = some(seen).map(|()| &seen.values).map_err(Lost::Unread);
    let judged = one(wanted, "value", format!("value of {}{over}", check.query), &found, at);
    if let Some(odd) = seen.odd.as_ref().filter(|_| judged.met == Some(false)) {
        return Expectation { bound: None, ..judged.got(format!("{odd}, which meets nothing")).met(false) };
    }
    let only = seen.series.first().filter(|_| seen.count == 1);
    let judged = match only {
        Some(series) if judged.met.is_some() && series.labels != "{}" => {
            let got = format!("{} of {}", judged.got, series.labels);
            judged.got(got)
        }
        _ => judged,
    };
    over_gap(judged, seen, "value")
}

/// What held where there is a value is not known to have held all the time.
fn over_gap(judged: Expectation, seen: &Seen, what: &str) -> Expectation {
    match &seen.gap {
        Some(gap) if judged.met == Some(true) => judged.undetermined(format!("the {what} held where there is one, but {gap}")),
        _ => judged,
    }
}

fn ratio(check: &Prometheus, seen: &Seen, wanted: &Demand, at: Timestamp) -> Expectation {
    let ago = check.against.map_or(String::new(), |against| against.to_string());
    let found = some(seen).map(|()| &seen.ratios).map_err(Lost::Unread);
    let judged = one(wanted, "ratio", format!("value of {} beside that of {ago} ago", check.query), &found, at);
    match &seen.incomparable {
        // Nothing to divide is no ratio that is wrong.
        Some(why) if judged.met == Some(true) || seen.ratios.values().all(|hits| hits.count == 0) => {
            judged.got("not known").undetermined(why)
        }
        _ => judged,
    }
}

fn fresh(most: Period, selector: &str, age: Option<f64>) -> Expectation {
    let expectation = Expectation::new(format!("max-stale:{selector}"), format!("age of the samples of {}", quote(selector)));
    let expectation = expectation.wanted(format!("at most {most}"));
    let Some(age) = age else { return expectation.got("not known").undetermined("no series of it is there now") };
    let shown = Period::from(std::time::Duration::try_from_secs_f64(age.max(0.0)).unwrap_or_default());
    let limit = most.get().as_secs_f64();
    let bound = serde_json::Number::from_f64(age);
    expectation.bound("<=", most.get().as_secs(), bound, "s").got(format!("{shown} at most")).met(age <= limit)
}
