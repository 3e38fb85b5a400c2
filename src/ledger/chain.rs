//! Whether entries are a chain: nothing changed, taken out, moved or said twice.
//!
//! Whoever has the disk and this program can make all fingerprints anew; what then still shows is what signatures
//! cover, and a head that somebody kept.

use std::collections::HashSet;

use super::{Entry, LedgerError, VERSION};
use crate::model::{Digest, Statement};

/// Checks places, links, times and what can be read of the statements. Signatures are not looked at.
///
/// # Errors
/// [`LedgerError::Broken`] with the first entry that is not as it must be.
pub fn check(entries: &[Entry]) -> Result<(), LedgerError> {
    let mut before = Before::default();
    for (expected, entry) in (1..).zip(entries) {
        before.take(expected, entry).map_err(|why| LedgerError::Broken { seq: expected, why })?;
    }
    Ok(())
}

/// The first entry that a newer program added, with its version.
pub fn newer(entries: &[Entry]) -> Option<(u64, u32)> {
    entries.iter().find(|entry| entry.version > VERSION).map(|entry| (entry.seq, entry.version))
}

/// The fingerprint of the newest entry; [`Digest::none`] where there is none.
pub fn head(entries: &[Entry]) -> Digest {
    entries.last().map_or_else(Digest::none, Entry::digest)
}

/// Checks that `head`, which somebody kept, is one of these entries.
///
/// # Errors
/// [`LedgerError::Cut`] where it is not: entries have been cut off or replaced since.
pub fn holds(entries: &[Entry], head: &Digest) -> Result<(), LedgerError> {
    if *head == Digest::none() || entries.iter().any(|entry| entry.digest() == *head) {
        return Ok(());
    }
    let newest =
        entries.last().map_or_else(|| "it is empty".into(), |entry| format!("its newest entry is {}, {}", entry.seq, entry.digest()));
    Err(LedgerError::Cut(format!("the head {head} is not in it, so entries have been cut off or replaced; {newest}")))
}

/// What stands before an entry.
#[derive(Default)]
struct Before<'e> {
    newest: Option<(&'e Entry, Digest)>,
    digests: HashSet<Digest>,
    /// Statements, signed ones apart from others.
    statements: HashSet<(Digest, bool)>,
}

impl<'e> Before<'e> {
    fn take(&mut self, expected: u64, entry: &'e Entry) -> Result<(), String> {
        if entry.seq != expected {
            return Err(format!("it is missing: the one in its place says it is number {}", entry.seq));
        }
        let (prev, since) = match &self.newest {
            None => (Digest::none(), entry.recorded),
            Some((newest, digest)) => (digest.clone(), newest.recorded),
        };
        if entry.prev != prev {
            return Err(format!(
                "it follows {}, but the entry before it is {prev}: that one was changed, or this one moved here",
                entry.prev
            ));
        }
        if entry.recorded < since {
            return Err(format!("it was recorded at {}, before the entry before it ({since})", entry.recorded));
        }
        if !self.statements.insert((entry.statement(), entry.signature.is_some())) {
            return Err("its statement stands in an earlier entry already: it was replayed".into());
        }
        self.read(entry)?;
        let digest = entry.digest();
        self.digests.insert(digest.clone());
        self.newest = Some((entry, digest));
        Ok(())
    }

    /// What a newer program says is not read.
    fn read(&self, entry: &Entry) -> Result<(), String> {
        match entry.version {
            0 => return Err("its version is 0, which no gonogo writes".into()),
            version if version > VERSION => return Ok(()),
            _ => {}
        }
        let statement = Statement::from_json(&entry.payload).map_err(|error| error.to_string())?;
        let head = &statement.made.head;
        if *head != Digest::none() && !self.digests.contains(head) {
            return Err(format!("its statement was made over the ledger head {head}, which is no entry before it"));
        }
        Ok(())
    }
}
