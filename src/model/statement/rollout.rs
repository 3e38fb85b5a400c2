//! Rollouts on record: stages that begin, what they came to, ways back, and what people decide at their ends.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Evidence;
use crate::model::{Digest, Json, Percent, Release, words};

/// Something that happened in a stage of a rollout.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RolloutStep {
    /// What is rolled out.
    pub release: Release,
    /// The stage.
    pub stage: String,
    /// How often it has begun with this one.
    pub attempt: u32,
    /// The plan's fingerprint.
    pub plan: Digest,
    /// What happened.
    pub step: StageStep,
}

impl RolloutStep {
    /// The report that it rests on.
    pub fn report(&self) -> Option<&Digest> {
        match &self.step {
            StageStep::Evidence(evidence) => evidence.report.as_ref(),
            StageStep::RollbackEnded(ended) => ended.report.as_ref(),
            StageStep::Begun(_) | StageStep::Started(_) | StageStep::RollbackBegun(_) => None,
        }
    }

    /// The beginning, if this is one.
    pub fn begun(&self) -> Option<&StageBegun> {
        if let StageStep::Begun(begun) = &self.step { Some(begun) } else { None }
    }
}

/// What happened in a stage of a rollout.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StageStep {
    /// It began.
    Begun(StageBegun),
    /// What came of beginning it: from here on it soaks.
    Started(StageStarted),
    /// What it had come to at a moment.
    Evidence(RecordedEvidence),
    /// The way back is taken: on record before its command starts.
    RollbackBegun(RollbackBegun),
    /// What became of that.
    RollbackEnded(RollbackEnded),
}

/// A stage began. Its samples name the fingerprint of this statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct StageBegun {
    /// The version that is replaced.
    pub old: String,
    /// The version that is rolled out.
    pub new: String,
    /// The release that is replaced, where it is on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_release: Option<Release>,
    /// What is laid down for all its samples.
    pub fixed: Json,
    /// The share of the traffic that the new version has.
    pub traffic: Percent,
    /// How many seconds it must go well.
    pub soak: u64,
    /// The machine that began it.
    pub host: String,
    /// The process.
    pub pid: u32,
    /// That this is no stage: after a way back the old version is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<AfterWayBack>,
}

/// A way back that the old version recovers from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct AfterWayBack {
    /// The fingerprint of the statement with which it began.
    pub back: Digest,
    /// Which of several ways it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<String>,
}

/// What came of beginning a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct StageStarted {
    /// The fingerprint of the statement with which it began.
    pub began: Digest,
    /// Why it cannot be earned: the program failed, or something did not answer meanwhile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
    /// What people should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What a stage had come to at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RecordedEvidence {
    /// The fingerprint of the statement with which it began.
    pub began: Digest,
    /// How many samples it rests on.
    pub samples: u64,
    /// The fingerprint of the last of them; of none, that of the beginning.
    pub last: Digest,
    /// In a word: `earned`, `held`, `unseen`, `breached`.
    pub standing: String,
    /// The fingerprint of its report, which people decide on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Digest>,
}

impl RecordedEvidence {
    /// The word of a stage that has shown all that was demanded.
    pub const EARNED: &str = "earned";
    /// The word of one that has not, with nothing that speaks against it.
    pub const HELD: &str = "held";

    /// Whether somebody may decide go on it: it is earned, or nothing but time or traffic is missing.
    pub fn may_go_on(&self) -> bool {
        [Self::EARNED, Self::HELD].contains(&self.standing.as_str())
    }
}

/// The way back is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RollbackBegun {
    /// The fingerprint of the statement with which the stage began, where one had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Digest>,
    /// The number of the sample that called for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<u64>,
    /// When it was called for: from then on it is timed.
    pub fired: Timestamp,
    /// Why.
    pub why: String,
    /// What called for it.
    pub kind: RollbackKind,
    /// The machine that takes it.
    pub host: String,
    /// The process.
    pub pid: u32,
}

/// What called for a way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RollbackKind {
    /// A trigger, or a demand that is shown not to be met.
    Breach,
    /// It is only practised.
    Drill,
    /// The plan.
    Planned,
    /// Somebody.
    Asked,
}

words!(RollbackKind { Breach = "breach", Drill = "drill", Planned = "planned", Asked = "asked" });

/// What became of a way back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RollbackEnded {
    /// The fingerprint of the statement with which it began.
    pub begun: Digest,
    /// How it ended.
    pub outcome: RollbackOutcome,
    /// How many milliseconds it took since it was called for.
    pub took: u64,
    /// Which of several ways it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<String>,
    /// What people should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The fingerprint of the report made after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Digest>,
}

/// How a way back ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RollbackOutcome {
    /// The old version is back.
    Back,
    /// It is back, later than the plan allows.
    Late,
    /// It is not.
    Failed,
}

words!(RollbackOutcome { Back = "back", Late = "late", Failed = "failed" });

/// A role holder's decision whether what follows a stage may begin. When it was made, [`Made`](super::Made) says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct StageDecision {
    /// What is rolled out.
    pub release: Release,
    /// The stage.
    pub stage: String,
    /// Which of its attempts.
    pub attempt: u32,
    /// The fingerprint of the statement with which it began.
    pub began: Digest,
    /// The fingerprint of the report of the evidence that was decided on.
    pub evidence: Digest,
    /// The role.
    pub role: String,
    /// What the signature means.
    pub meaning: String,
    /// What was decided.
    pub choice: Choice,
    /// What the person adds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// What stands against a plain go in the evidence, as the person was shown it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<String>,
    /// Whose decision it is, by id; whoever signs, unless it was entered for them.
    pub person: String,
    /// What shows a decision that was entered for somebody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown_by: Vec<Evidence>,
}

/// What is decided at the end of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// What follows may begin.
    Go,
    /// It may not, and this one goes back.
    NoGo,
    /// It may not yet.
    Hold,
}

words!(Choice { Go = "go", NoGo = "no-go", Hold = "hold" });
