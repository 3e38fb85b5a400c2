//! What a value is for, and whether it is strong enough for that.

use std::{collections::BTreeSet, ops::RangeInclusive};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zxcvbn::zxcvbn;

use super::{
    choice::Key,
    flaw::{Class, Flaw},
    peel,
};

/// What a value is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "SecretUse")]
pub enum Use {
    /// A login's password: judged by the guesses it takes to find it.
    Password,
    /// It signs or encrypts: judged by its length in bytes.
    Key,
    /// Issued by somebody else: its length is their affair, but it must not be guessable.
    #[default]
    Token,
}

impl Use {
    /// Guessed from the key's name.
    pub(super) fn guessed(key: &str) -> Self {
        let key = key.to_lowercase();
        let has = |words: &str| words.split(' ').any(|word| key.contains(word));
        if has("password passwd passphrase _pwd _pass pgpass pass_") || key.ends_with("pwd") || key.ends_with("pass") {
            return Self::Password;
        }
        let issued = has("api_key apikey api-key access client token webhook license licence");
        let signs = has("jwt sign encrypt crypt secret_key secretkey app_key session cookie hmac salt pepper fernet auth_secret nextauth");
        if signs && !issued { Self::Key } else { Self::Token }
    }
}

/// What is demanded of one key's strength.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Demand {
    pub(super) purpose: Use,
    min_bytes: u32,
    min_characters: usize,
    min_score: u8,
}

impl Demand {
    /// What the plan demands of `key`, else what its name suggests.
    pub(super) fn of(key: &str, said: Option<&Key>) -> Self {
        let purpose = said.and_then(|said| said.purpose).or_else(|| said.and_then(|said| said.min_bytes).map(|_| Use::Key));
        let purpose = purpose.unwrap_or_else(|| Use::guessed(key));
        let min_bytes = said.and_then(|said| said.min_bytes);
        // RFC 7518, 3.2: an HMAC key is at least as long as the hash. What libraries take is the text itself.
        let jwt = min_bytes.is_none() && purpose == Use::Key && key.to_lowercase().contains("jwt");
        Self {
            purpose,
            min_bytes: min_bytes.unwrap_or(16),
            min_characters: if jwt { 32 } else { 0 },
            min_score: said.and_then(|said| said.min_score).unwrap_or(3),
        }
    }

    /// The demand on the password within a value of which this is demanded.
    pub(super) fn password(self) -> Self {
        Self { purpose: Use::Password, ..self }
    }

    /// The demand on a text that is wrapped in a value of which this is demanded: its length is that of the whole.
    pub(super) fn guessable(self) -> Self {
        Self { purpose: Use::Token, ..self }
    }

    /// How strong `text` is, in steps too wide to help anybody guess it, and whether that is too weak, given words that an
    /// attacker would try first.
    pub(super) fn measure(self, text: &str, hints: &[&str]) -> (String, Option<Flaw>) {
        let weak = |what: String| Some(Flaw::new(Class::Weak, what));
        let score = score(text, hints);
        let guessable = || {
            (score < self.min_score).then(|| Flaw::new(Class::Weak, format!("too weak ({} guesses find it)", GUESSES[usize::from(score)])))
        };
        if self.purpose != Use::Key {
            return (format!("score {score} of 4"), guessable());
        }
        let bytes = peel::clearly(text).map_or(text.len(), |bytes| bytes.len());
        let flaw = if text.len() < self.min_characters {
            weak(format!("a signing key of fewer than {} bytes", self.min_characters))
        } else if bytes < self.min_bytes as usize {
            weak(format!("a key of fewer than {} bytes", self.min_bytes))
        } else {
            guessable()
        };
        (bucket(bytes, "bytes"), flaw)
    }
}

/// What zxcvbn's scores mean: the guesses that find a value of that score (Wheeler, "zxcvbn", 2016).
const GUESSES: [&str; 4] = ["fewer than 1,000", "fewer than a million", "fewer than 10^8", "fewer than 10^10"];

/// Beyond this length zxcvbn sees only more of the same; patterns over the whole value are judged apart.
const LONGEST_ESTIMATED: usize = 40;

fn score(text: &str, hints: &[&str]) -> u8 {
    let distinct = text.chars().collect::<BTreeSet<_>>().len();
    if text.len() > LONGEST_ESTIMATED {
        return if distinct >= 6 { 4 } else { 2 };
    }
    // Nothing this long and mixed is within reach of guesses; estimating it costs milliseconds.
    let mixed = text.len() >= 20 && distinct >= 12 && text.bytes().filter(u8::is_ascii_digit).count() >= 3;
    if mixed { 4 } else { u8::from(zxcvbn(text, hints).score()) }
}

/// The length in steps.
pub(super) fn bucket(length: usize, unit: &str) -> String {
    const STEPS: [RangeInclusive<usize>; 5] = [1..=7, 8..=15, 16..=31, 32..=63, 64..=127];
    match STEPS.iter().find(|step| step.contains(&length)) {
        Some(step) if *step.start() == 1 => format!("fewer than 8 {unit}"),
        Some(step) => format!("{} to {} {unit}", step.start(), step.end()),
        None if length == 0 => format!("no {unit}"),
        None => format!("128 {unit} or more"),
    }
}
