//! A signature proper: its algorithm and its bytes, by one key over some bytes. People's signatures have one, and so have
//! certificates.

use signature::Verifier as _;
use ssh_key::Signature;

use super::{error::SignatureError, public::PublicKey, rsa, wire::Reader};

/// The bits of a FIDO signature that say that somebody touched the device, and that it knew who (CTAP2, section 6.1).
const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 4;

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
    pub(super) fn check(&self, key: &PublicKey, message: &[u8]) -> Result<(), SignatureError> {
        let (forged, weak) = (|| SignatureError::Forged(key.name()), |why| Err(SignatureError::Weak(key.name(), why)));
        if let Some(why) = key.weakness() {
            return weak(why);
        }
        if let Some(key_of_rsa) = key.data().rsa() {
            return match self.algorithm {
                "ssh-rsa" => weak("it signed with SHA-1 (`ssh-rsa`)".into()),
                _ if !self.device.is_empty() => Err(forged()),
                algorithm => rsa::verify(key_of_rsa, algorithm, message, self.data).ok_or_else(forged),
            };
        }
        if self.algorithm != key.algorithm() || self.device.is_empty() == key.is_hardware() {
            return Err(forged());
        }
        if key.is_hardware() && !self.says(USER_PRESENT) {
            return weak("nobody touched the security key for it".into());
        }
        let signature = Signature::new(key.data().algorithm(), [self.data, self.device].concat()).map_err(|_| forged())?;
        key.data().verify(message, &signature).map_err(|_| forged())
    }

    /// Whether a security key knew who touched it: by a PIN or a fingerprint.
    pub(super) fn knew_who(&self) -> bool {
        self.says(USER_VERIFIED)
    }

    fn says(&self, flag: u8) -> bool {
        self.device.first().is_some_and(|flags| flags & flag != 0)
    }
}
