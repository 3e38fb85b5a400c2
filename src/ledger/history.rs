//! A ledger that was read and believed: its entries with what they say, and how far their signatures can be trusted.
//!
//! Every hash and every link is followed, and whoever signed last vouches for all that they saw. A statement is read and its
//! signature looked at when somebody asks for the entry, and what cannot be believed is an error then: whoever rules on a
//! release looks at what bears on it and at nothing else.

mod cover;
mod entries;
mod read;

use std::{
    borrow::Cow,
    num::NonZero,
    sync::{Arc, OnceLock},
};

use jiff::Timestamp;

use super::{AskedRelease, Entry, Fault, JobSignature, LedgerError, Look, ORG, Row, VERSION, row::Sound};
use crate::model::{Digest, Period};
use read::Read;

pub use entries::{LinkedEntry, SignatureStanding, VerifiedEntry};

/// How far the clocks of a signer and of the ledger may be apart.
pub const CLOCKS: Period = Period::seconds(60);

/// Fewer signatures are not worth a thread of their own.
const MANY: usize = 100;

/// A chain, in order, or its beginning; copies share what was read.
#[derive(Debug, Clone, Default)]
pub struct History {
    read: Arc<Read>,
    /// How many of its entries are meant.
    meant: usize,
}

impl History {
    /// Follows a chain, and looks at the newest signature, which vouches for what is before it. Where faults are gone past,
    /// everything is looked at.
    /// The first fault that is not to be gone past is an error.
    pub fn of(rows: Vec<Row>, look: &Look<'_>) -> Result<Self, LedgerError> {
        let mut read = Read::of(look, rows.len());
        for row in rows {
            read.take(row.read())?;
        }
        let history = Self { meant: read.entries.len(), read: Arc::new(read) };
        // Whoever takes an entry out has to make all anew that was signed after it; the newest of that is enough to tell.
        history.covered()?;
        Ok(history)
    }

    /// Goes on with an entry that was added; `false` where it does not follow the newest one here, so that the ledger is to
    /// be read again.
    pub fn go_on(&mut self, entry: Entry, now: Timestamp) -> Result<bool, LedgerError> {
        let statement = entry.statement();
        let digest = entry.digest_over(&statement);
        if self.holds(&digest) {
            return Ok(true);
        }
        if self.meant < self.read.entries.len() || self.read.links.head() != Some(&entry.prev) {
            return Ok(false);
        }
        let read = Arc::make_mut(&mut self.read);
        read.now = now;
        read.take(Ok(Sound { entry, digest, statement }))?;
        self.meant = read.entries.len();
        Ok(true)
    }

    /// The entries as they stand in the chain, oldest first.
    pub fn linked(&self) -> &[LinkedEntry] {
        &self.read.entries[..self.meant]
    }

    /// What one of them says, and how far that can be trusted; [`LedgerError::Broken`] where it cannot be believed.
    pub fn verified<'h>(&'h self, linked: &'h LinkedEntry) -> Result<&'h VerifiedEntry, LedgerError> {
        if let Some(verified) = linked.verified.get() {
            return Ok(verified);
        }
        let verified = self.read.verify(linked, &mut Err)?;
        Ok(linked.verified.get_or_init(|| verified))
    }

    /// Every entry, oldest first.
    pub fn entries(&self) -> Result<Vec<&VerifiedEntry>, LedgerError> {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        std::thread::scope(|scope| {
            let shares = self.linked().chunks(self.meant.div_ceil(cores).max(MANY));
            let verified = |share: &'_ [LinkedEntry]| share.iter().try_for_each(|linked| self.verified(linked).map(|_| ()));
            for share in shares.skip(1) {
                // What is not to be believed is met again below, in its order, and so is all where there is no thread to be had.
                let _ = std::thread::Builder::new().spawn_scoped(scope, move || _ = verified(share));
            }
            self.linked().iter().map(|linked| self.verified(linked)).collect()
        })
    }

    /// The entries of one environment with one of these [acts](crate::model::Act::WORDS), oldest first. Each is looked at when it is come
    /// to, and is an error where it cannot be believed.
    pub fn said<'h>(
        &'h self,
        place: (&'h str, &'h str),
        acts: &'h [&'h str],
    ) -> impl DoubleEndedIterator<Item = Result<&'h VerifiedEntry, LedgerError>> {
        self.said_where(place, acts, |_| true)
    }

    /// The same, of those that are `meant`.
    pub fn said_where<'h>(
        &'h self,
        place: (&'h str, &'h str),
        acts: &'h [&'h str],
        meant: impl Fn(&LinkedEntry) -> bool + 'h,
    ) -> impl DoubleEndedIterator<Item = Result<&'h VerifiedEntry, LedgerError>> {
        let of = self.linked().iter().filter(move |linked| linked.is_of(place, acts) && meant(linked));
        of.map(|linked| self.verified(linked))
    }

    /// The newest of them that is `meant`.
    pub fn newest_said(
        &self,
        place: (&str, &str),
        acts: &[&str],
        mut meant: impl FnMut(&VerifiedEntry) -> bool,
    ) -> Result<Option<&VerifiedEntry>, LedgerError> {
        for linked in self.linked().iter().rev().filter(|linked| linked.is_of(place, acts)) {
            let verified = self.verified(linked)?;
            if meant(verified) {
                return Ok(Some(verified));
            }
        }
        Ok(None)
    }

    /// Those whose release the one that is asked about touches: no other says anything of it.
    pub fn on_release<'h>(
        &'h self,
        asked: &'h AskedRelease,
        acts: &'h [&'h str],
    ) -> impl DoubleEndedIterator<Item = Result<&'h VerifiedEntry, LedgerError>> {
        self.said_where(asked.place(), acts, |linked| asked.touches(linked.label()))
    }

    /// Those of one environment that are here whole, oldest first.
    pub fn whole<'h>(&'h self, place: (&'h str, &'h str)) -> impl Iterator<Item = Result<&'h VerifiedEntry, LedgerError>> {
        let whole = self.linked().iter().filter(move |linked| linked.label().is_of(place) && linked.entry.bare.is_none());
        whole.map(|linked| self.verified(linked))
    }

    /// The same with nothing looked at yet: what is looked at then is what an answer rests on.
    #[must_use]
    pub fn unread(&self) -> Self {
        let mut read = Read::clone(&self.read);
        // What goes past faults has looked at everything while it read.
        if !read.links.goes_past() {
            read.entries.iter_mut().for_each(|linked| linked.verified = OnceLock::new());
        }
        Self { read: Arc::new(read), meant: self.meant }
    }

    /// What whoever is asked about these releases needs of the chain: what was looked at already and what may bear on them whole,
    /// of all else the links.
    pub fn needed<'h>(&'h self, asked: &[AskedRelease]) -> impl Iterator<Item = Cow<'h, Entry>> {
        self.linked().iter().map(|linked| {
            let labelled = !linked.entry.chain.is_empty() && linked.entry.version == VERSION;
            // A token that was used here was not used elsewhere first.
            let job = linked.entry.signature.as_deref().is_some_and(JobSignature::is_kept_as);
            let whole = !labelled || job || linked.verified.get().is_some() || asked.iter().any(|asked| asked.may_rest_on(linked.label()));
            if whole { Cow::Borrowed(&*linked.entry) } else { Cow::Owned(linked.link()) }
        })
    }

    /// The entries of the chain of what concerns all projects: those with this act whole, and those that may bear on anything; of all
    /// others the links.
    pub fn of_all_projects<'h>(&'h self, act: &'h str) -> impl Iterator<Item = Cow<'h, Entry>> {
        let own = self.linked().iter().filter(|linked| linked.entry.chain == ORG);
        let is_whole = move |linked: &LinkedEntry| linked.label().act == act || !linked.label().is_known();
        own.map(move |linked| if is_whole(linked) { Cow::Borrowed(&*linked.entry) } else { Cow::Owned(linked.link()) })
    }

    /// The first entry of which only the link is here although it may bear on this release.
    pub fn missing(&self, asked: &AskedRelease) -> Option<&LinkedEntry> {
        self.linked().iter().find(|linked| linked.entry.bare.is_some() && asked.may_rest_on(linked.label()))
    }

    /// The first entry with this statement.
    pub fn stating(&self, statement: &Digest) -> Result<Option<&VerifiedEntry>, LedgerError> {
        self.linked().iter().find(|linked| linked.statement == *statement).map(|linked| self.verified(linked)).transpose()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.meant
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.meant == 0
    }

    /// The newest time of an entry that is not still to come.
    pub fn newest(&self) -> Option<Timestamp> {
        self.read.newest
    }

    /// What was gone past.
    pub fn repaired(&self) -> &[Fault] {
        &self.read.links.faults
    }

    /// What it was at an instant: everything up to the last entry whose own time had come by then.
    #[must_use]
    pub fn until(&self, at: Timestamp) -> Self {
        self.first(self.linked().iter().rposition(|linked| linked.own <= at).map_or(0, |last| last + 1))
    }

    /// What it was before the entry in this place was added.
    #[must_use]
    pub fn before(&self, seq: u64) -> Self {
        self.first(self.linked().iter().position(|linked| linked.entry.seq >= seq).unwrap_or(self.meant))
    }

    fn first(&self, meant: usize) -> Self {
        Self { read: self.read.clone(), meant }
    }

    /// The fingerprint of the newest entry.
    pub fn head(&self) -> Digest {
        let whole = self.read.links.head().filter(|_| self.meant == self.read.entries.len());
        whole.or(self.linked().last().map(|linked| &linked.digest)).cloned().unwrap_or_else(Digest::none)
    }

    /// Whether the chain has this fingerprint in it: a head that somebody kept must be there for ever.
    pub fn holds(&self, head: &Digest) -> bool {
        *head == Digest::none() || self.place(head) > 0
    }

    /// Where the entry with this fingerprint stands; 0 for [`Digest::none`] and for one that is not there.
    pub fn place(&self, digest: &Digest) -> u64 {
        let newest = self.linked().last().map_or(0, |linked| linked.entry.seq);
        self.read.links.places.get(digest).copied().filter(|place| *place <= newest).unwrap_or(0)
    }

    /// Whether an entry has this statement.
    pub fn says(&self, statement: &Digest) -> Result<bool, LedgerError> {
        Ok(self.stating(statement)?.is_some())
    }

    /// Whether the same is said here by the same person: a twin that nobody signed, or a stranger, takes its place nowhere.
    pub fn heard(&self, said: &VerifiedEntry) -> Result<bool, LedgerError> {
        let statement = said.entry.statement();
        for linked in self.linked().iter().filter(|linked| linked.statement == statement && linked.entry.bare.is_none()) {
            let here = self.verified(linked)?;
            if here.signer() == said.signer() && here.entry.signature.is_some() == said.entry.signature.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
