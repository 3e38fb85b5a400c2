//! pg_dump's directory format: a table of contents, and a file for each table's data.

use std::{
    io::{self, BufRead as _, BufReader, Read},
    path::{Path, PathBuf},
    time::Instant,
};

use super::{
    archive::{self, Entry},
    compressed::{Compression, reader},
    content::{Content, Family, has_rows},
    fault::{Fault, outside},
    reading::open,
};

/// The table of contents.
pub(super) const TOC: &str = "toc.dat";

/// What pg_dump appends to the name of a compressed file; the table of contents has the name without.
const ENDINGS: [&str; 4] = ["", ".gz", ".zst", ".lz4"];

pub(super) fn read(folder: &Path, until: Instant) -> Result<Content, Fault> {
    let archive = archive::read(&mut open(&folder.join(TOC), until)?)?;
    if archive.format == archive::CUSTOM {
        return Err(Fault::broken("has a toc.dat that belongs to another format"));
    }
    let mut content = Content::new("pg_dump directory", Family::Postgres);
    content.made = archive.made;
    let mut tables = false;
    for entry in &archive.entries {
        let Some(file) = &entry.file else { continue };
        let within = |fault| of_entry(entry, file, fault);
        if entry.table {
            tables = true;
            if data(&found_file(folder, file).map_err(within)?, until).map_err(within)? {
                content.note(&entry.name);
            }
        } else {
            blobs(folder, file, until).map_err(within)?;
        }
    }
    content.with_rows(tables)
}

fn of_entry(entry: &Entry, file: &str, fault: Fault) -> Fault {
    let say = |why: String| format!("is not whole: {} ({}) {why}", outside(file), outside(&entry.name));
    match fault {
        Fault::Broken(why) => Fault::Broken(say(why)),
        Fault::Unread(why) => Fault::Unread(say(why)),
        Fault::Changing => Fault::Changing,
    }
}

fn found_file(folder: &Path, name: &str) -> Result<PathBuf, Fault> {
    // A name that leads out of the folder is none of pg_dump's.
    if name.contains('/') || name.starts_with('.') {
        return Err(Fault::broken("has a name that leads elsewhere"));
    }
    let candidates = ENDINGS.iter().map(|ending| folder.join(format!("{name}{ending}")));
    candidates.into_iter().find(|path| path.is_file()).ok_or_else(|| Fault::broken("is missing"))
}

/// A data file, decompressed.
fn open_data(path: &Path, until: Instant) -> Result<Box<dyn Read>, Fault> {
    let mut input = open(path, until)?;
    let head = input.fill_buf()?;
    Ok(match Compression::of(head) {
        Some(compression) => reader(compression, input),
        None => Box::new(input),
    })
}

/// Reads a data file to its end; whether it has rows.
fn data(path: &Path, until: Instant) -> Result<bool, Fault> {
    // Even an empty table's file has the end of its rows.
    if path.metadata()?.len() == 0 {
        return Err(Fault::broken("is empty"));
    }
    Ok(has_rows(&mut open_data(path, until)?)?)
}

/// Each large object that the list names is there and can be read to its end.
fn blobs(folder: &Path, list: &str, until: Instant) -> Result<(), Fault> {
    for line in BufReader::new(open_data(&found_file(folder, list)?, until)?).lines() {
        if let Some((_, name)) = line?.split_once(' ') {
            io::copy(&mut open_data(&found_file(folder, name.trim())?, until)?, &mut io::sink())?;
        }
    }
    Ok(())
}
