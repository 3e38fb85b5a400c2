//! Whether an SSH signature fits some bytes, and by which key.

use ssh_key::{HashAlg, SshSig};

use super::{
    armor::{Container, malformed},
    credential::Credential,
    error::SignatureError,
    signature::Parts,
};
use crate::{
    ledger::NAMESPACE,
    model::{excerpt, plain},
};

/// The key, perhaps with a certificate, whose signature of the namespace [`NAMESPACE`] over `message` this is. Whose key that
/// is, and whether it counts, is for [`Signers`](super::Signers) to say.
pub fn verify(message: &[u8], armored: &str) -> Result<Credential, SignatureError> {
    let container = Container::read(armored)?;
    let signer = Credential::from_blob(&container.key).map_err(|error| malformed(&format!("its key {error}")))?;
    if container.namespace != NAMESPACE.as_bytes() {
        let said = String::from_utf8_lossy(&container.namespace);
        return Err(SignatureError::Namespace(signer.name(), excerpt(&plain(&said), 64)));
    }
    let hash = match container.hash.as_slice() {
        b"sha256" => HashAlg::Sha256,
        b"sha512" => HashAlg::Sha512,
        _ => return Err(malformed("its hash is neither sha256 nor sha512")),
    };
    let parts = Parts::read(&container.signature).ok_or_else(|| malformed("the signature proper has not the fields of one"))?;
    parts.check(signer.key(), &signed_data(hash, message))?;
    if signer.certificate().is_some_and(|certificate| certificate.wants_to_know_who) && !parts.knew_who() {
        let why = "its certificate demands a PIN or a fingerprint (`verify-required`), and no security key asked for one";
        return Err(SignatureError::Weak(signer.name(), why.into()));
    }
    Ok(signer)
}

/// The bytes that a key signs for `message`.
pub(super) fn signed_data(hash: HashAlg, message: &[u8]) -> Vec<u8> {
    // Only an empty namespace is an error.
    SshSig::signed_data(NAMESPACE, hash, message).unwrap_or_default()
}
