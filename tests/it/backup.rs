//! `backup` on real files of real tools, and on what only pretends to be one.

mod base_backup;
mod every_prefix;
mod hostile;
mod pg_dump;
mod redis_files;
mod retention;
mod tools;

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use gonogo::model::Outcome;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::look::Look;

/// A folder for backups, with its own time.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        fs::write(self.path(name), bytes).expect("written");
        self.path(name)
    }

    /// What the check says of `files`, with whatever else is demanded, as of the time of the newest file.
    async fn says(&self, files: &str, more: Value) -> (Outcome, String) {
        let at = newest(self.0.path()) + jiff::SignedDuration::from_mins(30);
        self.says_at(files, more, at).await
    }

    async fn says_at(&self, files: &str, more: Value, at: Timestamp) -> (Outcome, String) {
        let mut settings = json!({ "files": files, "max-age": "26h" });
        settings.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let mut look = Look::new("backup", settings).root(self.0.path()).at(at);
        look.timeout = Duration::from_secs(60);
        look.outcome().await
    }
}

/// The newest time of anything within.
fn newest(path: &Path) -> Timestamp {
    let own = path.metadata().and_then(|metadata| metadata.modified()).expect("a time");
    let own = Timestamp::try_from(own).expect("a time");
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| newest(&entry.path())).fold(own, Timestamp::max)
}

/// Sets when a file was last written to.
fn date(path: &Path, at: Timestamp) {
    let file = fs::File::options().write(true).open(path).expect("a file");
    file.set_modified(at.into()).expect("set");
}

/// Runs a program to its end and takes what it prints.
fn run(program: &str, arguments: &[&str], env: &[(&str, &str)]) -> Vec<u8> {
    let output = Command::new(program).args(arguments).envs(env.iter().copied()).output();
    let output = output.unwrap_or_else(|error| panic!("no {program} ({error}): install its Debian package"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("compressed");
    encoder.finish().expect("compressed")
}
