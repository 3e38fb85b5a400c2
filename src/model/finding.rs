//! What one check came to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Expectation, Json, Outcome, Severity, first_of};

/// One check's row of the report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Finding {
    /// The check's id, unique in the plan.
    pub id: String,
    /// What people read; the id where the plan gives none.
    pub title: String,
    /// The heading it stands under; empty where the plan gives none.
    pub section: String,
    /// The kind of check.
    pub kind: String,
    /// The environment's `guard` names it: nothing else was touched before it had passed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guard: bool,
    /// How much it weighs.
    pub severity: Severity,
    /// Who looks after it.
    pub owner: Option<String>,
    /// Labels for `--only` and `--skip`.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What came of it.
    pub outcome: Outcome,
    /// Why, in one sentence; outside text in it is masked.
    pub reason: String,
    /// Left to another run, because of `--from`, `--only` or `--skip`: what `merge` looks for in the other shares.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub elsewhere: bool,
    /// The demands, each judged.
    #[serde(default)]
    pub expectations: Vec<Expectation>,
    /// What was seen, masked; `null` when nothing was.
    #[serde(default)]
    pub observation: Json,
    /// The kind's settings as resolved; a secret stands as its `${name}`.
    #[serde(default)]
    pub settings: Json,
    /// What was looked at, without credentials: `https://api.example.com:443`.
    pub target: Option<String>,
    /// The vantage it was run from.
    pub vantage: Option<String>,
    /// The vantage the plan wants it run from; absent where any will do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// How long one attempt may take; whole milliseconds. Absent from reports of older versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// How often a target that cannot be reached may be tried. Absent from reports of older versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retries>,
    /// How often it was tried; 0 when it was not.
    #[serde(default)]
    pub attempts: u32,
    /// Passed only after a retry.
    #[serde(default)]
    pub flaky: bool,
    /// The checks it needs.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Where it is unknown or pending only because of another check: that check's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// How long it took, waiting for its slot excluded; whole milliseconds.
    #[serde(default)]
    pub duration_ms: u64,
    /// Where the plan says it.
    pub location: Location,
    /// Why the team asks for it.
    pub why: Option<String>,
    /// What to do when it is red.
    pub fix: Option<String>,
    /// Where to read on.
    pub runbook: Option<String>,
    /// The accepted exception that covers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Waived>,
}

/// How often a target that cannot be reached may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Retries {
    /// Attempts in all, at least 1.
    pub attempts: u32,
    /// Between two attempts; whole milliseconds.
    pub delay_ms: u64,
}

/// A place in a plan file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Location {
    /// The file, relative to where the run was started if the plan was given so; `pack:NAME` for a check of a pack.
    pub file: String,
    /// Counted from 1.
    pub line: u64,
    /// The character of the line that it begins with, counted from 1. Absent from reports of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
}

/// An accepted exception in force at the instant of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Waived {
    /// Why it is accepted.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Who accepted it.
    pub approver: String,
    /// Where it is tracked.
    pub ticket: String,
    /// Until when.
    pub expires: Timestamp,
}

impl Finding {
    /// Whether people must see it above the green list: red, unknown, pending, waived or flaky.
    pub fn is_exception(&self) -> bool {
        match self.outcome {
            Outcome::Fail | Outcome::Unknown | Outcome::Pending => true,
            Outcome::Pass => self.flaky || self.waiver.is_some(),
            Outcome::Skipped => false,
        }
    }

    /// Whether a waiver in force covers this failure. Only a `fail` can be waived.
    pub fn is_waived(&self) -> bool {
        self.outcome == Outcome::Fail && self.waiver.is_some()
    }

    /// The reason a looked-at check gives: what is wrong first, or that nothing is.
    pub fn reason_of(outcome: Outcome, expectations: &[Expectation]) -> String {
        let shown: Vec<&Expectation> = match outcome {
            Outcome::Fail => expectations.iter().filter(|e| e.met == Some(false)).collect(),
            Outcome::Unknown => expectations.iter().filter(|e| e.met.is_none()).collect(),
            Outcome::Pass | Outcome::Pending | Outcome::Skipped => expectations.iter().collect(),
        };
        match (outcome, shown.as_slice()) {
            (Outcome::Unknown, []) => "nothing was expected, so nothing is proven".into(),
            (_, []) => outcome.phrase().into(),
            (Outcome::Pass, [only]) => only.line(),
            (Outcome::Pass, all) => format!("all {} expectations are met", all.len()),
            (_, all) => first_of(&all.iter().map(|one| one.line()).collect::<Vec<_>>(), 2, all.len(), "; "),
        }
    }
}
