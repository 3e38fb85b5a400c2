//! When a check is meant to run: before or after the deployment, or in a phase of the rollout.

use crate::model::{Phase, from_text};

/// When a check is meant to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Moment {
    /// Before or after the deployment.
    Deployment(Phase),
    /// In a phase of the rollout, by its name; whether there is one is for the plan to say.
    Rollout(String),
}

impl Moment {
    pub(super) fn around_deployment(&self) -> Option<Phase> {
        match self {
            Self::Deployment(phase) => Some(*phase),
            Self::Rollout(_) => None,
        }
    }

    pub(super) fn in_rollout(&self) -> Option<&str> {
        match self {
            Self::Deployment(_) => None,
            Self::Rollout(name) => Some(name),
        }
    }
}

from_text!(Moment, { "type": "string", "minLength": 1, "description": "`pre-deploy`, `post-deploy`, or a phase of the rollout" }, |text| {
    let around = Phase::ALL.into_iter().find(|phase| phase.word() == text);
    Ok::<_, String>(around.map_or_else(|| Moment::Rollout(text.to_owned()), Moment::Deployment))
});
