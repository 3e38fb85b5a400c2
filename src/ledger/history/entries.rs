//! The entries of a chain: as they stand in it, and as they were looked at.

use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use crate::{
    ledger::{Bare, Entry, Label},
    model::{Act, Digest, Run, Statement},
};

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
    pub(super) at: Timestamp,
    pub(super) verified: OnceLock<VerifiedEntry>,
}

impl LinkedEntry {
    /// What it is about.
    pub fn label(&self) -> &Label {
        &self.entry.label
    }

    /// Its link alone: whoever has it knows what the entry is about, and neither what it says nor who signed it.
    pub(super) fn link(&self) -> Entry {
        let Entry { version, ref chain, seq, ref prev, recorded, ref label, ref signature, ref bare, .. } = *self.entry;
        let signature = signature.as_ref().map(|signature| Digest::of(signature.as_bytes()));
        let bare = bare.clone().unwrap_or_else(|| Bare { statement: self.statement.clone(), signature });
        let (chain, prev, label) = (chain.clone(), prev.clone(), label.clone());
        Entry { version, chain, seq, prev, recorded, label, payload: Vec::new(), signature: None, bare: Some(bare) }
    }

    /// Whether it is about this environment of a project, and one of these acts.
    pub fn is_of(&self, place: (&str, &str), acts: &[&str]) -> bool {
        self.label().is_of(place) && acts.contains(&self.label().act.as_str())
    }
}

/// An entry whose place, statement and signature were looked at.
#[derive(Debug, Clone)]
pub struct VerifiedEntry {
    /// The entry.
    pub entry: Arc<Entry>,
    /// What it says.
    pub statement: Statement,
    /// How far that can be trusted.
    pub standing: SignatureStanding,
    /// The entry's own time: when it was recorded; in version 1, where one later entry pulls the time of all that follow,
    /// when its statement was made if it was recorded in the future.
    pub own: Timestamp,
    /// The earliest that it can have come into the ledger: never before what stands there before it.
    pub at: Timestamp,
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
        /// Who signed that the key is theirs, where that stands on record: they and whoever signed count as one.
        confirmed_by: Vec<String>,
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

    /// The run that it states.
    pub fn run(&self) -> Option<(&Self, &Run)> {
        if let Act::Run(run) = &self.statement.act { Some((self, run)) } else { None }
    }

    /// When the oldest look of this run of its was made, as far as that is told; never after it was recorded.
    pub fn looked(&self, run: &Run) -> Timestamp {
        run.looked.map_or(self.own, |looked| looked.min(self.own))
    }

    /// The person who signed it; `None` where nobody did or it cannot be trusted.
    pub fn signer(&self) -> Option<&str> {
        if matches!(self.standing, SignatureStanding::Signed { .. }) { self.statement.made.by.as_deref() } else { None }
    }

    /// The key it was signed with, where it can be trusted.
    pub fn key(&self) -> Option<&str> {
        if let SignatureStanding::Signed { key, .. } = &self.standing { Some(key) } else { None }
    }

    /// Who signed that the key it was signed with is the signer's, where that stands on record.
    pub fn confirmed_by(&self) -> &[String] {
        if let SignatureStanding::Signed { confirmed_by, .. } = &self.standing { confirmed_by } else { &[] }
    }
}
