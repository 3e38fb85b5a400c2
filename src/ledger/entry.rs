//! One entry of the ledger, chained to the one before it.

use jiff::Timestamp;
use serde_json::json;

use crate::model::Digest;

/// The version of entries that this program writes. It reads newer ones, and adds nothing to a ledger that has some.
pub const VERSION: u32 = 1;

/// One entry. Its fingerprint covers everything in it, and through `prev` everything before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Of its format.
    pub version: u32,
    /// Its place, counted from 1.
    pub seq: u64,
    /// The fingerprint of the entry before; [`Digest::none`] for the first.
    pub prev: Digest,
    /// When it came into the ledger, by the clock of whoever added it; never before the entry before.
    pub recorded: Timestamp,
    /// The statement's exact bytes.
    pub payload: Vec<u8>,
    /// The armored SSH signature over the payload's [`pae`](super::pae), where there is one.
    pub signature: Option<String>,
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
    /// The SHA-256 of one line of JSON without white space and newline:
    /// `["gonogo.entry",version,seq,prev,recorded,sha256(payload),sha256(signature) or null]`.
    pub fn digest(&self) -> Digest {
        let signature = self.signature.as_ref().map(|signature| Digest::of(signature.as_bytes()));
        let line =
            json!(["gonogo.entry", self.version, self.seq, self.prev, self.recorded.to_string(), Digest::of(&self.payload), signature]);
        Digest::of(line.to_string().as_bytes())
    }

    /// The fingerprint of the statement, by which later ones name it.
    pub fn statement(&self) -> Digest {
        Digest::of(&self.payload)
    }
}
