//! Public keys and what they are called.

use std::{fmt, path::Path};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use ssh_key::{Algorithm, public::KeyData};
use zeroize::Zeroizing;

use super::wire::Reader;
use crate::{
    model::{Size, excerpt, plain},
    net::regular_file::{FileError, read_text},
};

/// The largest file that is taken for a public key.
const LARGEST_FILE: Size = Size(64 << 10);
/// The fewest bits of an RSA key that is believed (NIST SP 800-131A).
pub(super) const FEWEST_RSA_BITS: usize = 2048;
/// The most, for a check in reasonable time.
pub(super) const MOST_RSA_BITS: usize = 8192;

/// What people call a key: its type and fingerprint, as `ssh-keygen -l` shows them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeyName {
    /// `ED25519`, `ECDSA`, `RSA`, `ED25519-SK`, `ECDSA-SK`, `DSA`; the algorithm's own name of any other.
    pub kind: String,
    /// `SHA256:` and 43 characters of base64.
    pub fingerprint: String,
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.fingerprint)
    }
}

/// A public key. Comments are no part of it.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    data: KeyData,
    blob: Vec<u8>,
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.name())
    }
}

/// Why something is no public key: a fragment that reads well after its name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// Not of the form `type base64 comment`, or the bytes are no key.
    #[error("is not a public key: {0}")]
    Malformed(&'static str),
    /// The file cannot be read.
    #[error("{0}")]
    File(#[from] FileError),
}

impl PublicKey {
    /// The key of a file like `id_ed25519.pub`.
    pub fn read(path: &Path) -> Result<Self, PublicKeyError> {
        Self::from_openssh(&line_of(path)?)
    }

    /// The key of a line like `ssh-ed25519 AAAA… comment`.
    pub fn from_openssh(line: &str) -> Result<Self, PublicKeyError> {
        Self::from_blob(&blob_of(line)?)
    }

    /// The key of SSH's own encoding.
    pub fn from_blob(blob: &[u8]) -> Result<Self, PublicKeyError> {
        let key = ssh_key::PublicKey::from_bytes(blob).map_err(|_| PublicKeyError::Malformed("its bytes are none of a known type"))?;
        // One key has one spelling, so that two fingerprints are two keys.
        match key.to_bytes() {
            Ok(bytes) if bytes == blob => Ok(Self { data: key.key_data().clone(), blob: bytes }),
            _ => Err(PublicKeyError::Malformed("its bytes are written in an unusual way")),
        }
    }

    /// SSH's own encoding.
    pub fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// Type and fingerprint.
    pub fn name(&self) -> KeyName {
        let kind = match self.data.algorithm() {
            Algorithm::Ed25519 => "ED25519".to_owned(),
            Algorithm::Ecdsa { .. } => "ECDSA".to_owned(),
            Algorithm::Rsa { .. } => "RSA".to_owned(),
            Algorithm::SkEd25519 => "ED25519-SK".to_owned(),
            Algorithm::SkEcdsaSha2NistP256 => "ECDSA-SK".to_owned(),
            Algorithm::Dsa => "DSA".to_owned(),
            _ => excerpt(&plain(&self.algorithm()), 64),
        };
        KeyName { kind, fingerprint: format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(&self.blob))) }
    }

    /// Why nothing that this key signs is believed, if so.
    pub fn weakness(&self) -> Option<String> {
        match &self.data {
            KeyData::Ed25519(_) | KeyData::Ecdsa(_) | KeyData::SkEd25519(_) | KeyData::SkEcdsaSha2NistP256(_) => None,
            KeyData::Rsa(rsa) => match rsa.n.as_positive_bytes().map_or(0, bits) {
                few if few < FEWEST_RSA_BITS => Some(format!("an RSA key of {few} bits is too weak, wanted at least {FEWEST_RSA_BITS}")),
                many if many > MOST_RSA_BITS => Some(format!("an RSA key of {many} bits is not supported, wanted at most {MOST_RSA_BITS}")),
                _ => None,
            },
            KeyData::Dsa(_) => Some("DSA is too weak".to_owned()),
            _ => Some("keys of this type are not supported".to_owned()),
        }
    }

    /// Whether it is a FIDO key: each of its signatures shows that somebody touched the device.
    pub fn is_hardware(&self) -> bool {
        matches!(self.data, KeyData::SkEd25519(_) | KeyData::SkEcdsaSha2NistP256(_))
    }

    /// The algorithm's name in SSH: `ssh-ed25519`.
    pub(super) fn algorithm(&self) -> String {
        self.data.algorithm().as_str().to_owned()
    }

    pub(super) fn data(&self) -> &KeyData {
        &self.data
    }
}

/// The line of a file like `id_ed25519.pub`. A private key may be given by mistake: it is wiped.
pub(super) fn line_of(path: &Path) -> Result<Zeroizing<String>, FileError> {
    let text = Zeroizing::new(read_text(path, LARGEST_FILE)?);
    Ok(Zeroizing::new(text.trim().to_owned()))
}

/// SSH's own encoding of what stands in a line: `type base64 comment`.
pub(super) fn blob_of(line: &str) -> Result<Vec<u8>, PublicKeyError> {
    let mut words = line.split_ascii_whitespace();
    let (Some(kind), Some(base64)) = (words.next(), words.next()) else {
        return Err(PublicKeyError::Malformed("wanted its type, a blank and its base64"));
    };
    let blob = STANDARD.decode(base64).map_err(|_| PublicKeyError::Malformed("what follows its type is not base64"))?;
    let is_kind = Reader::new(&blob).string() == Some(kind.as_bytes());
    is_kind.then_some(blob).ok_or(PublicKeyError::Malformed("its type is not that of its bytes"))
}

/// How many bits a big-endian number has.
pub(super) fn bits(bytes: &[u8]) -> usize {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros).map_or(0, |first| (bytes.len() - zeros) * 8 - first.leading_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 8032's first test, as a line.
    const LINE: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea a comment";

    #[test]
    fn reads_a_line_without_its_comment() {
        let key = PublicKey::from_openssh(LINE).expect("a key");
        assert_eq!(PublicKey::from_openssh(LINE.strip_suffix(" a comment").expect("a suffix")), Ok(key.clone()));
        assert_eq!(PublicKey::from_blob(key.blob()), Ok(key.clone()));
        assert_eq!(key.name().kind, "ED25519");
        for wrong in ["", "ssh-ed25519", "ssh-ed25519 ?", &LINE.replace("ssh-ed25519 ", "ssh-rsa ")] {
            assert!(matches!(PublicKey::from_openssh(wrong), Err(PublicKeyError::Malformed(_))), "{wrong}");
        }
        let longer = [key.blob(), &[0]].concat();
        assert!(PublicKey::from_blob(&longer).is_err());
    }

    #[test]
    fn counts_bits() {
        assert_eq!((bits(&[]), bits(&[0]), bits(&[0, 1]), bits(&[0x80, 0])), (0, 0, 1, 16));
    }
}
