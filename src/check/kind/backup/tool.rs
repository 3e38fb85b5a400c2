//! What a backup tool lists: by running it, or from a file with what it printed.

use std::time::Instant;

use serde_json::Value;

use super::source::{Got, Source};
use crate::{
    check::{Context, Unseen, blocking},
    model::Size,
    net::{command::Command, regular_file::read_bytes},
};

/// Thousands of backups take a few megabytes.
const LARGEST: Size = Size(32 << 20);

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
            let bytes = blocking(move || read_bytes(&path, LARGEST))
                .await?
                .map_err(|error| Unseen::Unknown(format!("{} {error}", file.display())))?;
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
    if ended.code == Some(0) {
        return parsed(format!("what `{program}` printed"), &ended.stdout);
    }
    // Barman says in JSON, on its standard output, what went wrong.
    let said = serde_json::from_slice::<Value>(&ended.stdout).ok().and_then(|json| super::barman::errors(&json));
    Err(Unseen::Unknown(format!("`{program}` {}", ended.how(said.as_deref().unwrap_or(&ended.complaint)))))
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
