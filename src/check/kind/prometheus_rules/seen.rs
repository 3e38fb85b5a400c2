//! What the server says of the rules.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::check::{demand::Hits, prometheus::Metric};

/// What was seen.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    pub(super) at: Timestamp,
    pub(super) rules: Vec<Named>,
    pub(super) alertmanagers: Option<usize>,
}

/// All rules of one name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) rules: Vec<Rule>,
    pub(super) similar: Vec<String>,
    pub(super) labels: BTreeMap<String, Hits>,
    pub(super) annotations: BTreeMap<String, Hits>,
    pub(super) metrics: Vec<Metric>,
    pub(super) unread: Option<String>,
    pub(super) receivers: Vec<Receiver>,
}

/// One rule.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) group: String,
    pub(super) interval: f64,
    pub(super) health: String,
    pub(super) state: String,
    pub(super) error: Option<String>,
    pub(super) evaluated: Option<Timestamp>,
}

/// A receiver that an alert comes to, or may come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Receiver {
    pub(super) name: String,
    pub(super) ways: Option<usize>,
    pub(super) perhaps: bool,
    pub(super) timed: bool,
}
