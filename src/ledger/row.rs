//! A stored row and the entry it must be.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;

use super::{Bare, Entry, Label, LedgerError, VERSION};
use crate::model::{Digest, excerpt};

/// The columns of the shared chain, in the order both stores ask for them. `statement` and `digest` follow from the others
/// and are kept for looking things up.
pub(super) const COLUMNS: &str = "seq, version, prev, recorded, payload, signature, statement, digest";

/// The columns that chains of projects have before those.
pub(super) const MORE: &str = "chain, label";

/// The columns as stored, whatever stands in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The chain's name; empty for the shared one.
    pub chain: String,
    /// The label as JSON; empty in the shared chain.
    pub label: String,
    /// The number.
    pub seq: i64,
    /// The entry's version.
    pub version: i64,
    /// The fingerprint of the entry before it.
    pub prev: String,
    /// When it was added.
    pub recorded: String,
    /// The statement.
    pub payload: Vec<u8>,
    /// The signature.
    pub signature: Option<String>,
    /// The statement's fingerprint.
    pub statement: String,
    /// The entry's fingerprint.
    pub digest: String,
    /// [`Entry::bare`]; no store keeps such a row.
    pub bare: Option<Bare>,
}

/// A row that is an entry.
pub(super) struct Sound {
    pub(super) entry: Entry,
    pub(super) digest: Digest,
    pub(super) statement: Digest,
}

/// A row that is none.
pub(super) struct Unsound {
    /// The number it has, as far as that can be one.
    pub(super) seq: u64,
    /// [`Row::name`].
    pub(super) name: Digest,
    pub(super) why: String,
}

impl Row {
    /// That of an entry.
    pub fn of(entry: Entry) -> Self {
        let statement = entry.statement();
        Self {
            label: if entry.chain.is_empty() { String::new() } else { json(&entry.label) },
            seq: number(entry.seq),
            version: entry.version.into(),
            prev: entry.prev.to_string(),
            recorded: entry.recorded.to_string(),
            digest: entry.digest_over(&statement).to_string(),
            statement: statement.to_string(),
            chain: entry.chain,
            payload: entry.payload,
            signature: entry.signature,
            bare: entry.bare,
        }
    }

    /// The fingerprint of the row's bytes as they are, by which a repair names a row that is no entry.
    pub fn name(&self) -> Digest {
        let payload = Digest::of(&self.payload);
        let Self { chain, label, seq, version, prev, recorded, signature, statement, digest, .. } = self;
        let line = json!(["gonogo.row", chain, label, seq, version, prev, recorded, payload, signature, statement, digest]);
        Digest::of(line.to_string().as_bytes())
    }

    /// The number; 0 for what cannot be one.
    pub(super) fn number(&self) -> u64 {
        u64::try_from(self.seq).unwrap_or(0)
    }

    /// The entry, which is to stand in the place `seq`, counted from 1.
    pub(super) fn entry(self, seq: u64) -> Result<Entry, LedgerError> {
        let broken = |why| LedgerError::Broken { seq, why };
        if self.number() != seq {
            return Err(broken(missing(self.seq)));
        }
        self.read().map(|sound| sound.entry).map_err(|unsound| broken(unsound.why))
    }

    /// What it is.
    pub(super) fn read(self) -> Result<Sound, Unsound> {
        let (version, prev, recorded, label) = match self.parts() {
            Ok(parts) => parts,
            Err(why) => return Err(Unsound { seq: self.number(), name: self.name(), why }),
        };
        let seq = self.number();
        let Self { chain, payload, signature, statement: stored_statement, digest: stored, bare, .. } = self;
        let entry = Entry { version, chain, seq, prev, recorded, label, payload, signature, bare };
        let statement = entry.statement();
        let digest = entry.digest_over(&statement);
        let why = if digest.as_str() != stored {
            let newer = if version > VERSION { " (or a newer gonogo wrote it)" } else { "" };
            format!("it was changed: its fingerprint is {digest}, the one stored with it {}{newer}", excerpt(&stored, 64))
        } else if statement.as_str() != stored_statement {
            "the fingerprint of its statement is not the one stored with it".into()
        } else {
            return Ok(Sound { entry, digest, statement });
        };
        // All else is written as its entry would be.
        let row = Self { statement: stored_statement, digest: stored, ..Self::of(entry) };
        Err(Unsound { seq, name: row.name(), why })
    }

    /// What of it is to be read from text, each written in the one way there is.
    fn parts(&self) -> Result<(u32, Digest, Timestamp, Label), String> {
        if self.seq < 0 {
            return Err(format!("its number is {}", self.seq));
        }
        let version = u32::try_from(self.version).map_err(|_| format!("its version is {}", self.version))?;
        let prev = Digest::parse(&self.prev).ok_or("the fingerprint of the entry before it is none")?;
        let recorded: Timestamp = self.recorded.parse().map_err(|_| format!("its time `{}` is none", excerpt(&self.recorded, 40)))?;
        if recorded.to_string() != self.recorded {
            return Err(format!("its time is written `{}`, not `{recorded}`", excerpt(&self.recorded, 40)));
        }
        if self.chain.is_empty() {
            if self.bare.is_some() {
                return Err("only its link is here, which in the shared chain says nothing of what it is about".into());
            }
            let label = Label::of_payload(&self.payload);
            return if self.label.is_empty() { Ok((version, prev, recorded, label)) } else { Err("it has a label".into()) };
        }
        let label: Label = serde_json::from_str(&self.label).map_err(|error| format!("its label cannot be read: {error}"))?;
        if json(&label) != self.label {
            return Err("its label is written in another way than gonogo writes it".into());
        }
        Ok((version, prev, recorded, label))
    }
}

/// What is said of a place where there is another entry.
pub(super) fn missing(there: impl std::fmt::Display) -> String {
    format!("it is missing: the one in its place says it is number {there}")
}

/// The heads of chains, as stored.
pub(super) fn heads_of(heads: BTreeMap<String, String>) -> Result<BTreeMap<String, Digest>, LedgerError> {
    let read = |(chain, digest): (String, String)| {
        let head = Digest::parse(&digest);
        let why = || LedgerError::Cut(format!("the newest entry of its chain `{}` has no fingerprint", excerpt(&chain, 64)));
        head.ok_or_else(why).map(|head| (chain.clone(), head))
    };
    heads.into_iter().map(read).collect()
}

/// A number as the stores have it.
pub(super) fn number(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// All keys are strings, so this cannot fail.
pub(super) fn json(label: &Label) -> String {
    serde_json::to_string(label).unwrap_or_default()
}
