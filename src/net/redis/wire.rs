//! The bytes between us and a server: capped, and checked to begin as Redis begins.

use std::{
    io,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What a server may send over the life of a session. `INFO` has a few kilobytes.
const CAP: usize = 1 << 20;

/// Why the bytes were not taken further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("it sends more than it was asked for; it was cut off")]
    TooMuch,
    #[error("what answers there does not speak Redis' protocol; check host and port")]
    NotRedis,
    #[error("it speaks TLS there: write `rediss://`")]
    SpeaksTls,
}

/// Why a connection ended; the crate that reads from it does not keep it.
#[derive(Debug)]
pub(super) enum End {
    /// We ended it.
    Refused(Refusal),
    /// The operating system or TLS did.
    Failed(io::Error),
}

/// Anything that carries bytes both ways.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A connection that ends with an error once the server has sent more than its allowance, or something else than Redis.
pub(super) struct Wire {
    stream: Box<dyn Duplex>,
    left: usize,
    begun: bool,
    end: Arc<OnceLock<End>>,
}

impl Wire {
    pub(super) fn new(stream: Box<dyn Duplex>) -> Self {
        Self { stream, left: CAP, begun: false, end: Arc::default() }
    }

    /// Where the reason stands once the connection has ended with an error.
    pub(super) fn end(&self) -> Arc<OnceLock<End>> {
        self.end.clone()
    }

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

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        let before = buf.filled().len();
        let end = match ready!(Pin::new(&mut wire.stream).poll_read(cx, buf)) {
            Ok(()) => match wire.check(&buf.filled()[before..]) {
                Ok(()) => return Poll::Ready(Ok(())),
                Err(refusal) => End::Refused(refusal),
            },
            Err(error) => End::Failed(error),
        };
        // The first end counts.
        let _ = wire.end.set(end);
        Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
