//! A ledger that was read and believed: every entry with what it says, and how far its signature can be trusted.

use jiff::Timestamp;

use super::{Entry, LedgerError, VERSION};
use crate::model::{Act, Digest, Made, Method, Period, Statement, utc};

/// How far the clocks of a signer and of the ledger may be apart.
pub const CLOCKS: Period = Period::seconds(60);

/// Judges signatures.
pub trait Verifier: Sync {
    /// Whether `signature` over `payload` was made by `principal` with a key that counted at the instant `at`.
    fn check(&self, payload: &[u8], signature: &str, principal: &str, at: Timestamp) -> Checked;
}

/// What a signature came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// It is the principal's.
    Signed {
        /// The key's type and fingerprint: `ED25519 SHA256:…`.
        key: String,
        /// What is to be said of the key since: that it has expired.
        since: Option<String>,
    },
    /// It fits the bytes, but the key does not count: nobody's, somebody else's, expired then, revoked.
    Untrusted(String),
    /// It does not fit the bytes: they or it were altered.
    Forged(String),
}

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
    /// When it was made, as far as that can be believed.
    pub own: Timestamp,
    /// Why it allows nothing, where it is set aside: it is from the future. What it forbids still counts.
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

/// Every entry of a ledger, in order, believed.
#[derive(Debug, Clone, Default)]
pub struct History {
    entries: Vec<VerifiedEntry>,
}

impl History {
    /// Looks at every entry of an unbroken chain.
    ///
    /// # Errors
    /// The first entry whose statement cannot be read, or whose signature does not fit it.
    pub fn of(entries: Vec<Entry>, verifier: &dyn Verifier) -> Result<Self, LedgerError> {
        super::chain::check(&entries)?;
        let entries = entries.into_iter().map(|entry| prove(entry, verifier)).collect::<Result<_, _>>()?;
        Ok(Self { entries })
    }

    /// Every entry, oldest first.
    pub fn entries(&self) -> &[VerifiedEntry] {
        &self.entries
    }

    /// What it was at an instant: the entries that had been recorded by then.
    #[must_use]
    pub fn until(&self, at: Timestamp) -> Self {
        Self { entries: self.entries.iter().take_while(|proven| proven.entry.recorded <= at).cloned().collect() }
    }

    /// What it was before the entry in this place was added.
    #[must_use]
    pub fn before(&self, seq: u64) -> Self {
        Self { entries: self.entries.iter().take_while(|proven| proven.entry.seq < seq).cloned().collect() }
    }

    /// The fingerprint of the newest entry.
    pub fn head(&self) -> Digest {
        self.entries.last().map_or_else(Digest::none, |last| last.digest.clone())
    }

    /// Whether the chain has this fingerprint in it: a head that somebody kept must be there for ever.
    pub fn holds(&self, head: &Digest) -> bool {
        *head == Digest::none() || self.entries.iter().any(|proven| proven.digest == *head)
    }

    /// Where the entry with this fingerprint stands; 0 for [`Digest::none`] and for one that is not there.
    pub fn place(&self, digest: &Digest) -> u64 {
        self.entries.iter().find(|proven| proven.digest == *digest).map_or(0, |proven| proven.entry.seq)
    }

    /// Whether an entry has this statement.
    pub fn says(&self, statement: &Digest) -> bool {
        self.entries.iter().any(|entry| entry.entry.statement() == *statement)
    }

    /// The entries of one environment, oldest first.
    pub fn of_environment<'h>(&'h self, project: &'h str, environment: &'h str) -> impl DoubleEndedIterator<Item = &'h VerifiedEntry> {
        self.entries.iter().filter(move |proven| proven.is_of(project, environment))
    }

    /// The first entry that only a newer program understands, with its version: one of this environment, or one that
    /// may be.
    pub fn newer(&self, project: &str, environment: &str) -> Option<(u64, u32)> {
        let newer = |proven: &&VerifiedEntry| {
            let other = matches!(proven.statement.act, Act::Other(_)) && proven.is_of(project, environment);
            proven.entry.version > VERSION || other
        };
        self.entries.iter().find(newer).map(|proven| (proven.entry.seq, proven.entry.version))
    }

    /// Up to which entry, by its place, the chain is vouched for by a trusted signature made later.
    pub fn covered(&self) -> u64 {
        let seen: std::collections::HashMap<&Digest, u64> = self.entries.iter().map(|proven| (&proven.digest, proven.entry.seq)).collect();
        let signed = self.entries.iter().filter(|proven| proven.signer().is_some());
        signed.filter_map(|proven| seen.get(&proven.statement.made.head).copied()).max().unwrap_or(0)
    }

    /// How many entries neither bear a trusted signature nor are covered by a later one.
    pub fn unsigned(&self) -> u64 {
        let covered = self.covered();
        let open = self.entries.iter().filter(|proven| proven.entry.seq > covered && proven.signer().is_none());
        open.count() as u64
    }
}

fn prove(entry: Entry, verifier: &dyn Verifier) -> Result<VerifiedEntry, LedgerError> {
    if entry.version > VERSION {
        return Ok(unread(entry));
    }
    let broken = |why: String| LedgerError::Broken { seq: entry.seq, why };
    let statement = Statement::from_json(&entry.payload).map_err(|error| broken(error.to_string()))?;
    let made = &statement.made;
    let mut standing = match (&entry.signature, &made.by) {
        (None, None) => SignatureStanding::Unsigned,
        // No gonogo writes either: somebody took the one away.
        (None, Some(by)) => return Err(broken(format!("it names `{by}` as its signer and bears no signature"))),
        (Some(_), None) => return Err(broken("it is signed and does not say by whom".into())),
        (Some(signature), Some(by)) => match verifier.check(&entry.payload, signature, by, entry.recorded) {
            Checked::Signed { key, since } => SignatureStanding::Signed { key, since },
            Checked::Untrusted(why) => SignatureStanding::Untrusted(why),
            Checked::Forged(why) => return Err(broken(why)),
        },
    };
    if matches!(standing, SignatureStanding::Signed { .. }) && made.at > CLOCKS.after(entry.recorded) {
        standing = SignatureStanding::Untrusted(format!(
            "it says it was signed at {}, after it was recorded at {}",
            utc(made.at),
            utc(entry.recorded)
        ));
    }
    if let Some(why) = statement.contradiction() {
        standing = SignatureStanding::Untrusted(why.into());
    }
    Ok(VerifiedEntry { digest: entry.digest(), own: entry.recorded, aside: None, entry, statement, standing })
}

/// What a newer program wrote: it is there, and nothing of what it says is believed.
fn unread(entry: Entry) -> VerifiedEntry {
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
    let statement = Statement { subject: Vec::new(), made, act };
    VerifiedEntry { digest: entry.digest(), own: entry.recorded, aside: None, statement, standing, entry }
}
