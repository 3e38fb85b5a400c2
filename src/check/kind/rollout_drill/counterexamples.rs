//! Drills that must turn the check red.

use jiff::{SignedDuration, Timestamp};

use super::{RolloutDrill, seen::Seen};
use crate::model::{DrillEnd, GivenDrill, RollbackOutcome};

/// None; one that failed, one that took too long, one that is just too old.
pub(super) fn counterexamples(check: &RolloutDrill, at: Timestamp) -> Vec<Seen> {
    let ended = |outcome, at, took| {
        let end = Some(DrillEnd { at, outcome, took, way: None });
        Seen { drill: Some(GivenDrill { began: at, end, entry: 1 }), elsewhere: Vec::new() }
    };
    let within = check.within.as_millis();
    let mut all =
        vec![Seen::default(), ended(RollbackOutcome::Failed, at, within), ended(RollbackOutcome::Back, at, within.saturating_add(1))];
    let too_old = check.max_age.signed().saturating_add(SignedDuration::from_secs(1));
    // Where no drill can be that old, none can be too old.
    all.extend(at.checked_sub(too_old).map(|long_ago| ended(RollbackOutcome::Back, long_ago, within)));
    all
}
