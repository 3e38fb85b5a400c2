//! What `pg_basebackup` wrote: as files or as tars, beside the manifest.

use std::{
    fs,
    path::{Component, Path},
    time::Instant,
};

use super::{
    content::{Content, Family},
    fault::{Fault, outside},
    manifest::{self, Listed, MANIFEST, Manifest, WalRange, is_wal_segment},
    reading::open,
    stream::{Accepts, read_input},
};

/// Reads every file of the backup to its end and compares it with the manifest.
pub(super) fn read(folder: &Path, until: Instant) -> Result<Content, Fault> {
    let list = folder.join(MANIFEST);
    let tars = tars(folder)?;
    if tars.is_empty() {
        let manifest = manifest::read(&list, until, &mut |listed| file(folder, &listed, until))?;
        wal(folder, &manifest)?;
        return Ok(content("PostgreSQL base backup", &manifest));
    }
    let manifest = manifest::read(&list, until, &mut |_| Ok(()))?;
    let mut cluster = false;
    for name in &tars {
        let found = open(&folder.join(name), until).and_then(|input| read_input(input, Accepts::Whole, until));
        let found = found.map_err(|fault| fault.of_part(name))?;
        cluster |= name.starts_with("base.") && found.format.starts_with("PostgreSQL base backup");
    }
    if !cluster {
        return Err(Fault::broken("is not whole: base.tar is missing, or has no database in it"));
    }
    Ok(content("PostgreSQL base backup, tar", &manifest))
}

fn content(format: &str, manifest: &Manifest) -> Content {
    let mut content = Content::new(format, Family::Postgres);
    content.made = manifest.newest;
    content
}

fn tars(folder: &Path) -> Result<Vec<String>, Fault> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if [".tar", ".tar.gz", ".tar.zst", ".tar.lz4"].iter().any(|ending| name.ends_with(ending)) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn file(folder: &Path, listed: &Listed, until: Instant) -> Result<(), Fault> {
    let name = listed.name().ok_or_else(|| Fault::broken("has a manifest with a file that has no name"))?;
    let shown = outside(&name);
    // pg_basebackup itself appends to it after the manifest was made.
    if name == "postgresql.auto.conf" {
        return Ok(());
    }
    if Path::new(&name).components().any(|part| !matches!(part, Component::Normal(_))) {
        return Err(Fault::broken(format!("has a manifest that leads out of the folder: {shown}")));
    }
    let path = folder.join(&name);
    let Ok(metadata) = fs::metadata(&path) else { return Err(Fault::broken(format!("is not whole: {shown} is missing"))) };
    if metadata.len() != listed.size {
        return Err(Fault::broken(format!("is not whole: {shown} has {} bytes, the manifest says {}", metadata.len(), listed.size)));
    }
    let (Some(algorithm), Some(wanted)) = (&listed.algorithm, &listed.checksum) else { return Ok(()) };
    let found = manifest::checksum(&mut open(&path, until)?, algorithm)?;
    match found {
        Some(found) if found != wanted.to_ascii_lowercase() => {
            Err(Fault::broken(format!("is damaged: the checksum of {shown} does not match")))
        }
        Some(_) => Ok(()),
        None => Err(Fault::unread(format!("has checksums of a kind that is not known here: {}", outside(algorithm)))),
    }
}

/// Every segment of WAL that a restore needs lies in the backup.
fn wal(folder: &Path, manifest: &Manifest) -> Result<(), Fault> {
    let folder = folder.join("pg_wal");
    let segments: Vec<(String, u64)> = fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.to_owned(), entry.metadata().ok()?.len())))
        .filter(|(name, _)| is_wal_segment(name))
        .collect();
    let Some(size) = segments.iter().map(|(_, size)| *size).find(|size| size.is_power_of_two() && *size >= 1 << 20) else {
        return Err(Fault::unread("holds no WAL: whether the archive has what a restore of it needs cannot be seen here"));
    };
    for range in &manifest.wal {
        for name in needed(range, size)? {
            if !segments.iter().any(|(have, length)| *have == name && *length == size) {
                return Err(Fault::broken(format!("is not whole: the WAL segment {name} that a restore needs is missing")));
            }
        }
    }
    Ok(())
}

/// The names of a range's segments: the timeline, then the number of the segment in two halves.
fn needed(range: &WalRange, size: u64) -> Result<Vec<String>, Fault> {
    let wrong = || Fault::broken("has a manifest with a WAL range that makes no sense");
    let position = |text: &str| {
        let (high, low) = text.split_once('/')?;
        Some(u64::from(u32::from_str_radix(high, 16).ok()?) << 32 | u64::from(u32::from_str_radix(low, 16).ok()?))
    };
    let (start, end) = (position(&range.start).ok_or_else(wrong)?, position(&range.end).ok_or_else(wrong)?);
    let (first, last) = (start / size, end.checked_sub(1).ok_or_else(wrong)? / size);
    if start >= end || last - first > 1 << 20 {
        return Err(wrong());
    }
    let per_id = (1_u64 << 32) / size;
    Ok((first..=last).map(|segment| format!("{:08X}{:08X}{:08X}", range.timeline, segment / per_id, segment % per_id)).collect())
}
