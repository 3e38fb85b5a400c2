//! A ledger that was read and believed: its entries with what they say, and how far their signatures can be trusted.
//!
//! Every hash and every link is followed, and whoever signed last vouches for all that they saw. A statement is read and its
//! signature looked at when somebody asks for the entry, and what cannot be believed is an error then: whoever rules on a
//! release looks at what bears on it and at nothing else.

use std::{
    num::NonZero,
    sync::{Arc, OnceLock},
};

use jiff::Timestamp;

use super::{
    AskedRelease, Checked, Entry, Fault, FaultKind, Label, LedgerError, Look, Row, VERSION, Verifier,
    chain::Links,
    row::{Sound, Unsound},
};
use crate::model::{Act, Digest, Made, Method, Period, Statement, utc};

/// How far the clocks of a signer and of the ledger may be apart.
pub const CLOCKS: Period = Period::seconds(60);

/// Fewer signatures are not worth a thread of their own.
const MANY: usize = 100;

/// An entry that stands in its place in the chain.
#[derive(Debug, Clone)]
pub struct LinkedEntry {
    /// The entry.
    pub entry: Arc<Entry>,
    /// Its fingerprint.
    pub digest: Digest,
    /// The fingerprint of its statement.
    pub statement: Digest,
    /// [`VerifiedEntry::own`].
    pub own: Timestamp,
    /// [`VerifiedEntry::aside`].
    pub aside: Option<String>,
    /// When its signer's key must have counted: a clock that was set back revives no key that has expired, and one that was
    /// set forward ends none.
    at: Timestamp,
    verified: OnceLock<VerifiedEntry>,
}

impl LinkedEntry {
    /// What it is about.
    pub fn label(&self) -> &Label {
        &self.entry.label
    }

    /// Whether it is about this environment of a project, and one of these acts.
    pub fn is_of(&self, (project, environment): (&str, &str), acts: &[&str]) -> bool {
        let label = self.label();
        label.project == project && label.environment == environment && acts.contains(&label.act.as_str())
    }
}

/// An entry whose place, statement and signature were looked at.
#[derive(Debug, Clone)]
pub struct VerifiedEntry {
    /// The entry.
    pub entry: Arc<Entry>,
    /// Its fingerprint.
    pub digest: Digest,
    /// What it says.
    pub statement: Statement,
    /// How far that can be trusted.
    pub standing: SignatureStanding,
    /// The entry's own time: when it was recorded; in version 1, where one later entry pulls the time of all that follow,
    /// when its statement was made if it was recorded in the future.
    pub own: Timestamp,
    /// Why nothing that it allows counts: it is still to come.
    pub aside: Option<String>,
}

/// How far an entry can be trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureStanding {
    /// Nobody signed it.
    Unsigned,
    /// Whoever it names signed it.
    Signed {
        /// The key's type and fingerprint.
        key: String,
        /// What is to be said of the key since.
        since: Option<String>,
    },
    /// It is signed, or says so, and that cannot be relied on.
    Untrusted(String),
}

impl VerifiedEntry {
    /// Whether it is about this environment.
    pub fn is_of(&self, project: &str, environment: &str) -> bool {
        let made = &self.statement.made;
        made.project == project && made.environment == environment
    }

    /// The person who signed it; `None` where nobody did or it cannot be trusted.
    pub fn signer(&self) -> Option<&str> {
        if matches!(self.standing, SignatureStanding::Signed { .. }) { self.statement.made.by.as_deref() } else { None }
    }

    /// The key it was signed with, where it can be trusted.
    pub fn key(&self) -> Option<&str> {
        if let SignatureStanding::Signed { key, .. } = &self.standing { Some(key) } else { None }
    }
}

/// A chain, in order, or its beginning; copies share what was read.
#[derive(Debug, Clone, Default)]
pub struct History {
    read: Arc<Read>,
    /// How many of its entries are meant.
    meant: usize,
}

/// What was read.
#[derive(Clone, Default)]
struct Read {
    links: Links,
    /// Every entry that counts.
    entries: Vec<LinkedEntry>,
    /// The newest time of an entry that is not still to come.
    newest: Option<Timestamp>,
    /// The number of the end of the shared chain, which says nothing that anybody could sign.
    closing: Option<u64>,
    /// Judges signatures; there is one where there are entries.
    verifier: Option<Arc<dyn Verifier>>,
    now: Timestamp,
}

impl History {
    /// Follows a chain, and looks at the newest signature, which vouches for what is before it. Where faults are gone past,
    /// everything is looked at.
    ///
    /// # Errors
    /// The first fault that is not to be gone past.
    pub fn of(rows: Vec<Row>, look: &Look<'_>) -> Result<Self, LedgerError> {
        let verifier = Some(look.verifier.clone());
        let entries = Vec::with_capacity(rows.len());
        let mut read = Read { links: Links::new(look.repairs), entries, newest: None, closing: None, verifier, now: look.now };
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
    ///
    /// # Errors
    /// A fault of the entry.
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

    /// What one of them says, and how far that can be trusted.
    ///
    /// # Errors
    /// [`LedgerError::Broken`] where it cannot be believed.
    pub fn verified<'h>(&'h self, linked: &'h LinkedEntry) -> Result<&'h VerifiedEntry, LedgerError> {
        if let Some(verified) = linked.verified.get() {
            return Ok(verified);
        }
        let verified = self.read.verify(linked, &mut Err)?;
        Ok(linked.verified.get_or_init(|| verified))
    }

    /// Every entry, oldest first.
    ///
    /// # Errors
    /// The first that cannot be believed.
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

    /// The entries of one environment with one of these [acts](Act::WORDS), oldest first. Each is looked at when it is come
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
    ///
    /// # Errors
    /// Where one that is newer cannot be believed.
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

    /// The first entry with this statement.
    ///
    /// # Errors
    /// Where it cannot be believed.
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
    ///
    /// # Errors
    /// Where it cannot be believed: bytes that stand there say nothing yet.
    pub fn says(&self, statement: &Digest) -> Result<bool, LedgerError> {
        Ok(self.stating(statement)?.is_some())
    }

    /// How many entries are about another project or environment.
    pub fn elsewhere(&self, project: &str, environment: &str) -> usize {
        let elsewhere = |linked: &&LinkedEntry| {
            let label = linked.label();
            Some(linked.entry.seq) != self.read.closing && (label.project != project || label.environment != environment)
        };
        self.linked().iter().filter(elsewhere).count()
    }

    /// The first entry that only a newer program understands, with its version: one of this environment, or one that
    /// may be.
    pub fn newer(&self, project: &str, environment: &str) -> Option<(u64, u32)> {
        let newer = |linked: &&LinkedEntry| {
            let label = linked.label();
            linked.entry.version > VERSION || (!label.is_known() && label.project == project && label.environment == environment)
        };
        self.linked().iter().find(newer).map(|linked| (linked.entry.seq, linked.entry.version))
    }

    /// Up to which entry, by its place, the chain is vouched for by a trusted signature made later.
    ///
    /// # Errors
    /// Where an entry after that one cannot be believed.
    pub fn covered(&self) -> Result<u64, LedgerError> {
        let mut covered = 0;
        for linked in self.linked().iter().rev() {
            // Nobody vouches for what stands after their own entry.
            if linked.entry.seq <= covered + 1 {
                break;
            }
            if let Some(verified) = self.signed(linked)? {
                covered = covered.max(self.place(&verified.statement.made.head));
            }
        }
        Ok(covered)
    }

    /// How many entries neither bear a trusted signature nor are covered by a later one.
    ///
    /// # Errors
    /// Where one of them cannot be believed.
    pub fn unsigned(&self) -> Result<u64, LedgerError> {
        let covered = self.covered()?;
        let open = self.linked().iter().filter(|linked| linked.entry.seq > covered && Some(linked.entry.seq) != self.read.closing);
        let mut unsigned = 0;
        for linked in open {
            unsigned += u64::from(self.signed(linked)?.is_none());
        }
        Ok(unsigned)
    }

    /// The entry, where it bears a trusted signature.
    fn signed<'h>(&'h self, linked: &'h LinkedEntry) -> Result<Option<&'h VerifiedEntry>, LedgerError> {
        if linked.entry.signature.is_none() {
            return Ok(None);
        }
        Ok(Some(self.verified(linked)?).filter(|verified| verified.signer().is_some()))
    }
}

impl Read {
    fn take(&mut self, row: Result<Sound, Unsound>) -> Result<(), Fault> {
        let Some(Sound { entry, digest, statement }) = self.links.take(row)? else { return Ok(()) };
        let (seq, now) = (entry.seq, CLOCKS.after(self.now));
        if entry.chain.is_empty() && entry.version == VERSION {
            self.closing = Some(seq);
        }
        let own = entry.recorded;
        let to_come = own > now;
        let mut linked = LinkedEntry { entry: Arc::new(entry), digest, statement, own, aside: None, at: own, verified: OnceLock::new() };
        let pulled = to_come && linked.entry.version == 1;
        if pulled && let Ok(statement) = Statement::from_json(&linked.entry.payload) {
            linked.own = statement.made.at;
        }
        linked.at = self.newest.max(Some(linked.own.min(self.now))).unwrap_or(linked.own);
        if linked.own > now {
            linked.aside = Some(format!("recorded at {}, which is still to come by the clock here", utc(linked.own)));
        }
        // What an act that is not known bears on cannot be told: it is looked at like everything where faults are gone past.
        if self.links.goes_past() || !linked.label().is_known() {
            let mut faults = Vec::new();
            let verified = self.verify(&linked, &mut |fault| {
                faults.push(fault);
                Ok(())
            });
            let verified = verified.map_err(|fault| faults.push(fault));
            for fault in faults {
                self.links.past(fault)?;
            }
            let Ok(verified) = verified else { return Ok(()) };
            linked.verified = OnceLock::from(verified);
        }
        if linked.aside.is_none() {
            self.newest = self.newest.max(Some(linked.own));
        }
        self.entries.push(linked);
        Ok(())
    }

    /// What an entry says and who says it. `past` goes past what is wrong where the entry counts all the same.
    fn verify(&self, linked: &LinkedEntry, past: &mut dyn FnMut(Fault) -> Result<(), Fault>) -> Result<VerifiedEntry, Fault> {
        let LinkedEntry { entry, digest, own, aside, .. } = linked;
        let (entry, digest, own, aside) = (entry.clone(), digest.clone(), *own, aside.clone());
        if entry.version > VERSION {
            return Ok(unread(entry, digest, own));
        }
        let statement = self.links.statement(&entry, &digest, past)?;
        let made = &statement.made;
        let judged = match (&entry.signature, &made.by, &self.verifier) {
            (None, None, _) => Ok(SignatureStanding::Unsigned),
            // No gonogo writes either: somebody took the one away.
            (None, Some(by), _) => Err(format!("it names `{by}` as its signer and bears no signature")),
            (Some(_), None, _) => Err("it is signed and does not say by whom".into()),
            (Some(_), Some(_), None) => Ok(SignatureStanding::Untrusted("nobody judged its signature".into())),
            (Some(signature), Some(by), Some(verifier)) => match verifier.check(&entry.payload, signature, by, linked.at) {
                Checked::Signed { key, since } => Ok(SignatureStanding::Signed { key, since }),
                Checked::Untrusted(why) => Ok(SignatureStanding::Untrusted(why)),
                Checked::Forged(why) => Err(why),
            },
        };
        let mut standing = judged.map_err(|why| Fault::of(FaultKind::Forged, &entry, &digest, None, why))?;
        if matches!(standing, SignatureStanding::Signed { .. }) && made.at > CLOCKS.after(own) {
            let (made, own) = (utc(made.at), utc(own));
            standing = SignatureStanding::Untrusted(format!("it says it was signed at {made}, after it was recorded at {own}"));
        }
        if let Some(why) = statement.contradiction() {
            standing = SignatureStanding::Untrusted(why.into());
        }
        Ok(VerifiedEntry { digest, entry, statement, standing, own, aside })
    }
}

impl std::fmt::Debug for Read {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Read").field("entries", &self.entries).finish_non_exhaustive()
    }
}

/// What a newer program wrote: it is there, and nothing of what it says is believed.
fn unread(entry: Arc<Entry>, digest: Digest, own: Timestamp) -> VerifiedEntry {
    let made = Made {
        project: String::new(),
        environment: String::new(),
        at: entry.recorded,
        head: Digest::none(),
        org: None,
        by: None,
        method: Method::Recorded,
        tool: String::new(),
    };
    let act = Act::Other(format!("an entry of version {}", entry.version));
    let standing =
        SignatureStanding::Untrusted(format!("it was written by a newer gonogo (version {}) and was not looked at", entry.version));
    VerifiedEntry { digest, statement: Statement { subject: Vec::new(), made, act }, standing, own, aside: None, entry }
}
