//! A backup on disk: a file, or a folder that is one backup.

use std::{
    fs::{self, File},
    io::BufRead as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};

use super::{
    content::Content,
    fault::Fault,
    folder,
    manifest::MANIFEST,
    reading::{in_time, modified, open},
    stream::{self, Accepts, ZIP, read_input},
    zipped,
};

/// Where a backup lies, and what the file system says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file or folder, symbolic links followed.
    pub path: PathBuf,
    /// When it was last written to; of a folder, its table of contents or newest file.
    pub modified: Timestamp,
    /// Its bytes on disk; of a folder, all of it.
    pub size: u64,
    /// Whether it is a folder.
    pub folder: bool,
}

/// What was written to this shortly ago may still be written to.
const FRESH: SignedDuration = SignedDuration::from_mins(10);

impl Place {
    /// Looks it up. The manifest of a base backup stands for its folder.
    pub fn of(path: &Path, until: Instant) -> Result<Self, Fault> {
        let mut path = path.canonicalize()?;
        if path.file_name().is_some_and(|name| name == MANIFEST)
            && let Some(parent) = path.parent()
        {
            path = parent.to_owned();
        }
        let metadata = fs::metadata(&path)?;
        if metadata.is_dir() {
            let (size, modified) = folder::measure(&path, until)?;
            return Ok(Self { path, modified, size, folder: true });
        }
        if !metadata.is_file() {
            return Err(Fault::broken("is neither a file nor a folder"));
        }
        Ok(Self { modified: modified(&metadata)?, size: metadata.len(), path, folder: false })
    }
}

/// Reads a backup to its end, unless it is written to meanwhile or time runs out. `at` is the run's instant.
pub fn read(place: &Place, accepts: Accepts, at: Timestamp, until: Instant) -> Result<Content, Fault> {
    let found = if place.folder { folder::read(&place.path, until) } else { file(&place.path, accepts, until) };
    let found = in_time(until, found);
    if matches!(found, Err(Fault::Broken(_))) && at.duration_since(place.modified).abs() < FRESH {
        // What looks damaged may only be unfinished: a moment tells.
        std::thread::sleep(Duration::from_secs(1).min(until.saturating_duration_since(Instant::now())));
    }
    match Place::of(&place.path, until) {
        Ok(after) if after == *place => found,
        Err(Fault::Unread(why)) => Err(Fault::Unread(why)),
        _ => Err(Fault::Changing),
    }
}

fn file(path: &Path, accepts: Accepts, until: Instant) -> Result<Content, Fault> {
    let mut input = open(path, until)?;
    let head = input.fill_buf()?;
    if ZIP.iter().any(|start| head.starts_with(start)) { zipped::read(path, accepts, until) } else { read_input(input, accepts, until) }
}

/// Looks at the beginning of a backup only, until then.
pub fn glance(place: &Place, accepts: Accepts, until: Instant) -> Result<(), Fault> {
    if place.size == 0 {
        return Err(Fault::broken("is empty"));
    }
    if accepts != Accepts::Known {
        return Ok(());
    }
    if place.folder {
        return folder::glance(&place.path);
    }
    in_time(until, stream::glance(File::open(&place.path)?, until))
}
