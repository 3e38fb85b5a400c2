//! What people install: made by the scripts of `.ci/release`, fetched by those of `.ci/setup`.

mod packed;
mod setup;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use tempfile::TempDir;

use crate::gonogo::{Ran, search_path};

/// What `pack` has made once for all tests, with the key that signed it.
struct Made {
    folder: TempDir,
}

static MADE: LazyLock<Made> = LazyLock::new(|| {
    let folder = TempDir::new().expect("a folder");
    tool("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", "key"], folder.path());
    // The program itself, in a small file: packed three times and compressed, what a debug build weighs takes minutes.
    let program = folder.path().join("program");
    fs::write(&program, format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_gonogo"))).expect("a written file");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a program");
    let made = Made { folder };
    made.pack("out", &[("SIGNING_KEY", &made.path("key").display().to_string())]).exits(0);
    made
});

impl Made {
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
