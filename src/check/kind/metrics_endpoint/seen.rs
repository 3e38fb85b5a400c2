//! What an exposition holds of what is demanded.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::check::demand::Hits;

/// What an exposition holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    pub(super) content_type: Option<String>,
    pub(super) unread: Option<String>,
    pub(super) wrong: Option<String>,
    pub(super) count: u64,
    pub(super) twice: Vec<String>,
    pub(super) series: BTreeMap<String, Found>,
}

/// Of a series that is looked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Found {
    pub(super) count: u64,
    pub(super) similar: Vec<String>,
    pub(super) values: BTreeMap<String, Hits>,
    pub(super) moved: Option<bool>,
}
