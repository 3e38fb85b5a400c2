//! A zip: every member is read to its end, checksums compared; a dump among them is what it holds.

use std::{
    fs::File,
    io::{self, BufReader},
    path::Path,
    time::Instant,
};

use zip::{ZipArchive, result::ZipError};

use super::{
    content::{Content, Family},
    fault::{Fault, outside},
    reading::Timed,
    stream::{Accepts, read_input},
};

/// More members than this are not followed.
const MOST_MEMBERS: usize = 100_000;

pub(super) fn read(path: &Path, accepts: Accepts, until: Instant) -> Result<Content, Fault> {
    // Its list stands at the end: a truncated one has none.
    let mut archive = ZipArchive::new(BufReader::new(Timed::new(File::open(path)?, until))).map_err(|error| wrong("its list", error))?;
    if archive.len() > MOST_MEMBERS {
        return Err(Fault::unread(format!("has more than {MOST_MEMBERS} members, too many to follow here")));
    }
    let (mut found, mut bytes) = (None, 0);
    for at in 0..archive.len() {
        let nth = format!("member {}", at + 1);
        bytes += io::copy(&mut archive.by_index(at).map_err(|error| wrong(&nth, error))?, &mut io::sink())?;
        if found.is_none() {
            let member = archive.by_index(at).map_err(|error| wrong(&nth, error))?;
            let name = member.name().map_or(nth, |name| outside(&name));
            found = match read_input(Box::new(BufReader::new(member)), Accepts::Known, until) {
                Ok(content) => Some(Ok(content)),
                // What is no dump at all may stand beside one.
                Err(Fault::Broken(why)) if why.starts_with("is no backup") || why == "is empty" => None,
                Err(Fault::Broken(why)) => Some(Err(Fault::broken(format!("is not whole: {name} {why}")))),
                Err(fault) => Some(Err(fault)),
            };
        }
    }
    match found {
        Some(Ok(mut content)) => {
            content.format = format!("{}, zip", content.format);
            Ok(content)
        }
        Some(Err(fault)) if accepts == Accepts::Known || matches!(fault, Fault::Broken(_)) => Err(fault),
        _ if bytes == 0 => Err(Fault::broken("is empty")),
        _ if accepts == Accepts::Known => Err(Fault::broken("is a zip without a backup of a known kind")),
        _ => Ok(Content::new("unknown contents, zip", Family::Other)),
    }
}

fn wrong(what: &str, error: ZipError) -> Fault {
    match error {
        ZipError::Io(error) => error.into(),
        ZipError::UnsupportedArchive(why) => Fault::unread(format!("is a zip that cannot be read here: {what}: {}", outside(why))),
        error => Fault::broken(format!("is truncated or damaged: {what}: {}", outside(&error.to_string()))),
    }
}
