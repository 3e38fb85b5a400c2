//! A phase of a rollout, as a run in it is told of it.

use serde::{Deserialize, Serialize};

use super::Release;

/// A phase of a rollout, as a run in it is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InRollout {
    /// The phase's name.
    pub name: String,
    /// Which release may answer.
    pub may_answer: MayAnswer,
    /// The old version, as far as it is known.
    pub old: Release,
}

/// Which release may answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MayAnswer {
    /// Whichever: it is known what the way back is.
    Any,
    /// The new one or the old one, and no third.
    Either,
    /// The new one.
    New,
    /// The old one.
    Old,
}
