//! The demands on the rows.

use jiff::Timestamp;

use super::{Sql, seen::Seen};
use crate::{check::demand::Lost, model::Expectation};

pub(super) fn judge(check: &Sql, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let mut all = Vec::new();
    if let Some(rows) = &check.rows {
        let judged = rows.judge(Expectation::new("rows", "rows"), seen.rows, "row");
        let said = judged.got.clone();
        all.push(if seen.first.is_empty() { judged } else { judged.got(format!("{said}: {}", seen.first.join(", "))) });
    }
    let may_be_none = check.rows.as_ref().is_some_and(|rows| rows.names_none());
    if let Some(columns) = check.columns().filter(|_| seen.rows > 0 || !may_be_none) {
        let found = match seen.rows {
            0 => Err(Lost::Unread("the query answers no row, which proves nothing".into())),
            _ => Ok(&seen.columns),
        };
        all.extend(columns.judge(&found, at));
    }
    all
}
