//! Whose passkey is whose: invitations, what was offered on them, and what is signed about it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Digest, utc};

/// What happens with a passkey. It concerns every project, and stands in the chain `@org`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PasskeyStep {
    /// Somebody may offer one.
    Invited(Invitation),
    /// One was made in a browser on an invitation. It counts nothing yet.
    Offered(Offer),
    /// Somebody signs that it is the person's.
    Confirmed(Passkey),
    /// It signs nothing more.
    Revoked(Revocation),
}

/// Somebody may offer one passkey, once, until a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Invitation {
    /// Who, by id.
    pub person: String,
    /// The SHA-256 of the secret part of the link.
    pub token: Digest,
    /// Until when.
    pub expires: Timestamp,
}

/// A passkey that was made on an invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Offer {
    /// The fingerprint of the invitation's statement.
    pub invitation: Digest,
    /// The passkey.
    pub passkey: Passkey,
}

/// A passkey with whose it is and where it signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Passkey {
    /// Whose it is, by id.
    pub person: String,
    /// The credential's id, in base64url.
    pub credential: String,
    /// The public key: the base64 of its SubjectPublicKeyInfo (RFC 5280, 4.1.2.7).
    pub public_key: String,
    /// Its algorithm in COSE (RFC 9053): -7 ES256, -8 EdDSA, -257 RS256.
    pub algorithm: i64,
    /// The domain that it is bound to.
    pub rp_id: String,
    /// The origin at which it signs.
    pub origin: String,
}

/// A passkey signs nothing more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Revocation {
    /// Whose it is, by id.
    pub person: String,
    /// The credential's id, in base64url.
    pub credential: String,
    /// The newest entry of each chain at that moment: what it has signed after them counts nothing, whatever time it says. By the
    /// SHA-256 of the chain's name: bundles of one project do not name the others.
    #[serde(default)]
    pub heads: BTreeMap<Digest, Digest>,
    /// From when on its signatures do not count; from the revocation on where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Why.
    pub reason: String,
}

impl PasskeyStep {
    /// What happened, in one sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::Invited(said) => format!("{} may offer a passkey until {}", said.person, utc(said.expires)),
            Self::Offered(said) => format!("{} offers a passkey, fingerprint {}", said.passkey.person, said.passkey.fingerprint()),
            Self::Confirmed(passkey) => format!("the passkey {} is of {}", passkey.fingerprint(), passkey.person),
            Self::Revoked(said) => format!("a passkey of {} is revoked: {}", said.person, said.reason),
        }
    }
}

impl Revocation {
    /// The newest entries of these chains, as they are kept.
    pub fn heads_of(chains: BTreeMap<String, Digest>) -> BTreeMap<Digest, Digest> {
        chains.into_iter().map(|(name, head)| (Digest::of(name.as_bytes()), head)).collect()
    }
}

impl Passkey {
    /// The SHA-256 of one line of JSON: `["gonogo.passkey",person,credential,public-key,algorithm,rp-id,origin]`.
    pub fn digest(&self) -> Digest {
        let Self { person, credential, public_key, algorithm, rp_id, origin } = self;
        let line = serde_json::to_vec(&("gonogo.passkey", person, credential, public_key, algorithm, rp_id, origin));
        // Strings and numbers serialise always.
        Digest::of(&line.unwrap_or_default())
    }

    /// What one person reads out to another: the first 80 bits of its [`digest`](Self::digest), in groups of four.
    pub fn fingerprint(&self) -> String {
        let digest = self.digest();
        let groups: Vec<&str> = (0..5).filter_map(|group| digest.as_str().get(group * 4..group * 4 + 4)).collect();
        groups.join(" ")
    }

    /// Whether this is its fingerprint as somebody typed it: with or without blanks and dashes, and perhaps longer.
    pub fn is_read_out(&self, typed: &str) -> bool {
        let plain: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_lowercase).collect();
        plain.len() >= 20 && self.digest().as_str().starts_with(&plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_known_as_it_is_typed() {
        let text = |text: &str| text.to_owned();
        let passkey = Passkey {
            person: text("bob@example.com"),
            credential: text("AQID"),
            public_key: text("MFkw"),
            algorithm: -7,
            rp_id: text("example.com"),
            origin: text("https://desk.example.com"),
        };
        let read = passkey.fingerprint();
        assert_eq!(read.len(), 24);
        assert!(passkey.is_read_out(&read) && passkey.is_read_out(&read.to_uppercase().replace(' ', "-")));
        assert!(passkey.is_read_out(passkey.digest().as_str()));
        assert!(!passkey.is_read_out(&read[..19]) && !passkey.is_read_out("") && !passkey.is_read_out(&"0".repeat(20)));
        let other = Passkey { person: text("eve@example.com"), ..passkey.clone() };
        assert!(!other.is_read_out(&read));
    }
}
