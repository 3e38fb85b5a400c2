//! A ledger in memory: what a bundle or an export contains.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::{
    Blob, Draft, Entry, LedgerError, Store,
    admission::{Admitted, Candidate, ChainState, Needs, adoptable},
    chain,
    export::Exported,
    kept,
};
use crate::model::Digest;

/// Entries and blobs in memory, named in messages by where they came from.
pub struct Memory {
    place: String,
    kept: Mutex<Exported>,
}

impl Memory {
    /// What was read from `place`. Blobs are believed only when they are asked for.
    pub fn new(place: impl Into<String>, exported: Exported) -> Self {
        Self { place: place.into(), kept: Mutex::new(exported) }
    }

    /// Nothing yet.
    pub fn empty(place: impl Into<String>) -> Self {
        Self::new(place, Exported { entries: Vec::new(), blobs: BTreeMap::new() })
    }

    /// Nothing panics while it holds this lock.
    fn kept(&self) -> MutexGuard<'_, Exported> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, draft: Draft, blobs: Vec<Blob>, now: Timestamp) -> Result<Entry, LedgerError> {
        let candidate = Candidate::new(&self.place, draft, blobs, now)?;
        let mut kept = self.kept();
        let entry = match candidate.admit(&self.place, found(&kept, &candidate.needs))? {
            Admitted::Stands(entry) => return Ok(entry),
            Admitted::New(entry) => entry,
        };
        store(&mut kept, &entry, candidate.needs.blobs);
        Ok(entry)
    }

    fn take_over(&self, entry: &Entry, blobs: Vec<Blob>) -> Result<(), LedgerError> {
        let needs = Needs::of_entry(entry, blobs)?;
        let mut kept = self.kept();
        let same = kept.entries.iter().find(|there| there.seq == entry.seq);
        if adoptable(entry, &needs.head, same, &found(&kept, &needs))? {
            store(&mut kept, entry, needs.blobs);
        }
        Ok(())
    }
}

impl Store for Memory {
    fn place(&self) -> String {
        self.place.clone()
    }

    fn append(&self, draft: Draft, blobs: Vec<Blob>, now: Timestamp) -> BoxFuture<'_, Result<Entry, LedgerError>> {
        Box::pin(async move { self.add(draft, blobs, now) })
    }

    fn adopt(&self, entry: Entry, blobs: Vec<Blob>) -> BoxFuture<'_, Result<(), LedgerError>> {
        Box::pin(async move { self.take_over(&entry, blobs) })
    }

    fn entries(&self) -> BoxFuture<'_, Result<Vec<Entry>, LedgerError>> {
        Box::pin(async move { Ok(self.kept().entries.clone()) })
    }

    fn blob<'a>(&'a self, digest: &'a Digest) -> BoxFuture<'a, Result<Option<Vec<u8>>, LedgerError>> {
        Box::pin(async move {
            let bytes = self.kept().blobs.get(digest).cloned();
            match bytes {
                Some(bytes) if Digest::of(&bytes) != *digest => Err(kept::changed(self, digest).await),
                bytes => Ok(bytes),
            }
        })
    }
}

fn found(kept: &Exported, needs: &Needs) -> ChainState {
    let twin = |entry: &&Entry| entry.signature.is_some() == needs.signed && entry.statement() == needs.statement;
    ChainState {
        newest: kept.entries.last().cloned(),
        newer: chain::newer(&kept.entries),
        has_head: kept.entries.iter().any(|entry| entry.digest() == needs.head),
        twin: kept.entries.iter().find(twin).cloned(),
        absent: needs.kept.iter().find(|digest| !kept.blobs.contains_key(digest)).cloned(),
    }
}

fn store(kept: &mut Exported, entry: &Entry, blobs: Vec<Blob>) {
    kept.blobs.extend(blobs.into_iter().map(|blob| (blob.digest, blob.bytes)));
    kept.entries.push(entry.clone());
}
