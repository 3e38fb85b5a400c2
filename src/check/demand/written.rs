//! Values of a demand as plans write them: variables in quotes stand for numbers too.

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::{Number, Value};

use super::matcher::Matcher;

/// Any value, `null` too.
pub(super) fn any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// A number, also as the text that a variable in quotes stands for: `min: "${LEAST}"`.
pub(super) fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Number>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Number(number) => Ok(Some(number)),
        Value::String(text) => text.parse().map(Some).map_err(|_| D::Error::custom("expected a number")),
        _ => Err(D::Error::custom("expected a number")),
    }
}

/// A demand on a length; a text is a number here too.
pub(super) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<Matcher>>, D::Error> {
    let mut length = <Matcher as Deserialize>::deserialize(deserializer)?;
    if let Some(Value::String(text)) = &length.equals {
        length.equals = text.parse::<u64>().ok().map_or_else(|| length.equals.clone(), |count| Some(count.into()));
    }
    Ok(Some(Box::new(length)))
}
