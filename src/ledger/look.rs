//! How a ledger is looked at: whose signatures count, at which moment, and past which faults.

use std::sync::Arc;

use jiff::Timestamp;

use super::Repairs;
use crate::model::Digest;

/// Judges signatures.
pub trait Verifier: Send + Sync {
    /// Whether `signature` over `payload` was made by `principal` with a key that counted at the instant `at`.
    fn check(&self, payload: &[u8], signature: &str, principal: &str, at: Timestamp) -> Checked;

    /// The newest entry of a chain when the key was revoked that made this signature, with what to say of what stands after it.
    fn revoked_over(&self, _signature: &str, _chain: &str) -> Option<(Digest, String)> {
        None
    }

    /// Whether the chain of what concerns all projects has this entry, which whoever signs says that they saw there.
    fn has_seen(&self, _head: &Digest) -> bool {
        true
    }
}

/// What a signature came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// It is the principal's.
    Signed {
        /// The key's type and fingerprint: `ED25519 SHA256:…`.
        key: String,
        /// What is to be said of the key since: that it has expired.
        since: Option<String>,
        /// Who signed that the key is the principal's, where that stands on record: they and the principal count as one.
        confirmed_by: Vec<String>,
    },
    /// It fits the bytes, but the key does not count: nobody's, somebody else's, expired then, revoked.
    Untrusted(String),
    /// It does not fit the bytes: they or it were altered.
    Forged(String),
}

/// How a ledger is looked at.
#[derive(Clone)]
pub struct Look<'r> {
    /// Judges signatures.
    pub verifier: Arc<dyn Verifier>,
    /// The moment: what was recorded after it is still to come.
    pub now: Timestamp,
    /// Which faults are gone past.
    pub repairs: Repairs<'r>,
}

impl Look<'_> {
    /// Going past nothing.
    pub fn by(verifier: impl Verifier + 'static, now: Timestamp) -> Self {
        Self { verifier: Arc::new(verifier), now, repairs: Repairs::Named(&[]) }
    }
}
