//! A mail server, Debian's aiosmtpd, which demands TLS and a login and keeps what it takes.

use std::{
    fs,
    net::{Ipv4Addr, TcpStream},
    path::PathBuf,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{Guarded, folder, own};

/// The account's password.
pub(crate) const PASSWORD: &str = "s3cret-Smtp-42";

/// A running server.
pub(crate) struct Smtp {
    pub(crate) port: u16,
    letters: PathBuf,
    _guarded: Guarded,
}

impl Smtp {
    /// With this certificate and its key; TLS `at-once`, or after `starttls`.
    pub(crate) fn start((certificate, key): (PathBuf, PathBuf), how: &str) -> Self {
        let (folder, port) = (folder(), crate::port::unused());
        for (from, to) in [(certificate, "server.pem"), (key, "server.key")] {
            fs::copy(from, folder.join(to)).expect("copied");
        }
        fs::write(folder.join("smtp.py"), include_str!("smtp.py")).expect("written");
        own(&folder);
        let letters = folder.join("letters");
        let [script, certificate, key, file] =
            ["smtp.py", "server.pem", "server.key", "letters"].map(|name| folder.join(name).display().to_string());
        // Debian's own Python has Debian's packages.
        let guarded = Guarded::start(&folder, "KILL", &["/usr/bin/python3", &script, &port.to_string(), how, &certificate, &key, &file]);
        guarded.wait_until(|| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
        Self { port, letters, _guarded: guarded }
    }

    /// What it has taken so far.
    pub(crate) fn letters(&self) -> Vec<Value> {
        let text = fs::read_to_string(&self.letters).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    /// What it has taken, once there are so many.
    #[track_caller]
    pub(crate) fn wait_for(&self, count: usize) -> Vec<Value> {
        let end = Instant::now() + Duration::from_secs(10);
        loop {
            let letters = self.letters();
            if letters.len() >= count || Instant::now() > end {
                assert_eq!(letters.len(), count, "{letters:#?}");
                return letters;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
