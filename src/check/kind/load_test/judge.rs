//! The demands on the figures.

use jiff::Timestamp;
use serde_json::Number;

use super::{
    LEAST_REQUESTS, LoadTest,
    seen::{Load, Seen},
};
use crate::model::{Expectation, Period};

pub(super) fn judge(check: &LoadTest, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let load = &seen.load;
    let mut all: Vec<Expectation> = Vec::new();
    all.extend(check.limits().map(|(percentile, limit)| within(percentile, limit, load)));
    all.extend(check.error_rate.map(|most| {
        let demand = Expectation::new("error-rate", "failed requests").wanted(format!("at most {most}"));
        match load.errors {
            None => demand.undetermined("the file does not tell how many failed"),
            Some(share) => {
                let demand = demand.bound("<=", figure(most.fraction() * 100.0), Some(figure(share * 100.0)), "%");
                demand.got(format!("{} %", figure(share * 100.0))).met(share <= most.fraction())
            }
        }
    }));
    let requests = Some(check.min_requests.unwrap_or(LEAST_REQUESTS));
    for (name, what, least, got, unit) in [
        ("throughput", "throughput", check.min_throughput, load.throughput, "requests a second"),
        ("requests", "requests", requests, load.requests, "requests"),
        ("users", "users at once", check.min_users, load.users, "users"),
    ] {
        all.extend(least.map(|least| at_least(name, what, least as f64, got, unit)));
    }
    all.extend(check.min_duration.map(|least| at_least("duration", "length of the test", least.get().as_secs_f64(), load.seconds, "s")));
    if load.thresholds > 0 {
        let demand = Expectation::new("thresholds", "thresholds of the test itself").wanted("all held");
        let got = if load.broken.is_empty() { format!("{} held", load.thresholds) } else { format!("failed: {}", load.broken.join(", ")) };
        all.push(demand.got(got).met(load.broken.is_empty()));
    }
    if let Some(why) = &seen.unread {
        all.push(earlier_test().undetermined(why));
    }
    if let (Some(against), Some(earlier)) = (&check.against, &seen.earlier) {
        all.extend(no_worse(load, earlier, against.tolerance.map_or(0.1, |tolerance| tolerance.fraction())));
    }
    if !load.odd.is_empty() {
        let demand = Expectation::new("understood", "what else stands in it").wanted("nothing that contradicts itself");
        all.push(demand.undetermined(load.odd.join("; ")));
    }
    seen.evidence.judge(&check.keys(), at, all, &[])
}

/// A number to two decimals, a whole one without them.
fn figure(number: f64) -> Number {
    let rounded = (number * 100.0).round() / 100.0;
    serde_json::from_str(&rounded.to_string()).unwrap_or_else(|_| 0.into())
}

fn within(percentile: f64, limit: Period, load: &Load) -> Expectation {
    let most = limit.get().as_secs_f64() * 1_000.0;
    let demand = Expectation::new(format!("p{percentile}"), format!("response time of {percentile} %")).wanted(format!("at most {limit}"));
    let demand = demand.bound("<=", figure(most), None, "ms");
    let at = |found: &(f64, f64)| format!("{} ms", figure(found.1));
    let exact = load.percentiles.iter().find(|(told, _)| *told == percentile);
    let above = load.percentiles.iter().find(|(told, value)| *told > percentile && *value <= most);
    let below = load.percentiles.iter().find(|(told, value)| *told < percentile && *value > most);
    match (exact, above, below) {
        (Some(found), ..) => demand.bound("<=", figure(most), Some(figure(found.1)), "ms").got(at(found)).met(found.1 <= most),
        (None, Some(found), _) => demand.got(format!("no more than the {} of {} %", at(found), found.0)).met(true),
        (None, None, Some(found)) => demand.got(format!("more than the {} of {} %", at(found), found.0)).met(false),
        (None, None, None) => demand.undetermined(format!(
            "the file does not tell it: let the tool write it (k6: `--summary-trend-stats \"med,p({percentile}),max\"`)"
        )),
    }
}

fn at_least(name: &str, what: &str, least: f64, got: Option<f64>, unit: &str) -> Expectation {
    let demand = Expectation::new(name, what).wanted(format!("at least {least} {unit}"));
    match got {
        None => demand.undetermined("the file does not tell it"),
        Some(got) => demand.bound(">=", figure(least), Some(figure(got)), unit).got(format!("{} {unit}", figure(got))).met(got >= least),
    }
}

fn earlier_test() -> Expectation {
    Expectation::new("against", "the earlier test").wanted("one with the same figures")
}

/// Each figure that both tell.
fn no_worse(load: &Load, earlier: &Load, tolerance: f64) -> Vec<Expectation> {
    let percentiles = load.percentiles.iter().filter(|(percentile, _)| *percentile < 100.0).filter_map(|(percentile, now)| {
        let (_, before) = earlier.percentiles.iter().find(|(told, _)| told == percentile)?;
        Some((format!("against:p{percentile}"), format!("response time of {percentile} %"), *before, *now, "ms", true))
    });
    let mut figures: Vec<_> = percentiles.collect();
    if let Some((now, before)) = load.throughput.zip(earlier.throughput) {
        figures.push(("against:throughput".into(), "throughput".into(), before, now, "requests a second", false));
    }
    let mut all: Vec<Expectation> = figures
        .into_iter()
        .map(|(name, what, before, now, unit, is_time)| {
            let limit = if is_time { before * (1.0 + tolerance) } else { before * (1.0 - tolerance) };
            let (op, word) = if is_time { ("<=", "at most") } else { (">=", "at least") };
            let demand =
                Expectation::new(name, format!("{what}, against the earlier test")).wanted(format!("{word} {} {unit}", figure(limit)));
            let demand = demand.bound(op, figure(limit), Some(figure(now)), unit);
            let met = if is_time { now <= limit } else { now >= limit };
            demand.got(format!("{} {unit}, before {} {unit}", figure(now), figure(before))).met(met)
        })
        .collect();
    if !all.iter().any(|one| one.name.starts_with("against:p")) || !earlier.odd.is_empty() {
        all.push(earlier_test().undetermined("no response time is told by both, or its figures contradict each other"));
    }
    all
}
