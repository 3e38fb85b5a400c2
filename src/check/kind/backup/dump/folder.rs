//! Folders that are one backup each: what kind they are, and how large.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use jiff::Timestamp;

use super::{
    aof_folder, base_backup,
    content::Content,
    directory::{self, TOC},
    fault::Fault,
    manifest::MANIFEST,
    reading::modified,
};

/// More files than this are not counted.
const MOST_FILES: usize = 2_000_000;

enum Shape {
    BaseBackup,
    Directory,
    AppendOnly(PathBuf),
}

pub(super) fn read(path: &Path, until: Instant) -> Result<Content, Fault> {
    match shape(path)? {
        Shape::BaseBackup => base_backup::read(path, until),
        Shape::Directory => directory::read(path, until),
        Shape::AppendOnly(manifest) => aof_folder::read(path, &manifest, until),
    }
}

pub(super) fn glance(path: &Path) -> Result<(), Fault> {
    shape(path).map(drop)
}

fn shape(path: &Path) -> Result<Shape, Fault> {
    if path.join(MANIFEST).is_file() {
        return Ok(Shape::BaseBackup);
    }
    if path.join(TOC).is_file() {
        return Ok(Shape::Directory);
    }
    let mut empty = true;
    for entry in fs::read_dir(path)? {
        empty = false;
        let name = entry?.path();
        if name.extension().is_some_and(|extension| extension == "manifest") {
            return Ok(Shape::AppendOnly(name));
        }
    }
    Err(Fault::broken(if empty {
        "is an empty folder"
    } else {
        "is a folder of no known kind: it has no toc.dat, backup_manifest or *.manifest"
    }))
}

/// All bytes in it, and when it was finished: the time of its list if it has one, else of its newest file.
pub(super) fn measure(path: &Path, until: Instant) -> Result<(u64, Timestamp), Fault> {
    let (mut size, mut count, mut newest) = (0_u64, 0, None);
    let mut open = vec![path.to_owned()];
    while let Some(folder) = open.pop() {
        if Instant::now() >= until {
            return Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into());
        }
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            // Links within a backup are not followed: tablespaces would be counted, and circles.
            let metadata = entry.metadata()?;
            if metadata.is_dir() {
                open.push(entry.path());
            } else if metadata.is_file() {
                size = size.saturating_add(metadata.len());
                newest = newest.max(Some(modified(&metadata)?));
            }
            count += 1;
            if count > MOST_FILES {
                return Err(Fault::unread(format!("has more than {MOST_FILES} files, too many to count here")));
            }
        }
    }
    for list in [MANIFEST, TOC] {
        if let Ok(metadata) = fs::metadata(path.join(list)) {
            return Ok((size, modified(&metadata)?));
        }
    }
    newest.map(|newest| (size, newest)).ok_or_else(|| Fault::broken("is an empty folder"))
}
