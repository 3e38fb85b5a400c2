//! Which plan, for which environment, seen from which process environment, and what for.

use std::{collections::BTreeMap, path::PathBuf};

use crate::model::ProcessEnv;

/// What to read.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The plan's main file, `gonogo.yaml`.
    pub config: PathBuf,
    /// The environment; may be left out where the plan has only one.
    pub environment: Option<String>,
    /// The process environment.
    pub env: ProcessEnv,
    /// What the run says of the release and the stage, by the names of the variables that stand for it.
    pub given: BTreeMap<String, String>,
    /// The plan's files by their names relative to its folder, where they are another commit's or a run's: none but the
    /// env-file is then read from the folder itself.
    pub files: Option<BTreeMap<String, Vec<u8>>>,
    /// What the plan is for.
    pub purpose: Purpose,
}

/// What a plan is read for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Purpose {
    /// A run: what has no value is an error.
    #[default]
    Run,
    /// No target is looked at: variables that are not set are no problem, and the checks that need them are missing from
    /// [`items`](super::Plan::items). [`files`](super::Plan::files) are complete, [`digest`](super::Plan::digest) need not be
    /// a run's.
    Look,
    /// The same, for the policy alone: the keys of those who sign come from elsewhere.
    Law,
    /// [`Look`](Self::Look), for the policy of all projects of an organisation: an environment that the file does not name
    /// has what it says for all. Its checks are not read.
    Policy,
    /// [`Look`](Self::Look), for a plan that was kept with a run, which may come from anybody: nothing of this process or machine comes
    /// into it, neither [`env`](Request::env) nor an env-file.
    Kept,
}
