//! What an environment holds, as evidence: the keys that the demands name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::check::demand::Hits;

/// What was found.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Seen {
    /// What each demanded key holds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Hits>,
    /// What the paths lead to in the JSON of a key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub json: BTreeMap<String, BTreeMap<String, Hits>>,
    /// Of the lists of keys that must differ, the groups that hold one value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equal: Vec<Vec<String>>,
    /// Keys whose value cannot be told, and why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unread: BTreeMap<String, String>,
    /// Keys that are not set, with what stands there that may be meant: a comment, a key of nearly that name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unset: BTreeMap<String, String>,
}
