//! How much a check weighs in the verdict.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

    /// The word used in plans and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Blocker => "blocker",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }

    /// Whether a check of this severity decides the verdict.
    pub fn blocks(self, strict: bool) -> bool {
        match self {
            Self::Blocker => true,
            Self::Warning => strict,
            Self::Info => false,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
