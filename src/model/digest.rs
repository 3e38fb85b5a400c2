//! A fingerprint: the SHA-256 of exact bytes, as lower-case hexadecimal.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The SHA-256 of some bytes, 64 lower-case hexadecimal digits (what `sha256sum` prints).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// The fingerprint of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = String::with_capacity(64);
        for byte in Sha256::digest(bytes) {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        Self(text)
    }

    /// Of nothing at all: what stands before the first entry of a ledger.
    pub fn none() -> Self {
        Self("0".repeat(64))
    }

    /// One written down: exactly 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        digits.then(|| Self(text.to_owned()))
    }

    /// The 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Digest;

    #[test]
    fn agrees_with_sha256sum() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(Digest::of(b"abc").as_str(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn is_read_only_as_it_is_written() {
        let digest = Digest::of(b"abc");
        assert_eq!(Digest::parse(digest.as_str()), Some(digest.clone()));
        for text in ["", "abc", &digest.as_str().to_uppercase(), &format!("{digest} ")] {
            assert_eq!(Digest::parse(text), None, "{text}");
        }
    }
}
