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
        if is_within(value, DEEPEST) { Self(value.to_string().into()) } else { Self::default() }
    }
}

fn is_within(value: &Value, deepest: usize) -> bool {
    match value {
        Value::Array(items) => deepest > 0 && items.iter().all(|item| is_within(item, deepest - 1)),
        Value::Object(fields) => deepest > 0 && fields.values().all(|field| is_within(field, deepest - 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
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
