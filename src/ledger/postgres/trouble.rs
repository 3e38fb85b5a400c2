//! What a server says, as the ledger's errors.

use crate::{ledger::LedgerError, net::postgres::Refused};

pub(super) fn failed(place: &str, doing: &'static str, refused: &Refused) -> LedgerError {
    let hint = match refused.code.as_deref() {
        // Undefined table, undefined column, invalid schema name. Source: manual, "PostgreSQL Error Codes".
        Some("42P01" | "3F000") => return LedgerError::Missing(place.to_owned()),
        Some("42703") => return LedgerError::Cut(format!("the tables in {place} were changed: {refused}")),
        Some("42501") => "; `gonogo log init --role NAME` prints the grants it needs",
        // A session that is read-only by default, and a standby, which refuses to begin at all.
        Some("25006" | "0A000") => "; with several hosts, add `target_session_attrs=read-write` to the address",
        Some("53100") => "; what stands in it is as it was",
        Some("55P03" | "57014") => "; another process is adding to it: try again",
        _ if refused.is_lost() && doing == "added to" => "; nothing was added",
        _ => "",
    };
    LedgerError::unavailable(place, doing, format!("{refused}{hint}"))
}
