//! Where something stands: a stretch of bytes in one of the plan's files.

use std::{collections::BTreeMap, ops::Range};

use crate::model::{Digest, Location};

/// A stretch of bytes in one file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    /// The file's number in [`Sources`]: files are numbered in the order they are read.
    pub(super) file: u32,
    /// The first byte.
    pub(super) start: u32,
    /// The byte after the last.
    pub(super) end: u32,
}

impl Place {
    /// Files are far below 4 GiB, so nothing is cut here.
    pub(super) fn new(file: u32, range: &Range<usize>) -> Self {
        let cut = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { file, start: cut(range.start), end: cut(range.end) }
    }

    /// The beginning of a file.
    pub(super) fn top(file: u32) -> Self {
        Self { file, start: 0, end: 0 }
    }
}

/// One file, or one pack of the program.
#[derive(Debug)]
pub(super) struct Source {
    /// As the plan names it: relative to the plan's folder, or `pack:web-api`. Reports know it by this name.
    pub(super) name: String,
    /// As people and CI find it: relative to where the program was started, if the plan was given so.
    pub(super) path: String,
    /// Its text, byte by byte as the file has it.
    pub(super) text: String,
    /// Of its exact bytes.
    pub(super) digest: Digest,
    lines: Vec<usize>,
}

impl Source {
    fn new(name: String, path: String, text: String) -> Self {
        let lines = std::iter::once(0).chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1)).collect();
        Self { name, path, digest: Digest::of(text.as_bytes()), text, lines }
    }

    /// The line that holds byte `offset`, counted from 0, with the stretch of bytes it covers, its end of line excluded.
    pub(super) fn line_of(&self, offset: usize) -> (usize, Range<usize>) {
        let line = self.lines.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.lines[line];
        let end = self.lines.get(line + 1).map_or(self.text.len(), |next| next - 1);
        let end = start + self.text[start..end].trim_end_matches('\r').len();
        (line, start..end)
    }
}

/// Every file of a plan.
#[derive(Debug, Default)]
pub(super) struct Sources(Vec<Source>);

impl Sources {
    /// Takes in what has no other place than its name, and gives it its number.
    pub(super) fn add(&mut self, name: String, text: String) -> u32 {
        self.add_file(name.clone(), name, text)
    }

    /// Takes in the file that stands at `path`, and gives it its number.
    pub(super) fn add_file(&mut self, name: String, path: String, text: String) -> u32 {
        self.0.push(Source::new(name, path, text));
        u32::try_from(self.0.len() - 1).unwrap_or(u32::MAX)
    }

    /// Every file's name and exact bytes, each name once. A pack may be read several times.
    pub(super) fn into_bytes(self) -> BTreeMap<String, Vec<u8>> {
        self.0.into_iter().map(|source| (source.name, source.text.into_bytes())).collect()
    }

    /// The file a place is in.
    pub(super) fn of(&self, place: Place) -> &Source {
        &self.0[place.file as usize]
    }

    /// Every file, in the order they were read.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Source> {
        self.0.iter()
    }

    /// The text at `place`.
    pub(super) fn slice(&self, place: Place) -> &str {
        self.of(place).text.get(place.start as usize..place.end as usize).unwrap_or_default()
    }

    /// The line of `place`, counted from 1.
    pub(super) fn line(&self, place: Place) -> u64 {
        self.of(place).line_of(place.start as usize).0 as u64 + 1
    }

    /// The file, line and column of `place`, for reports.
    pub(super) fn location(&self, place: Place) -> Location {
        let source = self.of(place);
        let before = source.line_of(place.start as usize).1.start..place.start as usize;
        let column = source.text.get(before).map(|text| text.chars().count() as u64 + 1);
        Location { file: source.path.clone(), line: self.line(place), column }
    }

    /// `file:line`, for a message about another place.
    pub(super) fn path_line(&self, place: Place) -> String {
        format!("{}:{}", self.of(place).path, self.line(place))
    }
}
