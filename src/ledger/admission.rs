//! The rules by which an entry comes into a ledger: one place for every store.

use jiff::{SignedDuration, Timestamp};

use super::{
    CLOCKS, Candidate, Entry, LedgerError, Row, VERSION,
    candidate::{Next, Wish},
};
use crate::model::{Act, Digest, Size};

/// The most that one statement may have.
pub(super) const LARGEST_STATEMENT: Size = Size(16 << 20);
/// The most that one blob may have: what both stores can take, and keep up with.
pub(super) const LARGEST_BLOB: Size = Size(256 << 20);
/// The most that one signature may have; real ones have a few KiB.
pub(super) const LARGEST_SIGNATURE: Size = Size(64 << 10);
/// How far the clocks of this machine and of the store may be apart.
const APART: SignedDuration = SignedDuration::from_secs(60);

/// How a ledger is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// One chain for all, which older programs go on with too.
    Shared,
    /// There is nothing yet: the first entry closes the shared chain.
    Fresh,
    /// A chain for each project, after the shared one.
    ByProject,
}

/// What a store has found, under its lock.
pub(super) struct ChainState {
    pub(super) layout: Layout,
    /// The newest row: of the candidate's chain, else of the shared one.
    pub(super) newest: Option<Row>,
    /// The first entry of a newer program in either.
    pub(super) newer: Option<(u64, u32)>,
    /// The first wanted head that is no entry of them.
    pub(super) foreign: Option<Digest>,
    /// The row that has the same statement, signed or not as the candidate is.
    pub(super) twin: Option<Row>,
    /// The row in the wanted place of the candidate's chain.
    pub(super) same: Option<Row>,
    /// The first of the kept bytes that are not there.
    pub(super) absent: Option<Digest>,
    /// What the store's own clock says.
    pub(super) clock: Option<Timestamp>,
}

/// What is to be done.
pub(super) struct Admitted {
    /// What is to be added, in this order.
    pub(super) added: Vec<Entry>,
    /// What was wanted: the last of them, or one that stands there already.
    pub(super) entry: Entry,
}

impl Admitted {
    fn new(closing: Option<Entry>, entry: Entry) -> Self {
        Self { added: closing.into_iter().chain([entry.clone()]).collect(), entry }
    }

    fn there(entry: Entry) -> Self {
        Self { added: Vec::new(), entry }
    }
}

/// The entry after which the next one is added.
struct Top {
    seq: u64,
    digest: Digest,
    recorded: Timestamp,
}

impl Candidate {
    /// Decides, from what the store at `place` has found.
    pub(super) fn admit(&self, place: &str, found: ChainState) -> Result<Admitted, LedgerError> {
        if let Some((seq, version)) = found.newer {
            return Err(LedgerError::Newer { seq, version });
        }
        match &self.wish {
            Wish::Next(next) => next.admit(&self.needs.chain, place, found),
            Wish::AsIs(entry) => take_over(entry, found),
        }
    }
}

impl Next {
    fn admit(&self, chain: &str, place: &str, found: ChainState) -> Result<Admitted, LedgerError> {
        if let Some(twin) = found.twin {
            return Ok(Admitted::there(twin.read()?.entry));
        }
        self.in_time(place, found.clock)?;
        let top = found.newest.map(|row| self.top(row)).transpose()?;
        let top = top.unwrap_or(Top { seq: 0, digest: Digest::none(), recorded: self.now });
        if let Some(onto) = self.onto.as_ref().filter(|onto| **onto != top.digest) {
            return Err(LedgerError::Moved { onto: onto.clone(), head: top.digest });
        }
        if let Some(foreign) = found.foreign {
            return Err(LedgerError::ForeignHead(foreign));
        }
        if let Some(absent) = found.absent {
            return Err(refused(place, format!("the bytes {absent} that the statement names were not given")));
        }
        let now = self.now;
        Ok(match found.layout {
            // Older programs want its times in order.
            Layout::Shared => Admitted::new(None, self.entry(1, "", Top { recorded: top.recorded.max(now), ..top })),
            Layout::Fresh => {
                let closing = Entry::closing(0, Digest::none(), now, now);
                let entry = self.entry(VERSION, chain, Top { seq: 1, digest: closing.digest(), recorded: now });
                Admitted::new(Some(closing), entry)
            }
            Layout::ByProject => Admitted::new(None, self.entry(VERSION, chain, Top { recorded: now, ..top })),
        })
    }

    /// A clock that is wrong makes what is added older or younger than it is.
    fn in_time(&self, place: &str, store: Option<Timestamp>) -> Result<(), LedgerError> {
        let later = store.map_or(self.now, |store| store.max(self.now));
        match store {
            Some(store) if self.now.duration_since(store).abs() > APART => Err(LedgerError::ClocksApart { machine: self.now, store }),
            _ if self.made > CLOCKS.after(later) => {
                Err(refused(place, format!("the statement says it was made at {}, which is still to come: it is {later}", self.made)))
            }
            _ => Ok(()),
        }
    }

    /// The newest row. After one that is no entry only its repair is added, which follows the row's bytes as they are.
    fn top(&self, row: Row) -> Result<Top, LedgerError> {
        match row.read() {
            Err(unsound) if self.label.act == Act::REPAIR => Ok(Top { seq: unsound.seq, digest: unsound.name, recorded: self.now }),
            read => {
                read.map(|sound| Top { seq: sound.entry.seq, digest: sound.digest, recorded: sound.entry.recorded }).map_err(Into::into)
            }
        }
    }

    /// The entry after `top`, recorded when that says.
    fn entry(&self, version: u32, chain: &str, top: Top) -> Entry {
        let (label, payload, signature) = (self.label.clone(), self.draft.payload.clone(), self.draft.signature.clone());
        Entry {
            version,
            chain: chain.to_owned(),
            seq: top.seq + 1,
            prev: top.digest,
            recorded: top.recorded,
            label,
            payload,
            signature,
            bare: None,
        }
    }
}

/// Decides about an entry that is taken over as it is.
fn take_over(entry: &Entry, found: ChainState) -> Result<Admitted, LedgerError> {
    let broken = |why: String| Err(LedgerError::Broken { seq: entry.seq, why });
    if let Some(same) = found.same {
        let there = same.entry(entry.seq)?;
        return if there == *entry { Ok(Admitted::there(there)) } else { broken("another entry stands in its place already".into()) };
    }
    if entry.chain.is_empty() == (found.layout == Layout::ByProject) {
        return broken("the chains of projects begin where the shared one was closed".into());
    }
    let newest = found.newest.map(Row::read).transpose()?;
    let (seq, prev) = newest.as_ref().map_or_else(|| (0, Digest::none()), |newest| (newest.entry.seq, newest.digest.clone()));
    if entry.seq != seq + 1 || entry.prev != prev {
        return broken(format!("it does not follow the newest entry here, which is {seq}"));
    }
    if let Some(newest) = newest.filter(|newest| entry.chain.is_empty() && entry.recorded < newest.entry.recorded) {
        return broken(format!("it was recorded at {}, before the entry before it ({})", entry.recorded, newest.entry.recorded));
    }
    if let Some(foreign) = found.foreign {
        return broken(format!("its statement was made over the ledger head {foreign}, which is no entry before it"));
    }
    if found.twin.is_some() {
        return broken("its statement stands in an earlier entry already: it was replayed".into());
    }
    if let Some(absent) = found.absent {
        return broken(format!("the bytes {absent} that it names are missing"));
    }
    Ok(Admitted::new(None, entry.clone()))
}

/// The end of the shared chain, after its newest row; an error where that is no entry, or a newer program's.
pub(super) fn closing_after(newest: Option<Row>, now: Timestamp) -> Result<Entry, LedgerError> {
    let Some(row) = newest else { return Ok(Entry::closing(0, Digest::none(), now, now)) };
    let sound = row.read()?;
    if sound.entry.version > VERSION {
        return Err(LedgerError::Newer { seq: sound.entry.seq, version: sound.entry.version });
    }
    Ok(Entry::closing(sound.entry.seq, sound.digest, sound.entry.recorded.max(now), now))
}

/// Nothing was added, because of what was to be added.
fn refused(place: &str, why: String) -> LedgerError {
    LedgerError::unavailable(place, "added to", why)
}
