//! What the paths led to.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::check::demand::Hits;

/// What the paths led to, and what could not be read.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Seen {
    /// By the path as written.
    pub(super) found: BTreeMap<String, Hits>,
    /// The paths of which nothing is known, and why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) unread: BTreeMap<String, String>,
    /// When the lists of packages that upgrades are told by were fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lists_of: Option<Timestamp>,
}
