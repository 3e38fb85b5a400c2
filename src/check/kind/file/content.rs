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
    check::{
        OneOrMore,
        demand::{Pattern, Text},
    },
    model::{RunningDigest, Size},
    net::regular_file::{FileError, open, read_bytes},
};

/// A file whose text is demanded is read up to here.
const LARGEST: Size = Size(16 << 20);

/// What is to be found.
pub(super) struct Wanted {
    texts: Vec<String>,
    patterns: Vec<Pattern>,
    sha256: bool,
}

impl Wanted {
    pub(super) fn of(check: &File) -> Self {
        let texts = check.contains.iter().chain(&check.not_contains).flat_map(|all: &OneOrMore<Text>| all.iter());
        let patterns = check.matches.iter().chain(&check.not_matches).flat_map(|all: &OneOrMore<Pattern>| all.iter());
        Self {
            texts: texts.map(|text| text.as_str().to_owned()).collect(),
            patterns: patterns.cloned().collect(),
            sha256: check.sha256.is_some(),
        }
    }

    /// `None` where nothing is wanted.
    pub(super) fn look(&self, path: &Path, until: Instant) -> Option<Content> {
        let text = !self.texts.is_empty() || !self.patterns.is_empty();
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
        let line = |found: Option<usize>| found.map(|at| text[..at].matches('\n').count() + 1);
        Ok(Content {
            unread: None,
            opaque: opaque.map(str::to_owned),
            texts: self.texts.iter().map(|wanted| (wanted.clone(), line(text.find(wanted.as_str())))).collect(),
            patterns: self.patterns.iter().map(|wanted| (wanted.text().to_owned(), line(wanted.place(&text)))).collect(),
            sha256: self.sha256.then(|| crate::model::Digest::of(&bytes)),
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
