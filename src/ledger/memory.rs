//! A ledger in memory: what a bundle or an export contains.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::{
    Blob, Draft, Entry, LedgerError, Row, Store, VERSION,
    admission::{Candidate, ChainState, Layout, Needs, adoptable},
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

    fn add(&self, candidate: Candidate) -> Result<Entry, LedgerError> {
        let mut kept = self.kept();
        let admitted = candidate.admit(&self.place, found(&kept, &candidate.needs))?;
        if admitted.new {
            kept.entries.extend(admitted.added().cloned());
            kept.blobs.extend(candidate.needs.blobs.into_iter().map(|blob| (blob.digest, blob.bytes)));
        }
        Ok(admitted.entry)
    }

    fn take_over(&self, entry: Entry, blobs: Vec<Blob>) -> Result<(), LedgerError> {
        let needs = Needs::of_entry(&entry, blobs)?;
        let mut kept = self.kept();
        let same = kept.entries.iter().find(|there| there.seq == entry.seq && there.chain == entry.chain).cloned();
        if adoptable(&entry, same.map(Row::of), found(&kept, &needs))? {
            kept.blobs.extend(needs.blobs.into_iter().map(|blob| (blob.digest, blob.bytes)));
            kept.entries.push(entry);
        }
        Ok(())
    }
}

impl Store for Memory {
    fn place(&self) -> String {
        self.place.clone()
    }

    fn append<'a>(
        &'a self,
        draft: Draft,
        blobs: Vec<Blob>,
        now: Timestamp,
        onto: Option<&'a Digest>,
    ) -> BoxFuture<'a, Result<Entry, LedgerError>> {
        Box::pin(async move { self.add(Candidate::new(&self.place, draft, blobs, now, onto)?) })
    }

    fn adopt(&self, entry: Entry, blobs: Vec<Blob>) -> BoxFuture<'_, Result<(), LedgerError>> {
        Box::pin(async move { self.take_over(entry, blobs) })
    }

    fn rows<'a>(&'a self, chain: &'a str) -> BoxFuture<'a, Result<Vec<Row>, LedgerError>> {
        Box::pin(async move { Ok(self.kept().line(chain).cloned().map(Row::of).collect()) })
    }

    fn chains(&self) -> BoxFuture<'_, Result<BTreeMap<String, Digest>, LedgerError>> {
        Box::pin(async move { Ok(self.kept().entries.iter().map(|entry| (entry.chain.clone(), entry.digest())).collect()) })
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

    fn clock(&self) -> BoxFuture<'_, Result<Option<Timestamp>, LedgerError>> {
        Box::pin(async { Ok(None) })
    }
}

fn found(kept: &Exported, needs: &Needs) -> ChainState {
    let twin = |entry: &&Entry| entry.signature.is_some() == needs.signed && entry.statement() == needs.statement;
    let line = |chain| kept.line(chain);
    let layout = match kept.line("").last() {
        None => Layout::Fresh,
        Some(_) if kept.line("").any(|entry| entry.version == VERSION) => Layout::ByProject,
        Some(_) => Layout::Shared,
    };
    ChainState {
        layout,
        newest: line(&needs.chain).last().cloned().map(Row::of),
        newer: line(&needs.chain).find(|entry| entry.version > VERSION).map(|entry| (entry.seq, entry.version)),
        foreign: needs.heads.iter().find(|(chain, head)| !line(chain).any(|entry| entry.digest() == *head)).map(|(_, head)| head.clone()),
        twin: line(&needs.chain).find(twin).cloned().map(Row::of),
        absent: needs.kept.iter().find(|digest| !kept.blobs.contains_key(digest)).cloned(),
        clock: None,
    }
}
