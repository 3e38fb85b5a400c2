//! A document that counts are read from: one of kind `document`, asked anew for each version and each stretch of time.

use std::fmt;

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::VERSION;
use crate::check::kind::document::Document;

/// The variable that stands for the beginning of the stretch that is asked about.
pub const FROM: &str = "from";

/// The variable that stands for its end.
pub const TO: &str = "to";

/// Keys of the kind that say what must hold: here the measure says what is read.
const DEMANDS: [&str; 2] = ["expect", "sha256"];

/// What needs no encoding in an address (RFC 3986, 2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where a document is and how it is read, with `${version}`, `${from}` and `${to}` in it.
#[derive(Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Origin(#[schemars(with = "Document")] Map<String, Value>);

/// Whose document is meant, and of what came from one instant up to another.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// What the version is called.
    pub version: &'a str,
    /// What came from this instant on,
    pub from: Timestamp,
    /// and before this one.
    pub to: Timestamp,
}

impl Origin {
    /// The document about this.
    ///
    /// # Errors
    /// When there is none: the plan was not read as a whole.
    pub fn about(&self, about: About<'_>) -> Result<Document, String> {
        let fill = |key: &str, value: &Value| match value {
            Value::String(text) if key == "url" => about.fill(text, |word| utf8_percent_encode(word, ENCODED).to_string()).into(),
            value => about.filled(value),
        };
        let mut keys: Map<String, Value> = self.0.iter().map(|(key, value)| (key.clone(), fill(key, value))).collect();
        keys.insert(DEMANDS[0].to_owned(), json!({ "$": { "exists": true } }));
        Document::deserialize(Value::Object(keys)).map_err(|error| error.to_string())
    }

    /// A key that says what must hold.
    pub fn demand(&self) -> Option<&'static str> {
        DEMANDS.into_iter().find(|key| self.0.contains_key(*key))
    }

    /// Whether it is asked about a stretch of time; else it says what is so now.
    pub fn is_of_stretch(&self) -> bool {
        self.names(FROM) && self.names(TO)
    }

    /// Whether a variable stands in it.
    pub fn names(&self, variable: &str) -> bool {
        let named = format!("${{{variable}}}");
        self.0.values().any(|value| texts(value).any(|text| text.contains(&named)))
    }

    /// The program that prints it.
    pub fn command(&self) -> Option<Vec<String>> {
        let words = self.0.get("command")?;
        Some(texts(words).map(str::to_owned).collect())
    }
}

impl About<'_> {
    fn filled(self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.fill(text, str::to_owned).into(),
            Value::Array(items) => items.iter().map(|item| self.filled(item)).collect(),
            Value::Object(keys) => keys.iter().map(|(key, value)| (key.clone(), self.filled(value))).collect::<Map<_, _>>().into(),
            other => other.clone(),
        }
    }

    fn fill(self, text: &str, written: impl Fn(&str) -> String) -> String {
        let [from, to] = [self.from, self.to].map(|instant| instant.as_second().to_string());
        // The version last: what stands in it is no variable.
        let words = [(FROM, &*from), (TO, &*to), (VERSION, self.version)];
        words.iter().fold(text.to_owned(), |text, (name, word)| text.replace(&format!("${{{name}}}"), &written(word)))
    }
}

impl fmt::Debug for Origin {
    /// The keys alone: there may be secrets in the values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Origin").field(&self.0.keys()).finish()
    }
}

fn texts(value: &Value) -> Box<dyn Iterator<Item = &str> + '_> {
    match value {
        Value::String(text) => Box::new(std::iter::once(text.as_str())),
        Value::Array(items) => Box::new(items.iter().flat_map(texts)),
        Value::Object(keys) => Box::new(keys.values().flat_map(texts)),
        _ => Box::new(std::iter::empty()),
    }
}
