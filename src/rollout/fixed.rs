//! What is laid down when a stage begins and stays so: the baselines, and the buckets that histograms are counted by.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What is laid down when a stage begins and stays so for all its samples.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Fixed {
    /// What the new version is called in the queries.
    pub new: String,
    /// What the old one is called.
    pub old: String,
    /// Of each histogram the upper ends of its buckets that count, as the values of a sample stand for them.
    #[serde(default)]
    pub buckets: BTreeMap<String, Vec<f64>>,
    /// Of each histogram that is held against a baseline the bucket that the baseline's own quantile lies in.
    #[serde(default)]
    pub beside: BTreeMap<String, f64>,
    /// The baselines that were taken once, as the values of a sample are.
    #[serde(default)]
    pub baseline: BTreeMap<String, Vec<f64>>,
}

/// Whether two ends of buckets are the same one, written in two ways.
pub fn same_end(one: f64, other: f64) -> bool {
    one.total_cmp(&other).is_eq() || (one - other).abs() <= 1e-9 * one.abs().min(other.abs())
}
