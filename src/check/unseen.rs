//! Why there is nothing to judge.

use crate::net::{postgres, redis};

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

impl From<postgres::Trouble> for Unseen {
    fn from(trouble: postgres::Trouble) -> Self {
        match trouble {
            postgres::Trouble::Unreachable(why) => Self::Unreachable(why),
            postgres::Trouble::Unknown(why) => Self::Unknown(why),
        }
    }
}

impl From<redis::Trouble> for Unseen {
    fn from(trouble: redis::Trouble) -> Self {
        match trouble {
            redis::Trouble::Unreachable(why) => Self::Unreachable(why),
            redis::Trouble::Unknown(why) => Self::Unknown(why),
        }
    }
}
