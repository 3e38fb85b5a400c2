//! Real servers from Debian's packages on free loopback ports.
//!
//! Each runs under a guard: a shell that waits for the test process's end of a pipe to close, which happens whichever
//! way that process ends, then stops the server by its process id and removes its folder.

pub(crate) mod alertmanager;
pub(crate) mod dns;
pub(crate) mod haproxy;
pub(crate) mod pgbouncer;
pub(crate) mod postgres;
pub(crate) mod prometheus;
pub(crate) mod redis;
pub(crate) mod registry;
pub(crate) mod smtp;

use std::{
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    time::{Duration, Instant},
};

/// A running server, stopped when this is dropped or this process ends.
pub(crate) struct Guarded {
    guard: Child,
    pipe: Option<ChildStdin>,
    log: PathBuf,
}

impl Guarded {
    /// Starts `command` as the user it may run as; `signal` ends it at once, then `folder` goes.
    pub(crate) fn start(folder: &Path, signal: &str, command: &[&str]) -> Self {
        assert!(!clock_is_moved(), "it starts a server: its file is to say so with `use crate::servers::…`");
        let script = r#"folder="$0"; signal="$1"; shift; "$@" >>"$folder/log" 2>&1 & pid=$!
            read _; kill -$signal $pid 2>/dev/null; wait $pid 2>/dev/null; rm -rf "$folder""#;
        let mut guard = Command::new("/bin/sh");
        guard.arg("-c").arg(script).arg(folder).arg(signal).args(unprivileged()).args(command);
        let mut guard = guard.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0).spawn().expect("a shell");
        let pipe = guard.stdin.take();
        Self { guard, pipe, log: folder.join("log") }
    }

    /// Waits until `ready`, at most 20 seconds.
    pub(crate) fn wait_until(&self, ready: impl Fn() -> bool) {
        let end = Instant::now() + Duration::from_secs(20);
        while !ready() {
            assert!(Instant::now() < end, "the server does not start:\n{}", std::fs::read_to_string(&self.log).unwrap_or_default());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let _ = self.guard.wait();
    }
}

/// Whether the tests run under another clock than the machine's: a server under it would be another server.
#[expect(clippy::disallowed_methods, reason = "the bench uses this file without the rest of the tests")]
fn clock_is_moved() -> bool {
    std::env::var_os("FAKETIME").is_some()
}

/// What precedes a command that refuses to run as root.
fn unprivileged() -> Vec<&'static str> {
    if is_root() { vec!["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] } else { Vec::new() }
}

/// That user's name.
pub(crate) fn user() -> String {
    if is_root() {
        return "postgres".into();
    }
    let output = Command::new("id").arg("-un").output().expect("id");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").expect("/proc").uid() == 0
}

/// Runs `command` as that user to its end.
pub(crate) fn run(command: &[&str]) {
    let all: Vec<&str> = unprivileged().into_iter().chain(command.iter().copied()).collect();
    let output = Command::new(all[0]).args(&all[1..]).current_dir("/").output().expect(all[0]);
    assert!(output.status.success(), "{all:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A folder of that user that others may not enter.
pub(crate) fn folder() -> PathBuf {
    let folder = tempfile::Builder::new().prefix("gonogo-it-").tempdir().expect("a folder").keep();
    own(&folder);
    folder
}

/// Hands a file or folder over to that user.
pub(crate) fn own(path: &Path) {
    if is_root() {
        let path = path.to_str().expect("a plain path");
        assert!(Command::new("chown").args(["-R", "postgres:postgres", path]).status().expect("chown").success());
    }
}
