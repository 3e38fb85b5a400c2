//! The bytes between us and a server: capped, and checked to begin as PostgreSQL begins.

use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpStream, UnixStream},
};

use crate::net::watched::{Duplex, Watch, Watched};

/// What a server may send until it is ready for the first query.
pub(super) const LOGIN_CAP: u64 = 256 << 10;

/// Why the bytes were not taken further; found again in the error's chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("it sends more than it was asked for")]
    TooMuch,
    #[error("it does not speak PostgreSQL's protocol")]
    NotPostgres,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Endpoint {
    Tcp(SocketAddr),
    /// The socket file itself.
    Socket(PathBuf),
}

/// A connection that ends with an error once the server has sent more than its allowance.
pub(super) type Wire = Watched<Allowance>;

pub(super) struct Allowance {
    left: Arc<AtomicU64>,
    /// The first bytes of the server's answer, looked at while they pass; `None` when they are not to be looked at.
    first: Option<Vec<u8>>,
}

impl Wire {
    pub(super) async fn open(endpoint: &Endpoint) -> io::Result<Self> {
        let stream: Box<dyn Duplex> = match endpoint {
            Endpoint::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
            Endpoint::Socket(file) => Box::new(UnixStream::connect(file).await?),
        };
        Ok(Self { stream, watch: Allowance { left: Arc::new(AtomicU64::new(LOGIN_CAP)), first: None } })
    }

    /// Asks for TLS and reads the one byte that answers. Source: manual, "SSL Session Encryption" of the protocol chapter.
    pub(super) async fn ask_for_tls(&mut self) -> io::Result<u8> {
        self.write_all(&[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]).await?;
        self.read_u8().await
    }

    /// From now on the answer must begin as an answer to a login does.
    pub(super) fn expect_login(&mut self) {
        self.watch.first = Some(Vec::with_capacity(5));
    }

    /// How much the server may still send; shared with whoever grants more.
    pub(super) fn allowance(&self) -> Arc<AtomicU64> {
        self.watch.left.clone()
    }
}

impl Allowance {
    fn check(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let count = bytes.len() as u64;
        let spend = |left: u64| left.checked_sub(count);
        if self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend).is_err() {
            return Err(Refusal::TooMuch);
        }
        if let Some(first) = &mut self.first {
            first.extend(bytes.iter().take(5 - first.len()));
            if !begins_as_postgres(first) {
                return Err(Refusal::NotPostgres);
            }
            if first.len() == 5 {
                self.first = None;
            }
        }
        Ok(())
    }
}

/// libpq's own test: a request for authentication, an error, or a negotiation of the version, of a sane length.
fn begins_as_postgres(first: &[u8]) -> bool {
    let longest = match first.first() {
        None => return true,
        Some(b'R') => 2_000,
        Some(b'v' | b'E') => 30_000,
        Some(_) => return false,
    };
    match first.get(1..5) {
        Some(&[a, b, c, d]) => (4..=longest).contains(&u32::from_be_bytes([a, b, c, d])),
        _ => true,
    }
}

impl Watch for Allowance {
    fn came(&mut self, read: io::Result<&[u8]>) -> io::Result<()> {
        self.check(read?).map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::begins_as_postgres;

    #[test]
    fn knows_a_login_from_other_protocols() {
        for first in [&b""[..], b"R", b"R\0\0\0\x17", b"E\0\0\0\x60", b"v\0\0\0\x0c"] {
            assert!(begins_as_postgres(first), "{first:?}");
        }
        for first in [&b"HTTP/"[..], b"SSH-2", b"-ERR ", b"R1234", b"E\x50\0\0\0", b"R\0\0\0\x03"] {
            assert!(!begins_as_postgres(first), "{first:?}");
        }
    }
}
