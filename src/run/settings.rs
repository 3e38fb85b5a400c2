//! How a plan is to be run.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use crate::{
    check::Keep,
    model::{
        GivenAnswer, GivenDrill, InRollout, Location, Period, Phase, ProcessEnv, Release, Shard, Signoff, Tool, Vantage, Waiver, Window,
    },
};

/// Everything a run is told, beside the plan.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The instant everything is judged at.
    pub at: Timestamp,
    /// [`at`](Self::at) is another moment than the run's own.
    pub rehearsal: bool,
    /// Before or after the deployment.
    pub phase: Phase,
    /// Which window after the deployment.
    pub window: Window,
    /// Which phase of a rollout, where it is one.
    pub stage: Option<InRollout>,
    /// Warnings block too.
    pub strict: bool,
    /// For information only: the exit code is 0 whatever the verdict.
    pub advisory: bool,
    /// Hold counts as success for the exit code.
    pub allow_hold: bool,
    /// Ids, tags or kinds to run, with what they need; all where empty.
    pub only: Vec<String>,
    /// Ids, tags or kinds to leave out.
    pub skip: Vec<String>,
    /// Where this run is made from.
    pub from: Option<String>,
    /// Which part of a run this is that many machines share.
    pub shard: Option<Shard>,
    /// How much at once and how long.
    pub limits: Limits,
    /// What is being released.
    pub release: Release,
    /// What draws where a check tries a choice of many; project and release where it is not said.
    pub seed: Option<String>,
    /// Host and CI job.
    pub vantage: Vantage,
    /// The program that runs.
    pub tool: Tool,
    /// The process environment.
    pub env: ProcessEnv,
    /// The policy in force: its terms for accepted exceptions, its roles.
    pub signoff: Option<Signoff>,
    /// What people should know of the run beforehand.
    pub notes: Vec<String>,
    /// Accepted exceptions; whether each counts at [`at`](Self::at) is for the run to say.
    pub waivers: Vec<GivenWaiver>,
    /// What people answered, by the id of the check.
    pub answers: Arc<BTreeMap<String, GivenAnswer>>,
    /// The newest drill of the way back by the record, by environment; `None` where the run has no record.
    pub drills: Option<Arc<BTreeMap<String, GivenDrill>>>,
    /// Where bytes of evidence go that the record is to keep.
    pub keep: Arc<Keep>,
    /// Reads the clock: for started and finished, never for judging.
    pub clock: fn() -> Timestamp,
}

impl Settings {
    /// The window of the report; `None` where it is the first, and before the deployment.
    pub fn window(&self) -> Option<Window> {
        Some(self.window).filter(|window| self.stage.is_none() && self.phase == Phase::PostDeploy && *window != Window::Immediate)
    }
}

/// An accepted exception as a run is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenWaiver {
    /// What is accepted, by whom, until when.
    pub waiver: Waiver,
    /// Its approver's signature is on record and holds.
    pub signed: bool,
    /// Where the plan says it; `None` where it stands only in the record.
    pub location: Option<Location>,
}

/// How much at once and how long.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Checks at once.
    pub jobs: usize,
    /// Checks at once on one target, at most; where the plan allows fewer, that holds.
    pub per_target: usize,
    /// For the whole run.
    pub deadline: Period,
}

impl Default for Limits {
    /// 256 at once, also on one target if it keeps up, 15 minutes.
    fn default() -> Self {
        Self { jobs: 256, per_target: 256, deadline: Period::seconds(900) }
    }
}
