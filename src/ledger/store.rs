//! Where entries are kept.

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::{Draft, Entry, LedgerError};
use crate::model::Digest;

/// Bytes kept beside the entries, by their SHA-256: reports, plan files, evidence, logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Their fingerprint.
    pub digest: Digest,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Blob {
    /// These bytes.
    pub fn of(bytes: Vec<u8>) -> Self {
        Self { digest: Digest::of(&bytes), bytes }
    }
}

/// A ledger's storage. It appends and reads; whether what it reads can be believed is for the chain to say.
pub trait Store: Send + Sync {
    /// Where it is, for messages: a path or an address without credentials.
    fn place(&self) -> String;

    /// Adds one entry with the bytes it needs, in one transaction: it chains to whatever entry is the newest then,
    /// however many processes append at once. When this returns, both are on disk. A signed statement that stands here
    /// already is not added again: its entry is returned.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was added then.
    fn append(&self, draft: Draft, blobs: Vec<Blob>, now: Timestamp) -> BoxFuture<'_, Result<Entry, LedgerError>>;

    /// Adds an entry as it is, with the bytes it needs: when a ledger moves to another place. It must follow the newest
    /// entry here; one that stands here already is left as it is.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was added then.
    fn adopt(&self, entry: Entry, blobs: Vec<Blob>) -> BoxFuture<'_, Result<(), LedgerError>>;

    /// Every entry, oldest first, as stored. Nothing is checked but each row alone: that its columns can be read, that it
    /// stands in its place and that its stored fingerprint is its own.
    ///
    /// # Errors
    /// [`LedgerError`].
    fn entries(&self) -> BoxFuture<'_, Result<Vec<Entry>, LedgerError>>;

    /// The bytes with this fingerprint; checked against it.
    ///
    /// # Errors
    /// [`LedgerError`], also where the bytes are not those of the fingerprint.
    fn blob<'a>(&'a self, digest: &'a Digest) -> BoxFuture<'a, Result<Option<Vec<u8>>, LedgerError>>;
}
