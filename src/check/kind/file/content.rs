//! What is in a file: whether it is there and where, never what it is.

use std::{
    fs::{self, Metadata},
    io::{Read as _, Write as _},
    os::unix::fs::MetadataExt as _,
    path::Path,
    time::Instant,
};

use encoding_rs::{Encoding, UTF_8};

use super::{File, seen::Content};
use crate::{
    check::demand::{Pattern, Text},
    model::{Digest, RunningDigest, Size},
    net::regular_file::{FileError, open, read_bytes},
};

/// A file whose text is demanded is read up to here.
const LARGEST: Size = Size(16 << 20);

/// Something that must be in a file, or must not.
pub(super) struct Find {
    /// The name of the demand.
    pub name: String,
    /// What is demanded.
    pub wanted: String,
    /// Whether it must be there.
    pub present: bool,
    needle: Needle,
}

enum Needle {
    Text(Text),
    Pattern(Pattern),
}

impl File {
    /// All that is to be found.
    pub(super) fn finds(&self) -> Vec<Find> {
        let texts = [("contains", &self.contains, true), ("not-contains", &self.not_contains, false)];
        let texts =
            texts.into_iter().flat_map(|(key, all, present)| all.iter().flat_map(|all| all.iter()).map(move |text| (key, text, present)));
        let texts = texts.map(|(key, text, present)| Find {
            name: format!("{key}:{}", text.as_str()),
            wanted: format!("{}to contain {text}", if present { "" } else { "not " }),
            present,
            needle: Needle::Text(text.clone()),
        });
        let patterns = [("matches", &self.matches, true), ("not-matches", &self.not_matches, false)];
        let patterns =
            patterns.into_iter().flat_map(|(key, all, present)| all.iter().flat_map(|all| all.iter()).map(move |one| (key, one, present)));
        let patterns = patterns.map(|(key, pattern, present)| Find {
            name: format!("{key}:{}", pattern.text()),
            wanted: format!("{}to match {pattern}", if present { "" } else { "not " }),
            present,
            needle: Needle::Pattern(pattern.clone()),
        });
        texts.chain(patterns).collect()
    }
}

/// What is looked for in each file.
pub(super) struct Wanted {
    finds: Vec<Find>,
    sha256: bool,
}

impl Wanted {
    pub(super) fn of(check: &File) -> Self {
        Self { finds: check.finds(), sha256: check.sha256.is_some() }
    }

    /// `None` where nothing is wanted.
    pub(super) fn look(&self, path: &Path, until: Instant) -> Option<Content> {
        let text = !self.finds.is_empty();
        if !text && !self.sha256 {
            return None;
        }
        let before = fs::metadata(path).ok().map(|metadata| Stamp::of(&metadata));
        let found = if text { self.find(path) } else { digest(path, until) };
        let after = fs::metadata(path).ok().map(|metadata| Stamp::of(&metadata));
        Some(match found {
            Ok(_) if before != after => unread("was changed while it was read"),
            Ok(content) => content,
            Err(error) => unread(&error.to_string()),
        })
    }

    fn find(&self, path: &Path) -> Result<Content, FileError> {
        let bytes = read_bytes(path, LARGEST)?;
        let encoding = Encoding::for_bom(&bytes).map_or(UTF_8, |(encoding, _)| encoding);
        let (text, _, wrong) = encoding.decode(&bytes);
        let opaque = match () {
            () if bytes.is_empty() => Some("is empty, which proves nothing"),
            () if wrong || text.contains('\0') => Some("is no text, so that something may be in it unseen"),
            () => None,
        };
        let line = |find: &Find| {
            let found = match &find.needle {
                Needle::Text(wanted) => text.find(wanted.as_str()),
                Needle::Pattern(wanted) => wanted.place(&text),
            };
            (find.name.clone(), found.map(|at| text[..at].matches('\n').count() + 1))
        };
        Ok(Content {
            unread: None,
            opaque: opaque.map(str::to_owned),
            found: self.finds.iter().map(line).collect(),
            sha256: self.sha256.then(|| Digest::of(&bytes)),
        })
    }
}

fn digest(path: &Path, until: Instant) -> Result<Content, FileError> {
    let (mut file, mut running, mut buffer) = (open(path)?, RunningDigest::default(), vec![0; 256 << 10]);
    while let read @ 1.. = file.read(&mut buffer)? {
        running.write_all(&buffer[..read])?;
        if Instant::now() >= until {
            return Err(FileError::Other("its end was not reached in time; raise the check's `timeout`".into()));
        }
    }
    Ok(Content { sha256: Some(running.finish()), ..Content::default() })
}

fn unread(why: &str) -> Content {
    Content { unread: Some(why.to_owned()), ..Content::default() }
}

/// What differs once a file was written to or replaced.
#[derive(PartialEq)]
struct Stamp(u64, u64, i64, i64, i64, i64);

impl Stamp {
    fn of(file: &Metadata) -> Self {
        Self(file.ino(), file.len(), file.mtime(), file.mtime_nsec(), file.ctime(), file.ctime_nsec())
    }
}
