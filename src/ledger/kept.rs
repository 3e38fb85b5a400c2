//! The bytes kept beside the entries: whether all of them are there and unchanged.

use std::collections::BTreeSet;

use super::{Entry, LedgerError, Store, VERSION};
use crate::model::{Digest, Statement};

/// The fingerprints of the bytes that this entry names; none of one that a newer program added.
pub fn of(entry: &Entry) -> Vec<Digest> {
    if entry.version > VERSION {
        return Vec::new();
    }
    let statement = Statement::from_json(&entry.payload);
    statement.map(|statement| statement.kept().into_iter().cloned().collect()).unwrap_or_default()
}

/// Reads all that these entries name, one at a time; [`LedgerError::Broken`] with the first entry whose bytes are missing
/// or changed; else why they could not be read.
pub async fn check(store: &dyn Store, entries: &[Entry]) -> Result<(), LedgerError> {
    let mut seen = BTreeSet::new();
    for entry in entries {
        for digest in of(entry) {
            if seen.contains(&digest) {
                continue;
            }
            if store.blob(&digest).await?.is_none() {
                return Err(missing(entry.seq, &digest));
            }
            seen.insert(digest);
        }
    }
    Ok(())
}

pub(super) fn missing(seq: u64, digest: &Digest) -> LedgerError {
    LedgerError::Broken { seq, why: format!("the bytes {digest} that it names are missing") }
}

/// Bytes that are not those of their fingerprint: told by the first entry that names them.
pub(super) async fn changed(store: &(impl Store + ?Sized), digest: &Digest) -> LedgerError {
    named(store, digest).await.unwrap_or_else(|error| error)
}

async fn named(store: &(impl Store + ?Sized), digest: &Digest) -> Result<LedgerError, LedgerError> {
    for chain in store.chains().await?.keys() {
        if let Some(entry) = store.entries(chain).await?.iter().find(|entry| of(entry).contains(digest)) {
            return Ok(LedgerError::Broken { seq: entry.seq, why: format!("the bytes {digest} that it names were changed") });
        }
    }
    Ok(LedgerError::Cut(format!("the bytes {digest} kept in it were changed; no entry names them")))
}
