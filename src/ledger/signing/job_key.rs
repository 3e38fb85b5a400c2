//! A key that lives as long as the job that made it, in memory alone.

use ring::hmac;
use ssh_key::{Algorithm, HashAlg, LineEnding, PrivateKey, private::Ed25519Keypair, rand_core::OsRng};
use zeroize::Zeroizing;

use super::{KeyError, armor::malformed};
use crate::ledger::{NAMESPACE, pae};

/// Such a key.
pub struct JobKey(PrivateKey);

impl JobKey {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn new() -> Result<Self, KeyError> {
        PrivateKey::random(&mut OsRng, Algorithm::Ed25519).map(Self).map_err(|_| unsound("the system gives no random numbers"))
    }

    /// The same one in every process of a job that has a secret of its own, for one token.
    pub fn of_job(secret: &str, token: &str) -> Self {
        let seed = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), token.as_bytes());
        let mut bytes = Zeroizing::new([0; 32]);
        bytes.copy_from_slice(seed.as_ref());
        Self(PrivateKey::from(Ed25519Keypair::from_seed(&bytes)))
    }

    /// `SHA256:` and 43 characters of base64.
    pub fn fingerprint(&self) -> String {
        self.0.public_key().fingerprint(HashAlg::Sha256).to_string()
    }

    /// Its signature over the [`pae`] of `payload`, armored.
    ///
    /// # Errors
    /// When the library cannot sign, which no input brings about.
    pub fn sign(&self, payload: &[u8]) -> Result<String, KeyError> {
        let signed = self.0.sign(NAMESPACE, HashAlg::Sha512, &pae(payload)).and_then(|signature| signature.to_pem(LineEnding::LF));
        signed.map_err(|_| unsound("the job's key could not sign"))
    }
}

fn unsound(why: &str) -> KeyError {
    KeyError::Unsound(malformed(why))
}
