//! What the desk hands out and knows again: nobody else can make it, and it runs out.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use ring::{
    hmac,
    rand::{SecureRandom as _, SystemRandom},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::acts::ActError;

/// The key of all that the desk hands out.
pub(super) struct Key(hmac::Key);

impl Key {
    /// From a file's bytes: desks with the same file know each other's.
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes.trim_ascii()))
    }

    /// One that nobody else has.
    pub(super) fn random() -> Result<Self, ActError> {
        Ok(Self::of(&random()?))
    }

    /// A text that only this key makes of `bytes`, for one purpose.
    pub(super) fn mark(&self, purpose: &str, bytes: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, &framed(purpose, bytes)))
    }

    /// Whether it made this; in the same time whatever differs.
    pub(super) fn is_marked(&self, purpose: &str, bytes: &[u8], mark: &str) -> bool {
        URL_SAFE_NO_PAD.decode(mark).is_ok_and(|mark| hmac::verify(&self.0, &framed(purpose, bytes), &mark).is_ok())
    }

    /// `value` as a text that goes through somebody else's hands, good for one purpose until a moment.
    pub(super) fn seal(&self, purpose: &str, value: &impl Serialize, until: Timestamp) -> String {
        // What is sealed are texts and numbers, which serialise always.
        let bytes = serde_json::to_vec(&(until.as_second(), value)).unwrap_or_default();
        format!("{}.{}", URL_SAFE_NO_PAD.encode(&bytes), self.mark(purpose, &bytes))
    }

    /// What was sealed; `None` where that was not done here, for this, or has run out.
    pub(super) fn open<T: DeserializeOwned>(&self, purpose: &str, text: &str, now: Timestamp) -> Option<T> {
        let (bytes, mark) = text.split_once('.')?;
        let bytes = URL_SAFE_NO_PAD.decode(bytes).ok()?;
        if !self.is_marked(purpose, &bytes, mark) {
            return None;
        }
        let (until, value): (i64, T) = serde_json::from_slice(&bytes).ok()?;
        (now.as_second() < until).then_some(value)
    }
}

/// 32 bytes that nobody can guess.
pub(super) fn random() -> Result<[u8; 32], ActError> {
    let mut bytes = [0; 32];
    let none = |_| ActError::Output("this machine gives no random bytes".into());
    SystemRandom::new().fill(&mut bytes).map_err(none)?;
    Ok(bytes)
}

/// No purpose can be mistaken for another with the beginning of a text.
fn framed(purpose: &str, bytes: &[u8]) -> Vec<u8> {
    [&(purpose.len() as u64).to_be_bytes(), purpose.as_bytes(), bytes].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_sealed_here_for_this_opens_and_not_for_ever() {
        let (key, now) = (Key::of(b"a key of a test"), Timestamp::UNIX_EPOCH);
        let later = now + jiff::SignedDuration::from_secs(10);
        let text = key.seal("session", &("ann", 7), later);
        let opened = |key: &Key, purpose: &str, text: &str, now| key.open::<(String, u32)>(purpose, text, now);
        assert_eq!(opened(&key, "session", &text, now), Some(("ann".into(), 7)));
        assert_eq!(opened(&key, "challenge", &text, now), None);
        assert_eq!(opened(&key, "session", &text, later), None);
        assert_eq!(opened(&Key::of(b"another key"), "session", &text, now), None);
        let (bytes, mark) = text.split_once('.').expect("two parts");
        let other = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&(10, ("eve", 7))).expect("JSON"));
        for forged in [format!("{other}.{mark}"), format!("{bytes}."), format!(".{mark}"), bytes.to_owned(), String::new()] {
            assert_eq!(opened(&key, "session", &forged, now), None, "{forged}");
        }
    }

    #[test]
    fn a_purpose_does_not_run_into_what_follows_it() {
        let key = Key::of(b"a key of a test");
        assert_ne!(key.mark("ab", b"c"), key.mark("a", b"bc"));
    }
}
