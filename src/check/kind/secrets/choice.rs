//! Which keys are judged, and what is demanded of each.

use std::fmt;

use globset::{Glob, GlobMatcher};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::{Secrets, flaw::Class, naming::names_a_secret, purpose::Use};

/// A key's name, or a glob over keys.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String", inline)]
pub(super) struct Pattern {
    /// As the plan writes it.
    pub text: String,
    glob: Option<GlobMatcher>,
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.is_empty() {
            return Err("a key without a name".into());
        }
        let glob = match text.contains(['*', '?', '[']) {
            true => Some(Glob::new(&text).map_err(|error| format!("`{text}` is no glob: {}", error.kind()))?.compile_matcher()),
            false => None,
        };
        Ok(Self { text, glob })
    }
}

impl Pattern {
    pub(super) fn is_glob(&self) -> bool {
        self.glob.is_some()
    }

    /// Whether it means `key`, or the part of `secret/key` after the last slash.
    pub(super) fn means(&self, key: &str) -> bool {
        let last = key.rsplit('/').next().unwrap_or(key);
        match &self.glob {
            Some(glob) => glob.is_match(key) || glob.is_match(last),
            None => self.text == key || self.text == last,
        }
    }
}

/// A key to judge, or a glob over keys.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub pattern: Pattern,
    pub purpose: Option<Use>,
    pub min_bytes: Option<u32>,
    pub min_score: Option<u8>,
    pub allow: Vec<Class>,
}

/// What is demanded of a key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "SecretKey")]
struct Demands {
    /// The key's name, or a glob: `*_API_KEY`.
    name: Pattern,
    /// What it is for: `password` (a person's or a login's), `key` (it signs or encrypts), `token` (issued by somebody
    /// else). Guessed from the name unless said.
    #[serde(default, rename = "use")]
    purpose: Option<Use>,
    /// The least length of a key in bytes, after hexadecimal or base64 is decoded. 16 unless said; a key whose name says
    /// `jwt` needs 32 characters (RFC 7518, 3.2).
    #[schemars(range(min = 1))]
    min_bytes: Option<u32>,
    /// The least score of a password, from 0 (guessed at once) to 4 (more than 10^10 guesses), as zxcvbn estimates it. 3
    /// unless said: more than 10^8 guesses.
    #[schemars(range(max = 4))]
    min_score: Option<u8>,
    /// Flaws that are accepted for it: `shared` for one password under two names, `local-host` for a database behind a proxy
    /// on the same host, and `test-mode`, `placeholder`, `own-name`, `weak`, `empty-password`, `expired`. The others never are.
    #[serde(default)]
    allow: Vec<Class>,
}

impl TryFrom<Demands> for Key {
    type Error = String;

    fn try_from(demands: Demands) -> Result<Self, String> {
        let Demands { name, purpose, min_bytes, min_score, allow } = demands;
        if min_score.is_some_and(|score| score > 4) {
            return Err("`min-score` goes from 0 to 4".into());
        }
        if min_bytes == Some(0) {
            return Err("`min-bytes: 0` demands nothing: leave it out".into());
        }
        if let Some(class) = allow.iter().find(|class| !class.may_be_allowed()) {
            return Err(format!("`allow: [{}]` would make the check pointless", serde_json::json!(class).as_str().unwrap_or_default()));
        }
        Ok(Self { pattern: name, purpose, min_bytes, min_score, allow })
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key's name, a glob, or `{ name: …, use: … }`")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Key, E> {
                let pattern = Pattern::try_from(name.to_owned()).map_err(E::custom)?;
                Ok(Key { pattern, purpose: None, min_bytes: None, min_score: None, allow: Vec::new() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Key, A::Error> {
                Key::try_from(Demands::deserialize(MapAccessDeserializer::new(map))?).map_err(A::Error::custom)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl JsonSchema for Key {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Key".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let name = json_schema!({ "type": "string", "minLength": 1, "description": "a key's name, or a glob: `*_API_KEY`" });
        json_schema!({ "anyOf": [name, generator.subschema_for::<Demands>()] })
    }
}

impl Secrets {
    /// The first entry that names `key` itself, else the first glob over it.
    pub(super) fn demand(&self, key: &str) -> Option<&Key> {
        let named = self.keys.iter().find(|entry| !entry.pattern.is_glob() && entry.pattern.means(key));
        named.or_else(|| self.keys.iter().find(|entry| entry.pattern.is_glob() && entry.pattern.means(key)).filter(|_| !self.excepts(key)))
    }

    pub(super) fn excepts(&self, key: &str) -> bool {
        self.except.iter().any(|entry| entry.means(key))
    }

    /// Whether what looks secret is judged too.
    pub(super) fn is_by_looks(&self) -> bool {
        self.looks_secret.unwrap_or(self.keys.is_empty())
    }

    /// Whether `key` is judged by its name alone.
    pub(super) fn asks_for(&self, key: &str) -> bool {
        !key.is_empty() && (self.demand(key).is_some() || (self.is_by_looks() && !self.excepts(key) && names_a_secret(key)))
    }
}
