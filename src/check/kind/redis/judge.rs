//! The demands on the rows.

use jiff::Timestamp;

use super::{Redis, seen::Seen};
use crate::{check::demand::Lost, model::Expectation};

pub(super) fn judge(check: &Redis, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let counted = check.rows.as_ref().map(|rows| rows.judge(Expectation::new("rows", "rows"), seen.rows, "row"));
    let may_be_none = check.rows.as_ref().is_some_and(|rows| rows.names_none());
    let found = match seen.rows {
        0 => Err(Lost::Unread(format!("{} answers no row, which proves nothing", check.ask))),
        _ => Ok(&seen.fields),
    };
    let fields = check.fields.iter().filter(|_| seen.rows > 0 || !may_be_none).flat_map(|fields| fields.judge(&found, at));
    counted.into_iter().chain(fields).collect()
}
