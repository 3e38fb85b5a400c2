//! A file as it is read once, from beginning to end: its bytes are counted and fingerprinted as they pass.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Write as _},
    path::Path,
    time::Instant,
};

use jiff::Timestamp;

use crate::{
    check::keep,
    model::{Digest, RunningDigest, Size},
    net::regular_file,
};

/// No report is meant to be larger.
pub(super) const LARGEST: Size = Size(256 << 20);

/// So much of it is looked at to tell what it is.
const HEAD: usize = 64 << 10;

/// The file.
pub(super) struct Source {
    reader: BufReader<Passing>,
}

/// What is known of it at its end.
pub(super) struct Ended {
    pub(super) sha256: Digest,
    pub(super) size: u64,
    pub(super) modified: Option<Timestamp>,
    /// Its bytes, where they are kept.
    pub(super) copy: Option<Vec<u8>>,
}

struct Passing {
    input: Box<dyn Read + Send>,
    /// What tells its size and date.
    file: Option<File>,
    modified: Option<Timestamp>,
    digest: RunningDigest,
    size: u64,
    /// What was read so far, where it is to be kept.
    copy: Option<Vec<u8>>,
    until: Instant,
}

impl Read for Passing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if Instant::now() >= self.until {
            return Err(io::Error::other("it was not read to its end in time: raise the check's `timeout`"));
        }
        let read = self.input.read(buffer)?;
        self.size += read as u64;
        if self.size > LARGEST.0 {
            return Err(io::Error::other(format!("it is larger than {LARGEST}")));
        }
        self.digest.write_all(&buffer[..read])?;
        if self.copy.is_some() && self.size > keep::LARGEST.0 {
            return Err(io::Error::other(keep::too_much()));
        }
        self.copy.iter_mut().for_each(|copy| copy.extend_from_slice(&buffer[..read]));
        Ok(read)
    }
}

impl Source {
    pub(super) fn open(path: &Path, until: Instant) -> Result<Self, String> {
        let file = regular_file::open(path).map_err(|error| error.to_string())?;
        let again = file.try_clone().map_err(|error| error.to_string())?;
        Ok(Self::of(Box::new(again), Some(file), None, until))
    }

    /// What was brought whole, and of when it is.
    pub(super) fn brought(bytes: impl AsRef<[u8]> + Send + 'static, modified: Option<Timestamp>, until: Instant) -> Self {
        Self::of(Box::new(io::Cursor::new(bytes)), None, modified, until)
    }

    fn of(input: Box<dyn Read + Send>, file: Option<File>, modified: Option<Timestamp>, until: Instant) -> Self {
        let passing = Passing { input, file, modified, digest: RunningDigest::default(), size: 0, copy: None, until };
        Self { reader: BufReader::with_capacity(HEAD, passing) }
    }

    /// Keeps what is read from now on.
    pub(super) fn is_kept(&mut self, kept: bool) {
        self.reader.get_mut().copy = kept.then(Vec::new);
    }

    /// Its beginning, without a byte order mark; nothing is taken out but that mark.
    pub(super) fn head(&mut self) -> Result<&[u8], String> {
        let said = |error: io::Error| format!("cannot be read: {error}");
        let head = self.reader.fill_buf().map_err(said)?;
        if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
            return Err("is UTF-16: save it as UTF-8".into());
        }
        if head.starts_with(b"\x1f\x8b") || head.starts_with(b"PK\x03\x04") || head.starts_with(b"\x28\xb5\x2f\xfd") {
            return Err("is compressed: unpack it".into());
        }
        if head.starts_with(b"\xef\xbb\xbf") {
            self.reader.consume(3);
        }
        self.reader.fill_buf().map_err(said)
    }

    /// What is left of it, to be read.
    pub(super) fn rest(&mut self) -> &mut dyn BufRead {
        &mut self.reader
    }

    /// Reads it to its end: its fingerprint, its size, its date.
    pub(super) fn finish(mut self) -> Result<Ended, String> {
        let said = |error: io::Error| format!("cannot be read: {error}");
        io::copy(&mut self.reader, &mut io::sink()).map_err(said)?;
        let Passing { file, mut modified, digest, size, copy, .. } = self.reader.into_inner();
        if let Some(file) = file {
            let metadata = file.metadata().map_err(said)?;
            if metadata.len() != size {
                return Err("is being written".into());
            }
            modified = metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
        }
        Ok(Ended { sha256: digest.finish(), size, modified, copy })
    }
}
