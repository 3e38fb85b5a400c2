//! Kind `tls` against real servers.

mod addresses;
pub(crate) mod authority;
mod chains;
mod openssl;
mod server;
mod servers;
mod staples;
mod starttls;

use std::path::PathBuf;

use gonogo::{check::Judged, model::Outcome};
use rustls::pki_types::CertificateDer;
use serde_json::{Value, json};
use tempfile::TempDir;

use self::{authority::Identity, server::Server};
use crate::look::Look;

/// The settings to look at a server on 127.0.0.1 as `api.example.com`, trusting `root`.
struct Case {
    folder: TempDir,
    settings: Value,
}

impl Case {
    fn trusting(root: &CertificateDer<'_>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("ca.pem"), pem(std::slice::from_ref(root))).expect("written");
        Self { folder, settings: json!({ "ca-file": "ca.pem", "server-name": "api.example.com" }) }
    }

    fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.settings[key] = value.into();
        self
    }

    fn at_port(self, port: u16) -> Self {
        self.with("address", format!("127.0.0.1:{port}"))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn look(&self) -> Look {
        Look::new("tls", self.settings.clone()).root(self.folder.path())
    }

    async fn outcome(&self) -> (Outcome, String) {
        self.look().outcome().await
    }

    async fn seen(&self) -> Judged {
        self.look().look().await.expect("seen")
    }

    /// The names of what is red, in order.
    async fn red(&self) -> Vec<String> {
        names(&self.seen().await, Some(false))
    }

    /// Serves `identity`, and looks.
    async fn red_for(self, identity: &Identity) -> Vec<String> {
        let server = Server::tls(identity).await;
        self.at_port(server.port()).red().await
    }
}

fn names(seen: &Judged, met: Option<bool>) -> Vec<String> {
    seen.expectations.iter().filter(|expectation| expectation.met == met).map(|expectation| expectation.name.clone()).collect()
}

/// The line of an expectation.
fn line(seen: &Judged, name: &str) -> String {
    seen.expectations.iter().find(|expectation| expectation.name == name).expect(name).line()
}

pub(crate) fn pem(certificates: &[CertificateDer<'_>]) -> String {
    use base64::Engine as _;
    let block = |der: &CertificateDer<'_>| {
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    };
    certificates.iter().map(block).collect()
}
