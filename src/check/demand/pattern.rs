//! An expression that is demanded.

use std::fmt;

use regex::{Regex, RegexBuilder};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error};

/// A regular expression in the syntax of the Rust crate `regex`; it takes time linear in the text.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    search: Regex,
    whole: Regex,
}

impl Pattern {
    /// The first place in `text` that it matches.
    pub(crate) fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        self.search.find(text).map(|found| found.as_str())
    }

    /// Whether it matches the whole of `text`.
    pub fn is_whole(&self, text: &str) -> bool {
        self.whole.is_match(text)
    }

    /// As the plan writes it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", self.text)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() {
            return Err(D::Error::custom("an empty expression matches everything"));
        }
        let build = |pattern: &str| RegexBuilder::new(pattern).size_limit(1 << 20).build();
        let search = build(&text).map_err(|error| D::Error::custom(format!("not a regular expression: {error}")))?;
        let whole = build(&format!("\\A(?:{text})\\z")).map_err(|error| D::Error::custom(format!("not a regular expression: {error}")))?;
        Ok(Self { search, whole, text })
    }
}

impl JsonSchema for Pattern {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Pattern".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "description": "a regular expression" })
    }
}
