//! A drill of the way back as it stands on record.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::RollbackOutcome;

/// A way back that was practised, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct GivenDrill {
    /// When it began.
    pub began: Timestamp,
    /// How it ended; `None` where nobody has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<DrillEnd>,
    /// Where its beginning stands in the ledger.
    pub entry: u64,
}

/// How a drill ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DrillEnd {
    /// When.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: RollbackOutcome,
    /// How many milliseconds it took since it was called for.
    pub took: u64,
    /// Which of several ways it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<String>,
}
