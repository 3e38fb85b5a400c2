//! A document that breaks each demand.

use jiff::Timestamp;

use super::{Document, seen::Seen};
use crate::{check::demand::Demands, model::Period};

pub(super) fn counterexamples(check: &Document, at: Timestamp) -> Vec<Seen> {
    let before = check.max_age.map(|limit| limit.signed().saturating_add(Period::seconds(1).signed()));
    vec![Seen {
        modified: before.and_then(|before| at.saturating_sub(before).ok()),
        found: check.expect.as_ref().map(Demands::counterexample).unwrap_or_default(),
        ..Seen::of(b"", None)
    }]
}
