//! `gonogo import`: checks made from the files of other tools. Overwrites nothing.

use std::{fs, io::Write as _};

use anyhow::{Context as _, anyhow};

use super::{Failure, arguments::ImportOptions, edge};
use crate::{
    model::{Exit, Size, plain},
    net::regular_file::read_bytes,
    starter::import::{Imported, Wish},
};

/// What is read of a file; more is no file that people write.
const LARGEST: Size = Size(4 << 20);

/// Runs the command: 2 where a file cannot be read, or one stands already where the checks are to go.
pub(super) fn import(options: &ImportOptions) -> Result<Exit, Failure> {
    let mut files = Vec::new();
    for path in &options.files {
        let name = path.display().to_string();
        let bytes = read_bytes(path, LARGEST).map_err(|error| Failure::usage(anyhow!("`{name}` {error}")))?;
        files.push((name, bytes));
    }
    let wish = Wish { commands: options.with_commands, target: options.target.clone() };
    let imported = Imported::of(&files, &wish).map_err(|why| Failure::usage(anyhow!(why)))?;
    match &options.output {
        None => edge::print(&imported.text).map_err(Failure::output)?,
        Some(path) => {
            // Refuses what stands there in any form, and follows no link.
            let file = fs::File::options().write(true).create_new(true).open(path);
            let mut file = file.with_context(|| format!("`{}` cannot be made", path.display())).map_err(Failure::usage)?;
            file.write_all(imported.text.as_bytes()).map_err(Failure::output)?;
        }
    }
    edge::say(&plain(&summed(&imported, options.with_commands)));
    Ok(Exit::Go)
}

fn summed(imported: &Imported, commands: bool) -> String {
    let Imported { entries, said, by_command, in_part, .. } = imported;
    let by = if commands { format!("{by_command} of them by commands") } else { format!("{by_command} with --with-commands") };
    let rest = entries - said - if commands { 0 } else { *by_command };
    let part = if *in_part > 0 { format!(" ({in_part} of them in part)") } else { String::new() };
    format!("said {said} of {entries} entries; {by}; {rest} cannot be said{part}")
}
