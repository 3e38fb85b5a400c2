//! What keeps a ledger whole: broken rows set aside, heads bound, the shared chain closed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::Digest;

/// Rows of the ledger that cannot be believed are set aside: nothing in them counts, and the chain goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// Each of them.
    pub rows: Vec<Repaired>,
    /// The role of whoever says it; `None` where the plan has no `signoff`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// What happened.
    pub comment: String,
}

/// A row that is set aside, or a hole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Repaired {
    /// The number of the row, or of the row after the hole.
    pub seq: u64,
    /// The SHA-256 of the row's bytes as they are now; of a hole those of the row after it.
    pub row: Digest,
    /// Of a hole, the fingerprint of the entry before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Digest>,
    /// What is wrong with it.
    pub why: String,
}

/// The newest entry of every chain of a database at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The head of each chain, by the chain's name.
    pub heads: BTreeMap<String, Digest>,
}

/// The end of a chain that all projects shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// What comes after it: `by-project`.
    pub next: String,
}
