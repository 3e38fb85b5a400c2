//! A backup on disk: a file, or a folder that is one backup.

use std::{
    fs::{self, File, Metadata},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};

use super::{
    content::{self, Accepts, Content, Kind, in_time, read_input},
    fault::Fault,
    folder, zipped,
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
    ///
    /// # Errors
    /// When it cannot be looked up by `until`, or is neither file nor folder.
    pub fn of(path: &Path, until: Instant) -> Result<Self, Fault> {
        let mut path = path.canonicalize()?;
        if path.file_name().is_some_and(|name| name == folder::BACKUP_MANIFEST)
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
///
/// # Errors
/// What is wrong with it.
pub fn read(place: &Place, accepts: Accepts, at: Timestamp, until: Instant) -> Result<Content, Fault> {
    let found =
        if place.folder { in_time(until, folder::read(&place.path, until)) } else { in_time(until, file(&place.path, accepts, until)) };
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
    if zipped::begins(input.fill_buf()?) { zipped::read(path, accepts, until) } else { read_input(input, accepts, until) }
}

/// Looks at the beginning of a backup only, until then.
///
/// # Errors
/// When it is empty or no backup.
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
    match in_time(until, content::begins(File::open(&place.path)?, until))? {
        Kind::Sealed(name) => Err(content::sealed(name)),
        _ => Ok(()),
    }
}

/// A regular file, to be read until then.
pub(super) fn open(path: &Path, until: Instant) -> Result<Box<dyn BufRead>, Fault> {
    // Opening a pipe would wait for its writer: ask what it is first.
    if !fs::metadata(path)?.is_file() {
        return Err(Fault::broken("is not a regular file"));
    }
    Ok(Box::new(BufReader::with_capacity(256 << 10, Timed::new(File::open(path)?, until))))
}

pub(super) fn modified(metadata: &Metadata) -> Result<Timestamp, Fault> {
    Timestamp::try_from(metadata.modified()?).map_err(|_| Fault::unread("has a time of last change that makes no sense"))
}

/// A reader that fails once its time is up.
pub(super) struct Timed<R> {
    inner: R,
    until: Instant,
}

impl<R> Timed<R> {
    pub(super) fn new(inner: R, until: Instant) -> Self {
        Self { inner, until }
    }
}

impl<R: Seek> Seek for Timed<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

impl<R: Read> Read for Timed<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if Instant::now() >= self.until {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.inner.read(buf)
    }
}
