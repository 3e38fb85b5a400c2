//! Where entries are kept.

use std::collections::BTreeMap;

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::{Candidate, Draft, Entry, LedgerError, NumberedSample, Row, kept};
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
///
/// A ledger is one chain that all projects share; where that was closed, each project goes on in a chain of its own, named
/// by [`chain_of`](super::chain_of), and what concerns all in [`ORG`](super::ORG).
pub trait Store: Send + Sync {
    /// Where it is, for messages: a path or an address without credentials.
    fn place(&self) -> String;

    /// Adds what wants in, with the bytes it needs, in one transaction, as far as the rules admit it: it chains to whatever
    /// entry is the newest of its chain then, however many processes append at once. When this returns, both are on disk.
    /// After an error nothing was added.
    fn add(&self, candidate: Candidate) -> BoxFuture<'_, Result<Entry, LedgerError>>;

    /// [Adds](Self::add) one entry. A signed statement that stands there already is not added again: its entry is returned.
    /// With `onto`, nothing is added unless that is the head of the chain at that moment.
    /// After an error nothing was added.
    fn append<'a>(
        &'a self,
        draft: Draft,
        blobs: Vec<Blob>,
        now: Timestamp,
        onto: Option<&'a Digest>,
    ) -> BoxFuture<'a, Result<Entry, LedgerError>> {
        Box::pin(async move { self.add(Candidate::next(&self.place(), draft, blobs, now, onto)?).await })
    }

    /// [Adds](Self::add) an entry as it is: when a ledger moves to another place. It must follow the newest entry of its
    /// chain here; one that stands here already is left as it is.
    /// After an error nothing was added.
    fn adopt(&self, entry: Entry, blobs: Vec<Blob>) -> BoxFuture<'_, Result<(), LedgerError>> {
        Box::pin(async move { self.add(Candidate::as_is(entry, blobs)?).await.map(drop) })
    }

    /// The rows of the shared chain and after them those of `chain`, as stored, in the order of their numbers: one line
    /// of entries, if nobody has changed anything. The empty name is the shared chain alone.
    fn rows<'a>(&'a self, chain: &'a str) -> BoxFuture<'a, Result<Vec<Row>, LedgerError>>;

    /// The same as entries. Nothing is checked but each row alone: that it can be read, that it stands in its place and
    /// that its stored fingerprint is its own.
    fn entries<'a>(&'a self, chain: &'a str) -> BoxFuture<'a, Result<Vec<Entry>, LedgerError>> {
        Box::pin(async move {
            let rows = self.rows(chain).await?;
            rows.into_iter().zip(1..).map(|(row, seq)| row.entry(seq)).collect()
        })
    }

    /// The chains that there are, the shared one under the empty name, with the fingerprint of the newest entry of each.
    fn chains(&self) -> BoxFuture<'_, Result<BTreeMap<String, Digest>, LedgerError>>;

    /// What is stored as the bytes with this fingerprint.
    fn stored<'a>(&'a self, digest: &'a Digest) -> BoxFuture<'a, Result<Option<Vec<u8>>, LedgerError>>;

    /// The bytes with this fingerprint; an error where they are not those of the fingerprint.
    fn blob<'a>(&'a self, digest: &'a Digest) -> BoxFuture<'a, Result<Option<Vec<u8>>, LedgerError>> {
        Box::pin(async move {
            match self.stored(digest).await? {
                Some(bytes) if Digest::of(&bytes) != *digest => Err(kept::changed(self, digest).await),
                bytes => Ok(bytes),
            }
        })
    }

    /// Adds samples of the stage that began with the statement `run`, the first of which has the number `first`, counted from 1,
    /// in one transaction: each must name the fingerprint of the one before it, the first that of the statement. When this
    /// returns they are on disk. Those that stand there already are left as they are; [`LedgerError::SampleTaken`] where another
    /// stands in the place of one: somebody else watches the stage.
    /// After an error none was added.
    fn add_samples<'a>(&'a self, run: &'a Digest, first: u64, samples: Vec<Vec<u8>>) -> BoxFuture<'a, Result<(), LedgerError>>;

    /// [Adds](Self::add_samples) one sample.
    fn add_sample<'a>(&'a self, run: &'a Digest, number: u64, payload: Vec<u8>) -> BoxFuture<'a, Result<(), LedgerError>> {
        self.add_samples(run, number, vec![payload])
    }

    /// The samples of a stage from the number `from` on, in the order of their numbers. Whether they follow each other is for
    /// [`follow_samples`](super::follow_samples) to say.
    fn samples<'a>(&'a self, run: &'a Digest, from: u64) -> BoxFuture<'a, Result<Vec<Vec<u8>>, LedgerError>>;

    /// The newest sample of a stage, with its number.
    fn newest_sample<'a>(&'a self, run: &'a Digest) -> BoxFuture<'a, Result<Option<NumberedSample>, LedgerError>>;

    /// Marks these as told on that day; those that nobody had marked before, however many processes mark at once. When this
    /// returns, the marks are there for all.
    fn mark_told<'a>(&'a self, day: &'a str, marks: Vec<Digest>) -> BoxFuture<'a, Result<Vec<Digest>, LedgerError>>;

    /// What the storage's own clock says; `None` where it has none.
    fn clock(&self) -> BoxFuture<'_, Result<Option<Timestamp>, LedgerError>> {
        Box::pin(async { Ok(None) })
    }
}
