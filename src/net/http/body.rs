//! A body read within bounds: so much kept, so much counted, then no more is read.

use std::{
    io::{self, Write},
    time::Instant,
};

use flate2::write::MultiGzDecoder;
use reqwest::{Response, header};
use serde::{Deserialize, Serialize};

use super::error;

/// The bounds of one request and its answer.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How many bytes of the body to keep.
    pub keep: usize,
    /// How many bytes of it to read.
    pub limit: u64,
    /// When it must be over.
    pub deadline: Instant,
}

/// What was read of a body, after a `gzip` coding was undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// As much as was to be kept.
    pub bytes: Vec<u8>,
    /// How much was read.
    pub size: u64,
    /// How it ended.
    pub end: End,
}

/// How a body ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// It was read to its end.
    Whole,
    /// It is larger than the limit; reading stopped there.
    TooLarge,
    /// It broke off, and why.
    Broken(String),
    /// It is in a content coding that is not read here, `br` for example.
    Coded(String),
}

/// Reads the body of a request that was `started` then until its end, its limit or its deadline, then lets go of the connection.
pub(super) async fn read(mut response: Response, bounds: Bounds, started: Instant) -> Body {
    let mut reader = match Reader::for_coding(&response, bounds) {
        Ok(reader) => reader,
        Err(coding) => return Body { bytes: Vec::new(), size: 0, end: End::Coded(coding) },
    };
    let end = loop {
        match tokio::time::timeout_at(bounds.deadline.into(), response.chunk()).await {
            Err(_) => break End::Broken(format!("it had not ended after {}", error::seconds(started.elapsed()))),
            Ok(Err(error)) => break End::Broken(error::broke_off(&error)),
            Ok(Ok(None)) => break reader.finish(),
            Ok(Ok(Some(chunk))) => {
                if let Err(end) = reader.take(&chunk) {
                    break end;
                }
            }
        }
    };
    let kept = reader.into_kept();
    Body { bytes: kept.bytes, size: kept.size, end }
}

enum Reader {
    Plain(Kept),
    Gzip { decoder: Box<MultiGzDecoder<Kept>>, wire: u64 },
}

impl Reader {
    fn for_coding(response: &Response, bounds: Bounds) -> Result<Self, String> {
        let kept = Kept { keep: bounds.keep, limit: bounds.limit, ..Kept::default() };
        let codings: Vec<String> = response
            .headers()
            .get_all(header::CONTENT_ENCODING)
            .iter()
            .flat_map(|value| {
                String::from_utf8_lossy(value.as_bytes()).split(',').map(|c| c.trim().to_ascii_lowercase()).collect::<Vec<_>>()
            })
            .filter(|coding| !coding.is_empty() && coding != "identity")
            .collect();
        match codings.as_slice() {
            [] => Ok(Self::Plain(kept)),
            [gzip] if gzip == "gzip" || gzip == "x-gzip" => Ok(Self::Gzip { wire: 0, decoder: Box::new(MultiGzDecoder::new(kept)) }),
            others => Err(others.join(", ")),
        }
    }

    fn take(&mut self, chunk: &[u8]) -> Result<(), End> {
        match self {
            Self::Plain(kept) => kept.write_all(chunk).map_err(|_| End::TooLarge),
            Self::Gzip { decoder, wire } => {
                *wire += chunk.len() as u64;
                let written = decoder.write_all(chunk);
                if decoder.get_ref().full || *wire > decoder.get_ref().limit {
                    return Err(End::TooLarge);
                }
                written.map_err(|error| End::Broken(format!("it is not the gzip it claims to be: {error}")))
            }
        }
    }

    fn finish(&mut self) -> End {
        match self {
            Self::Plain(_) => End::Whole,
            // An answer without content may still name the coding it would have had.
            Self::Gzip { wire: 0, .. } => End::Whole,
            Self::Gzip { decoder, .. } => {
                let finished = decoder.try_finish();
                if decoder.get_ref().full {
                    return End::TooLarge;
                }
                finished.map_or_else(|error| End::Broken(format!("it is not the gzip it claims to be: {error}")), |()| End::Whole)
            }
        }
    }

    fn into_kept(self) -> Kept {
        match self {
            Self::Plain(kept) => kept,
            Self::Gzip { mut decoder, .. } => std::mem::take(decoder.get_mut()),
        }
    }
}

/// Keeps the first bytes, counts all, and refuses more than its limit.
#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    size: u64,
    keep: usize,
    limit: u64,
    full: bool,
}

impl Write for Kept {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        let room = usize::try_from(self.limit - self.size.min(self.limit)).unwrap_or(usize::MAX);
        let taken = &chunk[..chunk.len().min(room)];
        let kept = taken.len().min(self.keep.saturating_sub(self.bytes.len()));
        self.bytes.extend_from_slice(&taken[..kept]);
        self.size += taken.len() as u64;
        if taken.len() < chunk.len() {
            self.full = true;
            return Err(io::Error::other("the limit is reached"));
        }
        Ok(chunk.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
