//! The demands on what was found.

use jiff::Timestamp;

use super::{Host, seen::Seen};
use crate::model::{Expectation, Period, utc};

/// What older lists of packages do not name may be pending all the same.
const OLDEST_LISTS: Period = Period::days(2);

pub(super) fn judge(check: &Host, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let stale = seen.lists_of.filter(|then| Period::between(*then, at) > OLDEST_LISTS);
    let upgrades = |path: &str| check.expect.starts().any(|(have, steps)| have == path && steps.is_ok_and(|steps| is_upgrades(&steps)));
    let open = |path: &str| {
        let too_old = || {
            stale
                .filter(|_| upgrades(path))
                .map(|then| format!("the lists of packages are of {}: what came since they do not name; run `apt-get update`", utc(then)))
        };
        seen.unread.get(path).cloned().or_else(too_old)
    };
    check.expect.judge_known(&seen.found, open, at)
}

fn is_upgrades(steps: &[Vec<String>]) -> bool {
    steps.first().is_some_and(|topics| topics.iter().any(|topic| topic == "upgrades"))
}
