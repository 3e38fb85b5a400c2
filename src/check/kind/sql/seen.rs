//! What a query answered, as evidence: what the demands name, and a few rows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::check::demand::Hits;

/// The answer to a query.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Seen {
    /// How many rows.
    pub rows: u64,
    /// The first of them, as JSON texts; only where their number is demanded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub first: Vec<String>,
    /// What each demanded column holds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, Hits>,
}
