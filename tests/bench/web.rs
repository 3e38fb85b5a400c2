//! HTTP checks beside a bare client: the same addresses, as many at once, connections kept by both.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::{
    ca::Ca,
    measure, plan,
    scenario::{Beside, Contest},
    server::Server,
};

/// What the program does at once by itself.
const AT_ONCE: usize = 256;

/// Services in the plan, each a port.
const SERVICES: usize = 10;

/// `checks` endpoints whose answers take `latency` milliseconds.
pub(crate) fn plain(checks: usize, latency: u64) -> anyhow::Result<Contest> {
    contest(checks, Server::start(SERVICES, latency, None)?, None)
}

/// `checks` endpoints on 32 services whose answers take `latency` milliseconds.
pub(crate) fn hosts(checks: usize, latency: u64) -> anyhow::Result<Contest> {
    contest(checks, Server::start(32, latency, None)?, None)
}

/// `checks` endpoints, each on a port of its own with TLS: as many handshakes.
pub(crate) fn tls(checks: usize) -> anyhow::Result<Contest> {
    let ca = Ca::new();
    let server = Server::start(checks, 0, Some(ca.files("127.0.0.1")))?;
    contest(checks, server, Some(ca))
}

/// `checks` servers, each looked at by the kind `tls`: as many handshakes as that makes.
pub(crate) fn certificates(checks: usize) -> anyhow::Result<Contest> {
    /// Four as a usual client, one for each type of key.
    const HANDSHAKES: usize = 6;
    let ca = Ca::new();
    let server = Server::start(checks, 0, Some(ca.files("127.0.0.1")))?;
    let folder = TempDir::new()?;
    let (trust, address) = (ca.file().display().to_string(), |number: usize| format!("127.0.0.1:{}", server.ports[number - 1]));
    plan::write(folder.path(), checks, |number| format!("tls: {{ address: \"{}\", ca-file: {trust} }}", address(number)))?;
    fs::write(folder.path().join("addresses"), (1..=checks).map(address).collect::<Vec<_>>().join("\n"))?;
    let bare = vec!["bare-tls".to_owned(), "addresses".to_owned(), AT_ONCE.to_string(), trust, HANDSHAKES.to_string()];
    Ok(Contest { folder, beside: Beside::Verify, bare, keep: Box::new((server, ca)) })
}

/// `checks` APIs, each looked at by the kind `cors`: as many requests as that makes.
pub(crate) fn origins(checks: usize) -> anyhow::Result<Contest> {
    let mut server = Server::start(checks, 0, None)?;
    let folder = TempDir::new()?;
    let url = |server: &Server, number: usize| format!("http://127.0.0.1:{}/", server.ports[number - 1]);
    plan::write(folder.path(), checks, |number| {
        format!("cors: {{ url: \"{}\", origins: \"https://app.example.com\" }}", url(&server, number))
    })?;
    let program = Path::new(env!("CARGO_BIN_EXE_gonogo"));
    measure::run(folder.path(), program, &["verify", "--env", "prod", "-q"].map(str::to_owned))?;
    let each = server.answered()? / checks;
    write_urls(folder.path(), (0..each).flat_map(|_| (1..=checks).map(|number| url(&server, number))))?;
    let bare = vec!["bare-http".to_owned(), "urls".to_owned(), AT_ONCE.to_string()];
    Ok(Contest { folder, beside: Beside::Verify, bare, keep: Box::new(server) })
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
