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
    /// however many processes append at once. When this returns, both are on disk.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was added then.
    fn append(&self, draft: Draft, blobs: Vec<Blob>, now: Timestamp) -> BoxFuture<'_, Result<Entry, LedgerError>>;

    /// Every entry, oldest first, as stored; nothing is checked but that the columns can be read.
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
