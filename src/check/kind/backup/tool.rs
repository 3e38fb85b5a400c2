//! What a backup tool lists: by running it, or from a file with what it printed.

use std::time::Instant;

use serde_json::Value;

use super::source::{Got, Source};
use crate::{
    check::{Context, Unseen},
    model::Size,
    net::{
        command::{Command, Ended},
        regular_file::{FileError, read_bytes},
    },
};

/// Thousands of backups take a few megabytes.
const LARGEST: Size = Size(32 << 20);

/// A listing.
pub(super) struct Printed {
    /// Whose it is, as the subject of a sentence: "what `restic` printed".
    pub(super) by: String,
    /// `null` where nothing was printed.
    pub(super) json: Value,
}

pub(super) async fn printed(source: Source<'_>, cx: &Context, until: Instant) -> Result<Printed, Unseen> {
    match source.got() {
        Some(Got::Command(argv)) => ran(&argv, cx, until).await,
        Some(Got::File(file)) => {
            let path = cx.path(&file);
            let by = format!("{}:", file.display());
            let bytes = tokio::task::spawn_blocking(move || read_bytes(&path, LARGEST)).await;
            let bytes = bytes.unwrap_or_else(|error| Err(FileError::Other(error.to_string())));
            let bytes = bytes.map_err(|error| Unseen::Unknown(format!("{} {error}", file.display())))?;
            parsed(by, &bytes)
        }
        None => Err(Unseen::Unknown("no tool is named".into())),
    }
}

async fn ran(argv: &[String], cx: &Context, until: Instant) -> Result<Printed, Unseen> {
    let program = argv.first().cloned().unwrap_or_default();
    let root = cx.path("");
    let command = Command { argv, env: &cx.shared.env, dir: &root, deadline: until, limit: LARGEST, stdin: b"" };
    let ended = command.run().await?;
    let by = format!("what `{program}` printed");
    match &ended {
        Ended { code: Some(0), .. } => parsed(by, &ended.stdout),
        // Barman says in JSON, on its standard output, what went wrong.
        Ended { code, stdout, complaint } => {
            let said = serde_json::from_slice::<Value>(stdout).ok().and_then(|json| super::barman::errors(&json));
            let how = code.map_or("was ended by a signal".to_owned(), |code| format!("ended with exit code {code}"));
            let why = said.unwrap_or_else(|| complaint.clone());
            let why = if why.is_empty() { String::new() } else { format!(": {why}") };
            Err(Unseen::Unknown(format!("`{program}` {how}{why}")))
        }
    }
}

fn parsed(by: String, bytes: &[u8]) -> Result<Printed, Unseen> {
    if bytes.trim_ascii().is_empty() {
        return Ok(Printed { by, json: Value::Null });
    }
    match serde_json::from_slice(bytes) {
        Ok(json) => Ok(Printed { by, json }),
        Err(error) => Err(Unseen::Unknown(format!("{by} is not JSON (line {}, column {})", error.line(), error.column()))),
    }
}
