//! One check of a plan, resolved for one environment.

use std::collections::BTreeSet;

use crate::{
    check::{AnyCheck, Kind},
    model::{Json, Location, Period, Phase, Severity, Window},
};

/// One check of the plan.
pub struct Item {
    /// Unique in the plan: `tls-api`, or `web/tls` from a pack.
    pub id: String,
    /// What people read; the id where the plan gives none.
    pub title: String,
    /// The heading it stands under; may be empty.
    pub section: String,
    /// How much it weighs; a guard is always a blocker.
    pub severity: Severity,
    /// Who looks after it.
    pub owner: Option<String>,
    /// Why the team asks for it.
    pub why: Option<String>,
    /// What to do when it is red.
    pub fix: Option<String>,
    /// Where to read on.
    pub runbook: Option<String>,
    /// Labels.
    pub tags: Vec<String>,
    /// When around the deployment it is meant to run; empty where it is meant for phases of the rollout alone.
    pub phases: Vec<Phase>,
    /// The phases of the rollout in which it runs, by name.
    pub stages: Vec<String>,
    /// In which windows after a deployment; never empty.
    pub windows: Vec<Window>,
    /// The vantage it must be run from; `None` is anywhere.
    pub from: Option<String>,
    /// Ids it needs: each must pass here, unwaived, before this one is tried.
    pub needs: Vec<String>,
    /// The environment's `guard` names it: it runs first, and nothing else is touched unless it passes.
    pub guard: bool,
    /// Of one attempt, counted from when it holds its slot.
    pub timeout: Period,
    /// For targets that cannot be reached.
    pub retry: Retry,
    /// Where the plan says it; of a pack's check, where the pack is included.
    pub location: Location,
    /// Its kind.
    pub kind: &'static Kind,
    /// The kind's settings as resolved; a secret stands as its `${name}`.
    pub settings: Json,
    /// What its pack says of the program that it runs: where that is had, and how one logs in. Told where it could not look.
    pub needs_command: Option<String>,
    /// Variables that only the run can give and did not: without them nothing is looked at.
    pub awaits: BTreeSet<String>,
    /// Whether it is meant for this environment.
    pub standing: Standing,
}

/// How often an unreachable target is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Attempts in all, at least 1.
    pub attempts: u32,
    /// Between two attempts.
    pub delay: Period,
}

/// Whether a check is meant for the environment the plan was read for.
pub enum Standing {
    /// It is: the check, ready to look.
    Ready(Box<dyn AnyCheck>),
    /// It is not: why, for the report's `skipped` row. Its settings were not resolved.
    Excluded(String),
}
