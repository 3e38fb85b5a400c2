//! A ledger in memory: what a bundle or an export contains.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::future::{BoxFuture, FutureExt as _};

use super::{
    Candidate, Entry, LedgerError, Row, Store, VERSION,
    admission::{ChainState, Layout},
    candidate::Needs,
    export::Exported,
    samples::{self, NumberedSample},
};
use crate::model::Digest;

/// Entries and blobs in memory, named in messages by where they came from; copies share them.
#[derive(Clone)]
pub struct Memory {
    place: String,
    kept: Arc<Mutex<Exported>>,
    told: Arc<Mutex<BTreeSet<(String, Digest)>>>,
}

impl Memory {
    /// What was read from `place`. Blobs are believed only when they are asked for.
    pub fn new(place: impl Into<String>, exported: Exported) -> Self {
        Self { place: place.into(), kept: Arc::new(Mutex::new(exported)), told: Arc::default() }
    }

    /// Nothing yet.
    pub fn empty(place: impl Into<String>) -> Self {
        Self::new(place, Exported::default())
    }

    /// Nothing panics while it holds this lock.
    fn kept(&self) -> MutexGuard<'_, Exported> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn added(&self, candidate: Candidate) -> Result<Entry, LedgerError> {
        let mut kept = self.kept();
        let admitted = candidate.admit(&self.place, found(&kept, &candidate.needs))?;
        if !admitted.added.is_empty() {
            kept.entries.extend(admitted.added);
            kept.blobs.extend(candidate.needs.blobs.into_iter().map(|blob| (blob.digest, blob.bytes)));
        }
        Ok(admitted.entry)
    }
}

impl Store for Memory {
    fn place(&self) -> String {
        self.place.clone()
    }

    fn add(&self, candidate: Candidate) -> BoxFuture<'_, Result<Entry, LedgerError>> {
        async { self.added(candidate) }.boxed()
    }

    fn rows<'a>(&'a self, chain: &'a str) -> BoxFuture<'a, Result<Vec<Row>, LedgerError>> {
        async { Ok(self.kept().line(chain).cloned().map(Row::of).collect()) }.boxed()
    }

    fn chains(&self) -> BoxFuture<'_, Result<BTreeMap<String, Digest>, LedgerError>> {
        async { Ok(self.kept().entries.iter().map(|entry| (entry.chain.clone(), entry.digest())).collect()) }.boxed()
    }

    fn stored<'a>(&'a self, digest: &'a Digest) -> BoxFuture<'a, Result<Option<Vec<u8>>, LedgerError>> {
        async { Ok(self.kept().blobs.get(digest).cloned()) }.boxed()
    }

    fn add_samples<'a>(&'a self, run: &'a Digest, first: u64, samples: Vec<Vec<u8>>) -> BoxFuture<'a, Result<(), LedgerError>> {
        async move {
            let mut kept = self.kept();
            let stored = kept.samples.entry(run.clone()).or_default();
            let found: Vec<NumberedSample> = (1..).zip(stored.iter().cloned()).skip_while(|(number, _)| number + 1 < first).collect();
            let there = samples::admit(&self.place, run, first, &samples, &found)?;
            stored.extend(samples.into_iter().skip(there));
            Ok(())
        }
        .boxed()
    }

    fn samples<'a>(&'a self, run: &'a Digest, from: u64) -> BoxFuture<'a, Result<Vec<Vec<u8>>, LedgerError>> {
        let before = usize::try_from(from.saturating_sub(1)).unwrap_or(usize::MAX);
        async move { Ok(self.kept().samples.get(run).into_iter().flatten().skip(before).cloned().collect()) }.boxed()
    }

    fn mark_told<'a>(&'a self, day: &'a str, mut marks: Vec<Digest>) -> BoxFuture<'a, Result<Vec<Digest>, LedgerError>> {
        async move {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            marks.retain(|mark| told.insert((day.to_owned(), mark.clone())));
            Ok(marks)
        }
        .boxed()
    }

    fn newest_sample<'a>(&'a self, run: &'a Digest) -> BoxFuture<'a, Result<Option<NumberedSample>, LedgerError>> {
        async move { Ok(self.kept().samples.get(run).and_then(|all| Some((all.len() as u64, all.last()?.clone())))) }.boxed()
    }
}

fn found(kept: &Exported, needs: &Needs) -> ChainState {
    let twin = |entry: &&Entry| entry.is_signed() == needs.signed && entry.statement() == needs.statement;
    let line = |chain| kept.line(chain);
    let layout = match kept.line("").last() {
        None => Layout::Fresh,
        Some(_) if kept.line("").any(|entry| entry.version == VERSION) => Layout::ByProject,
        Some(_) => Layout::Shared,
    };
    let mut chain = line(&needs.chain).filter(|entry| entry.chain == needs.chain);
    ChainState {
        layout,
        newest: line(&needs.chain).last().cloned().map(Row::of),
        newer: line(&needs.chain).find(|entry| entry.version > VERSION).map(|entry| (entry.seq, entry.version)),
        foreign: needs.heads.iter().find(|(chain, head)| !line(chain).any(|entry| entry.digest() == *head)).map(|(_, head)| head.clone()),
        twin: line(&needs.chain).find(twin).cloned().map(Row::of),
        same: chain.find(|entry| Some(entry.seq) == needs.place).cloned().map(Row::of),
        absent: needs.kept.iter().find(|digest| !kept.blobs.contains_key(digest)).cloned(),
        clock: None,
    }
}
