//! The migrations that a release has, by its folder of them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use ring::digest::{SHA256, SHA384, digest};

use super::{
    layouts,
    tool::{Facts, canonical},
};
use crate::{
    model::{Size, quote},
    net::regular_file,
};

/// Files of a folder, folders within each other, and bytes of a file.
const MOST: usize = 20_000;
const DEEPEST: usize = 8;
const LARGEST: Size = Size(1 << 20);

/// What a folder has.
#[derive(Default)]
pub(super) struct Release {
    pub(super) migrations: BTreeMap<String, Migration>,
    /// Files that were not understood, each with why.
    pub(super) odd: Vec<String>,
}

/// One migration.
#[derive(Default)]
pub(super) struct Migration {
    /// The checksum that the tool would keep of it.
    pub(super) sum: Option<String>,
    /// Those it builds on, where its file says so.
    pub(super) after: Vec<String>,
    /// Whether it may not be meant for this database.
    pub(super) perhaps: bool,
    /// Those it stands for.
    pub(super) replaces: Vec<String>,
}

impl Release {
    /// Takes in a migration; two of one name are none that is understood.
    pub(super) fn add(&mut self, key: &str, migration: Migration, path: &str) {
        if self.migrations.insert(canonical(key), migration).is_some() {
            self.odd.push(format!("{path} (another file has {} too)", quote(key)));
        }
    }
}

/// Reads `folder` as the tool would.
pub(super) fn read(folder: &Path, facts: &Facts) -> Result<Release, String> {
    let mut files = Vec::new();
    walk(folder, "", 0, &mut files)?;
    files.sort();
    let mut release = Release::default();
    match facts.says("layout") {
        Some(layout) => layouts::read(layout, folder, &files, &mut release)?,
        None => by_name(folder, &files, facts, &mut release)?,
    }
    if release.migrations.is_empty() {
        let odd = release.odd.first().map_or(String::new(), |odd| format!("; it has {odd}"));
        return Err(format!("holds no migration of {} in {} files{odd}", facts.called, files.len()));
    }
    Ok(release)
}

fn by_name(folder: &Path, files: &[String], facts: &Facts, release: &mut Release) -> Result<(), String> {
    for path in files {
        let key = facts
            .files
            .as_ref()
            .and_then(|files| files.captures(path))
            .map(|found| found.iter().skip(1).flatten().map(|part| part.as_str()).collect());
        let apart = facts.not.as_ref().is_some_and(|not| not.is_match(path));
        let key: Option<String> = key.filter(|_| !apart).or_else(|| repeatable(path, facts));
        match key {
            Some(key) => {
                let sum = sum_of(folder, path, facts)?;
                release.add(&key, Migration { sum, ..Migration::default() }, path);
            }
            None if !apart
                && facts.words("ends").any(|end| path.rsplit_once('.').is_some_and(|(_, have)| have.eq_ignore_ascii_case(end))) =>
            {
                release.odd.push(path.clone());
            }
            None => {}
        }
    }
    Ok(())
}

/// Flyway's migrations without a version, which run again when they change.
fn repeatable(path: &str, facts: &Facts) -> Option<String> {
    let name = path.rsplit('/').next()?.strip_prefix("R__")?.strip_suffix(".sql")?;
    (facts.name == "flyway").then(|| format!("R {}", name.replace('_', " ")))
}

/// The checksum as the tool makes it.
fn sum_of(folder: &Path, path: &str, facts: &Facts) -> Result<Option<String>, String> {
    let Some(way) = facts.says("sum").filter(|_| path.ends_with(".sql")) else { return Ok(None) };
    Ok(Some(sum(way, &bytes(folder, path)?)))
}

pub(super) fn sum(way: &str, bytes: &[u8]) -> String {
    match way {
        // Of the lines, without what ends them: Flyway's `ChecksumCalculator`.
        "crc32" => {
            let mut crc = flate2::Crc::new();
            let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\r', "\n");
            text.trim_start_matches('\u{feff}').split('\n').for_each(|line| crc.update(line.as_bytes()));
            crc.sum().cast_signed().to_string()
        }
        "sha384" => data_encoding::HEXLOWER.encode(digest(&SHA384, bytes).as_ref()),
        _ => data_encoding::HEXLOWER.encode(digest(&SHA256, bytes).as_ref()),
    }
}

/// A file of the folder.
pub(super) fn bytes(folder: &Path, path: &str) -> Result<Vec<u8>, String> {
    regular_file::read_bytes(&folder.join(path), LARGEST).map_err(|why| format!("has {}, which {why}", quote(path)))
}

/// The files below, by their paths in it; no link is followed.
fn walk(root: &Path, below: &str, depth: usize, files: &mut Vec<String>) -> Result<(), String> {
    let place: PathBuf = root.join(below);
    let entries = fs::read_dir(&place).map_err(|error| format!("cannot be read: {error}"))?;
    for entry in entries {
        let entry = entry.map_err(|error| format!("cannot be read: {error}"))?;
        let name = entry.file_name();
        let name = name.to_str().ok_or("has a file whose name is no text")?;
        if name.starts_with('.') || matches!(name, "node_modules" | "__pycache__") {
            continue;
        }
        let path = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
        let kind = entry.file_type().map_err(|error| format!("cannot be read: {error}"))?;
        match () {
            () if kind.is_dir() && depth < DEEPEST => walk(root, &path, depth + 1, files)?,
            () if kind.is_file() => files.push(path),
            () => return Err(format!("has {}, which is a link, no file, or too deep", quote(&path))),
        }
        if files.len() > MOST {
            return Err(format!("has more than {MOST} files"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_that_the_tools_keep() {
        // The first is of Flyway's own test, `ChecksumCalculatorSmallTest`: the same with any line ends.
        assert_eq!(
            sum("crc32", b"CREATE TABLE a (id int);\r\nSELECT 1;\r\n"),
            sum("crc32", b"\xef\xbb\xbfCREATE TABLE a (id int);\nSELECT 1;")
        );
        assert_eq!(sum("crc32", b"123456789"), "-873187034");
        assert!(sum("sha384", b"").starts_with("38b060a751ac9638") && sum("sha256", b"").starts_with("e3b0c44298fc1c14"));
    }
}
