//! How a ledger is looked at: whose signatures count, at which moment, what of it, and past which faults.

use jiff::Timestamp;

use super::{Label, Repairs};

/// Judges signatures.
pub trait Verifier: Sync {
    /// Whether `signature` over `payload` was made by `principal` with a key that counted at the instant `at`.
    fn check(&self, payload: &[u8], signature: &str, principal: &str, at: Timestamp) -> Checked;
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
    },
    /// It fits the bytes, but the key does not count: nobody's, somebody else's, expired then, revoked.
    Untrusted(String),
    /// It does not fit the bytes: they or it were altered.
    Forged(String),
}

/// How a ledger is looked at.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// Judges signatures.
    pub verifier: &'a dyn Verifier,
    /// The moment: what was recorded after it is still to come.
    pub now: Timestamp,
    /// Whether an answer can rest on an entry with this label. What cannot be told from the label always can.
    pub bears: &'a (dyn Fn(&Label) -> bool + Sync),
    /// Which faults are gone past.
    pub repairs: Repairs<'a>,
}

impl<'a> Look<'a> {
    /// At everything, going past nothing.
    pub fn at_everything(verifier: &'a dyn Verifier, now: Timestamp) -> Self {
        Self { verifier, now, bears: &everything, repairs: Repairs::Named(&[]) }
    }
}

/// Everything bears on the answer.
pub fn everything(_: &Label) -> bool {
    true
}
