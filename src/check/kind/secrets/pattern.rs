//! A key's name, or a glob over keys.

use globset::{Glob, GlobMatcher};
use schemars::JsonSchema;
use serde::Deserialize;

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
    /// Whether it is a glob.
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
