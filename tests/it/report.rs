//! The kinds that read what other tools wrote: each format as its tools write it, by at least two versions of them, and the same
//! cut off, huge, deep, odd, or something else.

mod brought;
pub(crate) mod coverage;
mod files;
pub(crate) mod load_test;
pub(crate) mod sbom;
pub(crate) mod scan_report;
pub(crate) mod test_report;

use std::{fs, path::Path, time::Duration};

use gonogo::model::{Outcome, Release};
use serde_json::{Value, json};

use crate::look::Look;

/// The commit under sign-off.
pub(crate) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// The digest of the artifact under sign-off.
pub(crate) const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// The release under sign-off.
pub(crate) fn release() -> Release {
    Release { commit: Some(COMMIT.into()), artifact: Some(format!("registry.example.com/api@sha256:{DIGEST}")), ..Release::default() }
}

/// A look at a file of these bytes that need not say what it is of.
pub(crate) fn unbound(kind: &'static str, file: (&str, impl AsRef<[u8]>), more: Value) -> (Look, tempfile::TempDir) {
    let mut settings = json!({ "unbound": "accepted", "max-age": "1d" });
    settings.as_object_mut().expect("a map").extend(more.as_object().cloned().expect("a map"));
    bound(kind, file, settings)
}

/// Writes a file, at the instant at which it is then judged.
pub(crate) fn write(path: &Path, bytes: impl AsRef<[u8]>) -> jiff::Timestamp {
    fs::write(path, bytes).expect("written");
    let at: jiff::Timestamp = "2026-11-20T12:00:00Z".parse().expect("an instant");
    fs::File::options().write(true).open(path).expect("a file").set_modified(at.into()).expect("a date");
    at
}

/// A look at a file of these bytes that must be of the release.
pub(crate) fn bound(kind: &'static str, (name, bytes): (&str, impl AsRef<[u8]>), more: Value) -> (Look, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let at = write(&folder.path().join(name), bytes);
    let mut settings = json!({ "file": name });
    settings.as_object_mut().expect("a map").extend(more.as_object().cloned().expect("a map"));
    let mut look = Look::new(kind, settings).root(folder.path()).at(at);
    look.release = release();
    // The tests' build reads a hundred megabytes slowly.
    look.timeout = Duration::from_secs(300);
    (look, folder)
}

/// What a check of such a file comes to.
pub(crate) async fn outcome((look, _folder): (Look, tempfile::TempDir)) -> (Outcome, String) {
    look.outcome().await
}
