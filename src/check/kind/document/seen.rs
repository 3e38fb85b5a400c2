//! What was brought, as evidence: what the demands name, and no more.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    check::{demand::Hits, format::Format},
    model::Digest,
};

/// What was brought.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// Its bytes; of several pages, of all.
    pub size: u64,
    /// The SHA-256 of them; of several pages, one after the other.
    pub sha256: Digest,
    /// How many pages it came in, where it may come in several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<usize>,
    /// When the file was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<Timestamp>,
    /// The format that it was read as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// What the paths lead to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub found: BTreeMap<String, Hits>,
    /// Why it could not be read: a fragment that reads well after its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
}

impl Seen {
    /// Of these bytes, nothing looked for yet.
    pub(super) fn of(bytes: &[u8], format: Option<Format>) -> Self {
        let (size, sha256) = (bytes.len() as u64, Digest::of(bytes));
        Self { size, sha256, pages: None, modified: None, format, found: BTreeMap::new(), unread: None }
    }
}
