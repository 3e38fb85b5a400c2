//! `gonogo import`: checks made from the files of other tools. Overwrites nothing.

use std::{fs, io::Write as _};

use anyhow::{Context as _, anyhow};

use super::{Failure, arguments::ImportOptions, edge};
use crate::{
    model::{Exit, Size, plain},
    net::regular_file::read_bytes,
    starter::import::{Boxes, Imported, Wish},
};

/// What is read of a file; more is no file that people write.
pub(super) const LARGEST: Size = Size(4 << 20);

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
            // The plan's file of keys, unless there is one.
            if let Some(boxes) = &imported.boxes
                && let Ok(mut file) = fs::File::options().write(true).create_new(true).open(path.with_file_name("signers"))
            {
                file.write_all(boxes.signers.as_bytes()).map_err(Failure::output)?;
            }
        }
    }
    edge::say(&plain(&imported.boxes.as_ref().map_or_else(|| summed(&imported, options.with_commands), boxed)));
    Ok(Exit::Go)
}

fn boxed(boxes: &Boxes) -> String {
    let Boxes { all, checked, in_part, manual, groups, signatures, loose_code, .. } = boxes;
    let loose = if *loose_code > 0 { format!("; not read: {loose_code} blocks of code under no box") } else { String::new() };
    format!(
        "{all} boxes: {checked} became checks, {in_part} in part; asked of people: {manual}; headings of those under them: {groups}; lines to \
         sign: {signatures}{loose}\nwrite who has each role into the plan, and their keys into `signers`"
    )
}

fn summed(imported: &Imported, commands: bool) -> String {
    let Imported { entries, said, by_command, in_part, .. } = imported;
    let by = if commands { format!("{by_command} of them by commands") } else { format!("{by_command} with --with-commands") };
    let rest = entries - said - if commands { 0 } else { *by_command };
    let part = if *in_part > 0 { format!(" ({in_part} of them in part)") } else { String::new() };
    format!("said {said} of {entries} entries; {by}; {rest} cannot be said{part}")
}
