//! One look at all measures and checks of a stage.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Whose;
use crate::model::{Digest, Outcome, Verdict, words};

/// What came of looking.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Everything that is judged was seen.
    #[default]
    Ok,
    /// Nobody asked anything of a version.
    NoTraffic,
    /// A version has no such series.
    NoData,
    /// What is there is too old.
    Stale,
    /// The answer cannot be believed, or there was none.
    Error,
    /// Another release than the two answers.
    ForeignRelease,
}

words!(State { Ok = "ok", NoTraffic = "no-traffic", NoData = "no-data", Stale = "stale", Error = "error", ForeignRelease = "foreign-release" });

/// One look at all measures and checks of a stage. Its numbers are what came since the sample before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Sample {
    /// Its number, from 1.
    pub number: u64,
    /// When, by our clock.
    pub at: Timestamp,
    /// The time of the data, by the server's clock; what came up to then counts.
    pub until: Timestamp,
    /// Milliseconds since the sample before, by a clock that nobody sets; absent across processes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    /// Whether it was taken later, from what the server remembered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
    /// Counters that began anew.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub resets: u32,
    /// The values, by measure.
    pub values: BTreeMap<String, Pair>,
    /// Why a measure of a version has no value: by `measure new`, `measure old`, or the empty name for all.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub troubles: BTreeMap<String, Trouble>,
    /// What the checks of the stage came to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checks: BTreeMap<String, Outcome>,
    /// What all checks of the stage together came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Who looked: no two may at the same time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Watcher>,
    /// The SHA-256 of the sample before, as it is stored; that of the stage's beginning for the first.
    pub prev: Digest,
}

/// The values of a measure: of the new version and of the old one, as its [shape](super::Shape) says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// Of the new version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<Vec<f64>>,
    /// Of the old one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<Vec<f64>>,
}

/// Why there is no value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trouble {
    /// Of what sort.
    pub state: State,
    /// Why.
    pub why: String,
}

/// A process that looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watcher {
    /// Its host.
    pub host: String,
    /// Its process id.
    pub pid: u32,
    /// Since when it looks.
    pub since: Timestamp,
}

impl Pair {
    /// The values of one version.
    pub fn of(&self, whose: Whose) -> Option<&[f64]> {
        match whose {
            Whose::New => self.new.as_deref(),
            Whose::Old => self.old.as_deref(),
        }
    }
}

impl Sample {
    /// Its bytes, made once: what is stored and chained.
    pub fn to_json(&self) -> Vec<u8> {
        // All keys are strings and every number is finite, so this cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The values of a measure of one version.
    pub fn values(&self, measure: &str, whose: Whose) -> Option<&[f64]> {
        self.values.get(measure)?.of(whose)
    }

    /// Why a measure of one version has no value.
    pub fn trouble(&self, measure: &str, whose: Whose) -> Option<&Trouble> {
        // Most samples have none, and this is asked of each measure of each.
        if self.troubles.is_empty() { None } else { self.troubles.get("").or_else(|| self.troubles.get(&key(measure, whose))) }
    }
}

/// What the trouble of a measure of one version stands under.
pub fn key(measure: &str, whose: Whose) -> String {
    format!("{measure} {whose}")
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}
