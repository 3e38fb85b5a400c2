//! What the newest drill shows at an instant.

use jiff::Timestamp;
use serde_json::Number;

use super::{RolloutDrill, seen::Seen};
use crate::model::{CLOCK_TOLERANCE, DrillEnd, Expectation, GivenDrill, Period, RollbackOutcome, plain, quote, utc};

pub(super) fn judge(check: &RolloutDrill, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let worked = Expectation::new("drill", format!("newest drill of the way back in {}", quote(&check.environment)));
    let worked = worked.wanted("one that worked");
    let Some(drill) = &seen.drill else {
        let elsewhere = if seen.elsewhere.is_empty() { String::new() } else { format!("; {} has one", plain(&seen.elsewhere.join(", "))) };
        return vec![worked.got(format!("none on record{elsewhere}")).met(false)];
    };
    let Some(end) = &drill.end else {
        let open = format!("it began at {} (entry {}) and has no end on record", utc(drill.began), drill.entry);
        return vec![worked.got("not known").undetermined(open)];
    };
    let mut all = vec![worked.got(said(drill, end)).met(end.outcome == RollbackOutcome::Back)];
    // One that failed took no time to come back.
    if end.outcome != RollbackOutcome::Failed {
        all.push(in_time(check, end));
    }
    all.push(fresh(check, end, at));
    all
}

fn said(drill: &GivenDrill, end: &DrillEnd) -> String {
    let outcome = match end.outcome {
        RollbackOutcome::Back => "back",
        RollbackOutcome::Late => "back, later than the plan allows",
        RollbackOutcome::Failed => "not back",
    };
    let way = end.way.as_ref().map(|way| format!(" by {}", quote(way))).unwrap_or_default();
    format!("{outcome}{way} at {} (entry {})", utc(end.at), drill.entry)
}

fn in_time(check: &RolloutDrill, end: &DrillEnd) -> Expectation {
    let expectation = Expectation::new("in-time", "time it took").wanted(format!("at most {}", check.within));
    let expectation = expectation.got(beside(Period::millis(end.took), check.within, "too long"));
    expectation.bound("<=", check.within.as_millis(), Some(Number::from(end.took)), "ms").met(end.took <= check.within.as_millis())
}

fn fresh(check: &RolloutDrill, end: &DrillEnd, at: Timestamp) -> Expectation {
    let expectation = Expectation::new("fresh", "age").wanted(format!("at most {}", check.max_age));
    if end.at.duration_since(at) > CLOCK_TOLERANCE.signed() {
        return expectation.got(utc(end.at)).undetermined("it ended after this run: a clock is wrong");
    }
    let age = Period::between(end.at, at);
    let expectation = expectation.got(beside(age, check.max_age, "too old"));
    expectation.bound("<=", seconds(check.max_age), Some(Number::from(seconds(age))), "s").met(age <= check.max_age)
}

/// How long something is, and by how much that is beyond the limit: two of a length for people may be apart.
fn beside(length: Period, limit: Period, beyond: &str) -> String {
    match length.get().checked_sub(limit.get()).filter(|more| !more.is_zero()) {
        Some(more) => format!("{length}, {} {beyond}", Period::from(more)),
        None => length.to_string(),
    }
}

fn seconds(period: Period) -> u64 {
    period.get().as_secs()
}
