//! A value nobody may see, and the rule by which a name is taken to hold one.

use std::{collections::HashSet, fmt, sync::LazyLock};

use schemars::json_schema;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Visitor},
};

use super::schema;

/// The newtype name by which the plan's deserializer knows that it stands before a [`Secret`]; it then hands over a
/// sequence of two strings, the value and the text of the plan it came from.
pub const SECRET_NEWTYPE: &str = "$gonogo::Secret";

/// A value that can be used but neither printed nor serialised.
#[derive(Clone)]
pub struct Secret {
    value: SecretString,
    written: String,
}

impl Secret {
    /// `written` is what may be shown in its place: the plan's own text, `${DATABASE_URL}`.
    pub fn new(value: impl Into<String>, written: impl Into<String>) -> Self {
        Self { value: SecretString::from(value.into()), written: written.into() }
    }

    /// The value itself, to hand to a connection or to compare; never to format.
    pub fn expose(&self) -> &str {
        self.value.expose_secret()
    }

    /// What may be shown in its place.
    pub fn written(&self) -> &str {
        &self.written
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.written)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(SECRET_NEWTYPE, SecretVisitor)
    }
}

struct SecretVisitor;

impl<'de> Visitor<'de> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Secret, D::Error> {
        // The deserializer's own message would quote the value.
        String::deserialize(deserializer).map(|value| Secret::new(value, "***")).map_err(|_| D::Error::custom("expected a string"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Secret, A::Error> {
        let value: Option<String> = seq.next_element()?;
        let written: Option<String> = seq.next_element()?;
        match (value, written) {
            (Some(value), Some(written)) => Ok(Secret::new(value, written)),
            _ => Err(A::Error::custom("expected a string")),
        }
    }
}

schema!(inline Secret, |_| json_schema!({ "type": "string", "description": "a secret: give it as a variable, `${NAME}`" }));

/// Words that each make a name secret, wherever they stand in it.
static SECRET: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("secret_words.txt").lines().collect());

/// Whether a variable, env-file key or header of this name is taken to hold a secret.
///
/// The name is split into words at `_`, `-`, `.`, spaces and changes of case. Sources of the words: detect-secrets'
/// keyword list, and the names the documentation of common frameworks gives to their secrets.
pub fn looks_secret(name: &str) -> bool {
    // Our own: each names a file.
    if ["GONOGO_KEY", "GONOGO_RECORDER_KEY"].contains(&name) {
        return false;
    }
    let words = words_of(name);
    let word = |w: &str| words.iter().any(|have| have == w);
    let ends = |w: &str| words.last().is_some_and(|have| have == w);
    // How long something is good for, not what it is.
    if ["duration", "ttl", "lifetime", "expiry", "minutes", "seconds", "hours", "days"].iter().any(|w| ends(w)) {
        return false;
    }
    let run = words.concat();
    if words.iter().any(|word| SECRET.contains(word.as_str()))
        || ["pass", "pw", "auth", "pin", "otp", "hmac", "jwt"].iter().any(|w| ends(w))
    {
        return true;
    }
    if ["password", "passwd", "secret", "apikey", "privatekey", "connectionstring", "webhookurl", "jaasconfig"]
        .iter()
        .any(|w| run.contains(w))
    {
        return !ends("file") && !ends("path") && !ends("id") && !ends("length") && !ends("name");
    }
    let about_keys = ["public", "pub", "site", "publishable", "primary", "foreign", "cache", "sort", "partition"];
    // `ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY` is no key of a table.
    let enciphers = ["encryption", "encrypt", "signing"].iter().any(|w| word(w)) && !["public", "pub"].iter().any(|w| word(w));
    (ends("key") || ends("keys")) && words.len() > 1 && (enciphers || !about_keys.iter().any(|w| word(w)))
}

/// The words of a name in lower case: split at marks, and where a capital follows a small letter.
pub fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase()) {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(last) = words.last_mut()
        {
            last.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_never_printed() {
        let secret = Secret::new("hunter2hunter2", "${DB_PASSWORD}");
        assert_eq!(format!("{secret:?}"), "Secret(${DB_PASSWORD})");
    }

    #[test]
    fn names_that_hold_secrets() {
        for name in [
            "JWT_SECRET_KEY",
            "ACTIVITIES_API_KEY",
            "DB_PASS",
            "dbPassword",
            "PGPASSWORD",
            "STRIPE_TOKEN",
            "Authorization",
            "Cookie",
            "x-api-key",
            "PRIVATE_KEY",
            "SENTRY_DSN",
            "MYSECRET",
            "SECRET_KEY_BASE",
            "ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY",
            "DB_PW",
            "JWT",
            "KAFKA_SASL_JAAS_CONFIG",
        ] {
            assert!(looks_secret(name), "{name}");
        }
    }

    #[test]
    fn names_that_do_not() {
        for name in [
            "PATH",
            "LOG_LEVEL",
            "PUBLIC_KEY",
            "STRIPE_PUBLISHABLE_KEY",
            "KEY",
            "MONKEY",
            "PASSENGERS",
            "Content-Type",
            "api",
            "region",
            "PRIMARY_KEY",
            "SIGNING_PUBLIC_KEY",
            "JWT_ISSUER",
            "AUTHOR",
        ] {
            assert!(!looks_secret(name), "{name}");
        }
    }
}
