//! Answers that break the demands.

use jiff::Timestamp;

use super::{Sql, seen::Seen};

/// Too many or too few rows, and one in which every column is wrong.
pub(super) fn counterexamples(check: &Sql, _: Timestamp) -> Vec<Seen> {
    let columns = check.columns().map(|columns| columns.counterexample()).unwrap_or_default();
    let of = |rows: u64| Seen { rows, first: Vec::new(), columns: columns.clone() };
    check.rows.iter().map(|rows| of(rows.unwanted())).chain([of(1)]).collect()
}
