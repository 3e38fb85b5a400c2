//! Why there is nothing to judge.

use crate::net::Trouble;

/// A check could not look. Never a pass: it becomes `unknown`, or `pending` where a person is awaited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unseen {
    /// Could not look; trying again would not help. The text is a sentence a person can act on.
    #[error("{0}")]
    Unknown(String),
    /// The target could not be reached or did not answer in time; `retry` applies.
    #[error("{0}")]
    Unreachable(String),
    /// Waits for somebody's answer.
    #[error("waits for {0}")]
    Waiting(String),
}

impl From<Trouble> for Unseen {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Unreachable(why) => Self::Unreachable(why),
            Trouble::Unknown(why) => Self::Unknown(why),
        }
    }
}
