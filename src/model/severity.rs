//! How much a check weighs in the verdict.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words;

/// What a red check means for the verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Red or unknown means no-go.
    #[default]
    Blocker,
    /// Shown among the exceptions; blocks only with `--strict`.
    Warning,
    /// Shown; never blocks.
    Info,
}

impl Severity {
    /// Every severity, heaviest first.
    pub const ALL: [Self; 3] = [Self::Blocker, Self::Warning, Self::Info];

    /// Whether a check of this severity decides the verdict.
    pub fn blocks(self, strict: bool) -> bool {
        match self {
            Self::Blocker => true,
            Self::Warning => strict,
            Self::Info => false,
        }
    }
}

words!(Severity { Blocker = "blocker", Warning = "warning", Info = "info" });
