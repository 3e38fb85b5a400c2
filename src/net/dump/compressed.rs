//! gzip and zstd, every member and frame of them, checksums compared.

use std::io::{self, BufRead, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::{
    BlockDecodingStrategy, FrameDecoder,
    errors::{FrameDecoderError, ReadFrameHeaderError},
};

/// A compression that is read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Zstd,
}

impl Compression {
    /// By the first bytes: RFC 1952, RFC 8878 (a skippable frame may come first).
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// What `input` decompresses to.
pub(super) fn reader<'a>(compression: Compression, input: impl BufRead + 'a) -> Box<dyn Read + 'a> {
    match compression {
        Compression::Gzip => Box::new(MultiGzDecoder::new(input)),
        Compression::Zstd => Box::new(Frames { input, frame: None, seen: false }),
    }
}

/// All frames of a zstd file, one after the other.
struct Frames<R> {
    input: R,
    frame: Option<Box<FrameDecoder>>,
    seen: bool,
}

impl<R: BufRead> Frames<R> {
    /// Whether another frame begins.
    fn begin(&mut self) -> io::Result<bool> {
        loop {
            if self.input.fill_buf()?.is_empty() {
                // Nothing but skippable frames is nothing.
                return if self.seen { Ok(false) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
            let mut frame = Box::new(FrameDecoder::new());
            match frame.init(&mut self.input) {
                Ok(()) => {
                    self.frame = Some(frame);
                    self.seen = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    let length = u64::from(length);
                    if io::copy(&mut self.input.by_ref().take(length), &mut io::sink())? < length {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(error) => return Err(wrong(error)),
            }
        }
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(frame) = &mut self.frame else { if self.begin()? { continue } else { return Ok(0) } };
            while frame.can_collect() == 0 && !frame.is_finished() {
                frame.decode_blocks(&mut self.input, BlockDecodingStrategy::UptoBlocks(1)).map_err(wrong)?;
            }
            if frame.can_collect() > 0 {
                return frame.read(buf);
            }
            if frame.get_checksum_from_data().is_some_and(|sum| Some(sum) != frame.get_calculated_checksum()) {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a zstd checksum does not match"));
            }
            self.frame = None;
        }
    }
}

/// What went wrong, with the end of the input told apart from damage.
fn wrong(error: FrameDecoderError) -> io::Error {
    if let FrameDecoderError::WindowSizeTooBig { .. } = error {
        return io::Error::other("its zstd window is larger than 128 MiB");
    }
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::UnexpectedEof) {
            return io::ErrorKind::UnexpectedEof.into();
        }
        cause = error.source();
    }
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}
