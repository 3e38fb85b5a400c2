//! Answers that break the demands.

use jiff::Timestamp;

use super::{Redis, seen::Seen};

/// Too many or too few rows, and one in which every field is wrong.
pub(super) fn counterexamples(check: &Redis, _: Timestamp) -> Vec<Seen> {
    let fields = check.fields.as_ref().map(|fields| fields.counterexample()).unwrap_or_default();
    let of = |rows: u64| Seen { nodes: Vec::new(), rows, fields: fields.clone() };
    check.rows.iter().map(|rows| of(rows.unwanted())).chain([of(1)]).collect()
}
