//! Which keys are judged, and what is demanded of each.

use schemars::{JsonSchema, json_schema};
use serde::Deserialize;

use super::{Secrets, flaw::Class, naming::names_a_secret, pattern::Pattern, purpose::Use};
use crate::model::{from_forms, schema};

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

from_forms!(
    Key,
    "a key's name, a glob, or `{ name: …, use: … }`",
    text |name| {
        let pattern = Pattern::try_from(name.to_owned())?;
        Ok(Key { pattern, purpose: None, min_bytes: None, min_score: None, allow: Vec::new() })
    },
    map |demands: Demands| demands.try_into(),
);

schema!(inline Key, |generator| {
    let name = json_schema!({ "type": "string", "minLength": 1, "description": "a key's name, or a glob: `*_API_KEY`" });
    json_schema!({ "anyOf": [name, generator.subschema_for::<Demands>()] })
});

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
