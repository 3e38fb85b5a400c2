//! What came of each round.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What came of each round.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    pub(super) at_once: Round,
    pub(super) in_turn: Option<Round>,
    pub(super) from_elsewhere: Round,
}

/// The answers of one round.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Round {
    pub(super) sent: u64,
    pub(super) statuses: BTreeMap<u16, u64>,
    pub(super) unanswered: Option<(u64, String)>,
    pub(super) unsent: Option<u64>,
}
