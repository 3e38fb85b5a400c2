//! A JSON value kept as its text.

mod copied;

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use self::copied::Copied;

/// Lists and maps within each other that serde_json reads again.
const DEEPEST: usize = 127;

/// A JSON value as compact text: a fraction of the memory of its tree, for values that are kept long and looked at once;
/// copies share it. In a report it stands as the value it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json(Arc<str>);

impl Json {
    /// What `value` is written as; one too deep to be read again is none.
    ///
    /// # Errors
    /// Where a map has keys that are no text.
    pub fn of(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        let text = serde_json::to_string(value)?;
        Ok(if depth(&text) <= DEEPEST { Self(text.into()) } else { Self::default() })
    }

    /// The text, without white space between its parts.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The value as a tree.
    pub fn value(&self) -> Value {
        // It was written by the same library, so it can be read.
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

impl Default for Json {
    fn default() -> Self {
        Self("null".into())
    }
}

impl From<&Value> for Json {
    /// A value too deep to be read again is none.
    fn from(value: &Value) -> Self {
        Self::of(value).unwrap_or_default()
    }
}

/// How many lists and maps of a JSON text stand within each other.
fn depth(text: &str) -> usize {
    let (mut open, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                open += 1;
                deepest = deepest.max(open);
            }
            b']' | b'}' if !quoted => open -= 1,
            _ => {}
        }
    }
    deepest
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Self::from(&value)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A report has two such values a check, and a tree of each costs four times as much as copying it.
        Copied::new(&mut serde_json::Deserializer::from_str(&self.0)).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}

crate::model::schema!(inline Json, |_| schemars::json_schema!(true));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_as_it_was() {
        let text = r#"{"b":[1,-2,0.1,1e300,18446744073709551615,null,[],{},true],"a":{"\"\\\n":"é\u0000"}}"#;
        let value: Value = serde_json::from_str(text).expect("JSON");
        let kept: Json = serde_json::from_str(text).expect("JSON");
        assert_eq!((kept.value(), &kept), (value.clone(), &Json::from(&value)));
        assert_eq!(serde_json::to_string_pretty(&kept).expect("JSON"), serde_json::to_string_pretty(&value).expect("JSON"));
    }

    #[test]
    fn the_deepest_that_can_be_read_again_is_kept() {
        for (depth, kept) in [(DEEPEST, true), (DEEPEST + 1, false)] {
            let value = (0..depth).fold(Value::Null, |value, _| Value::Array(vec![value]));
            let json = Json::from(&value);
            assert_eq!(json.text() != "null", kept, "{depth}");
            assert_eq!(serde_json::to_string(&json).expect("JSON"), json.text());
        }
    }
}
