//! What SQLite says, as sentences a person can act on.

use rusqlite::{
    ErrorCode,
    ffi::{SQLITE_IOERR_DIR_FSYNC, SQLITE_IOERR_FSYNC},
};

use crate::ledger::LedgerError;

pub(super) fn failed(place: &str, doing: &'static str, error: &rusqlite::Error) -> LedgerError {
    let said = error.to_string();
    if said.starts_with("no such table") || said.starts_with("no such column") {
        return LedgerError::Cut(format!("the file {place} was changed: {said}"));
    }
    let why = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt) => {
            return LedgerError::Cut(format!("the file {place} is damaged ({error}); take it back from a backup or an export"));
        }
        Some(ErrorCode::NotADatabase) => "the file is no ledger (not an SQLite database)".into(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            format!("another process has held it for more than {} s; try again", super::file::PATIENCE.as_secs())
        }
        Some(ErrorCode::DiskFull) => "there is no room left on its disk; what stands in it is as it was".into(),
        Some(ErrorCode::ReadOnly) => "the file or its folder may only be read".into(),
        Some(ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied) => "permission denied".into(),
        Some(ErrorCode::CannotOpen) => "the file cannot be opened; is its folder there, may it be written, and is there room?".into(),
        Some(ErrorCode::SystemIoFailure) => format!("the disk fails or has no room left ({error}); what stands in it is as it was"),
        Some(ErrorCode::TooBig) => "that is more than SQLite takes at once".into(),
        _ => said,
    };
    LedgerError::unavailable(place, doing, why)
}

/// Only where the disk did not confirm what was written to it is it open whether the entry is there.
pub(super) fn commit_failed(place: &str, error: &rusqlite::Error) -> LedgerError {
    match error.sqlite_error().map(|error| error.extended_code) {
        Some(SQLITE_IOERR_FSYNC | SQLITE_IOERR_DIR_FSYNC) => LedgerError::unavailable(
            place,
            "added to",
            format!("the disk did not confirm the entry ({error}); look with `gonogo log` whether it is there before trying again"),
        ),
        _ => failed(place, "added to", error),
    }
}
