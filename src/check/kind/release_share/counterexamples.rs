//! Answers of others, and of one only.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{ReleaseShare, seen::Seen};
use crate::check::volley::Tally;

/// The version under sign-off, for a moment.
const RELEASE: &str = "0.0.0-odd";

pub(super) fn counterexamples(check: &ReleaseShare, _: Timestamp) -> Vec<Seen> {
    let sent = check.requests() as u64;
    let answered = |by: &str, untold: u64| Seen {
        release: Some(RELEASE.into()),
        answers: Tally {
            sent,
            by: BTreeMap::from([(by.to_owned(), sent - untold)]),
            untold,
            instead: (untold > 0).then(|| "the status 502".into()),
            unsent: 0,
        },
    };
    let names = check.shares.0.iter().filter_map(|share| share.name(Some(RELEASE)));
    names.map(|name| answered(name, 0)).chain([answered("another", 0), answered("another", 1)]).collect()
}
