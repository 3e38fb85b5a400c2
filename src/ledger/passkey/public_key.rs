//! The public key of a passkey: ES256, EdDSA or RS256 through `ring`.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use ring::signature::{ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm};
use sha2::{Digest as _, Sha256};
use x509_parser::{
    oid_registry::{OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_PKCS1_RSAENCRYPTION, OID_SIG_ED25519},
    prelude::FromDer,
    x509::SubjectPublicKeyInfo,
};

use crate::model::Passkey;

/// A public key that was read.
pub(super) struct PasskeyKey {
    algorithm: &'static dyn VerificationAlgorithm,
    key: Vec<u8>,
}

impl PasskeyKey {
    /// That of a passkey; why it is none that signatures are believed of.
    pub(super) fn of(passkey: &Passkey) -> Result<Self, String> {
        let der = STANDARD.decode(&passkey.public_key).map_err(|_| "its public key is not base64".to_owned())?;
        let (rest, info) = SubjectPublicKeyInfo::from_der(&der).map_err(|_| "its public key is no SubjectPublicKeyInfo".to_owned())?;
        if !rest.is_empty() {
            return Err("bytes follow its public key".into());
        }
        let is = |oid| info.algorithm.algorithm == oid;
        let curve = || info.algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok());
        let key = info.subject_public_key.data.to_vec();
        let algorithm: &'static dyn VerificationAlgorithm = match passkey.algorithm {
            -7 if is(OID_KEY_TYPE_EC_PUBLIC_KEY) && curve() == Some(OID_EC_P256) && key.len() == 65 && key[0] == 4 => {
                &ECDSA_P256_SHA256_ASN1
            }
            -8 if is(OID_SIG_ED25519) && key.len() == 32 => &ED25519,
            -257 if is(OID_PKCS1_RSAENCRYPTION) => &RSA_PKCS1_2048_8192_SHA256,
            -7 | -8 | -257 => return Err(format!("its public key is not of its algorithm {}", passkey.algorithm)),
            other => return Err(format!("its algorithm {other} is not supported, wanted -7 (ES256), -8 (EdDSA) or -257 (RS256)")),
        };
        Ok(Self { algorithm, key })
    }

    /// Whether the signature fits.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(self.algorithm, &self.key).verify(message, signature).is_ok()
    }
}

/// What people call the key, as for SSH keys: `PASSKEY SHA256:…` over its SubjectPublicKeyInfo.
pub(super) fn name(passkey: &Passkey) -> String {
    let der = STANDARD.decode(&passkey.public_key).unwrap_or_default();
    format!("PASSKEY SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(&der)))
}
