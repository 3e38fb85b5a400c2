//! The head and table of contents that pg_dump's custom, directory and tar formats share.
//!
//! Source: `pg_backup_archiver.c` of PostgreSQL 8.3 to 18, archive versions 1.7 to 1.16. All integers are a sign byte
//! and a number of bytes, the least significant first; a string is its length and its bytes, -1 for none.

use std::io::{self, BufRead, Read as _};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use super::fault::Fault;

/// What the front of an archive says.
pub(super) struct Archive {
    pub(super) format: u8,
    pub(super) compression: Packing,
    /// The latest that it can have been made: it says a local time without its zone.
    pub(super) made: Option<Timestamp>,
    /// The entries that have data.
    pub(super) entries: Vec<Entry>,
    ints: Ints,
}

/// How the data of the custom format is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    Zlib,
    Lz4,
    Zstd,
}

/// An entry with data.
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
struct Ints {
    size: usize,
    offset: usize,
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

/// Reads head and table of contents.
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
    let ints = Ints { size: usize::from(size), offset: usize::from(offset), minor };
    let compression = ints.compression(input)?;
    let made = ints.made(input)?;
    for _ in ["database", "server version", "pg_dump version"] {
        ints.skip_text(input)?;
    }
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

impl Archive {
    /// An integer of the archive's size.
    pub(super) fn int(&self, input: &mut dyn BufRead) -> Result<i64, Fault> {
        self.ints.int(input)
    }
}

impl Ints {
    fn int(self, input: &mut dyn BufRead) -> Result<i64, Fault> {
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
        let rest = length - kept.len() as u64;
        if io::copy(&mut input.take(rest), &mut io::sink())? < rest {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        Ok(Some(String::from_utf8_lossy(&kept).into_owned()))
    }

    fn skip_text(self, input: &mut dyn BufRead) -> Result<(), Fault> {
        self.text(input).map(drop)
    }

    fn compression(self, input: &mut dyn BufRead) -> Result<Packing, Fault> {
        if self.minor < 15 {
            // A level, -1 for the default.
            return Ok(if self.int(input)? == 0 { Packing::None } else { Packing::Zlib });
        }
        let mut algorithm = [0];
        input.read_exact(&mut algorithm)?;
        match algorithm {
            [0] => Ok(Packing::None),
            [1] => Ok(Packing::Zlib),
            [2] => Ok(Packing::Lz4),
            [3] => Ok(Packing::Zstd),
            [other] => Err(Fault::unread(format!("is compressed in a way that is not known here ({other})"))),
        }
    }

    /// Seconds, minutes, hours, day, month from 0, years since 1900, whether it is summer time: of the host that dumped.
    fn made(self, input: &mut dyn BufRead) -> Result<Option<Timestamp>, Fault> {
        let mut fields = [0; 7];
        for field in &mut fields {
            *field = self.int(input)?;
        }
        let [second, minute, hour, day, month, year, _] = fields;
        let small = |value: i64| i8::try_from(value).ok();
        let date = (|| {
            let year = i16::try_from(year.checked_add(1900)?).ok()?;
            DateTime::new(year, small(month.checked_add(1)?)?, small(day)?, small(hour)?, small(minute)?, small(second.min(59))?, 0).ok()
        })();
        // The westernmost zone is twelve hours behind.
        let latest = date.and_then(|date| date.to_zoned(TimeZone::UTC).ok()).map(|zoned| zoned.timestamp());
        Ok(latest.and_then(|instant| instant.checked_add(jiff::SignedDuration::from_hours(12)).ok()))
    }

    fn entry(self, input: &mut dyn BufRead, format: u8) -> Result<Option<Entry>, Fault> {
        let id = self.int(input)?;
        let dumped = self.int(input)? != 0;
        if self.minor >= 8 {
            self.skip_text(input)?;
        } else {
            self.int(input)?;
        }
        self.skip_text(input)?;
        let tag = self.text(input)?.unwrap_or_default();
        let what = self.text(input)?.unwrap_or_default();
        if self.minor >= 11 {
            self.int(input)?;
        }
        for _ in ["definition", "drop", "copy"] {
            self.skip_text(input)?;
        }
        let schema = self.text(input)?.unwrap_or_default();
        if self.minor >= 10 {
            self.skip_text(input)?;
        }
        if self.minor >= 14 {
            self.skip_text(input)?;
        }
        if self.minor >= 16 {
            self.int(input)?;
        }
        self.skip_text(input)?;
        if self.minor >= 9 {
            self.skip_text(input)?;
        }
        // Dependencies, up to the first that is none.
        while self.text(input)?.is_some() {}
        let file = self.place(input, format)?;
        let table = what == "TABLE DATA";
        let name = if schema.is_empty() { tag } else { format!("{schema}.{tag}") };
        let name = if table { name } else { format!("{what} {name}") };
        let has_data = match &file {
            Place::Here => dumped,
            Place::File(file) => !file.is_empty(),
            Place::Nowhere => false,
        };
        let file = if let Place::File(file) = file { Some(file) } else { None };
        Ok(has_data.then_some(Entry { id, name, table, file }))
    }

    fn place(self, input: &mut dyn BufRead, format: u8) -> Result<Place, Fault> {
        match format {
            CUSTOM => {
                let mut flag = [0];
                input.read_exact(&mut flag)?;
                let mut offset = [0; 16];
                input.read_exact(&mut offset[..self.offset])?;
                // 1: not noted, 2: noted, 3: no data.
                match flag {
                    [1 | 2] => Ok(Place::Here),
                    [3] => Ok(Place::Nowhere),
                    _ => Err(Fault::broken("is damaged: its table of contents makes no sense")),
                }
            }
            TAR | DIRECTORY => Ok(Place::File(self.text(input)?.unwrap_or_default())),
            other => Err(Fault::broken(format!("is damaged: its format {other} is none"))),
        }
    }
}

/// Where an entry's data is.
enum Place {
    Here,
    File(String),
    Nowhere,
}
