//! What a stream of bytes is, by its first bytes, and who reads it.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Cursor, Read},
    time::Instant,
};

use jiff::Timestamp;

use super::{
    aof, archive,
    compressed::{self, Compression},
    custom,
    fault::{Fault, outside},
    plain, rdb,
    source::Timed,
    tar,
};

/// How many names of tables are kept.
const MOST_TABLES: usize = 20_000;

/// What was found in a backup that is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// As people call it: `pg_dump custom, gzip`.
    pub format: String,
    /// Whose it is.
    pub family: Family,
    /// When it was made by its own account, at the latest; `None` where it does not say.
    pub made: Option<Timestamp>,
    /// The tables that have rows, `schema.table`, where it says so; a bounded number of them.
    pub tables: BTreeSet<String>,
}

/// Whose backup it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// PostgreSQL's.
    Postgres,
    /// Redis' or Valkey's.
    Redis,
    /// MySQL's or MariaDB's.
    Mysql,
    /// Something not known here.
    Other,
}

impl Content {
    pub(super) fn new(format: impl Into<String>, family: Family) -> Self {
        Self { format: format.into(), family, made: None, tables: BTreeSet::new() }
    }

    /// Notes a table with rows, up to as many as are kept.
    pub(super) fn note(&mut self, table: &str) {
        if self.tables.len() < MOST_TABLES && !self.tables.contains(table) {
            self.tables.insert(table.to_owned());
        }
    }
}

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Compressed(Compression),
    /// Compressed or encrypted in a way that is not read here; its name.
    Sealed(&'static str),
    Archive,
    Tar,
    Rdb,
    Aof,
    Plain(plain::Dialect),
    Unknown,
}

/// How many bytes are looked at; tar's magic ends at 265.
const HEAD: u64 = 512;

impl Kind {
    pub(super) fn of(head: &[u8]) -> Self {
        const SEALED: [(&[u8], &str); 7] = [
            (b"BZh", "bzip2"),
            (b"\xfd7zXZ\0", "xz"),
            (b"\x04\x22\x4d\x18", "lz4"),
            (b"PK\x03\x04", "zip"),
            (b"Salted__", "openssl enc"),
            (b"age-encryption.org/", "age"),
            (b"-----BEGIN PGP MESSAGE", "gpg"),
        ];
        if let Some(compression) = Compression::of(head) {
            return Self::Compressed(compression);
        }
        if let Some((_, name)) = SEALED.iter().find(|(magic, _)| head.starts_with(magic)) {
            return Self::Sealed(name);
        }
        if head.starts_with(b"PGDMP") {
            Self::Archive
        } else if head.get(257..262) == Some(b"ustar") {
            Self::Tar
        } else if rdb::version(head).is_some() {
            Self::Rdb
        } else if aof::begins(head) {
            Self::Aof
        } else {
            plain::Dialect::of(head).map_or(Self::Unknown, Self::Plain)
        }
    }
}

/// Reads a stream to its end: what the fuzzers and the readers of files share.
///
/// # Errors
/// What is wrong with it.
pub fn read_stream(input: impl Read, any: bool, until: Instant) -> Result<Content, Fault> {
    in_time(until, read_input(Box::new(BufReader::with_capacity(64 << 10, Timed::new(input, until))), any, until))
}

/// What was found, unless time ran out: a decompressor hides why its source failed.
pub(super) fn in_time<T>(until: Instant, found: Result<T, Fault>) -> Result<T, Fault> {
    if found.is_err() && Instant::now() >= until { Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()) } else { found }
}

pub(super) fn read_input<'a>(input: Box<dyn BufRead + 'a>, any: bool, until: Instant) -> Result<Content, Fault> {
    let Opened { head, kind, layers, mut input } = open(input, until)?;
    let mut content = match kind {
        Kind::Archive => {
            let archive = archive::read(&mut input)?;
            custom::read(&mut input, &archive)?
        }
        Kind::Tar => tar::read(&mut input, any)?,
        Kind::Rdb => rdb::read(&mut input)?,
        Kind::Aof => aof::read(&mut input)?,
        Kind::Plain(dialect) => plain::read(&mut input, dialect)?,
        Kind::Sealed(_) | Kind::Unknown if any => to_the_end(&mut input)?,
        Kind::Sealed(name) => return Err(sealed(name)),
        Kind::Unknown | Kind::Compressed(_) => return Err(foreign(&head)),
    };
    for layer in layers {
        content.format = format!("{}, {layer}", content.format);
    }
    Ok(content)
}

/// What the first bytes of a stream say, decompressed; nothing more is read.
pub(super) fn begins(input: impl Read, until: Instant) -> Result<Kind, Fault> {
    let opened = open(Box::new(BufReader::new(Timed::new(input, until))), until)?;
    match opened.kind {
        Kind::Unknown => Err(foreign(&opened.head)),
        kind => Ok(kind),
    }
}

struct Opened<'a> {
    head: Vec<u8>,
    kind: Kind,
    layers: Vec<&'static str>,
    input: Box<dyn BufRead + 'a>,
}

/// Takes off at most two layers of compression. Each has its own look at the clock: a few bytes of one may be gigabytes.
fn open<'a>(mut input: Box<dyn BufRead + 'a>, until: Instant) -> Result<Opened<'a>, Fault> {
    let mut layers = Vec::new();
    loop {
        let mut head = Vec::new();
        input.by_ref().take(HEAD).read_to_end(&mut head)?;
        if head.is_empty() {
            return Err(Fault::broken(if layers.is_empty() { "is empty" } else { "is empty once decompressed" }));
        }
        let kind = Kind::of(&head);
        let whole: Box<dyn BufRead + 'a> = Box::new(Cursor::new(head.clone()).chain(input));
        match kind {
            Kind::Compressed(compression) if layers.len() < 2 => {
                layers.push(compression.name());
                input = Box::new(BufReader::with_capacity(64 << 10, Timed::new(compressed::reader(compression, whole), until)));
            }
            kind => return Ok(Opened { head, kind, layers, input: whole }),
        }
    }
}

fn to_the_end(input: &mut dyn BufRead) -> Result<Content, Fault> {
    std::io::copy(input, &mut std::io::sink())?;
    Ok(Content::new("unknown contents", Family::Other))
}

pub(super) fn sealed(name: &str) -> Fault {
    Fault::unread(format!("is sealed with {name}, so that its contents cannot be seen here (`contents: any` does not look at them)"))
}

fn foreign(head: &[u8]) -> Fault {
    let first = String::from_utf8_lossy(head.get(..40).unwrap_or(head)).into_owned();
    if head.iter().all(|byte| *byte == 0) {
        return Fault::broken("is no backup: it begins with zeros");
    }
    Fault::broken(format!("is no backup of a known kind: it begins with `{}`", outside(first.trim())))
}
