//! Dumps as SQL text: `pg_dump`, `pg_dumpall`, `mysqldump`.

use std::io::{BufRead, Read as _};

use super::{
    content::{Content, Family},
    fault::Fault,
    rows::table_name,
};

/// Who wrote the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    PgDump,
    PgDumpAll,
    Mysqldump,
}

/// How much of a line is looked at: a row may be as long as it likes.
const LINE: u64 = 1024;

impl Dialect {
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        let mut lines = head.split(|byte| *byte == b'\n').filter(|line| !matches!(line.trim_ascii(), b"" | b"--"));
        // MariaDB's first line switches its client to sandbox mode.
        let first = lines.find(|line| !line.starts_with(b"/*M!"))?;
        [
            (&b"-- PostgreSQL database dump"[..], Self::PgDump),
            (b"-- PostgreSQL database cluster dump", Self::PgDumpAll),
            (b"-- MySQL dump", Self::Mysqldump),
            (b"-- MariaDB dump", Self::Mysqldump),
        ]
        .into_iter()
        .find_map(|(words, dialect)| first.starts_with(words).then_some(dialect))
    }

    /// The line that stands at the end of a whole dump.
    fn marker(self) -> &'static [u8] {
        match self {
            Self::PgDump => b"-- PostgreSQL database dump complete",
            Self::PgDumpAll => b"-- PostgreSQL database cluster dump complete",
            Self::Mysqldump => b"-- Dump completed",
        }
    }

    fn content(self) -> Content {
        match self {
            Self::PgDump => Content::new("pg_dump plain", Family::Postgres),
            Self::PgDumpAll => Content::new("pg_dumpall", Family::Postgres),
            Self::Mysqldump => Content::new("mysqldump", Family::Mysql),
        }
    }
}

pub(super) fn read(input: &mut dyn BufRead, dialect: Dialect) -> Result<Content, Fault> {
    let mut content = dialect.content();
    let mut line = Vec::new();
    // The table whose rows are being read, and whether one came.
    let mut copying: Option<String> = None;
    let mut complete = false;
    loop {
        line.clear();
        if (&mut *input).take(LINE).read_until(b'\n', &mut line)? == 0 {
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
        } else if text.starts_with(dialect.marker()) {
            complete = true;
        } else if !after_the_end(text) {
            complete = false;
        }
    }
    match (complete, content.tables.is_empty()) {
        (false, _) => Err(Fault::broken(format!("is truncated: its last line is not `{}`", String::from_utf8_lossy(dialect.marker())))),
        (true, true) => Err(Fault::broken("holds no rows: only a schema, or empty tables, were dumped")),
        (true, false) => Ok(content),
    }
}

/// What may follow the completion line: since the fix of CVE-2025-8714 a `\unrestrict` with a random word.
fn after_the_end(line: &[u8]) -> bool {
    line.is_empty() || line.starts_with(b"--") || line.starts_with(b"\\unrestrict ")
}
