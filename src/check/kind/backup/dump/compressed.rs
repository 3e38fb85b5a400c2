//! gzip, zstd, xz, bzip2 and lz4, every member and frame of them, checksums compared.

use std::io::{self, BufRead, Chain, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::{MultiGzDecoder, ZlibDecoder};
use lz4_flex::frame::FrameDecoder as Lz4Decoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::{
    BlockDecodingStrategy, FrameDecoder,
    errors::{FrameDecoderError, ReadFrameHeaderError},
};

use super::reading::skip;

/// A compression that is read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    /// Within the custom format only.
    Zlib,
    Zstd,
    Xz,
    Bzip2,
    Lz4,
}

impl Compression {
    /// By the first bytes: RFC 1952, RFC 8878 (a skippable frame may come first), and the formats' own descriptions.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, ..] | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, ..] => {
                Some(Self::Bzip2)
            }
            [0x04, 0x22, 0x4d, 0x18, ..] => Some(Self::Lz4),
            _ => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zlib => "zlib",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
            Self::Lz4 => "lz4",
        }
    }
}

/// What `input` decompresses to.
pub(super) fn reader<'a>(compression: Compression, input: impl BufRead + 'a) -> Box<dyn Read + 'a> {
    match compression {
        Compression::Gzip => Box::new(MultiGzDecoder::new(input)),
        Compression::Zlib => Box::new(ZlibDecoder::new(input)),
        Compression::Zstd => Box::new(Frames { input, frame: None, seen: false }),
        Compression::Xz => Box::new(XzReader::new(input, true)),
        Compression::Bzip2 => Box::new(MultiBzDecoder::new(input)),
        Compression::Lz4 => Box::new(Lz4::new(input)),
    }
}

/// All frames of an lz4 file. The library reads one, and takes a file that ends between two blocks for a whole one: what no
/// block begins with is put behind the end, so that only the mark of an end is one.
struct Lz4<R: Read>(Lz4Decoder<Chain<R, io::Repeat>>);

impl<R: BufRead> Lz4<R> {
    fn new(input: R) -> Self {
        Self(Lz4Decoder::new(input.chain(io::repeat(0xff))))
    }
}

impl<R: BufRead> Read for Lz4<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.0.read(buf);
            let at_end = self.0.get_mut().get_mut().0.fill_buf()?.is_empty();
            match read {
                Ok(0) if at_end || buf.is_empty() => return Ok(0),
                Ok(0) => {}
                Err(_) if at_end => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => return read,
            }
        }
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
                    skip(&mut self.input, length.into())?;
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
