//! A stored row and the entry it must be.

use jiff::Timestamp;

use super::{Entry, LedgerError};
use crate::model::{Digest, excerpt};

/// The columns of an entry, in the order both stores ask for them. `statement` and `digest` follow from the others and
/// are kept for looking things up.
pub(super) const COLUMNS: &str = "seq, version, prev, recorded, payload, signature, statement, digest";

/// The columns as stored; what cannot be read as its type has failed before.
pub(super) struct Row {
    pub(super) seq: i64,
    pub(super) version: i64,
    pub(super) prev: String,
    pub(super) recorded: String,
    pub(super) payload: Vec<u8>,
    pub(super) signature: Option<String>,
    pub(super) statement: String,
    pub(super) digest: String,
}

impl Row {
    /// The entry, which is to stand in the place `seq`, counted from 1.
    pub(super) fn entry(self, seq: u64) -> Result<Entry, LedgerError> {
        self.read(seq).map_err(|why| LedgerError::Broken { seq, why })
    }

    fn read(self, expected: u64) -> Result<Entry, String> {
        let number = |value: i64, name: &str| u64::try_from(value).map_err(|_| format!("its {name} is {value}"));
        let seq = number(self.seq, "number")?;
        if seq != expected {
            return Err(format!("it is missing: the one in its place says it is number {seq}"));
        }
        let version = u32::try_from(self.version).map_err(|_| format!("its version is {}", self.version))?;
        let prev = Digest::parse(&self.prev).ok_or("the fingerprint of the entry before it is none")?;
        let recorded: Timestamp = self.recorded.parse().map_err(|_| format!("its time `{}` is none", excerpt(&self.recorded, 40)))?;
        if recorded.to_string() != self.recorded {
            return Err(format!("its time is written `{}`, not `{recorded}`", excerpt(&self.recorded, 40)));
        }
        let entry = Entry { version, seq, prev, recorded, payload: self.payload, signature: self.signature };
        let digest = entry.digest();
        if digest.as_str() != self.digest {
            let moved = if seq == expected { String::new() } else { format!(" (it says it is number {seq})") };
            return Err(format!(
                "it was changed{moved}: its fingerprint is {digest}, the one stored with it {}",
                excerpt(&self.digest, 64)
            ));
        }
        if entry.statement().as_str() != self.statement {
            return Err("the fingerprint of its statement is not the one stored with it".into());
        }
        Ok(entry)
    }
}
