//! Env files as docker compose reads them, but for one thing: `$` is itself, nothing is expanded.
//!
//! `KEY=value`, `KEY: value`, `export KEY=value`; `'literal'`, `"with \n escapes"`, both over several lines; `#` starts
//! a comment at the start of a line and after white space. Source: docs.docker.com, "Set environment variables, Env-file
//! syntax".

use std::path::Path;

use super::regular_file::{self, FileError};
use crate::model::Size;

/// No env file is meant to be larger.
pub const LARGEST: Size = Size(1 << 20);

/// What an env file says, in its order.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct EnvFile {
    /// Every line that sets a key; a key set twice is here twice.
    pub entries: Vec<Entry>,
}

/// One key that an env file sets.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The value, quotes and escapes resolved.
    pub value: String,
    /// The line of the key, counted from 1.
    pub line: u64,
}

/// A line that is no env file's. It never quotes the line: that may be half a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct EnvFileError {
    /// Counted from 1.
    pub line: u64,
    /// What is wrong with it.
    pub message: &'static str,
}

/// Why an env file could not be read: a fragment that reads well after the file's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The file itself.
    #[error(transparent)]
    File(#[from] FileError),
    /// What it says.
    #[error("is no env file: {0}")]
    Syntax(#[from] EnvFileError),
}

impl EnvFile {
    /// Reads `path`, a regular file of at most [`LARGEST`].
    ///
    /// # Errors
    /// See [`ReadError`]; no value is in it.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        Ok(Self::parse(&regular_file::read_text(path, LARGEST)?)?)
    }

    /// Reads the text of an env file.
    ///
    /// # Errors
    /// The first line that is wrong, without its text.
    pub fn parse(text: &str) -> Result<Self, EnvFileError> {
        let mut reader = Reader { rest: text.strip_prefix('\u{feff}').unwrap_or(text), line: 1 };
        let mut entries = Vec::new();
        while !reader.rest.is_empty() {
            entries.extend(reader.entry()?);
        }
        Ok(Self { entries })
    }
}

/// Keys and lines only: the values may be secrets.
impl std::fmt::Debug for EnvFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.entries).finish()
    }
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.line, self.key)
    }
}

struct Reader<'a> {
    rest: &'a str,
    line: u64,
}

impl<'a> Reader<'a> {
    /// One line, or several where a quoted value goes on; `None` for an empty line or a comment.
    fn entry(&mut self) -> Result<Option<Entry>, EnvFileError> {
        let line = self.line;
        let start = self.rest.trim_start_matches([' ', '\t']);
        if start.is_empty() || start.starts_with(['#', '\n', '\r']) {
            self.take_line();
            return Ok(None);
        }
        let head = start.lines().next().unwrap_or_default();
        let at = head.find(['=', ':']).ok_or(EnvFileError { line, message: "there is no `=`" })?;
        let key = key(&head[..at]).ok_or(EnvFileError { line, message: "what stands before `=` is not a name" })?;
        self.rest = start[at + 1..].trim_start_matches([' ', '\t']);
        let value = match self.rest.chars().next() {
            Some(quote @ ('\'' | '"')) => self.quoted(quote)?,
            // The white space before this `#` is gone: it starts a comment unless it touches the `=`.
            Some('#') if !start[at + 1..].starts_with('#') => {
                self.take_line();
                String::new()
            }
            _ => unquoted(self.take_line()).to_owned(),
        };
        if value.contains('\0') {
            return Err(EnvFileError { line, message: "the value has a NUL byte" });
        }
        Ok(Some(Entry { key: key.to_owned(), value, line }))
    }

    /// The rest of this line, without its end.
    fn take_line(&mut self) -> &'a str {
        self.line += 1;
        let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        self.rest = rest;
        line.strip_suffix('\r').unwrap_or(line)
    }

    /// From the opening quote to the end of the line on which the value ends.
    fn quoted(&mut self, quote: char) -> Result<String, EnvFileError> {
        let opened = self.line;
        let mut value = String::new();
        let mut chars = self.rest[1..].char_indices();
        let end = loop {
            match chars.next() {
                None => return Err(EnvFileError { line: opened, message: "the quoted value does not end" }),
                Some((at, c)) if c == quote => break at + 2,
                Some((_, '\\')) => match chars.next() {
                    Some((_, c)) => escape(&mut value, quote, c),
                    None => return Err(EnvFileError { line: opened, message: "the quoted value does not end" }),
                },
                // An editor's line ends are not part of the value.
                Some((at, '\r')) if self.rest[at + 2..].starts_with('\n') => {}
                Some((_, c)) => value.push(c),
            }
        };
        self.line += self.rest[..end].matches('\n').count() as u64;
        self.rest = &self.rest[end..];
        let line = self.line;
        let after = self.take_line();
        let comment = after.starts_with([' ', '\t']) && after.trim_start().starts_with('#');
        if !comment && !after.trim().is_empty() {
            return Err(EnvFileError { line, message: "there is text after the closing quote" });
        }
        Ok(value)
    }
}

/// Single quotes know one escape, of themselves.
fn escape(value: &mut String, quote: char, c: char) {
    match (quote, c) {
        ('\'', '\'') => value.push('\''),
        ('"', 'n') => value.push('\n'),
        ('"', 'r') => value.push('\r'),
        ('"', 't') => value.push('\t'),
        ('"', '"' | '\\' | '$') => value.push(c),
        _ => value.extend(['\\', c]),
    }
}

fn unquoted(line: &str) -> &str {
    let comment = line.char_indices().find(|(at, c)| *c == '#' && line[..*at].ends_with([' ', '\t']));
    comment.map_or(line, |(at, _)| &line[..at]).trim()
}

fn key(text: &str) -> Option<&str> {
    let text = text.trim();
    let key = text.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t'])).map_or(text, str::trim_start);
    let valid = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
    valid.then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> String {
        let file = EnvFile::parse(text).expect(text);
        assert_eq!(file.entries.len(), 1, "{text}");
        file.entries[0].value.clone()
    }

    #[test]
    fn plain_values() {
        for (text, wanted) in [
            ("K=v", "v"),
            ("K = v ", "v"),
            ("  export K=v", "v"),
            ("export\tK=v", "v"),
            ("K: v", "v"),
            ("K=", ""),
            ("K=a=b==", "a=b=="),
            ("K=postgres://u:p@h/d", "postgres://u:p@h/d"),
            ("K=v # said", "v"),
            ("K=v#kept", "v#kept"),
            ("K=#kept", "#kept"),
            ("K= # said", ""),
            ("K=v\r\n", "v"),
            ("\u{feff}K=v", "v"),
            ("K=${A} $B", "${A} $B"),
            ("K=back\\slash", "back\\slash"),
            ("K=it's", "it's"),
            ("K=naïve ✓", "naïve ✓"),
        ] {
            assert_eq!(value(text), wanted, "{text}");
        }
    }

    #[test]
    fn quoted_values() {
        for (text, wanted) in [
            ("K='a b # c'", "a b # c"),
            ("K='a\\nb'", "a\\nb"),
            ("K='it\\'s'", "it's"),
            ("K=\"a\\nb\\t\\\"c\\\" \\$d \\w\"", "a\nb\t\"c\" $d \\w"),
            ("K=\"a\r\nb\"  # said\r\n", "a\nb"),
            ("K='a\nb'", "a\nb"),
            ("K=\"\"", ""),
            ("K=\"${A}\"", "${A}"),
        ] {
            assert_eq!(value(text), wanted, "{text}");
        }
    }

    #[test]
    fn lines_are_counted_across_values() {
        let file = EnvFile::parse("# c\n\nA=1\nB=\"x\ny\"\n  # d\nC='z'\nA=2").expect("valid");
        assert_eq!(format!("{file:?}"), "[3:A, 4:B, 7:C, 8:A]");
    }

    #[test]
    fn errors_say_the_line_and_never_its_text() {
        for (text, line, message) in [
            ("A=1\nhunter2", 2, "there is no `=`"),
            ("A=1\nhun/ter2==", 2, "what stands before `=` is not a name"),
            ("=hunter2", 1, "what stands before `=` is not a name"),
            ("\nA=\"hunter2\nB=2", 2, "the quoted value does not end"),
            ("A='hunter2\\", 1, "the quoted value does not end"),
            ("A=\"x\ny\"hunter2", 2, "there is text after the closing quote"),
            ("A='x'# hunter2", 1, "there is text after the closing quote"),
            ("A=hunter2\0", 1, "the value has a NUL byte"),
        ] {
            let error = EnvFile::parse(text).expect_err(text);
            assert_eq!((error.line, error.message), (line, message), "{text}");
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }

    #[test]
    fn any_text_is_read_or_refused() {
        proptest::proptest!(|(text in "[A-C='\"\\\\# \n\r$:é]{0,40}")| {
            if let Ok(file) = EnvFile::parse(&text) {
                proptest::prop_assert!(file.entries.iter().all(|e| !e.key.is_empty() && e.line >= 1));
            }
        });
    }
}
