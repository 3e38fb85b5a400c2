//! Before or after the deployment.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words;

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

words!(Phase { PreDeploy = "pre-deploy", PostDeploy = "post-deploy" });
