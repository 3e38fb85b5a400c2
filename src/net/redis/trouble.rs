//! Why a Redis server could not be looked at, as sentences a person can act on. No password is ever in one.

use std::io;

use super::wire::Refusal;
use crate::net::trouble::{EXHAUSTED, TlsHints, exhausted};

pub use crate::net::trouble::Trouble;

const HINTS: TlsHints =
    TlsHints { identity: "`cert-file` and `key-file`", issuer: "the CA's certificate in `ca-file`", name: "", longest: 200 };

impl Trouble {
    /// What the operating system or TLS says about a connection.
    pub(super) fn of_io(who: &str, error: &io::Error) -> Self {
        use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, NotFound, PermissionDenied, UnexpectedEof};
        if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return Self::Unknown(match tls {
                rustls::Error::InvalidMessage(_) => format!("{who}: what answers there does not speak TLS: is `rediss://` right?"),
                _ => format!("{who}: {}", HINTS.of_tls(tls)),
            });
        }
        if let Some(refusal) = error.get_ref().and_then(|inner| inner.downcast_ref::<Refusal>()) {
            return Self::Unknown(format!("{who}: {refusal}"));
        }
        if exhausted(error) {
            return Self::Unreachable(format!("{who} {EXHAUSTED}"));
        }
        let why = match error.kind() {
            ConnectionRefused => "refused the connection: is it running, and does it listen there?".to_owned(),
            NotFound => "has no socket there: is it running?".to_owned(),
            PermissionDenied => return Self::Unknown(format!("{who}: this user may not open it: {error}")),
            UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe => {
                "closed the connection without an answer (its `maxclients` reached? only TLS, or no TLS, on that port?)".to_owned()
            }
            _ => format!("could not be reached: {}", outside(&error.to_string())),
        };
        Self::Unreachable(format!("{who} {why}"))
    }
}

pub(super) fn outside(text: &str) -> String {
    HINTS.outside(text)
}
