//! SSH keys as `ssh-keygen` and `ssh-agent` make and use them, in both directions.

mod canary;
mod certificates;
mod choosing;
mod detached;
mod forgeries;
mod hardware;
mod interop;
mod oddities;
mod private_files;
mod revoked;
mod validity;
mod workshop;

use gonogo::ledger::signing::{Signers, SignersProblem};
use jiff::{Timestamp, tz::TimeZone};

/// What is signed in these tests.
const PAYLOAD: &[u8] = br#"{"_type":"https://in-toto.io/Statement/v1","subject":[]}"#;
const BOB: &str = "bob@example.com";
const NOW: &str = "2026-11-20T12:00:00Z";

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn signers(allowed: &str, revoked: Option<&[u8]>) -> Result<Signers, Vec<SignersProblem>> {
    Signers::parse(allowed, revoked, &TimeZone::UTC)
}
