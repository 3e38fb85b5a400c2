//! The bytes between us and a server: capped, and checked to begin as Redis begins.

use std::{
    io,
    sync::{Arc, OnceLock},
};

use crate::net::watched::{Duplex, Watch, Watched};

/// What a server may send over the life of a session. `INFO` has a few kilobytes.
const CAP: usize = 1 << 20;

/// Why the bytes were not taken further; found again in the I/O error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("it sends more than it was asked for; it was cut off")]
    TooMuch,
    #[error("what answers there does not speak Redis' protocol; check host and port")]
    NotRedis,
    #[error("it speaks TLS there: write `rediss://`")]
    SpeaksTls,
}

/// A connection that ends with an error once the server has sent more than its allowance, or something else than Redis.
pub(super) type Wire = Watched<Speech>;

pub(super) struct Speech {
    left: usize,
    begun: bool,
    end: Arc<OnceLock<io::Error>>,
}

impl Wire {
    pub(super) fn new(stream: Box<dyn Duplex>) -> Self {
        Self { stream, watch: Speech { left: CAP, begun: false, end: Arc::default() } }
    }

    /// Where the reason stands once the connection has ended with an error: the crate that reads from it does not keep it.
    pub(super) fn end(&self) -> Arc<OnceLock<io::Error>> {
        self.watch.end.clone()
    }
}

impl Speech {
    fn check(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        if let (false, Some(first)) = (self.begun, bytes.first()) {
            match first {
                // The types of RESP2 that a reply can begin with.
                b'+' | b'-' | b':' | b'$' | b'*' => self.begun = true,
                // TLS: an alert or a handshake record.
                0x15 | 0x16 => return Err(Refusal::SpeaksTls),
                _ => return Err(Refusal::NotRedis),
            }
        }
        self.left = self.left.checked_sub(bytes.len()).ok_or(Refusal::TooMuch)?;
        Ok(())
    }
}

impl Watch for Speech {
    fn came(&mut self, read: io::Result<&[u8]>) -> io::Result<()> {
        let Err(end) = read.and_then(|bytes| self.check(bytes).map_err(io::Error::other)) else { return Ok(()) };
        // The first end counts.
        let _ = self.end.set(end);
        Err(io::ErrorKind::ConnectionAborted.into())
    }
}
