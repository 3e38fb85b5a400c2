//! The data of pg_dump's custom format: a block for each entry, each a chain of chunks that ends with an empty one.

use std::{
    collections::HashMap,
    io::{self, BufRead, BufReader, Read},
};

use super::{
    archive::{Archive, CUSTOM, Entry},
    compressed::reader,
    content::{Content, Family, has_rows},
    fault::{Fault, outside},
};

/// The data of a table.
const DATA: u8 = 1;
/// Large objects, each with its number, up to the number 0.
const BLOBS: u8 = 3;

pub(super) fn read(input: &mut dyn BufRead, archive: &Archive) -> Result<Content, Fault> {
    if archive.format != CUSTOM {
        return Err(Fault::broken("is the table of contents of a dump in the directory format, without its data"));
    }
    let mut content = Content::new("pg_dump custom", Family::Postgres);
    content.made = archive.made;
    let mut wanted: HashMap<i64, &Entry> = archive.entries.iter().map(|entry| (entry.id, entry)).collect();
    let mut tables = false;
    while let Some(block) = next_byte(input)? {
        let id = archive.ints.int(input)?;
        let entry = wanted.remove(&id).ok_or_else(|| Fault::broken("is damaged: it has data that its table of contents does not know"))?;
        match block {
            DATA => {
                let found = data(input, archive)?;
                tables |= entry.table;
                if entry.table && found {
                    content.note(&entry.name);
                }
            }
            BLOBS => {
                while archive.ints.int(input)? != 0 {
                    data(input, archive)?;
                }
            }
            _ => return Err(Fault::broken("is damaged: a block in it is of no known type")),
        }
    }
    if let Some(first) = wanted.values().min_by_key(|entry| entry.id) {
        let more = if wanted.len() > 1 { format!(" and {} more", wanted.len() - 1) } else { String::new() };
        return Err(Fault::broken(format!("is truncated: the data of {}{more} is missing", outside(&first.name))));
    }
    content.with_rows(tables)
}

/// Whether the data that comes next has rows.
fn data(input: &mut dyn BufRead, archive: &Archive) -> Result<bool, Fault> {
    let mut chunks = Chunks { input, archive, left: 0, ended: false, fault: None };
    if !chunks.begin()? {
        return Ok(false);
    }
    let found = match archive.compression {
        None => has_rows(&mut chunks),
        Some(compression) => has_rows(&mut reader(compression, BufReader::new(&mut chunks))),
    };
    if let Some(fault) = chunks.fault.take() {
        return Err(fault);
    }
    let found = found?;
    io::copy(&mut chunks, &mut io::sink())?;
    Ok(found)
}

/// The bytes of a chain of chunks.
struct Chunks<'a> {
    input: &'a mut dyn BufRead,
    archive: &'a Archive,
    left: u64,
    ended: bool,
    fault: Option<Fault>,
}

impl Chunks<'_> {
    /// Reads the length of the next chunk; whether there is one.
    fn begin(&mut self) -> Result<bool, Fault> {
        match u64::try_from(self.archive.ints.int(self.input)?) {
            Ok(0) => self.ended = true,
            Ok(length) => self.left = length,
            Err(_) => return Err(Fault::broken("is damaged: the length of a block is negative")),
        }
        Ok(!self.ended)
    }
}

impl Read for Chunks<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.ended || buf.is_empty() {
            return Ok(0);
        }
        if self.left == 0 {
            match self.begin() {
                Ok(true) => {}
                Ok(false) => return Ok(0),
                Err(fault) => {
                    self.fault = Some(fault);
                    return Err(io::ErrorKind::InvalidData.into());
                }
            }
        }
        let read = self.input.take(self.left).read(buf)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read as u64;
        Ok(read)
    }
}

fn next_byte(input: &mut dyn BufRead) -> io::Result<Option<u8>> {
    let byte = input.fill_buf()?.first().copied();
    if byte.is_some() {
        input.consume(1);
    }
    Ok(byte)
}
