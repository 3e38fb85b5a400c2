//! Why a server could not be looked at: a sentence a person can act on. No password is ever in one.

use std::time::Duration;

/// Why a server could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// It could not be reached or did not answer in time; trying again may help.
    #[error("{0}")]
    Unreachable(String),
    /// Trying again would not help.
    #[error("{0}")]
    Unknown(String),
}

impl Trouble {
    /// `who` is the server as people know it: `PostgreSQL at db:5432`.
    pub(super) fn timed_out(who: &str, doing: &str, after: Duration) -> Self {
        Self::Unreachable(format!("{who} {doing} within {} ms", after.as_millis()))
    }
}
