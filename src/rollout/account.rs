//! A whole rollout as its report tells it: the stages with what they have shown and what people decided, and the ways back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{StageEvidence, Standing};
use crate::model::Release;

/// A rollout of one release in one environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Account {
    /// The plan's project.
    pub project: String,
    /// The environment.
    pub environment: String,
    /// What is rolled out.
    pub release: Release,
    /// What it replaces, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// Where it stands.
    pub state: Progress,
    /// The same in a sentence, with what comes next.
    pub said: String,
    /// When this was made.
    pub at: Timestamp,
    /// The stages, in the plan's order.
    pub stages: Vec<StageAccount>,
    /// The ways back that were taken, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rollbacks: Vec<WentBack>,
    /// The newest drill of the way back, whatever came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<WentBack>,
    /// What the rollout was to have shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub success: Vec<Shown>,
    /// What people should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Where a rollout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Progress {
    /// No stage has begun.
    Waiting,
    /// A stage goes on.
    UnderWay,
    /// Every stage was decided.
    Finished,
    /// The old version is back.
    RolledBack,
    /// It should be back and is not.
    RollbackFailed,
}

/// One stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct StageAccount {
    /// Its name.
    pub name: String,
    /// The share of the traffic.
    pub traffic: String,
    /// Which attempt; 0 where it has not begun.
    pub attempt: u32,
    /// When it began to soak.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Timestamp>,
    /// When it was over: the next one began, or the way back was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// What it has come to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    /// Why it counts for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub void: Option<String>,
    /// Who was to decide.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// What people decided, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<DecisionAccount>,
    /// What it has shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Box<StageEvidence>>,
}

/// What somebody decided at the end of a stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DecisionAccount {
    /// Who, by name.
    pub who: String,
    /// As what.
    pub role: String,
    /// `go`, `no-go` or `hold`.
    pub choice: String,
    /// When.
    pub at: Timestamp,
    /// What they added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// What stood against it in the evidence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<String>,
    /// Why it does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub void: Option<String>,
}

/// A way back that was taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct WentBack {
    /// In which environment.
    pub environment: String,
    /// From which stage.
    pub stage: String,
    /// `breach`, `drill`, `planned` or `asked`.
    pub kind: String,
    /// Why.
    pub why: String,
    /// When it was called for.
    pub fired: Timestamp,
    /// `back`, `late` or `failed`; absent where nobody has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Milliseconds from then to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took: Option<u64>,
    /// What was allowed, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<u64>,
    /// What the old version showed afterwards, where the plan wants that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Recovering>,
    /// Until when people must have looked at it, or that this is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<String>,
    /// What people should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl WentBack {
    /// What came after it, and is to come.
    pub fn afterwards(&self) -> impl Iterator<Item = &String> {
        self.recovery.iter().map(|recovery| &recovery.said).chain(&self.review)
    }
}

/// What the old version showed after a way back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Recovering {
    /// What that has come to; absent where nobody has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    /// The same in a sentence.
    pub said: String,
}

/// What the rollout was to have shown: wanted beside measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Shown {
    /// What people read.
    pub text: String,
    /// What was wanted.
    pub wanted: String,
    /// What was measured.
    pub measured: String,
    /// Whether that is it; `None` where it cannot be told.
    pub met: Option<bool>,
}
