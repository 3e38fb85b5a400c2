//! HAProxy with backends that the test makes up.

use std::{fs, net::TcpStream, path::Path};

use super::{Guarded, folder, own};

/// A running HAProxy that hands everything to the backend `all`.
pub(crate) struct Haproxy {
    pub(crate) port: u16,
    _guarded: Guarded,
}

impl Haproxy {
    pub(crate) async fn start(backend: &str) -> Self {
        assert!(Path::new("/usr/sbin/haproxy").exists(), "no HAProxy: `apt-get install haproxy`");
        let (folder, port) = (folder(), crate::port::unused());
        let times = "defaults\n mode http\n timeout connect 2s\n timeout client 10s\n timeout server 10s\n";
        let front = format!("frontend it\n bind 127.0.0.1:{port}\n default_backend all\n");
        let config = folder.join("haproxy.cfg");
        fs::write(&config, format!("{times}{front}{backend}")).expect("written");
        own(&folder);
        let guarded = Guarded::start(&folder, "KILL", &["/usr/sbin/haproxy", "-db", "-f", &config.display().to_string()]);
        guarded.wait_until(|| TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self { port, _guarded: guarded }
    }
}
