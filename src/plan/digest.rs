//! The plan's fingerprint.
//!
//! It is the SHA-256 of lines of JSON: `["gonogo.plan/v1",project,environment]`, then `["file",name,sha256]` for every
//! file and pack by name, then `["variable",name,value]` for every variable that was used, by name. The value of a secret
//! variable is left out, the password of a URL is `***`. So the same files and variables give the same fingerprint,
//! whatever the schedule, and a change of any of them gives another one.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::json;

use super::conceal;
use crate::model::Digest;

pub(super) fn of(
    project: &str,
    environment: &str,
    files: &BTreeMap<String, Digest>,
    variables: &BTreeMap<String, Option<String>>,
) -> Digest {
    let mut lines = format!("{}\n", json!(["gonogo.plan/v1", project, environment]));
    for (name, digest) in files {
        let _ = writeln!(lines, "{}", json!(["file", name, digest]));
    }
    for (name, value) in variables {
        let _ = match value {
            Some(value) => writeln!(lines, "{}", json!(["variable", name, conceal::without_passwords(value)])),
            None => writeln!(lines, "{}", json!(["variable", name])),
        };
    }
    Digest::of(lines.as_bytes())
}
