//! Whether a signature with a passkey counts: whose it is, when it signed, and what may be signed so.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::{Assertion, AssertionError, Bound, KnownPasskey, Passkeys, public_key, register::Revoked};
use crate::{
    ledger::{Checked, pae},
    model::{Act, DeskPolicy, Digest, Statement, utc},
};

impl Passkeys {
    /// Whether `signature` over `payload`, which is `statement`, was made with a passkey that counted at the instant `at`.
    pub fn check(&self, statement: &Statement, payload: &[u8], signature: &str, at: Timestamp) -> Checked {
        let assertion = match Assertion::from_text(signature) {
            Ok(assertion) => assertion,
            Err(error) => return Checked::Forged(error.to_string()),
        };
        let by = statement.made.by.as_deref().unwrap_or_default();
        let (known, desk) = match self.holder(&assertion.credential, by) {
            Ok(found) => found,
            Err(why) => return Checked::Untrusted(why),
        };
        let challenge = Sha256::digest(pae(payload));
        let shown = match assertion.verify(&known.passkey, &challenge, Bound { rp_id: &desk.rp_id, origin: &desk.origin }) {
            Ok(shown) => shown,
            Err(AssertionError::Forged(why)) => return Checked::Forged(format!("the passkey of `{by}`: {why}")),
            Err(AssertionError::Refused(why)) => return Checked::Untrusted(format!("the passkey of `{by}`: {why}")),
        };
        let seen = statement.made.org.as_ref();
        let doubt = || known.doubted.as_ref().filter(|_| !statement.act.is_no()).map(|doubted| doubted.doubt(by));
        if let Some(why) =
            self.out_of_time(known, seen, at, statement.act.is_no()).or_else(|| self.refuses(&statement.act, by)).or_else(doubt)
        {
            return Checked::Untrusted(why);
        }
        let since = known.revoked.as_ref().map(|revoked| format!("the passkey has since been revoked, on {}", utc(revoked.since)));
        let key = format!("{}{}", public_key::name(&known.passkey), if shown.is_synced { " (synced)" } else { "" });
        let confirmed_by = known.confirmations.iter().map(|confirmation| confirmation.by.clone()).filter(|other| other != by).collect();
        Checked::Signed { key, since, confirmed_by }
    }

    /// The passkey with this id of this person, as far as it was ever confirmed.
    fn holder(&self, credential: &str, person: &str) -> Result<(&KnownPasskey, &DeskPolicy), String> {
        let desk = self.desk.as_ref().ok_or("it is signed with a passkey, and the policy names no desk")?;
        let of_id = || self.known.iter().filter(|known| known.passkey.credential == credential);
        let counting = of_id().find(|known| known.counts_from.is_some());
        match counting.or_else(|| of_id().next()) {
            None => Err(format!("no passkey of `{person}` with this id is on record in `@org`")),
            Some(known) if known.passkey.person != person => {
                Err(format!("the passkey is of `{}`, not of `{person}`", known.passkey.person))
            }
            Some(KnownPasskey { counts_from: None, .. }) => Err(format!(
                "the passkey of `{person}` was not confirmed: two registrars, or one and their own SSH key, sign `gonogo desk confirm`"
            )),
            Some(known) => Ok((known, desk)),
        }
    }

    /// Why it did not count when it signed: whoever signed had not seen its confirmation, or it was revoked by then. No registrar
    /// takes a no away: its holder does, with another key.
    fn out_of_time(&self, known: &KnownPasskey, seen: Option<&Digest>, at: Timestamp, is_no: bool) -> Option<String> {
        let person = &known.passkey.person;
        let seen = seen.map_or(0, |head| self.org.place(head));
        let from = known.counts_from?;
        if seen < from {
            return Some(format!("the passkey of `{person}` was confirmed only later, in entry {from} of `@org`"));
        }
        let ended = |revoked: &&Revoked| at >= revoked.since || seen >= revoked.entry;
        let revoked = known.revoked.as_ref().filter(|_| !is_no).filter(ended)?;
        Some(revoked.sentence(person))
    }

    /// Why nothing of this kind is signed so. Sign-offs and decisions are held to the methods of their roles where they are counted.
    pub fn refuses(&self, act: &Act, person: &str) -> Option<String> {
        match act {
            Act::SignOff(_) | Act::StageDecision(_) | Act::Passkey(_) => None,
            Act::Answer(_) | Act::Waiver(_) | Act::Withdrawal(_) if self.admitted.contains(person) => None,
            Act::Answer(_) | Act::Waiver(_) | Act::Withdrawal(_) => Some(format!("`{person}` has no role whose `methods` name `webauthn`")),
            other => Some(format!("a {} is not signed with a passkey", other.word())),
        }
    }

    /// The newest entry of a chain when the passkey was revoked that made this signature, with what to say of what stands after it.
    pub fn revoked_over(&self, signature: &str, chain: &str) -> Option<(Digest, String)> {
        let credential = Assertion::from_text(signature).ok()?.credential;
        let known = self.known.iter().find(|known| known.passkey.credential == credential && known.counts_from.is_some())?;
        let revoked = known.revoked.as_ref().filter(|revoked| !revoked.heads.is_empty())?;
        let head = revoked.heads.get(&Digest::of(chain.as_bytes())).cloned().unwrap_or_else(Digest::none);
        Some((head, revoked.sentence(&known.passkey.person)))
    }

    /// The chain has this entry, as somebody saw it: one that is gone was cut off.
    pub fn has_seen(&self, head: &Digest) -> bool {
        self.desk.is_none() || self.org.holds(head)
    }
}
