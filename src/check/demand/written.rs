//! A demand as plans write it: a value or a map of keys; variables in quotes stand for numbers too.

use std::fmt;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Number, Value};

use super::matcher::{KEYS, Matcher};

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

impl<'de> Deserialize<'de> for Matcher {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MatcherVisitor)
    }
}

struct MatcherVisitor;

impl<'de> Visitor<'de> for MatcherVisitor {
    type Value = Matcher;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, or a map of ")?;
        f.write_str(KEYS)
    }

    fn visit_unit<E: Error>(self) -> Result<Matcher, E> {
        Err(E::custom("no value is given: write one, or `{exists: false}`, or `{equals: null}`"))
    }

    fn visit_none<E: Error>(self) -> Result<Matcher, E> {
        self.visit_unit()
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Matcher, E> {
        Ok(Matcher::exactly(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Matcher, E> {
        Ok(Matcher::exactly(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Matcher, E> {
        Ok(Matcher::exactly(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Matcher, E> {
        Number::from_f64(value).map(|number| Matcher::exactly(number.into())).ok_or_else(|| E::custom("JSON has no such number"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Matcher, E> {
        Ok(Matcher::exactly(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Matcher, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element::<Value>()? {
            items.push(item);
        }
        Ok(Matcher::exactly(Value::Array(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Matcher, A::Error> {
        Matcher::deserialize(MapAccessDeserializer::new(map))?.check().map_err(A::Error::custom)
    }
}

/// The schema of a demand: any value, or the map documented on [`Matcher`].
pub(super) fn schema(generator: &mut SchemaGenerator) -> Schema {
    let matcher = generator.subschema_for::<Matcher>();
    json_schema!({ "anyOf": [{ "type": ["string", "number", "boolean", "array"] }, matcher] })
}
