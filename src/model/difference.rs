//! What changed between two stored reports, and what of it asks less than before.
//!
//! Only what the reports themselves say is compared: nothing is judged again, so reports of older programs compare too.

mod attempt;
mod check;
mod demand;
mod frame;
mod settings;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::{Digest, Finding, Outcome, Phase, Release, Report, Severity, Verdict, Window};

/// The name of the format. Within v1 fields are only added.
pub const DIFFERENCE_SCHEMA: &str = "gonogo.diff/v1";

/// What changed from one report to another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// [`DIFFERENCE_SCHEMA`].
    pub schema: &'static str,
    /// The first report.
    pub before: Side,
    /// The second report.
    pub after: Side,
    /// Why the two may not be comparable: other projects, other environments, the wrong order.
    pub warnings: Vec<String>,
    /// What changed about the runs themselves.
    pub run: Vec<Change>,
    /// Every check that is not green in both, or of which something changed: in the second report's order, then those
    /// that are gone.
    pub checks: Vec<CheckDifference>,
    /// How many checks are green, or left out, in both and ask the same.
    pub unchanged: usize,
}

/// One of the two reports, as far as people need it to know which it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// The fingerprint of its file.
    pub digest: Digest,
    /// The plan's project.
    pub project: String,
    /// The environment looked at.
    pub environment: String,
    /// Before or after the deployment.
    pub phase: Phase,
    /// Which window after it; absent where it is the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// What was being released.
    pub release: Release,
    /// The instant it was judged at.
    pub at: Timestamp,
    /// The fingerprint of its plan.
    pub plan: Digest,
    /// Its verdict.
    pub verdict: Verdict,
    /// The verdict as people read it, with what weakens it.
    pub headline: String,
}

/// What became of one check.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckDifference {
    /// Its id.
    pub id: String,
    /// Its title, as the newer of the two reports has it.
    pub title: String,
    /// Where its outcome went.
    pub movement: Movement,
    /// What it came to in the first report; `None` where that has no such check.
    pub before: Option<Standing>,
    /// What it came to in the second.
    pub after: Option<Standing>,
    /// What changed of what it asks.
    pub changes: Vec<Change>,
}

/// What a check came to in one report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// The outcome.
    pub outcome: Outcome,
    /// Failed under an accepted exception.
    pub waived: bool,
    /// How much it weighs.
    pub severity: Severity,
    /// Why, in one sentence.
    pub reason: String,
}

/// Where an outcome went. Red is `fail`; green is `pass`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Movement {
    /// Fails now.
    NewlyRed,
    /// Could be checked, or was not tried, and now cannot.
    NewlyUnknown,
    /// Waits for a person now.
    NewlyPending,
    /// Was tried and is left out now.
    NewlySkipped,
    /// Fails in both.
    StillRed,
    /// Could be checked in neither.
    StillUnknown,
    /// Waits for a person in both.
    StillPending,
    /// Gone from the plan.
    Removed,
    /// New in the plan.
    Added,
    /// Passes now.
    NewlyGreen,
    /// Passes in both.
    StillGreen,
    /// Left out in both.
    StillSkipped,
}

/// One thing that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What: `severity`, `expectation status`, `needs dns`, `setting url`.
    pub what: String,
    /// As it was; `None` where there was none.
    pub before: Option<String>,
    /// As it is; `None` where there is none any more.
    pub after: Option<String>,
    /// Whether less is asked.
    pub effect: Effect,
}

/// What a change means for how much is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Less is asked than before: what a reviewer must see.
    Loosened,
    /// Something else is asked; whether it is less, only a person can say.
    Changed,
    /// More is asked.
    Tightened,
}

impl Difference {
    /// Compares two reports, each with the fingerprint of its file.
    pub fn between((before, old): (&Report, Digest), (after, new): (&Report, Digest)) -> Self {
        let known: BTreeMap<&str, &Finding> = before.findings.iter().map(|f| (f.id.as_str(), f)).collect();
        let kept: BTreeSet<&str> = after.findings.iter().map(|f| f.id.as_str()).collect();
        let same_tool = before.tool == after.tool;
        let now = after.findings.iter().map(|f| check::compare(known.get(f.id.as_str()).copied(), Some(f), same_tool));
        let gone = before.findings.iter().filter(|f| !kept.contains(f.id.as_str())).map(|f| check::compare(Some(f), None, same_tool));
        let all: Vec<CheckDifference> = now.chain(gone).flatten().collect();
        let total = all.len();
        let checks: Vec<CheckDifference> = all.into_iter().filter(CheckDifference::is_worth_telling).collect();
        Self {
            schema: DIFFERENCE_SCHEMA,
            warnings: frame::warnings((before, &old), (after, &new)),
            run: frame::changes(before, after),
            unchanged: total - checks.len(),
            checks,
            before: Side::of(before, old),
            after: Side::of(after, new),
        }
    }

    /// How many checks moved so.
    pub fn moved(&self, movement: Movement) -> usize {
        self.checks.iter().filter(|check| check.movement == movement).count()
    }

    /// How many changes of the runs and of the checks have this effect.
    pub fn effects(&self, effect: Effect) -> usize {
        self.run.iter().chain(self.checks.iter().flat_map(|check| &check.changes)).filter(|change| change.effect == effect).count()
    }
}

impl Side {
    fn of(report: &Report, digest: Digest) -> Self {
        Self {
            digest,
            project: report.project.clone(),
            environment: report.environment.clone(),
            phase: report.phase,
            window: report.window,
            release: report.release.clone(),
            at: report.at,
            plan: report.plan.digest.clone(),
            verdict: report.verdict,
            headline: report.headline(),
        }
    }
}

impl CheckDifference {
    fn is_worth_telling(&self) -> bool {
        !self.changes.is_empty() || !matches!(self.movement, Movement::StillGreen | Movement::StillSkipped)
    }
}

impl Change {
    fn new(what: impl Into<String>, before: Option<String>, after: Option<String>, effect: Effect) -> Self {
        Self { what: what.into(), before, after, effect }
    }
}
