//! A signature proper: its algorithm and its bytes, by one key over some bytes. People's signatures have one, and so have
//! certificates.

use signature::Verifier as _;
use ssh_key::Signature;

use super::{public::PublicKey, rsa, wire::Reader};

/// The bits of a FIDO signature that say that somebody touched the device, and that it knew who (CTAP2, section 6.1).
const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 4;

/// Why it proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It is not over these bytes.
    Forged,
    /// Nothing of its kind is believed, and why.
    Weak(String),
}

/// A signature proper, taken apart.
pub(super) struct Parts<'a> {
    algorithm: &'a str,
    data: &'a [u8],
    /// What a FIDO device adds: a byte of flags and a counter; empty for other keys.
    device: &'a [u8],
}

impl<'a> Parts<'a> {
    pub(super) fn read(signature: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(signature);
        let algorithm = std::str::from_utf8(reader.string()?).ok()?;
        let data = reader.string()?;
        let device = reader.rest();
        matches!(device.len(), 0 | 5).then_some(Self { algorithm, data, device })
    }

    /// Whether it is by `key` over `message`.
    pub(super) fn check(&self, key: &PublicKey, message: &[u8]) -> Result<(), Wrong> {
        if let Some(why) = key.weakness() {
            return Err(Wrong::Weak(why));
        }
        if let Some(key_of_rsa) = key.data().rsa() {
            return match self.algorithm {
                "ssh-rsa" => Err(Wrong::Weak("it signed with SHA-1 (`ssh-rsa`)".into())),
                _ if !self.device.is_empty() => Err(Wrong::Forged),
                algorithm => rsa::verify(key_of_rsa, algorithm, message, self.data).ok_or(Wrong::Forged),
            };
        }
        if self.algorithm != key.algorithm() || self.device.is_empty() == key.is_hardware() {
            return Err(Wrong::Forged);
        }
        if key.is_hardware() && !self.says(USER_PRESENT) {
            return Err(Wrong::Weak("nobody touched the security key for it".into()));
        }
        let signature = Signature::new(key.data().algorithm(), [self.data, self.device].concat()).map_err(|_| Wrong::Forged)?;
        key.data().verify(message, &signature).map_err(|_| Wrong::Forged)
    }

    /// Whether a security key knew who touched it: by a PIN or a fingerprint.
    pub(super) fn knew_who(&self) -> bool {
        self.says(USER_VERIFIED)
    }

    fn says(&self, flag: u8) -> bool {
        self.device.first().is_some_and(|flags| flags & flag != 0)
    }
}
