//! Whether rows are a chain: nothing changed, taken out, moved or said twice.
//!
//! Whoever has the disk and this program can make all fingerprints anew; what then still shows is what signatures
//! cover, and a head that somebody kept.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::{
    Entry, LedgerError, VERSION,
    row::{Sound, Unsound, missing},
};
use crate::model::{Digest, Repaired, Statement};

/// Something in a chain that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of thing.
    pub kind: FaultKind,
    /// The place that is named: of a hole that of the first entry that is missing.
    pub place: u64,
    /// The row, as a repair names it, and what is wrong.
    pub row: Repaired,
}

/// What can be wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The row itself: it is no entry, no statement, in a wrong place, said before. Set aside, nothing in it counts.
    Row,
    /// Its signature is not that of its bytes. Set aside, nothing in it counts.
    Forged,
    /// Entries before it are missing. Set aside, the entry itself counts.
    Hole,
    /// It follows another entry than the one before it. Set aside, the entry itself counts.
    Link,
    /// It was made over a head that is no entry before it. Set aside, the entry itself counts.
    Head,
}

/// Which faults are gone past.
#[derive(Clone, Copy)]
pub enum Repairs<'r> {
    /// Those that are named.
    Named(&'r [Repaired]),
    /// Every fault there is: to list them.
    All,
}

/// Checks places, links, times and what can be read of the statements that are here. Signatures are not looked at;
/// [`LedgerError::Broken`] with the first entry that is not as it must be.
pub fn check(entries: &[Entry]) -> Result<(), LedgerError> {
    let mut links = Links::new(Repairs::Named(&[]));
    for entry in entries {
        let statement = entry.statement();
        let digest = entry.digest_over(&statement);
        links.follow(entry, &digest, statement)?;
        if entry.version <= VERSION && entry.bare.is_none() {
            links.statement(entry, &digest, &mut Err)?;
        }
    }
    Ok(())
}

/// The first entry that a newer program added, with its version.
pub fn newer(entries: &[Entry]) -> Option<(u64, u32)> {
    entries.iter().find(|entry| entry.version > VERSION).map(|entry| (entry.seq, entry.version))
}

impl From<Fault> for LedgerError {
    fn from(fault: Fault) -> Self {
        Self::Broken { seq: fault.place, why: fault.row.why }
    }
}

/// A chain as far as it was followed.
#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    /// What is gone past; `None` for every fault there is.
    repairs: Option<Vec<Repaired>>,
    /// The faults that were gone past.
    pub(super) faults: Vec<Fault>,
    /// The number of the newest row.
    newest: u64,
    /// The fingerprint that the next row follows; any does after a row that is no entry, or a hole.
    prev: Option<Digest>,
    /// When the newest entry of the shared chain was recorded.
    recorded: Option<Timestamp>,
    closed: bool,
    /// The places of the entries.
    pub(super) places: HashMap<Digest, u64>,
    /// Statements, signed ones apart from others.
    statements: HashSet<(Digest, bool)>,
}

impl Links {
    pub(super) fn new(repairs: Repairs<'_>) -> Self {
        let repairs = match repairs {
            Repairs::Named(repairs) => Some(repairs.to_vec()),
            Repairs::All => None,
        };
        Self { repairs, prev: Some(Digest::none()), ..Self::default() }
    }

    /// The fingerprint of the newest entry, or what the next one follows instead.
    pub(super) fn head(&self) -> Option<&Digest> {
        self.prev.as_ref()
    }

    /// Follows a row to its entry; `None` where it is none, and set aside.
    pub(super) fn take(&mut self, row: Result<Sound, Unsound>) -> Result<Option<Sound>, Fault> {
        match row {
            Ok(sound) => {
                let counts = self.follow(&sound.entry, &sound.digest, sound.statement.clone())?;
                Ok(counts.then_some(sound))
            }
            Err(Unsound { seq, name, why }) => {
                self.no_hole(seq, &name)?;
                self.fault(FaultKind::Row, self.newest + 1, (seq, &name), None, why)?;
                // What follows a row that is no entry cannot be told.
                (self.newest, self.prev) = (self.newest.max(seq), None);
                Ok(None)
            }
        }
    }

    /// Whether the entry, which follows the one before it, counts.
    fn follow(&mut self, entry: &Entry, digest: &Digest, statement: Digest) -> Result<bool, Fault> {
        self.no_hole(entry.seq, digest)?;
        let row = (entry.seq, digest);
        if let Some(prev) = self.prev.clone().filter(|prev| entry.prev != *prev) {
            let why = format!("it follows {}, but the entry before it is {prev}: that one was changed, or this one moved here", entry.prev);
            self.fault(FaultKind::Link, entry.seq, row, Some(prev), why)?;
        }
        let mut counts = true;
        if let Some(why) = self.unfit(entry, &statement) {
            self.fault(FaultKind::Row, entry.seq.max(self.newest + 1), row, None, why)?;
            counts = false;
        }
        if entry.chain.is_empty() {
            self.recorded = Some(entry.recorded);
            self.closed |= entry.version == VERSION && counts;
        }
        self.statements.insert((statement, entry.is_signed()));
        self.places.insert(digest.clone(), entry.seq);
        (self.newest, self.prev) = (self.newest.max(entry.seq), Some(digest.clone()));
        Ok(counts)
    }

    /// Why an entry cannot stand here.
    fn unfit(&self, entry: &Entry, statement: &Digest) -> Option<String> {
        if entry.seq <= self.newest {
            return Some(missing(entry.seq));
        }
        let since = self.recorded.filter(|since| entry.chain.is_empty() && entry.recorded < *since);
        if let Some(since) = since {
            return Some(format!("it was recorded at {}, before the entry before it ({since})", entry.recorded));
        }
        if self.statements.contains(&(statement.clone(), entry.is_signed())) {
            return Some("its statement stands in an earlier entry already: it was replayed".into());
        }
        match entry.version {
            0 => Some("its version is 0, which no gonogo writes".into()),
            version if version > VERSION => None,
            _ if entry.chain.is_empty() && self.closed => Some("it stands after the end of the shared chain".into()),
            _ if entry.chain.is_empty() || self.closed => (!entry.fits()).then(|| "it does not belong in its chain".into()),
            _ => Some("its chain begins although the shared one was never closed".into()),
        }
    }

    /// Checks that nothing is missing before a row.
    fn no_hole(&mut self, seq: u64, name: &Digest) -> Result<(), Fault> {
        let expected = self.newest + 1;
        if seq > expected {
            let after = Some(self.prev.clone().unwrap_or_else(Digest::none));
            self.fault(FaultKind::Hole, expected, (seq, name), after, missing(seq))?;
            self.prev = None;
        }
        Ok(())
    }

    /// The statement of an entry, which must be what its label says. That it was made over a head which is no entry before it
    /// is for `past` to go past.
    pub(super) fn statement(
        &self,
        entry: &Entry,
        digest: &Digest,
        past: &mut dyn FnMut(Fault) -> Result<(), Fault>,
    ) -> Result<Statement, Fault> {
        let unread = |why: String| Fault::of(FaultKind::Row, entry, digest, None, why);
        if entry.bare.is_some() {
            return Err(unread("only its link is here, and what it says bears on the answer".into()));
        }
        let statement = Statement::from_json(&entry.payload).map_err(|error| unread(error.to_string()))?;
        if !entry.label.is_that_of(&statement) {
            return Err(unread("its label says other things than its statement".into()));
        }
        let head = &statement.made.head;
        // Its own is not yet one before it.
        if *head != Digest::none() && self.places.get(head).is_none_or(|place| *place >= entry.seq) {
            let why = format!("its statement was made over the ledger head {head}, which is no entry before it");
            past(Fault::of(FaultKind::Head, entry, digest, Some(head.clone()), why))?;
        }
        Ok(statement)
    }

    /// Whether any fault is gone past.
    pub(super) fn goes_past(&self) -> bool {
        self.repairs.as_ref().is_none_or(|repairs| !repairs.is_empty())
    }

    /// Goes past a fault that is set aside.
    pub(super) fn past(&mut self, fault: Fault) -> Result<(), Fault> {
        let row = &fault.row;
        let same = |repaired: &Repaired| (&repaired.row, repaired.seq, &repaired.after) == (&row.row, row.seq, &row.after);
        if self.repairs.as_ref().is_some_and(|repairs| !repairs.iter().any(same)) {
            return Err(fault);
        }
        self.faults.push(fault);
        Ok(())
    }

    fn fault(&mut self, kind: FaultKind, place: u64, (seq, name): (u64, &Digest), after: Option<Digest>, why: String) -> Result<(), Fault> {
        self.past(Fault { kind, place, row: Repaired { seq, row: name.clone(), after, why } })
    }
}

impl Fault {
    /// One of an entry in its own place.
    pub(super) fn of(kind: FaultKind, entry: &Entry, digest: &Digest, after: Option<Digest>, why: String) -> Self {
        Self { kind, place: entry.seq, row: Repaired { seq: entry.seq, row: digest.clone(), after, why } }
    }
}
