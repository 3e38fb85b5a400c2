//! A signature with a passkey: what an authenticator signs when a browser asks it (WebAuthn level 3, 7.2).

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{client_data::ClientData, decoded, public_key::PasskeyKey};
use crate::{
    ledger::{History, JobSignature},
    model::{Passkey, unique_keys},
};

/// The least of what an authenticator says: the hash of the domain, a byte of flags, a counter.
const HEAD: usize = 37;
const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;

/// A signature with a passkey as it is kept: one line of JSON, its bytes in base64url.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Assertion {
    /// The credential's id.
    pub credential: String,
    /// What the authenticator says.
    pub authenticator_data: String,
    /// What the browser says it was asked, and by whom.
    #[serde(rename = "clientDataJSON")]
    pub client_data: String,
    /// The signature over both.
    pub signature: String,
}

/// Why a signature with a passkey counts nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// It is of other bytes, or they or it were altered.
    #[error("{0}")]
    Forged(String),
    /// It fits, and was not made as it must be.
    #[error("{0}")]
    Refused(String),
}

/// What an authenticator shows beside its signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// How often it has signed, as far as it counts: 0 where it does not.
    pub counter: u32,
    /// Whether the passkey lies on more than one device.
    pub is_synced: bool,
}

/// Where a passkey may sign.
#[derive(Debug, Clone, Copy)]
pub struct Bound<'a> {
    /// The domain that it is bound to.
    pub rp_id: &'a str,
    /// The only origin.
    pub origin: &'a str,
}

impl Assertion {
    /// Whether what is kept as a signature is one with a passkey.
    pub fn is_kept_as(signature: &str) -> bool {
        signature.starts_with('{') && !JobSignature::is_kept_as(signature)
    }

    /// As it is kept.
    pub fn to_text(&self) -> String {
        // Strings serialise always.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads it as it is kept.
    pub fn from_text(text: &str) -> Result<Self, AssertionError> {
        let broken = |error: &dyn std::fmt::Display| AssertionError::Forged(format!("it is no signature with a passkey: {error}"));
        unique_keys(text.as_bytes()).map_err(|error| broken(&error))?;
        serde_json::from_str(text).map_err(|error| broken(&error))
    }

    /// Whether `passkey` made it over `challenge`, where it may, with its holder present and verified.
    pub fn verify(&self, passkey: &Passkey, challenge: &[u8], bound: Bound<'_>) -> Result<Shown, AssertionError> {
        let forged = |why: &str| AssertionError::Forged(why.to_owned());
        let part = |text: &str, what: &str| decoded(text).ok_or_else(|| AssertionError::Forged(format!("its {what} is not base64url")));
        let data = part(&self.authenticator_data, "authenticator's part")?;
        let client = part(&self.client_data, "browser's part")?;
        let signature = part(&self.signature, "signature proper")?;
        if self.credential != passkey.credential {
            return Err(forged("it is of another passkey"));
        }
        let key = PasskeyKey::of(passkey).map_err(AssertionError::Refused)?;
        let message = [data.as_slice(), Sha256::digest(&client).as_slice()].concat();
        if !key.verify(&message, &signature) {
            return Err(forged("the signature does not fit: it or what was signed was altered"));
        }
        let client = ClientData::read(&client).map_err(AssertionError::Forged)?;
        client.answers("webauthn.get", challenge).map_err(AssertionError::Forged)?;
        client.asked_at(bound.origin).map_err(AssertionError::Refused)?;
        Said::read(&data).and_then(|said| said.shown(bound.rp_id)).map_err(AssertionError::Refused)
    }

    /// How often the authenticator says that it has signed; `None` where that cannot be read.
    fn counter(&self) -> Option<u32> {
        Some(Said::read(&decoded(&self.authenticator_data)?).ok()?.counter)
    }
}

/// What an authenticator says (WebAuthn level 3, 6.1).
pub(super) struct Said<'a> {
    rp_id_hash: &'a [u8],
    flags: u8,
    counter: u32,
    /// What follows its head: the credential, where one was made.
    pub(super) rest: &'a [u8],
}

impl<'a> Said<'a> {
    pub(super) fn read(data: &'a [u8]) -> Result<Self, String> {
        let (head, rest) = data.split_at_checked(HEAD).ok_or("the authenticator's part is too short")?;
        let (rp_id_hash, tail) = head.split_at(32);
        let &[flags, ref counter @ ..] = tail else { return Err("the authenticator's part is too short".into()) };
        let counter = counter.iter().fold(0, |number, byte| number << 8 | u32::from(*byte));
        Ok(Self { rp_id_hash, flags, counter, rest })
    }

    /// What it shows, where it is bound to this domain, and its holder was present and verified.
    pub(super) fn shown(&self, rp_id: &str) -> Result<Shown, String> {
        let has = |flag: u8| self.flags & flag != 0;
        if self.rp_id_hash != Sha256::digest(rp_id.as_bytes()).as_slice() {
            return Err(format!("it is bound to another domain than {rp_id}"));
        }
        if !has(USER_PRESENT) {
            return Err("nobody touched the authenticator".into());
        }
        if !has(USER_VERIFIED) {
            return Err("the authenticator did not verify who it was: a PIN, a fingerprint or a face is wanted".into());
        }
        if has(BACKED_UP) && !has(BACKUP_ELIGIBLE) {
            return Err("it says of its passkey that it is synced and cannot be".into());
        }
        Ok(Shown { counter: self.counter, is_synced: has(BACKED_UP) })
    }
}

/// Where the counter of a passkey went back from one entry to a later one, a sentence each: somebody may have copied it. An
/// authenticator that does not count says 0 always.
pub fn counters_that_went_back(history: &History) -> Vec<String> {
    let mut newest = std::collections::HashMap::<String, (u32, u64)>::new();
    let mut back = Vec::new();
    for linked in history.linked() {
        let Some(signature) = linked.entry.signature.as_deref().filter(|signature| Assertion::is_kept_as(signature)) else { continue };
        let Ok(assertion) = Assertion::from_text(signature) else { continue };
        let Some(counter) = assertion.counter() else { continue };
        let seq = linked.entry.seq;
        if let Some((before, earlier)) = newest.insert(assertion.credential, (counter, seq))
            && (before, counter) != (0, 0)
            && counter <= before
        {
            back.push(format!(
                "entry {seq}: the counter of the passkey is {counter}, and was {before} in entry {earlier}: somebody may have a copy of it"
            ));
        }
    }
    back
}
