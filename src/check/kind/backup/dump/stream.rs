//! What a stream of bytes is, by its first bytes, and who reads it.

use std::{
    io::{BufRead, BufReader, Cursor, Read},
    time::Instant,
};

use super::{
    aof, archive,
    compressed::{self, Compression},
    content::{Content, Family},
    custom,
    fault::{Fault, outside},
    openpgp, plain, rdb,
    reading::{Timed, in_time},
    tar,
};

/// What may be in a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepts {
    /// What is known here.
    Known,
    /// Whatever proves that it is whole.
    Whole,
    /// Whatever it is.
    Bytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Compressed(Compression),
    /// Encrypted; with what.
    Sealed(&'static str),
    Zip,
    Archive,
    Tar,
    Rdb,
    Aof,
    Plain(plain::Dialect),
    Unknown,
}

/// How a zip begins, and an empty one, which begins with its end.
pub(super) const ZIP: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// How many bytes are looked at; tar's magic ends at 265.
const HEAD: u64 = 512;

impl Kind {
    fn of(head: &[u8]) -> Self {
        if let Some(compression) = Compression::of(head) {
            return Self::Compressed(compression);
        }
        if let Some(name) = sealed_with(head) {
            return Self::Sealed(name);
        }
        if head.starts_with(b"PGDMP") {
            Self::Archive
        } else if ZIP.iter().any(|start| head.starts_with(start)) {
            Self::Zip
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
pub fn read_stream(input: impl Read, accepts: Accepts, until: Instant) -> Result<Content, Fault> {
    in_time(until, read_input(Box::new(BufReader::with_capacity(64 << 10, Timed::new(input, until))), accepts, until))
}

pub(super) fn read_input<'a>(input: Box<dyn BufRead + 'a>, accepts: Accepts, until: Instant) -> Result<Content, Fault> {
    let Opened { head, kind, layers, mut input } = open(input, until)?;
    let mut content = match kind {
        Kind::Archive => {
            let archive = archive::read(&mut input)?;
            custom::read(&mut input, &archive)?
        }
        Kind::Tar => tar::read(&mut input, accepts != Accepts::Known)?,
        Kind::Rdb => rdb::read(&mut input)?,
        Kind::Aof => aof::read(&mut input)?,
        Kind::Plain(dialect) => plain::read(&mut input, dialect)?,
        Kind::Sealed(name) if accepts == Accepts::Known => return Err(sealed(name)),
        Kind::Sealed("gpg") if accepts == Accepts::Whole && head.starts_with(ARMOUR) => openpgp::armoured(&mut input)?,
        Kind::Sealed("gpg") if accepts == Accepts::Whole => openpgp::packets(&mut input)?,
        // A compression proves the end of what it holds.
        Kind::Sealed(_) | Kind::Unknown if accepts == Accepts::Bytes || accepts == Accepts::Whole && !layers.is_empty() => {
            to_the_end(&mut input)?
        }
        Kind::Sealed(name) => return Err(unproven(&format!("is sealed with {name}"))),
        Kind::Unknown if accepts == Accepts::Whole && !is_zeros(&head) => return Err(unproven("is of no kind that is known here")),
        Kind::Zip => return Err(Fault::unread("is a zip within a compression, which is not looked into")),
        Kind::Unknown | Kind::Compressed(_) => return Err(foreign(&head)),
    };
    for layer in layers {
        content.format = format!("{}, {layer}", content.format);
    }
    Ok(content)
}

/// Whether the first bytes of a stream, decompressed, are those of a backup that can be seen; nothing more is read.
pub(super) fn glance(input: impl Read, until: Instant) -> Result<(), Fault> {
    let opened = open(Box::new(BufReader::new(Timed::new(input, until))), until)?;
    match opened.kind {
        Kind::Unknown => Err(foreign(&opened.head)),
        Kind::Sealed(name) => Err(sealed(name)),
        _ => Ok(()),
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

/// Zeros alone are a file that was made and never written.
fn to_the_end(input: &mut dyn BufRead) -> Result<Content, Fault> {
    let mut zeros = true;
    loop {
        let read = input.fill_buf()?;
        if read.is_empty() {
            break;
        }
        zeros = zeros && is_zeros(read);
        let length = read.len();
        input.consume(length);
    }
    if zeros { Err(Fault::broken("is no backup: it holds nothing but zeros")) } else { Ok(Content::new("unknown contents", Family::Other)) }
}

fn is_zeros(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

/// How an armoured message begins.
const ARMOUR: &[u8] = b"-----BEGIN PGP MESSAGE";

/// What the file is encrypted with.
fn sealed_with(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"Salted__") {
        Some("openssl enc")
    } else if head.starts_with(b"age-encryption.org/") || head.starts_with(b"-----BEGIN AGE ENCRYPTED FILE") {
        Some("age")
    } else {
        (head.starts_with(ARMOUR) || openpgp::begins(head)).then_some("gpg")
    }
}

fn unproven(what: &str) -> Fault {
    Fault::unread(format!("{what}, and nothing in it proves that it is whole: where that cannot be, write `contents: opaque`"))
}

fn sealed(name: &str) -> Fault {
    Fault::unread(format!("is sealed with {name}, so that its contents cannot be seen here (`contents: any` does not look at them)"))
}

fn foreign(head: &[u8]) -> Fault {
    let first = String::from_utf8_lossy(head.get(..40).unwrap_or(head)).into_owned();
    if is_zeros(head) {
        return Fault::broken("is no backup: it begins with zeros");
    }
    Fault::broken(format!("is no backup of a known kind: it begins with `{}`", outside(first.trim())))
}
