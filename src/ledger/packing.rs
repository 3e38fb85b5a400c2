//! Kept bytes as they are stored: deflated (RFC 1951).

use std::io::Write as _;

use flate2::{Compression, Decompress, FlushDecompress, Status, write::DeflateEncoder};

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

/// What was deflated, if the stream is whole, ends where the stored bytes end, and holds no more than `size` bytes; else
/// nothing: no fingerprint is that of a part.
pub(super) fn unpack(size: i64, deflated: &[u8]) -> Vec<u8> {
    let size = u64::try_from(size).unwrap_or(0).min(LARGEST_BLOB.0);
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    let mut stream = Decompress::new(false);
    let ended = stream.decompress_vec(deflated, &mut bytes, FlushDecompress::Finish);
    let whole = matches!(ended, Ok(Status::StreamEnd)) && stream.total_in() == deflated.len() as u64 && stream.total_out() <= size;
    if whole { bytes } else { Vec::new() }
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
        assert_eq!(unpack(10, &pack(&[7; 100_000])), b"", "more than told is not what was told");
        assert_eq!(unpack(10, b"nonsense"), b"");
    }

    #[test]
    fn no_stored_byte_can_be_altered_cut_or_added_unseen() {
        let bytes: Vec<u8> = (0..4000_u32).flat_map(|at| (at.wrapping_mul(at) % 251).to_le_bytes()).collect();
        let stored = pack(&bytes);
        let read = |stored: &[u8]| unpack(i64::try_from(bytes.len()).expect("small"), stored);
        // The last byte is filled up with bits that mean nothing.
        for at in 0..stored.len() - 1 {
            let mut altered = stored.clone();
            altered[at] ^= 1;
            assert_ne!(read(&altered), bytes, "byte {at} of {}", stored.len());
        }
        assert_ne!(read(&stored[..stored.len() - 1]), bytes);
        assert_ne!(read(&[&stored[..], b"x"].concat()), bytes);
    }
}
