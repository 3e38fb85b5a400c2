//! Every demand on what was brought.

use jiff::Timestamp;

use super::{Document, seen::Seen, settings::Fingerprint};
use crate::{
    check::demand::Lost,
    model::{CLOCK_TOLERANCE, Expectation, Period},
};

pub(super) fn judge(check: &Document, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let mut all: Vec<Expectation> = check.max_age.map(|limit| age(limit, seen, at)).into_iter().collect();
    all.extend(check.sha256.as_ref().map(|Fingerprint(wanted)| {
        Expectation::new("sha256", "SHA-256").wanted(wanted.as_str()).got(seen.sha256.as_str()).met(*wanted == seen.sha256)
    }));
    let document = match &seen.unread {
        Some(why) => Err(Lost::Unread(format!("the document {why}"))),
        None => Ok(&seen.found),
    };
    all.extend(check.expect.iter().flat_map(|demands| demands.judge(&document, at)));
    all
}

pub(super) fn age(limit: Period, seen: &Seen, at: Timestamp) -> Expectation {
    let seconds = |period: Period| i64::try_from(period.get().as_secs()).unwrap_or(i64::MAX);
    let demand = Expectation::new("max-age", "age of the file").wanted(format!("at most {limit}")).bound("<=", seconds(limit), None, "s");
    match seen.modified {
        None => demand.undetermined("the file system does not say when it was written"),
        Some(time) if time.duration_since(at) > CLOCK_TOLERANCE.signed() => {
            demand.got(format!("written in the future, at {time}: the clocks differ, or its date was set")).met(false)
        }
        Some(time) => {
            let age = Period::between(time, at);
            let demand = demand.bound("<=", seconds(limit), Some(seconds(age).into()), "s");
            demand.got(format!("{age} (written at {time})")).met(age <= limit)
        }
    }
}
