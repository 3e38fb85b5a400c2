//! What Alertmanager says.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::check::demand::Hits;

/// What it says.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    pub(super) at: Timestamp,
    pub(super) cluster: String,
    pub(super) peers: u64,
    pub(super) receivers: BTreeMap<String, Option<usize>>,
    pub(super) silences: Option<usize>,
    pub(super) amiss: Vec<Silence>,
    pub(super) makers: BTreeMap<String, Hits>,
    pub(super) firing: Option<usize>,
    pub(super) alerts: Vec<String>,
    pub(super) watchdog: Option<Watchdog>,
}

/// A silence that something is amiss with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Silence {
    pub(super) matchers: String,
    pub(super) starts: Timestamp,
    pub(super) ends: Timestamp,
    pub(super) maker: String,
    pub(super) covers: Option<bool>,
}

/// The alert that always fires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Watchdog {
    pub(super) state: String,
    pub(super) updated: Timestamp,
}
