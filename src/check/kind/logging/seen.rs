//! What was found in the log.

use serde::{Deserialize, Serialize};

/// What was found.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    pub(super) id: String,
    pub(super) status: u16,
    pub(super) after_ms: Option<u64>,
    pub(super) lines: Vec<Line>,
    pub(super) reaches_back: Option<bool>,
}

/// One line.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Line {
    pub(super) not_json: Option<String>,
    pub(super) level: Option<String>,
    pub(super) odd_level: Option<String>,
}
