//! When nothing is deployed: outside the policy's windows, on its holidays, during its freezes.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::model::{Signoff, Times};

/// How far ahead it is said when a window opens again, and how finely that is looked for.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 14);
const STEP: SignedDuration = SignedDuration::from_mins(15);

/// Why nothing is deployed at this moment, where that is so.
pub fn closed(policy: &Signoff, now: Timestamp) -> Option<String> {
    let why = holiday(policy, now)
        .or_else(|| {
            policy
                .freeze
                .iter()
                .find(|freeze| freeze.holds(now))
                .map(|freeze| format!("it is {}, and the policy's `freeze` holds", freeze.local(now)))
        })
        .or_else(|| outside(&policy.windows, now))?;
    let opens = opens(policy, now).map(|at| format!(": it opens again {at}")).unwrap_or_default();
    Some(format!("nothing is deployed now: {why}{opens}"))
}

/// The people's zone: that of the first window, else of the first freeze.
fn zone(policy: &Signoff) -> Option<TimeZone> {
    policy.windows.first().or(policy.freeze.first()).map(Times::time_zone)
}

fn holiday(policy: &Signoff, now: Timestamp) -> Option<String> {
    let zone = zone(policy);
    let found = policy.closed_on.iter().find(|holiday| holiday.has(now, zone.as_ref()))?;
    Some(format!("it is `{}` in `holidays`", found.name))
}

fn outside(windows: &[Times], now: Timestamp) -> Option<String> {
    let first = windows.first()?;
    let inside = windows.iter().any(|window| window.holds(now));
    (!inside).then(|| format!("it is {}, outside the policy's `windows`", first.local(now)))
}

/// When it is open again, as far as that is soon.
fn opens(policy: &Signoff, now: Timestamp) -> Option<String> {
    let mut at = now.round((jiff::Unit::Minute, 15)).ok()?;
    while at <= now + AHEAD {
        at += STEP;
        let shut =
            holiday(policy, at).is_some() || policy.freeze.iter().any(|freeze| freeze.holds(at)) || outside(&policy.windows, at).is_some();
        if !shut {
            return Some(policy.windows.first().or(policy.freeze.first()).map_or_else(|| crate::model::utc(at), |times| times.local(at)));
        }
    }
    None
}
