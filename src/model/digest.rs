//! A fingerprint: the SHA-256 of exact bytes, as lower-case hexadecimal.

use std::{borrow::Cow, fmt, io, sync::Arc};

use data_encoding::HEXLOWER;
use ring::digest::{Context, SHA256, digest};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The SHA-256 of some bytes, 64 lower-case hexadecimal digits (what `sha256sum` prints).
/// Copies share the text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(Arc<str>);

crate::model::schema!(inline Digest, |_| schemars::json_schema!({
    "type": "string",
    "pattern": "^[0-9a-f]{64}$",
    "description": "The SHA-256 of some bytes, 64 lower-case hexadecimal digits.",
}));

impl Digest {
    /// The fingerprint of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self::written(&digest(&SHA256, bytes))
    }

    fn written(bytes: &ring::digest::Digest) -> Self {
        Self(HEXLOWER.encode(bytes.as_ref()).into())
    }

    /// Of nothing at all: what stands before the first entry of a ledger.
    pub fn none() -> Self {
        Self("0".repeat(64).into())
    }

    /// One written down: exactly 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        digits.then(|| Self(text.into()))
    }

    /// The 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The fingerprint of bytes that are written one after the other.
#[derive(Clone)]
pub struct RunningDigest(Context);

impl RunningDigest {
    /// That of all that was written.
    pub fn finish(self) -> Digest {
        Digest::written(&self.0.finish())
    }
}

impl Default for RunningDigest {
    /// Of nothing yet.
    fn default() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl io::Write for RunningDigest {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("a fingerprint is 64 lower-case hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::{Digest, RunningDigest};

    #[test]
    fn agrees_with_sha256sum() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(Digest::of(b"abc").as_str(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let mut running = RunningDigest::default();
        running.write_all(b"a").and_then(|()| running.write_all(b"bc")).expect("nothing can fail");
        assert_eq!(running.finish(), Digest::of(b"abc"));
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
