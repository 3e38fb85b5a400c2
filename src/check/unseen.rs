//! Why there is nothing to judge.

use crate::net::{Trouble, command::CommandError};

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

/// A program that takes too long may have met a slow server: that is worth another try.
impl From<CommandError> for Unseen {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::TimedOut(..) => Self::Unreachable(error.to_string()),
            _ => Self::Unknown(error.to_string()),
        }
    }
}

/// What comes of reading files, where waiting for that holds nothing else up.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Unseen> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        if error.is_panic() { std::panic::resume_unwind(error.into_panic()) } else { Unseen::Unknown("the reading was cancelled".into()) }
    })
}
