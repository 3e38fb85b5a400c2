//! The people's signatures, judged by the signers' file.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Checked, Verifier,
    signing::{SignatureError, Signers},
};

/// The signers a plan trusts, at a moment.
pub struct Trust {
    /// Whose key is whose.
    pub signers: Arc<Signers>,
    /// The moment of looking; a key may have expired since it signed.
    pub now: Timestamp,
}

impl Verifier for Trust {
    fn check(&self, payload: &[u8], signature: &str, principal: &str, at: Timestamp) -> Checked {
        match self.signers.check(payload, signature, principal, at, self.now) {
            Ok(signed) => Checked::Signed { key: signed.key.to_string(), since: signed.since },
            Err(error @ (SignatureError::Malformed(_) | SignatureError::Namespace(..) | SignatureError::Forged(..))) => {
                Checked::Forged(error.to_string())
            }
            Err(error) => Checked::Untrusted(error.to_string()),
        }
    }
}
