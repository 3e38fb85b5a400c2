//! Kept bytes as they are stored: deflated (RFC 1951).

use std::io::{Read as _, Write as _};

use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};

use super::admission::LARGEST_BLOB;

/// Good enough for reports, and fast enough for what is compressed already.
const LEVEL: Compression = Compression::new(3);

/// Deflates.
pub(super) fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), LEVEL);
    // Nothing fails that is written to memory.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// What was deflated, of which `size` bytes are wanted and no more are taken. Where it is broken, what there is of it: its
/// fingerprint tells.
pub(super) fn unpack(size: i64, deflated: &[u8]) -> Vec<u8> {
    let size = u64::try_from(size).unwrap_or(0).min(LARGEST_BLOB.0);
    let mut bytes = Vec::new();
    let _ = DeflateDecoder::new(deflated).take(size + 1).read_to_end(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::{pack, unpack};

    #[test]
    fn comes_back_and_never_swells() {
        for bytes in [b"".as_slice(), b"x", &[7; 100_000]] {
            let size = i64::try_from(bytes.len()).expect("small");
            assert_eq!(unpack(size, &pack(bytes)), bytes);
        }
        assert!(pack(&[7; 100_000]).len() < 1000);
        assert_eq!(unpack(10, &pack(&[7; 100_000])).len(), 11, "no more than told, and then it is not what was told");
        assert_eq!(unpack(10, b"nonsense"), b"");
    }
}
