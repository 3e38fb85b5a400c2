//! HTTP checks beside a bare client: the same addresses, as many at once, connections kept by both.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::{
    ca::Ca,
    plan,
    scenario::{Beside, Contest},
    server::Server,
};

/// What the program does at once by itself; the addresses are on enough hosts that its limit for one does not bind.
const AT_ONCE: usize = 64;

/// Services in the plan, each a port.
const SERVICES: usize = 10;

/// `checks` endpoints whose answers take `latency` milliseconds.
pub(crate) fn plain(checks: usize, latency: u64) -> anyhow::Result<Contest> {
    contest(checks, Server::start(SERVICES, latency, None)?, None)
}

/// `checks` endpoints, each on a port of its own with TLS: as many handshakes.
pub(crate) fn tls(checks: usize) -> anyhow::Result<Contest> {
    let ca = Ca::new();
    let server = Server::start(checks, 0, Some(ca.files("127.0.0.1")))?;
    contest(checks, server, Some(ca))
}

fn contest(checks: usize, server: Server, ca: Option<Ca>) -> anyhow::Result<Contest> {
    let folder = TempDir::new()?;
    let scheme = if ca.is_some() { "https" } else { "http" };
    let url = |number: usize| format!("{scheme}://127.0.0.1:{}/endpoint/{number}", server.ports[number % server.ports.len()]);
    let trust = ca.as_ref().map(Ca::file);
    let trusted = trust.as_ref().map_or(String::new(), |file| format!(", ca-file: {}", file.display()));
    plan::write(folder.path(), checks, |number| format!("http: {{ url: \"{}\"{trusted}, expect: {{ status: 200 }} }}", url(number)))?;
    write_urls(folder.path(), (1..=checks).map(url))?;
    let mut bare = vec!["bare-http".to_owned(), "urls".to_owned(), AT_ONCE.to_string()];
    bare.extend(trust.map(|file| file.display().to_string()));
    Ok(Contest { folder, beside: Beside::Verify, bare, keep: Box::new((server, ca)) })
}

fn write_urls(folder: &Path, urls: impl Iterator<Item = String>) -> std::io::Result<()> {
    fs::write(folder.join("urls"), urls.collect::<Vec<_>>().join("\n"))
}
