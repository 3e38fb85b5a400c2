//! What a server answered, as evidence: what the demands name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::check::demand::Hits;

/// The answer to a command.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Seen {
    /// The nodes that were asked, where all were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<String>,
    /// How many rows.
    pub rows: u64,
    /// What each demanded field holds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Hits>,
}
