//! tar: pg_dump's tar format, and what `pg_basebackup -Ft` writes.

use std::{
    collections::HashMap,
    io::{self, BufRead, BufReader, Read},
};

use super::{
    archive::{self, Archive},
    content::{Content, Family, has_rows},
    fault::{Fault, outside},
    manifest::is_wal_segment,
    reading::skip,
};

/// Everything in a tar is a multiple of this long.
const BLOCK: usize = 512;

/// More members of a dump than this are not followed.
const MOST_MEMBERS: usize = 1_000_000;

struct Head {
    name: String,
    size: u64,
}

/// What a member turned out to be.
#[derive(Default)]
struct Found {
    dump: Option<Archive>,
    /// Of each member read, whether it has rows.
    members: HashMap<String, bool>,
    /// Files that only a database's folder has.
    cluster: bool,
    wal: bool,
}

/// Reads every member to its end.
pub(super) fn read(input: &mut dyn BufRead, any: bool) -> Result<Content, Fault> {
    let mut found = Found::default();
    while let Some(head) = next(input)? {
        member(input, &head, &mut found)?;
    }
    // Padding up to the record size; a decompressor compares its checksum at the very end.
    io::copy(input, &mut io::sink())?;
    let Some(dump) = &found.dump else {
        return match (found.cluster, found.wal) {
            (true, _) => Ok(Content::new("PostgreSQL base backup, tar", Family::Postgres)),
            (false, true) => Ok(Content::new("PostgreSQL WAL, tar", Family::Postgres)),
            _ if any => Ok(Content::new("tar", Family::Other)),
            _ => Err(Fault::broken("is a tar of neither pg_dump nor pg_basebackup")),
        };
    };
    let mut content = Content::new("pg_dump tar", Family::Postgres);
    content.made = dump.made;
    let mut tables = false;
    for entry in &dump.entries {
        let Some(file) = &entry.file else { continue };
        // Large objects stand in a list and a file each, whatever their entry calls it.
        let member = if entry.table { file } else { "blobs.toc" };
        let Some(has_rows) = found.members.get(member) else {
            return Err(Fault::broken(format!("is not whole: {} ({}) is missing", outside(member), outside(&entry.name))));
        };
        tables |= entry.table;
        if entry.table && *has_rows {
            content.note(&entry.name);
        }
    }
    content.with_rows(tables)
}

/// The next member; `None` after the two empty blocks that end a whole tar.
fn next(input: &mut dyn BufRead) -> Result<Option<Head>, Fault> {
    let mut block = [0; BLOCK];
    input.read_exact(&mut block)?;
    if block.iter().all(|byte| *byte == 0) {
        input.read_exact(&mut block)?;
        return if block.iter().all(|byte| *byte == 0) { Ok(None) } else { Err(Fault::broken("is damaged: its end is followed by more")) };
    }
    // The checksum counts its own field as blanks. Source: POSIX, ustar Interchange Format.
    let sum: u64 = block.iter().enumerate().map(|(i, byte)| u64::from(if (148..156).contains(&i) { b' ' } else { *byte })).sum();
    if octal(&block[148..156]) != Some(sum) {
        return Err(Fault::broken("is damaged: the checksum of a member's head does not match"));
    }
    let name = block[..100].split(|byte| *byte == 0).next().unwrap_or_default();
    let size = octal(&block[124..136]).ok_or_else(|| Fault::broken("is damaged: the size of a member makes no sense"))?;
    // Links and folders have no contents, whatever size they give.
    let size = if matches!(block[156], b'1'..=b'6') { 0 } else { size };
    Ok(Some(Head { name: String::from_utf8_lossy(name).into_owned(), size }))
}

/// A number in octal digits, or with its first bit set in plain bytes (GNU, for large files).
fn octal(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let (high, low) = field.split_at(field.len().checked_sub(8)?);
        return match high {
            [0x80, rest @ ..] if rest.iter().all(|byte| *byte == 0) => {
                Some(low.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
            }
            _ => None,
        };
    }
    let digits = field.iter().copied().skip_while(|byte| *byte == b' ').take_while(u8::is_ascii_digit);
    digits.map(|digit| u64::from(digit - b'0')).try_fold(0_u64, |value, digit| value.checked_mul(8)?.checked_add(digit))
}

fn member(input: &mut dyn BufRead, head: &Head, found: &mut Found) -> Result<(), Fault> {
    let name = head.name.trim_start_matches("./");
    found.cluster |= matches!(name, "PG_VERSION" | "backup_label" | "global/pg_control");
    found.wal |= is_wal_segment(name);
    let mut contents = BufReader::new(Whole { input, left: head.size });
    if name == "toc.dat" && found.dump.is_none() {
        found.dump = Some(archive::read(&mut contents)?);
        io::copy(&mut contents, &mut io::sink())?;
    } else {
        let rows = has_rows(&mut contents)?;
        if found.dump.is_some() {
            found.members.insert(name.to_owned(), rows);
            if found.members.len() > MOST_MEMBERS {
                return Err(Fault::unread(format!("has more than {MOST_MEMBERS} members, too many to follow here")));
            }
        }
    }
    Ok(skip(input, head.size.next_multiple_of(BLOCK as u64) - head.size)?)
}

/// A member's bytes; fewer than its head says are an error.
struct Whole<'a> {
    input: &'a mut dyn BufRead,
    left: u64,
}

impl Read for Whole<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.input.take(self.left).read(buf)?;
        if read == 0 && self.left > 0 && !buf.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read as u64;
        Ok(read)
    }
}
