//! Dumps as SQL text: `pg_dump`, `pg_dumpall`, `mysqldump`.

use std::io::{self, BufRead, BufReader, Read};

use jiff::{
    Timestamp,
    civil::{Date, Time},
};

use super::{
    content::{Content, Family, latest},
    fault::Fault,
};

/// Who wrote the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    begins: &'static str,
    /// How the line begins that stands at the end of a whole dump.
    marker: &'static str,
    format: &'static str,
    family: Family,
}

const fn dialect(begins: &'static str, marker: &'static str, format: &'static str, family: Family) -> Dialect {
    Dialect { begins, marker, format, family }
}

const DIALECTS: [Dialect; 4] = [
    dialect("-- PostgreSQL database dump", "-- PostgreSQL database dump complete", "pg_dump plain", Family::Postgres),
    dialect("-- PostgreSQL database cluster dump", "-- PostgreSQL database cluster dump complete", "pg_dumpall", Family::Postgres),
    dialect("-- MySQL dump", "-- Dump completed", "mysqldump", Family::Mysql),
    dialect("-- MariaDB dump", "-- Dump completed", "mysqldump", Family::Mysql),
];

/// How much of a line is looked at: a row may be as long as it likes.
const LINE: u64 = 1024;

impl Dialect {
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        let mut lines = head.split(|byte| *byte == b'\n').filter(|line| !matches!(line.trim_ascii(), b"" | b"--"));
        // MariaDB's first line switches its client to sandbox mode.
        let first = lines.find(|line| !line.starts_with(b"/*M!"))?;
        DIALECTS.into_iter().find(|dialect| first.starts_with(dialect.begins.as_bytes()))
    }
}

pub(super) fn read(input: &mut dyn BufRead, dialect: Dialect) -> Result<Content, Fault> {
    let mut input = BufReader::with_capacity(64 << 10, Text(input));
    let mut content = Content::new(dialect.format, dialect.family);
    let mut line = Vec::new();
    // The table whose rows are being read, and whether one came.
    let mut copying: Option<String> = None;
    let mut complete = false;
    loop {
        line.clear();
        if input.by_ref().take(LINE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.last() != Some(&b'\n') {
            input.skip_until(b'\n')?;
        }
        let text = line.trim_ascii_end();
        if let Some(table) = &copying {
            if text == b"\\." {
                copying = None;
            } else {
                content.note(table);
            }
            continue;
        }
        if let Some(rest) = text.strip_prefix(b"COPY ").filter(|rest| rest.ends_with(b" FROM stdin;") || rest.len() as u64 > LINE - 8) {
            copying = Some(table_name(rest));
            complete = false;
        } else if let Some(rest) = text.strip_prefix(b"INSERT INTO ") {
            content.note(&table_name(rest));
            complete = false;
        } else if text.starts_with(dialect.marker.as_bytes()) {
            complete = true;
            content.made = said_time(text).or(content.made);
        } else if text.starts_with(b"-- Completed on ") {
            content.made = said_time(text);
        } else if !after_the_end(text) {
            complete = false;
        }
    }
    match (complete, content.tables.is_empty()) {
        (false, _) => Err(Fault::broken(format!("is truncated: its last line is not `{}`", dialect.marker))),
        (true, true) => Err(Fault::broken("holds no rows: only a schema, or empty tables, were dumped")),
        (true, false) => Ok(content),
    }
}

/// Text, which has no NUL: where one stands, blocks of the file were never written.
struct Text<'a>(&'a mut dyn BufRead);

impl Read for Text<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buf)?;
        match buf[..read].contains(&0) {
            true => Err(io::Error::new(io::ErrorKind::InvalidData, "it has bytes of zero, which no text has")),
            false => Ok(read),
        }
    }
}

/// The latest that `… on 2026-11-29  1:02:03` can be.
fn said_time(line: &[u8]) -> Option<Timestamp> {
    let mut words = std::str::from_utf8(line).ok()?.split_once(" on ")?.1.split_whitespace();
    let (date, time) = (words.next()?.parse::<Date>().ok()?, format!("{:0>8}", words.next()?).parse::<Time>().ok()?);
    latest(date.to_datetime(time))
}

/// What may follow the completion line: since the fix of CVE-2025-8714 a `\unrestrict` with a random word.
fn after_the_end(line: &[u8]) -> bool {
    line.is_empty() || line.starts_with(b"--") || line.starts_with(b"\\unrestrict ")
}

/// The table at the beginning of what follows `COPY ` or `INSERT INTO `, without quotes.
fn table_name(rest: &[u8]) -> String {
    let mut name = String::new();
    let mut quote = None;
    for c in String::from_utf8_lossy(rest.get(..300).unwrap_or(rest)).chars() {
        match (c, quote) {
            ('"' | '`', None) => quote = Some(c),
            (c, Some(q)) if c == q => quote = None,
            (' ' | '(' | ';', None) => break,
            (c, _) => name.push(c),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::table_name;

    #[test]
    fn names_of_tables() {
        for (rest, name) in [
            ("public.users (id, name) FROM stdin;", "public.users"),
            ("public.\"Odd name\" (id) FROM stdin;", "public.Odd name"),
            ("`orders` VALUES (1)", "orders"),
            ("users(id) VALUES", "users"),
        ] {
            assert_eq!(table_name(rest.as_bytes()), name);
        }
    }
}
