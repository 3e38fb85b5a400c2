//! What a stage has shown, as the file says it that people decide on and that the record keeps.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Fixed, Judgement};
use crate::model::{Digest, Release};

/// What a stage has shown: the report's `rollout`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct StageEvidence {
    /// The stage.
    pub stage: String,
    /// Which one of how many: `[2, 4]`.
    pub place: [usize; 2],
    /// How often it was begun.
    pub attempt: u32,
    /// The share of the traffic that the new version is to have.
    pub traffic: String,
    /// What one count is.
    pub unit: String,
    /// How sure the bounds are.
    pub confidence: f64,
    /// Since when it soaks.
    pub begun: Timestamp,
    /// When it was judged.
    pub at: Timestamp,
    /// What it replaces.
    pub old: Release,
    /// What was laid down when it began.
    pub fixed: Fixed,
    /// The SHA-256 of the last sample, which holds that of the one before; absent where there is none.
    pub last: Option<Digest>,
    /// What keeps it and is in no sample: what went wrong when it began, checks that are red by now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<String>,
    /// What it has come to.
    pub judgement: Judgement,
    /// The course of each measure.
    pub courses: Vec<Course>,
}

/// The course of a measure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Course {
    /// The measure.
    pub measure: String,
    /// How its numbers are written.
    pub form: Form,
    /// The number that it is held against.
    pub limit: Option<f64>,
    /// The same as the plan says it: `at most 1%`.
    pub limit_said: String,
    /// What it was in the baseline, where the limit goes by that.
    pub baseline: Option<f64>,
    /// Its values, in the order of time.
    pub points: Vec<Point>,
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// As a share of all.
    Share,
    /// In seconds.
    Seconds,
    /// In bytes.
    Bytes,
    /// As they are.
    Plain,
}

/// The values of a stretch of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Its end.
    pub at: Timestamp,
    /// Of the version that is judged; absent in a gap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<f64>,
    /// Of the other version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<f64>,
    /// What all up to here shows: at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lower: Option<f64>,
    /// At most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upper: Option<f64>,
}
