//! Whether an SSH signature fits some bytes, and by which key.

use ssh_key::{HashAlg, Signature, SshSig};

use super::{
    armor::{Container, malformed},
    error::SignatureError,
    public::PublicKey,
    rsa,
    wire::Reader,
};
use crate::{
    ledger::NAMESPACE,
    model::{excerpt, plain},
};

/// The bit of a FIDO signature that says that somebody touched the device (CTAP2, section 6.1).
const USER_PRESENT: u8 = 1;

/// The key whose signature of the namespace [`NAMESPACE`] over `message` this is. Whose key that is, and whether it
/// counts, is for [`Signers`](super::Signers) to say.
pub fn verify(message: &[u8], armored: &str) -> Result<PublicKey, SignatureError> {
    let container = Container::read(armored)?;
    let key = PublicKey::from_blob(&container.key).map_err(|error| malformed(&format!("its key {error}")))?;
    if container.namespace != NAMESPACE.as_bytes() {
        let said = String::from_utf8_lossy(&container.namespace);
        return Err(SignatureError::Namespace(key.name(), excerpt(&plain(&said), 64)));
    }
    let hash = match container.hash.as_slice() {
        b"sha256" => HashAlg::Sha256,
        b"sha512" => HashAlg::Sha512,
        _ => return Err(malformed("its hash is neither sha256 nor sha512")),
    };
    if let Some(why) = key.weakness() {
        return Err(SignatureError::Weak(key.name(), why));
    }
    let signature = Parts::read(&container.signature).ok_or_else(|| malformed("the signature proper has not the fields of one"))?;
    signature.check(&key, hash, message)?;
    Ok(key)
}

/// The bytes that a key signs for `message`.
pub(super) fn signed_data(hash: HashAlg, message: &[u8]) -> Vec<u8> {
    // Only an empty namespace is an error.
    SshSig::signed_data(NAMESPACE, hash, message).unwrap_or_default()
}

/// A signature proper, taken apart.
struct Parts<'a> {
    algorithm: &'a str,
    data: &'a [u8],
    /// What a FIDO device adds: a byte of flags and a counter; empty for other keys.
    device: &'a [u8],
}

impl<'a> Parts<'a> {
    fn read(signature: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(signature);
        let algorithm = std::str::from_utf8(reader.string()?).ok()?;
        let data = reader.string()?;
        let device = reader.rest();
        matches!(device.len(), 0 | 5).then_some(Self { algorithm, data, device })
    }

    fn check(&self, key: &PublicKey, hash: HashAlg, message: &[u8]) -> Result<(), SignatureError> {
        let forged = || SignatureError::Forged(key.name());
        if let Some(key_of_rsa) = key.data().rsa() {
            return match self.algorithm {
                "ssh-rsa" => Err(SignatureError::Weak(key.name(), "it signed with SHA-1 (`ssh-rsa`)".into())),
                _ if !self.device.is_empty() => Err(forged()),
                algorithm => rsa::verify(key_of_rsa, algorithm, &signed_data(hash, message), self.data).ok_or_else(forged),
            };
        }
        if self.algorithm != key.algorithm() || self.device.is_empty() == key.is_hardware() {
            return Err(forged());
        }
        if key.is_hardware() && self.device.first().is_none_or(|flags| flags & USER_PRESENT == 0) {
            return Err(SignatureError::Weak(key.name(), "nobody touched the security key for it".into()));
        }
        self.fits(key, hash, message).ok_or_else(forged)
    }

    fn fits(&self, key: &PublicKey, hash: HashAlg, message: &[u8]) -> Option<()> {
        let signature = Signature::new(key.data().algorithm(), [self.data, self.device].concat()).ok()?;
        let sshsig = SshSig::new(key.data().clone(), NAMESPACE, hash, signature).ok()?;
        ssh_key::PublicKey::from(key.data().clone()).verify(NAMESPACE, message, &sshsig).ok()
    }
}
