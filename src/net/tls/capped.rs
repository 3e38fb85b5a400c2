//! A stream that ends after so many bytes, and remembers how it began.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How much of the beginning is kept.
const KEPT: usize = 64;

/// Reads at most `left` bytes more from the stream it wraps; then it is at its end.
#[derive(Debug)]
pub(super) struct Capped<S> {
    stream: S,
    left: usize,
    first: Vec<u8>,
}

impl<S> Capped<S> {
    pub(super) fn new(stream: S, limit: usize) -> Self {
        Self { stream, left: limit, first: Vec::new() }
    }

    /// Whether the limit was reached.
    pub(super) fn is_spent(&self) -> bool {
        self.left == 0
    }

    /// The first bytes that were read.
    pub(super) fn first(&self) -> &[u8] {
        &self.first
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Capped<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let mut bytes = [0; 4096];
        let room = bytes.len().min(this.left).min(buf.remaining());
        let mut part = ReadBuf::new(&mut bytes[..room]);
        ready!(Pin::new(&mut this.stream).poll_read(cx, &mut part))?;
        let read = part.filled();
        this.first.extend_from_slice(&read[..KEPT.saturating_sub(this.first.len()).min(read.len())]);
        this.left -= read.len();
        buf.put_slice(read);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Capped<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    #[tokio::test]
    async fn ends_at_its_limit_and_keeps_the_beginning() {
        let mut stream = Capped::new(tokio::io::repeat(b'x'), 100);
        let mut read = vec![b'>'];
        stream.read_to_end(&mut read).await.expect("read");
        assert_eq!((read.len(), read[0], read[100]), (101, b'>', b'x'));
        assert!(stream.is_spent());
        assert_eq!(stream.first(), [b'x'; KEPT]);
    }
}
