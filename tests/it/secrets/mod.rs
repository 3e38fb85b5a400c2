//! The kind `secrets` on real files, folders, programs and git repositories.

mod canary;
mod command;
mod folder;
mod git;
mod nested;
mod settings;
mod syntax;
mod values;

use std::path::Path;

use serde_json::{Value, json};

use crate::look::Look;

/// Where the tests' programs are found.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// A random value, as `openssl rand -hex 32` prints it; each number gives another.
fn random(number: u64) -> String {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..64)
        .map(|_| {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            char::from_digit((state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 60) as u32, 16).expect("a digit")
        })
        .collect()
}

/// A folder with an env file `prod.env`.
fn folder(env: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("prod.env"), env).expect("written");
    folder
}

/// A look at `prod.env` in `root` with further settings.
fn look(root: &Path, more: Value) -> Look {
    let mut settings = json!({ "source": { "env-file": "prod.env" } });
    let fields = settings.as_object_mut().expect("an object");
    fields.extend(more.as_object().expect("an object").clone());
    Look::new("secrets", settings).root(root).env(&[("PATH", PATH)])
}
