//! Whether something listens at an address: open, refused, silent, or not to be told from here.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::{Duration, Instant},
};

use rustix::io::Errno;
use tokio::{
    io::AsyncReadExt as _,
    net::{TcpStream, UdpSocket},
    time::{timeout, timeout_at},
};

use super::trouble::{EXHAUSTED, exhausted};

/// Bytes that are read of what a server says first.
const LARGEST_BANNER: usize = 4 << 10;

/// A server that has begun to speak and pauses for so long has ended its greeting.
const PAUSE: Duration = Duration::from_millis(300);

/// What came of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Knock {
    /// It was made; with what the server said first, where that was listened for.
    Open(Vec<u8>),
    /// It was refused: nothing listens there, or a firewall rejects.
    Refused,
    /// Nothing came back in time: a firewall drops the packets, the host is down, or nobody takes connections any more.
    Silent,
    /// Nothing is known of the other side: it could not be asked from here, or the answer is none of these.
    Unknown(String),
}

/// Connects to `address`, waits no longer than `within`, and listens for a greeting if that is wanted. Nothing is sent.
pub async fn knock(address: SocketAddr, within: Duration, listen: bool) -> Knock {
    let until = Instant::now() + within;
    match timeout(within, TcpStream::connect(address)).await {
        Err(_) => Knock::Silent,
        Ok(Err(error)) => closed(&error),
        // A free local port can be given to the very socket that connects to it.
        Ok(Ok(stream)) if stream.local_addr().ok() == Some(address) => Knock::Refused,
        Ok(Ok(stream)) => Knock::Open(if listen { greeting(stream, until).await } else { Vec::new() }),
    }
}

fn closed(error: &io::Error) -> Knock {
    use io::ErrorKind::{
        AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkDown, NetworkUnreachable, PermissionDenied, TimedOut,
    };
    if exhausted(error) {
        return Knock::Unknown(EXHAUSTED.into());
    }
    match error.kind() {
        ConnectionRefused => Knock::Refused,
        TimedOut => Knock::Silent,
        NetworkUnreachable | HostUnreachable | NetworkDown | AddrNotAvailable => {
            Knock::Unknown("cannot be reached from this machine: there is no route to it, or the host on the way says so".into())
        }
        PermissionDenied => Knock::Unknown("was not asked: this machine does not let the connection out".into()),
        _ if error.raw_os_error() == Some(Errno::PERM.raw_os_error()) => {
            Knock::Unknown("was not asked: this machine does not let the connection out".into())
        }
        _ => Knock::Unknown(format!("cannot be connected to: {error}")),
    }
}

/// The first line, or as much as comes before a pause.
async fn greeting(mut stream: TcpStream, until: Instant) -> Vec<u8> {
    let mut said = Vec::new();
    let mut part = [0; 512];
    while said.len() < LARGEST_BANNER && !said.contains(&b'\n') {
        let patience = if said.is_empty() { until } else { until.min(Instant::now() + PAUSE) };
        match timeout_at(patience.into(), stream.read(&mut part)).await {
            Ok(Ok(count @ 1..)) => said.extend_from_slice(&part[..count]),
            _ => break,
        }
    }
    said
}

/// The address of this machine that connections to `address` come from, as far as its routes tell. Sends nothing.
pub async fn seen_from(address: SocketAddr) -> Option<SocketAddr> {
    let any: SocketAddr = if address.is_ipv4() { (Ipv4Addr::UNSPECIFIED, 0).into() } else { (Ipv6Addr::UNSPECIFIED, 0).into() };
    let socket = UdpSocket::bind(any).await.ok()?;
    socket.connect(address).await.ok()?;
    socket.local_addr().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_here_is_never_closed() {
        let of = |errno: Errno| closed(&io::Error::from_raw_os_error(errno.raw_os_error()));
        assert_eq!((of(Errno::CONNREFUSED), of(Errno::TIMEDOUT)), (Knock::Refused, Knock::Silent));
        for local in [
            Errno::MFILE,
            Errno::NFILE,
            Errno::NOBUFS,
            Errno::NOMEM,
            Errno::NETUNREACH,
            Errno::HOSTUNREACH,
            Errno::NETDOWN,
            Errno::ADDRNOTAVAIL,
            Errno::ACCESS,
            Errno::PERM,
            Errno::AFNOSUPPORT,
            Errno::CONNRESET,
        ] {
            assert!(matches!(of(local), Knock::Unknown(_)), "{local:?}");
        }
    }
}
