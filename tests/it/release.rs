//! What people install: made by the scripts of `.ci/release`, fetched by those of `.ci/setup`.

mod packed;
mod setup;

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tempfile::TempDir;

use crate::gonogo::{Ran, search_path};

/// What `pack` has made, with the key that signed it.
struct Made {
    folder: TempDir,
}

/// Made anew only where no other test holds it; gone with the last of them.
fn made() -> Arc<Made> {
    static SHARED: Mutex<Weak<Made>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let made = Arc::new(Made::new());
        *shared = Arc::downgrade(&made);
        made
    })
}

impl Made {
    fn new() -> Self {
        let made = Self { folder: TempDir::new().expect("a folder") };
        tool("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", "key"], made.folder.path());
        // The program itself, in a small file: what a debug build weighs, packed and compressed again and again, takes minutes.
        // Written by another process: what this one has open while another test starts a program cannot be run (ETXTBSY).
        let text = format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_gonogo"));
        tool("sh", &["-c", "printf %s \"$1\" >program && chmod 755 program", "sh", &text], made.folder.path());
        made.pack("out", &[("SIGNING_KEY", &made.path("key").display().to_string())]).exits(0);
        made
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Packs the program into the folder of that name, with these variables too.
    fn pack(&self, name: &str, variables: &[(&str, &str)]) -> Ran {
        let mut command = bare("bash", Path::new("."));
        command.args(["-c", "umask ${MASK:-022}; exec .ci/release/pack \"$@\"", "pack"]).arg(self.path("program")).arg(self.path(name));
        command.envs([("MAINTAINER", "Eve Example <eve@example.com>"), ("SOURCE_DATE_EPOCH", "1764000000")]);
        Ran::of(command.envs(variables.iter().copied()))
    }

    /// The archive for this machine.
    fn archive(&self) -> PathBuf {
        self.path("out").join(format!("{}.tar.gz", name()))
    }
}

/// What files are called for this version and this machine.
fn name() -> String {
    format!("gonogo-{}-{}-linux", env!("CARGO_PKG_VERSION"), std::env::consts::ARCH)
}

/// A program with no variables but those by which it and Cargo are found. Its clock is the machine's, also where ours was moved:
/// nothing here judges by it, and rustc hangs under another one.
#[expect(clippy::disallowed_methods, reason = "Cargo finds its toolchain and the sources of crates by them")]
fn bare(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear().env("PATH", search_path());
    command.envs(["HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"].iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    command
}

/// What a program that must succeed prints.
#[track_caller]
fn tool(program: &str, arguments: &[&str], folder: &Path) -> String {
    Ran::of(bare(program, folder).args(arguments)).exits(0).stdout
}

/// Every file below a folder, sorted.
fn files(folder: &Path) -> Vec<String> {
    tool("bash", &["-c", "find . -type f -printf '%P\\n' | LC_ALL=C sort"], folder).lines().map(Into::into).collect()
}
