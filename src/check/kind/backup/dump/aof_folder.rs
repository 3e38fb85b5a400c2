//! Redis 7's append-only folder: a manifest that names a base and what was appended to it since.

use std::{path::Path, time::Instant};

use super::{
    aof,
    content::{Content, Family},
    fault::{Fault, outside},
    reading::open,
    stream::{Accepts, read_input},
};
use crate::{model::Size, net::regular_file::read_text};

/// A manifest has a line a file.
const LARGEST: Size = Size(1 << 20);

pub(super) fn read(folder: &Path, manifest: &Path, until: Instant) -> Result<Content, Fault> {
    let text = read_text(manifest, LARGEST).map_err(|error| Fault::broken(format!("has a manifest that {error}")))?;
    let mut commands = 0;
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let value = |key: &str| words.iter().position(|word| *word == key).and_then(|at| words.get(at + 1)).copied();
        let (Some(name), Some(kind)) = (value("file"), value("type")) else {
            return Err(Fault::broken(format!("has a manifest that makes no sense: `{}`", outside(line))));
        };
        let name = name.trim_matches('"');
        if name.contains('/') {
            return Err(Fault::broken("has a manifest that leads out of the folder"));
        }
        let path = folder.join(name);
        match kind {
            "b" => match open(&path, until).and_then(|input| read_input(input, Accepts::Known, until)) {
                Ok(_) => commands += 1,
                // Of an empty database the base is empty, and all data was appended.
                Err(Fault::Broken(why)) if why == "holds no keys" || why == "holds no commands" => {}
                Err(fault) => return Err(fault.of_part(name)),
            },
            "i" => commands += open(&path, until).and_then(|mut input| aof::commands(&mut input)).map_err(|fault| fault.of_part(name))?,
            // History: no longer part of the data.
            "h" => {}
            _ => return Err(Fault::broken(format!("has a manifest that makes no sense: `{}`", outside(line)))),
        }
    }
    // When its base was written says nothing about what was appended since.
    if commands == 0 { Err(Fault::broken("holds no keys")) } else { Ok(Content::new("Redis append-only folder", Family::Redis)) }
}
