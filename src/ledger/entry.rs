//! One entry of the ledger, chained to the one before it.

use jiff::Timestamp;

use super::{Label, bundle::Manifest};
use crate::model::{Act, Closing, Digest, Made, Statement};

/// The newest version of entries that this program reads and writes. It adds nothing to a chain that has newer ones.
pub const VERSION: u32 = 2;

/// One entry. Its fingerprint covers everything in it, and through `prev` everything before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Of its format: 1 in the chain that all share, 2 at its end and in those of the projects.
    pub version: u32,
    /// The chain's name; empty for the one that all share.
    pub chain: String,
    /// Its place, counted from 1. The chain of a project goes on counting where the shared one ends.
    pub seq: u64,
    /// The fingerprint of the entry before; [`Digest::none`] for the first.
    pub prev: Digest,
    /// When it came into the ledger, by the clock of whoever added it. In version 1 never before the entry before.
    pub recorded: Timestamp,
    /// What it is about.
    pub label: Label,
    /// The statement's exact bytes.
    pub payload: Vec<u8>,
    /// The armored SSH signature over the payload's [`pae`](super::pae), where there is one.
    pub signature: Option<String>,
    /// Where only its link is at hand: what its fingerprint covers of the two, which are left out then.
    pub bare: Option<Bare>,
}

/// What the fingerprint of an entry covers of what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bare {
    /// The fingerprint of the statement.
    pub statement: Digest,
    /// The fingerprint of the signature, where there is one.
    pub signature: Option<Digest>,
}

/// What is to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The statement's exact bytes.
    pub payload: Vec<u8>,
    /// The armored SSH signature over the payload's [`pae`](super::pae), where there is one.
    pub signature: Option<String>,
}

impl Entry {
    /// The SHA-256 of one line of JSON without white space and newline. In the shared chain
    /// `["gonogo.entry",version,seq,prev,recorded,sha256(payload),sha256(signature) or null]`; in another
    /// `["gonogo.entry",version,chain,seq,prev,recorded,[act,project,environment,version,commit,artifact],…]`, with the same
    /// two at its end and null for what the label lacks.
    pub fn digest(&self) -> Digest {
        self.digest_over(&self.statement())
    }

    /// The same, where the fingerprint of the statement is known already.
    pub(super) fn digest_over(&self, statement: &Digest) -> Digest {
        let signature = match &self.bare {
            Some(bare) => bare.signature.clone(),
            None => self.signature.as_ref().map(|signature| Digest::of(signature.as_bytes())),
        };
        let recorded = self.recorded.to_string();
        let line = if self.chain.is_empty() {
            serde_json::to_vec(&("gonogo.entry", self.version, self.seq, &self.prev, recorded, statement, signature))
        } else {
            let Label { act, project, environment, version, commit, artifact } = &self.label;
            let label = (act, project, environment, version, commit, artifact);
            serde_json::to_vec(&("gonogo.entry", self.version, &self.chain, self.seq, &self.prev, recorded, label, statement, signature))
        };
        // Strings and numbers serialise always.
        Digest::of(&line.unwrap_or_default())
    }

    /// The fingerprint of the statement, by which later ones name it.
    pub fn statement(&self) -> Digest {
        self.bare.as_ref().map_or_else(|| Digest::of(&self.payload), |bare| bare.statement.clone())
    }

    /// Whether there is a signature, whoever made it.
    pub(super) fn is_signed(&self) -> bool {
        self.bare.as_ref().map_or(self.signature.is_some(), |bare| bare.signature.is_some())
    }

    /// Whether the two are one entry, also where only the link of one is at hand.
    pub fn is(&self, other: &Self) -> bool {
        let bare = self.bare.is_some() || other.bare.is_some();
        if bare { self.digest() == other.digest() } else { self == other }
    }

    /// Whether it is of the version of its chain, and about what belongs there.
    pub(super) fn fits(&self) -> bool {
        let closes = self.label.act == Act::CLOSING;
        if self.chain.is_empty() {
            (self.version == VERSION) == closes
        } else {
            self.version == VERSION && self.label.chain() == self.chain
        }
    }

    /// The end of the shared chain, after the entry `prev` with the number `newest`.
    pub(super) fn closing(newest: u64, prev: Digest, recorded: Timestamp, now: Timestamp) -> Self {
        let made = Made::by_nobody(now, prev.clone(), Manifest::TOOL.into());
        let statement = Statement { subject: Vec::new(), made, act: Act::Closing(Closing { next: "by-project".into() }) };
        let label = Label::of(&statement);
        Self {
            version: VERSION,
            chain: String::new(),
            seq: newest + 1,
            prev,
            recorded,
            label,
            payload: statement.to_json(),
            signature: None,
            bare: None,
        }
    }
}
