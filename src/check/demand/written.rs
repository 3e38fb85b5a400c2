//! A demand as plans write it: a value or a map of keys; variables in quotes stand for numbers too.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, value::MapAccessDeserializer},
};
use serde_json::{Number, Value};

use super::matcher::{KEYS, Matcher};
use crate::model::from_forms;

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

from_forms!(
    Matcher,
    format_args!("a value, or a map of {KEYS}"),
    nothing |()| Err("no value is given: write one, or `{exists: false}`, or `{equals: null}`".into()),
    scalar |value| Ok(Matcher::exactly(value)),
    float |number| Number::from_f64(number).map(|number| Matcher::exactly(number.into())).ok_or_else(|| "JSON has no such number".into()),
    list |items| Ok(Matcher::exactly(Value::Array(items))),
    entries in_full,
);

fn in_full<'de, A: MapAccess<'de>>(map: A) -> Result<Matcher, A::Error> {
    Matcher::deserialize(MapAccessDeserializer::new(map))?.check().map_err(A::Error::custom)
}

/// The schema of a demand: any value, or the map documented on [`Matcher`].
pub(super) fn schema(generator: &mut SchemaGenerator) -> Schema {
    let matcher = generator.subschema_for::<Matcher>();
    json_schema!({ "anyOf": [{ "type": ["string", "number", "boolean", "array"] }, matcher] })
}
