//! Why a TLS server could not be looked at, or what it did instead of speaking TLS.

use std::{io, time::Duration};

use crate::{
    model::Period,
    net::trouble::{EXHAUSTED, exhausted},
};

/// What came instead of a TLS session. The text is a fragment that reads after the address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// It could not be looked at: no connection, a reset, no answer in time. Trying again may help.
    #[error("{0}")]
    Unreachable(String),
    /// It could not be looked at: it closed the connection without an answer. Some servers say so that they have no key of
    /// the kind that was asked for.
    #[error("{0}")]
    Closed(String),
    /// It answered, and there is no TLS session to be had with it.
    #[error("{0}")]
    Refused(String),
    /// It speaks a TLS that is spoken and not spoken here.
    #[error("{0}")]
    Foreign(String),
}

impl Trouble {
    /// Nothing came within `limit`.
    pub(super) fn silence(limit: Duration) -> Self {
        Self::Unreachable(format!("does not answer within {}", Period::from(limit)))
    }

    /// The connection could not be made or was lost.
    pub(super) fn connection(error: &io::Error) -> Self {
        use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable, NetworkUnreachable, UnexpectedEof};
        if exhausted(error) {
            return Self::Unreachable(EXHAUSTED.into());
        }
        match error.kind() {
            UnexpectedEof => Self::Closed("closes the connection without an answer".into()),
            ConnectionReset | ConnectionAborted => Self::Closed("resets the connection".into()),
            ConnectionRefused => Self::Unreachable("refuses the connection: nothing listens there".into()),
            NetworkUnreachable | HostUnreachable => {
                Self::Unreachable("cannot be reached from this machine: there is no route to it".into())
            }
            _ => Self::Unreachable(format!("cannot be reached: {error}")),
        }
    }
}
