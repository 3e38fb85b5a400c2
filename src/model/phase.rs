//! Before or after the deployment.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Window, words};

/// When a check is meant to run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Before the new release is put in place.
    #[default]
    PreDeploy,
    /// After it: the new release is the one that answers.
    PostDeploy,
}

impl Phase {
    /// Both phases, in the order of time.
    pub const ALL: [Self; 2] = [Self::PreDeploy, Self::PostDeploy];
}

/// The phase, and which window of it: `post-deploy, short-term`.
pub fn when(phase: Phase, window: Option<Window>) -> String {
    window.map_or_else(|| phase.to_string(), |window| format!("{phase}, {window}"))
}

words!(Phase { PreDeploy = "pre-deploy", PostDeploy = "post-deploy" });
