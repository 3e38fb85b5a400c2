//! Before or after the deployment.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

    /// The word used in plans and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::PreDeploy => "pre-deploy",
            Self::PostDeploy => "post-deploy",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
