//! The head and table of contents that pg_dump's custom, directory and tar formats share.
//!
//! Source: `pg_backup_archiver.c` of PostgreSQL 8.3 to 18, archive versions 1.7 to 1.16. All integers are a sign byte
//! and a number of bytes, the least significant first; a string is its length and its bytes, -1 for none.

use std::io::{BufRead, Read as _};

use jiff::{Timestamp, civil::DateTime};

use super::{
    compressed::Compression,
    content::latest,
    fault::Fault,
    reading::{byte, skip},
};

pub(super) struct Archive {
    pub(super) format: u8,
    /// How the data of the custom format is compressed.
    pub(super) compression: Option<Compression>,
    /// The latest that it can have been made.
    pub(super) made: Option<Timestamp>,
    /// The entries that have data.
    pub(super) entries: Vec<Entry>,
    pub(super) ints: Ints,
}

pub(super) struct Entry {
    pub(super) id: i64,
    /// `schema.table`, or what else it is.
    pub(super) name: String,
    /// Whether it is the data of a table.
    pub(super) table: bool,
    /// The file with the data, in the directory and tar formats.
    pub(super) file: Option<String>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Ints {
    size: usize,
    offset: u64,
    minor: u8,
}

/// The format byte of the custom format; tar's, which the directory format writes as well; the directory's own.
pub(super) const CUSTOM: u8 = 1;
const TAR: u8 = 3;
const DIRECTORY: u8 = 5;

/// More entries with data than this are not followed.
const MOST_ENTRIES: usize = 2_000_000;

/// What is kept of a string.
const KEPT: u64 = 1024;

pub(super) fn read(input: &mut dyn BufRead) -> Result<Archive, Fault> {
    let mut head = [0; 11];
    input.read_exact(&mut head)?;
    let [.., major, minor, _, size, offset, format] = head;
    if major != 1 || !(7..=16).contains(&minor) {
        return Err(Fault::unread(format!("is an archive of version {major}.{minor}, which is not known here (1.7 to 1.16 are)")));
    }
    if !head.starts_with(b"PGDMP") || !(1..=8).contains(&size) || !(1..=16).contains(&offset) {
        return Err(Fault::broken("is damaged: its head makes no sense"));
    }
    let ints = Ints { size: usize::from(size), offset: offset.into(), minor };
    let compression = ints.compression(input)?;
    let made = ints.made(input)?;
    // The database, and the versions of the server and of pg_dump.
    ints.skip_texts(input, 3)?;
    let count = ints.int(input)?;
    let mut entries = Vec::new();
    for _ in 0..count {
        if let Some(entry) = ints.entry(input, format)? {
            entries.push(entry);
        }
        if entries.len() > MOST_ENTRIES {
            return Err(Fault::unread(format!("has more than {MOST_ENTRIES} tables, too many to follow here")));
        }
    }
    Ok(Archive { format, compression, made, entries, ints })
}

impl Ints {
    pub(super) fn int(self, input: &mut dyn BufRead) -> Result<i64, Fault> {
        let mut bytes = [0; 9];
        input.read_exact(&mut bytes[..=self.size])?;
        let value = bytes[1..=self.size].iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        let value = i64::try_from(value).map_err(|_| Fault::broken("is damaged: a number in it is out of range"))?;
        Ok(if bytes[0] == 0 { value } else { -value })
    }

    /// What is kept of a string, read to its end; `None` for none.
    fn text(self, input: &mut dyn BufRead) -> Result<Option<String>, Fault> {
        let Ok(length) = u64::try_from(self.int(input)?) else { return Ok(None) };
        let mut kept = Vec::new();
        input.take(length.min(KEPT)).read_to_end(&mut kept)?;
        skip(input, length - kept.len() as u64)?;
        Ok(Some(String::from_utf8_lossy(&kept).into_owned()))
    }

    fn skip_texts(self, input: &mut dyn BufRead, count: u8) -> Result<(), Fault> {
        (0..count).try_for_each(|_| self.text(input).map(drop))
    }

    fn compression(self, input: &mut dyn BufRead) -> Result<Option<Compression>, Fault> {
        if self.minor < 15 {
            // A level, -1 for the default.
            return Ok((self.int(input)? != 0).then_some(Compression::Zlib));
        }
        match byte(input)? {
            0 => Ok(None),
            1 => Ok(Some(Compression::Zlib)),
            2 => Ok(Some(Compression::Lz4)),
            3 => Ok(Some(Compression::Zstd)),
            other => Err(Fault::unread(format!("is compressed in a way that is not known here ({other})"))),
        }
    }

    /// Seconds, minutes, hours, day, month from 0, years since 1900, whether it is summer time: of the host that dumped.
    fn made(self, input: &mut dyn BufRead) -> Result<Option<Timestamp>, Fault> {
        let mut fields = [0; 7];
        for field in &mut fields {
            *field = self.int(input)?;
        }
        Ok(local(fields).and_then(latest))
    }

    fn entry(self, input: &mut dyn BufRead, format: u8) -> Result<Option<Entry>, Fault> {
        let since = |minor: u8| u8::from(self.minor >= minor);
        let id = self.int(input)?;
        let dumped = self.int(input)? != 0;
        if self.minor >= 8 {
            self.skip_texts(input, 1)?;
        } else {
            self.int(input)?;
        }
        self.skip_texts(input, 1)?;
        let tag = self.text(input)?.unwrap_or_default();
        let what = self.text(input)?.unwrap_or_default();
        if self.minor >= 11 {
            self.int(input)?;
        }
        // Definition, drop, copy.
        self.skip_texts(input, 3)?;
        let schema = self.text(input)?.unwrap_or_default();
        self.skip_texts(input, since(10) + since(14))?;
        if self.minor >= 16 {
            self.int(input)?;
        }
        self.skip_texts(input, 1 + since(9))?;
        // Dependencies, up to the first that is none.
        while self.text(input)?.is_some() {}
        let (has_data, file) = match format {
            CUSTOM => (self.is_here(input)? && dumped, None),
            TAR | DIRECTORY => {
                let file = self.text(input)?.filter(|file| !file.is_empty());
                (file.is_some(), file)
            }
            other => return Err(Fault::broken(format!("is damaged: its format {other} is none"))),
        };
        let table = what == "TABLE DATA";
        let name = if schema.is_empty() { tag } else { format!("{schema}.{tag}") };
        let name = if table { name } else { format!("{what} {name}") };
        Ok(has_data.then_some(Entry { id, name, table, file }))
    }

    /// Whether the custom format has data for an entry.
    fn is_here(self, input: &mut dyn BufRead) -> Result<bool, Fault> {
        let flag = byte(input)?;
        skip(input, self.offset)?;
        match flag {
            // Its place is not noted, or noted.
            1 | 2 => Ok(true),
            3 => Ok(false),
            _ => Err(Fault::broken("is damaged: its table of contents makes no sense")),
        }
    }
}

fn local([second, minute, hour, day, month, year, _]: [i64; 7]) -> Option<DateTime> {
    let small = |value: i64| i8::try_from(value).ok();
    let year = i16::try_from(year.checked_add(1900)?).ok()?;
    DateTime::new(year, small(month.checked_add(1)?)?, small(day)?, small(hour)?, small(minute)?, small(second.min(59))?, 0).ok()
}
