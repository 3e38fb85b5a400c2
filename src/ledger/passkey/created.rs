//! A passkey as a browser has just made it (WebAuthn level 3, 7.1), without attestation: whose it is, people confirm.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{Bound, assertion::Said, client_data::ClientData, decoded, public_key::PasskeyKey};
use crate::model::Passkey;

/// The bit that says that a credential follows.
const CREDENTIAL_FOLLOWS: u8 = 1 << 6;
/// No credential's id is longer.
const LONGEST_ID: usize = 1023;

/// What a browser gives for a new passkey, its bytes in base64url.
#[derive(Debug, Clone)]
pub struct Created {
    /// The credential's id.
    pub credential: String,
    /// What the authenticator says.
    pub authenticator_data: String,
    /// What the browser says it was asked, and by whom.
    pub client_data: String,
    /// The public key's SubjectPublicKeyInfo.
    pub public_key: String,
    /// Its algorithm in COSE.
    pub algorithm: i64,
}

impl Created {
    /// The passkey of `person`, where it was made over `challenge` as it must be.
    pub fn passkey(&self, person: &str, challenge: &[u8], bound: Bound<'_>) -> Result<Passkey, String> {
        let part = |text: &str, what: &str| decoded(text).ok_or_else(|| format!("its {what} is not base64url"));
        let client = ClientData::read(&part(&self.client_data, "browser's part")?)?;
        client.answers("webauthn.create", challenge)?;
        client.asked_at(bound.origin)?;
        let data = part(&self.authenticator_data, "authenticator's part")?;
        Said::read(&data)?.shown(bound.rp_id)?;
        let id = part(&self.credential, "id")?;
        if id.is_empty() || id.len() > LONGEST_ID || attested(&data) != Some(id.as_slice()) {
            return Err("its id is not the one that the authenticator says".into());
        }
        let public_key = STANDARD.encode(part(&self.public_key, "public key")?);
        let (credential, algorithm, rp_id, origin) =
            (self.credential.clone(), self.algorithm, bound.rp_id.to_owned(), bound.origin.to_owned());
        let passkey = Passkey { person: person.to_owned(), credential, public_key, algorithm, rp_id, origin };
        PasskeyKey::of(&passkey)?;
        Ok(passkey)
    }
}

/// The id of the credential that follows: after the authenticator's model (16 bytes) its length in two bytes.
fn attested(data: &[u8]) -> Option<&[u8]> {
    let flags = data.get(32)?;
    let rest = Said::read(data).ok()?.rest.get(16..).filter(|_| flags & CREDENTIAL_FOLLOWS != 0)?;
    let (length, rest) = rest.split_at_checked(2)?;
    rest.get(..usize::from(length[0]) << 8 | usize::from(length[1]))
}
