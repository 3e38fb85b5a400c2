//! What is wrong with a backup, as fragments that read well after its name.

use std::io;

use crate::model::{excerpt, plain};

/// What is wrong with a backup.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is damaged, empty, or no backup.
    #[error("{0}")]
    Broken(String),
    /// Whether it is whole could not be seen.
    #[error("{0}")]
    Unread(String),
    /// Somebody writes to it.
    #[error("is still being written")]
    Changing,
}

impl Fault {
    pub(super) fn broken(why: impl Into<String>) -> Self {
        Self::Broken(why.into())
    }

    pub(super) fn unread(why: impl Into<String>) -> Self {
        Self::Unread(why.into())
    }

    /// What it means for the whole that its part `name` has this fault.
    pub(super) fn of_part(self, name: &str) -> Self {
        match self {
            Self::Broken(why) => Self::Broken(format!("is not whole: {} {why}", outside(name))),
            Self::Unread(why) => Self::Unread(format!("has a part that was not seen: {} {why}", outside(name))),
            Self::Changing => Self::Changing,
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind::{InvalidData, InvalidInput, NotFound, PermissionDenied, TimedOut, UnexpectedEof};
        match error.kind() {
            TimedOut => Self::unread("was not read to its end in time: raise the check's `timeout`"),
            UnexpectedEof => Self::broken("is truncated"),
            InvalidData | InvalidInput => Self::broken(format!("is damaged: {}", outside(&error.to_string()))),
            NotFound => Self::broken("does not exist (a symbolic link that leads nowhere?)"),
            PermissionDenied => Self::unread("may not be read: permission denied"),
            _ => Self::unread(format!("cannot be read: {}", outside(&error.to_string()))),
        }
    }
}

/// Text from a file, short and harmless.
pub(super) fn outside(text: &str) -> String {
    excerpt(&plain(text).replace(['\n', '\t'], " "), 120)
}
