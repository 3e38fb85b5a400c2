//! The people's signatures, judged by the signers' file and by the passkeys on record.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use super::{
    Assertion, Checked, JobSignature, Passkeys, Verifier, ci_token,
    signing::{SignatureError, Signers},
};
use crate::model::{CiToken, Digest, Method, Statement};

/// The signers a plan trusts, at a moment.
pub struct Trust {
    /// Whose key is whose.
    pub signers: Arc<Signers>,
    /// Whose passkey is whose.
    pub passkeys: Arc<Passkeys>,
    /// Which CI job records as whom.
    pub ci_tokens: BTreeMap<String, CiToken>,
    /// The moment of looking; a key may have expired since it signed.
    pub now: Timestamp,
}

impl Verifier for Trust {
    fn check(&self, payload: &[u8], signature: &str, principal: &str, at: Timestamp) -> Checked {
        if Assertion::is_kept_as(signature) {
            return match Statement::from_json(payload) {
                Ok(statement) => self.passkeys.check(&statement, payload, signature, at),
                Err(error) => Checked::Forged(error.to_string()),
            };
        }
        if JobSignature::is_kept_as(signature) {
            let statement = match Statement::from_json(payload) {
                Ok(statement) => statement,
                Err(error) => return Checked::Forged(error.to_string()),
            };
            let (made, act) = (&statement.made, statement.act.word());
            return match self.ci_tokens.get(principal) {
                Some(_) if !JobSignature::may_sign(act) => {
                    Checked::Untrusted(format!("a CI's token signs what a recorder records, and no {act}"))
                }
                Some(rule) => ci_token::check(rule, payload, signature, at, (&made.project, &made.environment)),
                None => Checked::Untrusted(format!("`{principal}` is not known by a CI's token: the policy's `ci-tokens` do not name it")),
            };
        }
        match self.signers.check(payload, signature, principal, at, self.now) {
            Ok(signed) => Checked::Signed { key: signed.key.to_string(), since: signed.since, confirmed_by: Vec::new() },
            Err(error @ (SignatureError::Malformed(_) | SignatureError::Namespace(..) | SignatureError::Forged(..))) => {
                Checked::Forged(error.to_string())
            }
            Err(error) => Checked::Untrusted(error.to_string()),
        }
    }

    fn revoked_over(&self, signature: &str, chain: &str) -> Option<(Digest, String)> {
        Assertion::is_kept_as(signature).then(|| self.passkeys.revoked_over(signature, chain))?
    }

    fn has_seen(&self, head: &Digest) -> bool {
        self.passkeys.has_seen(head)
    }
}

/// How a statement contradicts itself or the signature that it bears: its method is that of its signature.
pub fn contradiction(statement: &Statement, signature: &str) -> Option<&'static str> {
    let with_passkey = Assertion::is_kept_as(signature);
    match statement.made.method {
        Method::Webauthn if !with_passkey => Some("it says that it is signed with a passkey and is not"),
        Method::Ssh | Method::Recorded if with_passkey => Some("it is signed with a passkey and does not say so"),
        _ => statement.contradiction(),
    }
}
