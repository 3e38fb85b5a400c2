//! What the server said.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::check::{demand::Hits, prometheus::Metric};

/// What the server said.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// What its clock said.
    pub at: Timestamp,
    /// How many series the query gives.
    pub count: usize,
    /// The first of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<Shown>,
    /// What their values are, where that is demanded; of a stretch of time all of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Hits>,
    /// What their labels are, where that is demanded.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, Hits>,
    /// Their number, where that is demanded.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub number: BTreeMap<String, Hits>,
    /// Values divided by those of the same series then.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ratios: BTreeMap<String, Hits>,
    /// A value that is no number, and where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub odd: Option<String>,
    /// Why the values do not cover the stretch of time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<String>,
    /// Why not every value has one to be compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incomparable: Option<String>,
    /// The age in seconds of the oldest newest sample, by selector.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ages: Vec<(String, Option<f64>)>,
    /// The metrics that the query names, where it gives nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<Metric>,
}

/// A series as evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Shown {
    /// Its labels, as Prometheus writes them.
    pub labels: String,
    /// Its last value.
    pub value: String,
    /// How many values it has over a stretch of time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<usize>,
}
