//! A ledger that was read and believed: its entries with what they say, and how far their signatures can be trusted.
//!
//! Every hash and every link is followed. Statements are read and signatures looked at only where an answer can rest on
//! them; who asks says so by the labels.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Checked, Entry, Fault, FaultKind, LedgerError, Look, Row, VERSION,
    chain::Links,
    row::{Sound, Unsound},
};
use crate::model::{Act, Digest, Made, Method, Period, Statement, utc};

/// How far the clocks of a signer and of the ledger may be apart.
pub const CLOCKS: Period = Period::seconds(60);

/// An entry whose place, statement and signature were looked at.
#[derive(Debug, Clone)]
pub struct VerifiedEntry {
    /// The entry.
    pub entry: Entry,
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

/// A chain, in order, believed, or its beginning; copies share what was read.
#[derive(Debug, Clone, Default)]
pub struct History {
    read: Arc<Read>,
    /// How many of its links are meant.
    links: usize,
    /// How many of the entries.
    entries: usize,
}

/// What was read.
#[derive(Debug, Clone, Default)]
struct Read {
    links: Links,
    /// Every entry that counts, with its number, its fingerprint and its own time.
    all: Vec<(u64, Digest, Timestamp)>,
    entries: Vec<VerifiedEntry>,
    /// The newest time of an entry that is not still to come.
    newest: Option<Timestamp>,
    /// The number of the end of the shared chain, which says nothing that anybody could sign.
    closing: Option<u64>,
}

impl History {
    /// Follows a chain, and looks at those of its entries that bear on the answer.
    ///
    /// # Errors
    /// The first fault that is not to be gone past.
    pub fn of(rows: Vec<Row>, look: &Look<'_>) -> Result<Self, LedgerError> {
        let mut read = Read { links: Links::new(look.repairs), all: Vec::with_capacity(rows.len()), ..Read::default() };
        for row in rows {
            read.take(row.read(), look)?;
        }
        Ok(Self { links: read.all.len(), entries: read.entries.len(), read: Arc::new(read) })
    }

    /// Goes on with an entry that was added; `false` where it does not follow the newest one here, so that the ledger is to
    /// be read again.
    ///
    /// # Errors
    /// A fault of the entry.
    pub fn go_on(&mut self, entry: Entry, look: &Look<'_>) -> Result<bool, LedgerError> {
        let statement = entry.statement();
        let digest = entry.digest_over(&statement);
        if self.holds(&digest) {
            return Ok(true);
        }
        if self.links < self.read.all.len() || self.read.links.head() != Some(&entry.prev) {
            return Ok(false);
        }
        let read = Arc::make_mut(&mut self.read);
        read.take(Ok(Sound { entry, digest, statement }), look)?;
        (self.links, self.entries) = (read.all.len(), read.entries.len());
        Ok(true)
    }

    /// The entries that were looked at, oldest first.
    pub fn entries(&self) -> &[VerifiedEntry] {
        &self.read.entries[..self.entries]
    }

    /// How many entries there are, also those that were not looked at.
    pub fn len(&self) -> usize {
        self.links
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.links == 0
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
        self.first(self.all().iter().rposition(|(_, _, own)| *own <= at).map_or(0, |last| last + 1))
    }

    /// What it was before the entry in this place was added.
    #[must_use]
    pub fn before(&self, seq: u64) -> Self {
        self.first(self.all().iter().position(|(place, ..)| *place >= seq).unwrap_or(self.links))
    }

    fn first(&self, links: usize) -> Self {
        let end = self.all()[..links].last().map_or(0, |(seq, ..)| *seq);
        Self { read: self.read.clone(), links, entries: self.entries().partition_point(|proven| proven.entry.seq <= end) }
    }

    fn all(&self) -> &[(u64, Digest, Timestamp)] {
        &self.read.all[..self.links]
    }

    /// The fingerprint of the newest entry.
    pub fn head(&self) -> Digest {
        let whole = self.read.links.head().filter(|_| self.links == self.read.all.len());
        whole.or(self.all().last().map(|(_, digest, _)| digest)).cloned().unwrap_or_else(Digest::none)
    }

    /// Whether the chain has this fingerprint in it: a head that somebody kept must be there for ever.
    pub fn holds(&self, head: &Digest) -> bool {
        *head == Digest::none() || self.place(head) > 0
    }

    /// Where the entry with this fingerprint stands; 0 for [`Digest::none`] and for one that is not there.
    pub fn place(&self, digest: &Digest) -> u64 {
        let newest = self.all().last().map_or(0, |(seq, ..)| *seq);
        self.read.links.places.get(digest).copied().filter(|place| *place <= newest).unwrap_or(0)
    }

    /// Whether an entry that was looked at has this statement.
    pub fn says(&self, statement: &Digest) -> bool {
        self.entries().iter().any(|entry| entry.entry.statement() == *statement)
    }

    /// The entries of one environment that were looked at, oldest first.
    pub fn of_environment<'h>(&'h self, project: &'h str, environment: &'h str) -> impl DoubleEndedIterator<Item = &'h VerifiedEntry> {
        self.entries().iter().filter(move |proven| proven.is_of(project, environment))
    }

    /// How many of those that were looked at are about another project or environment.
    pub fn elsewhere(&self, project: &str, environment: &str) -> usize {
        let elsewhere = |proven: &&VerifiedEntry| Some(proven.entry.seq) != self.read.closing && !proven.is_of(project, environment);
        self.entries().iter().filter(elsewhere).count()
    }

    /// The first entry that only a newer program understands, with its version: one of this environment, or one that
    /// may be.
    pub fn newer(&self, project: &str, environment: &str) -> Option<(u64, u32)> {
        let newer = |proven: &&VerifiedEntry| {
            let other = matches!(proven.statement.act, Act::Other(_)) && proven.is_of(project, environment);
            proven.entry.version > VERSION || other
        };
        self.entries().iter().find(newer).map(|proven| (proven.entry.seq, proven.entry.version))
    }

    /// Up to which entry, by its place, the chain is vouched for by a trusted signature made later.
    pub fn covered(&self) -> u64 {
        let signed = self.entries().iter().filter(|proven| proven.signer().is_some());
        signed.map(|proven| self.place(&proven.statement.made.head)).max().unwrap_or(0)
    }

    /// How many entries neither bear a trusted signature nor are covered by a later one.
    pub fn unsigned(&self) -> u64 {
        let covered = self.covered();
        let open = self.all().iter().filter(|(seq, ..)| *seq > covered && Some(*seq) != self.read.closing).count();
        let signed = self.entries().iter().filter(|proven| proven.entry.seq > covered && proven.signer().is_some()).count();
        (open - signed) as u64
    }
}

impl Read {
    fn take(&mut self, row: Result<Sound, Unsound>, look: &Look<'_>) -> Result<(), Fault> {
        let Some(Sound { entry, digest, .. }) = self.links.take(row)? else { return Ok(()) };
        let (seq, recorded, now) = (entry.seq, entry.recorded, CLOCKS.after(look.now));
        if entry.chain.is_empty() && entry.version == VERSION {
            self.closing = Some(seq);
        }
        let bears = entry.version > VERSION || !entry.label.is_known() || (look.bears)(&entry.label);
        let mut own = Some(recorded).filter(|recorded| *recorded <= now);
        if bears {
            let Some(proven) = self.prove(entry, &digest, look)? else { return Ok(()) };
            own = Some(proven.own);
            self.entries.push(proven);
        }
        if let Some(own) = own.filter(|own| *own <= now) {
            self.newest = self.newest.max(Some(own));
        }
        self.all.push((seq, digest, own.unwrap_or(recorded)));
        Ok(())
    }

    /// What an entry says and who says it; `None` where it is set aside.
    fn prove(&mut self, entry: Entry, digest: &Digest, look: &Look<'_>) -> Result<Option<VerifiedEntry>, Fault> {
        if entry.version > VERSION {
            return Ok(Some(unread(entry, digest.clone())));
        }
        let Some(statement) = self.links.read(&entry, digest)? else { return Ok(None) };
        let made = &statement.made;
        let to_come = entry.recorded > CLOCKS.after(look.now);
        let own = if to_come && entry.version == 1 { made.at } else { entry.recorded };
        // A clock that was set back revives no key that has expired, and one that was set forward ends none.
        let at = self.newest.max(Some(own.min(look.now))).unwrap_or(own);
        let judged = match (&entry.signature, &made.by) {
            (None, None) => Ok(SignatureStanding::Unsigned),
            // No gonogo writes either: somebody took the one away.
            (None, Some(by)) => Err(format!("it names `{by}` as its signer and bears no signature")),
            (Some(_), None) => Err("it is signed and does not say by whom".into()),
            (Some(signature), Some(by)) => match look.verifier.check(&entry.payload, signature, by, at) {
                Checked::Signed { key, since } => Ok(SignatureStanding::Signed { key, since }),
                Checked::Untrusted(why) => Ok(SignatureStanding::Untrusted(why)),
                Checked::Forged(why) => Err(why),
            },
        };
        let mut standing = match judged {
            Ok(standing) => standing,
            Err(why) => return self.links.fault(FaultKind::Forged, entry.seq, (entry.seq, digest), None, why).map(|()| None),
        };
        if matches!(standing, SignatureStanding::Signed { .. }) && made.at > CLOCKS.after(own) {
            let (made, own) = (utc(made.at), utc(own));
            standing = SignatureStanding::Untrusted(format!("it says it was signed at {made}, after it was recorded at {own}"));
        }
        if let Some(why) = statement.contradiction() {
            standing = SignatureStanding::Untrusted(why.into());
        }
        let future = own > CLOCKS.after(look.now);
        let aside = future.then(|| format!("recorded at {}, which is still to come by the clock here", utc(own)));
        Ok(Some(VerifiedEntry { digest: digest.clone(), entry, statement, standing, own, aside }))
    }
}

/// What a newer program wrote: it is there, and nothing of what it says is believed.
fn unread(entry: Entry, digest: Digest) -> VerifiedEntry {
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
    let own = entry.recorded;
    VerifiedEntry { digest, statement: Statement { subject: Vec::new(), made, act }, standing, own, aside: None, entry }
}
