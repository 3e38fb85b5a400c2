//! Reading within a time, and up to the last byte that was announced.

use std::{
    fs::{self, File, Metadata},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::Path,
    time::Instant,
};

use jiff::Timestamp;

use super::fault::Fault;

/// A reader that fails once its time is up.
pub(super) struct Timed<R> {
    inner: R,
    until: Instant,
}

impl<R> Timed<R> {
    pub(super) fn new(inner: R, until: Instant) -> Self {
        Self { inner, until }
    }
}

impl<R: Seek> Seek for Timed<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

impl<R: Read> Read for Timed<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if Instant::now() >= self.until {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.inner.read(buf)
    }
}

/// A regular file, to be read until then.
pub(super) fn open(path: &Path, until: Instant) -> Result<Box<dyn BufRead>, Fault> {
    // Opening a pipe would wait for its writer: ask what it is first.
    if !fs::metadata(path)?.is_file() {
        return Err(Fault::broken("is not a regular file"));
    }
    Ok(Box::new(BufReader::with_capacity(256 << 10, Timed::new(File::open(path)?, until))))
}

/// What was found, unless time ran out: a decompressor hides why its source failed.
pub(super) fn in_time<T>(until: Instant, found: Result<T, Fault>) -> Result<T, Fault> {
    if found.is_err() && Instant::now() >= until { Err(io::Error::from(io::ErrorKind::TimedOut).into()) } else { found }
}

pub(super) fn modified(metadata: &Metadata) -> Result<Timestamp, Fault> {
    Timestamp::try_from(metadata.modified()?).map_err(|_| Fault::unread("has a time of last change that makes no sense"))
}

/// Reads so many bytes and forgets them.
pub(super) fn skip(input: &mut dyn BufRead, bytes: u64) -> io::Result<()> {
    if io::copy(&mut input.take(bytes), &mut io::sink())? < bytes { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}

pub(super) fn byte(input: &mut dyn BufRead) -> io::Result<u8> {
    let mut byte = [0];
    input.read_exact(&mut byte)?;
    Ok(byte[0])
}
