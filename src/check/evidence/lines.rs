//! Text, line by line.

use std::io::{BufRead, Read as _};

/// No line of a report is meant to be longer.
const LONGEST: u64 = 1 << 20;

/// The lines of a text.
pub(crate) struct Lines<'s> {
    source: &'s mut dyn BufRead,
    buffer: Vec<u8>,
}

impl<'s> Lines<'s> {
    pub(super) fn of(source: &'s mut dyn BufRead) -> Self {
        Self { source, buffer: Vec::new() }
    }

    /// The next line without its end, and whether it has one.
    pub(crate) fn next(&mut self) -> Result<Option<(String, bool)>, String> {
        self.buffer.clear();
        let mut limited = self.source.take(LONGEST);
        let read = limited.read_until(b'\n', &mut self.buffer).map_err(|error| format!("cannot be read: {error}"))?;
        let ended = self.buffer.ends_with(b"\n");
        match read {
            0 => Ok(None),
            _ if !ended && read as u64 == LONGEST => Err("has a line longer than 1 MiB".into()),
            _ => Ok(Some((String::from_utf8_lossy(&self.buffer).trim_end_matches(['\r', '\n']).to_owned(), ended))),
        }
    }

    /// The bytes that are left.
    pub(crate) fn rest(self) -> &'s mut dyn BufRead {
        self.source
    }
}
