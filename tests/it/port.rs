//! Ports of 127.0.0.1 on which nothing listens, each handed out once.

use std::{
    net::{Ipv4Addr, TcpListener},
    sync::atomic::{AtomicU32, Ordering},
};

/// Below the ports that the system gives by itself (32,768 and up on Linux): none of another test's connections or
/// listeners on port 0 comes to lie on it before the server that it is for has started.
const FROM: u32 = 12_000;
const COUNT: u32 = 20_000;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// Each process begins elsewhere, so two runs of the tests at once rarely meet.
pub(crate) fn unused() -> u16 {
    let start = std::process::id().wrapping_mul(97);
    for _ in 0..COUNT {
        let port = FROM + start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT;
        let port = u16::try_from(port).expect("below 65,536");
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("127.0.0.1 has no unused port from {FROM} to {}", FROM + COUNT);
}
