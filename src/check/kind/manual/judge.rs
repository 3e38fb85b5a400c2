//! What an answer means at an instant.

use jiff::Timestamp;
use serde_json::Number;

use super::{Manual, seen::Seen};
use crate::model::{CLOCK_TOLERANCE, Expectation, Period, Reply, plain};

/// The answer itself, and beside it, where its time is over or has not come, that. An answer in its time is one line to
/// read, so that "not applicable" shows its reason on every page.
pub(super) fn judge(check: &Manual, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let until = seen.until(check.valid_for);
    let fresh = Expectation::new("fresh", "time of the answer").wanted(format!("at most {} ago", check.valid_for));
    if seen.at > at.saturating_add(CLOCK_TOLERANCE.signed()).unwrap_or(Timestamp::MAX) {
        let later = format!("it was given at {}, which is after this run: a clock is wrong", seen.at);
        return vec![answer(check, seen, at, ""), fresh.got(seen.at.to_string()).undetermined(later)];
    }
    if until <= at {
        let got = format!("{}, run out {} ago, at {until}", day(seen.at), Period::between(until, at));
        return vec![answer(check, seen, at, ""), fresh.got(got).met(false)];
    }
    let good = format!("; good until {}, {} left", day(until), Period::between(at, until));
    vec![answer(check, seen, at, if seen.reply == Reply::No { "" } else { &good })]
}

fn answer(check: &Manual, seen: &Seen, at: Timestamp, good: &str) -> Expectation {
    let said = match seen.reply {
        Reply::Yes => "yes",
        Reply::No => "no",
        Reply::NotApplicable => "not applicable",
    };
    let reason = seen.reason.as_deref().map(|reason| format!(": {}", plain(reason.trim()))).unwrap_or_default();
    let got = format!("{said}{reason} ({}, {}{good})", plain(&seen.name), day(seen.at));
    let age = Number::from(Period::between(seen.at, at).get().as_secs());
    Expectation::new("answer", "answer")
        .wanted("yes")
        .got(got)
        .bound("<=", check.valid_for.get().as_secs(), Some(age), "s")
        .met(seen.reply != Reply::No)
}

/// The day of an instant, in UTC, as reports write it.
pub(super) fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}
