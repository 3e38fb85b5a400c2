//! What a document must hold, by JSONPath (RFC 9535).

use std::collections::BTreeMap;

use schemars::json_schema;
use serde::{
    Deserialize, Serialize,
    de::{Error, MapAccess},
};
use serde_json::Value;

use super::{compare, matcher::Matcher, place::Place, written};
use crate::model::{excerpt, from_forms, schema};

/// Different values of one path that are kept, and of one field of many rows.
const MOST_VALUES: usize = 100;
const MOST_OF_ROWS: usize = 1_000;

/// Bytes of a value beyond which only its type and length are kept.
const LARGEST_VALUE: usize = 512;

/// Lists and objects within each other in a value, beyond which the same: a report has to be read again.
const DEEPEST_VALUE: usize = 64;

/// Bytes of all values of one path that are kept, and of one field of many rows.
const LARGEST_HITS: usize = 4 << 10;
const LARGEST_OF_ROWS: usize = 64 << 10;

/// Demands by JSONPath; never empty.
#[derive(Debug, Clone)]
pub struct Demands(pub(super) Vec<(Place, Matcher)>);

/// Why there is no document to hold demands against.
pub(crate) enum Lost {
    /// It could not be read.
    Unread(String),
    /// It is something else: this.
    Other(String),
}

/// What a path leads to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Hits {
    /// How many places.
    pub count: usize,
    /// The values there, each once, in the order of the document.
    pub values: Vec<Hit>,
    /// There are more values than are kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// Of how many rows there is no such field.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub missing: usize,
}

/// A value a path leads to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// The first place it stands at, as a normalized path (RFC 9535, 2.7), or the row.
    pub at: String,
    /// The value; of a large one the beginning of its text.
    pub value: Value,
    /// The length of a large one: items, keys or characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<u64>,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Demands {
    /// What each path leads to in `document`, by the path as written; also those that values are compared with.
    pub(crate) fn look(&self, document: &Value) -> BTreeMap<String, Hits> {
        let places = self.0.iter().flat_map(|(place, matcher)| std::iter::once(place).chain(matcher.others()));
        places.map(|place| (place.written().to_owned(), hits(place, document))).collect()
    }

    /// Every path as written, also those that values are compared with, and the names that it begins with. `Err` is a path that
    /// looks around in the whole document.
    pub(crate) fn starts(&self) -> impl Iterator<Item = (&str, Result<Vec<Vec<String>>, ()>)> {
        let places = self.0.iter().flat_map(|(place, matcher)| std::iter::once(place).chain(matcher.others()));
        places.map(|place| (place.written(), if place.looks_around() { Err(()) } else { Ok(place.names()) }))
    }

    fn read<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut all: Vec<(Place, Matcher)> = Vec::new();
        while let Some(place) = map.next_key::<Place>()? {
            if all.iter().any(|(have, _)| have.written() == place.written()) {
                return Err(A::Error::custom(format!("`{}` stands here twice", place.written())));
            }
            all.push((place, map.next_value()?));
        }
        if all.is_empty() { Err(A::Error::custom("an empty map demands nothing: name at least one path")) } else { Ok(Self(all)) }
    }
}

fn hits(place: &Place, body: &Value) -> Hits {
    let mut seen = Hits::default();
    let (most, mut room) = if place.is_field { (MOST_OF_ROWS, LARGEST_OF_ROWS) } else { (MOST_VALUES, LARGEST_HITS) };
    for node in place.path.query_located(body).iter() {
        seen.count += 1;
        if seen.more || seen.values.iter().any(|hit| hit.cut.is_none() && hit.value == *node.node()) {
            continue;
        }
        let text = node.node().to_string();
        let (value, cut) = match compare::length(node.node()) {
            Some(length) if text.len() > LARGEST_VALUE || is_deeper(node.node(), DEEPEST_VALUE) => {
                (Value::String(excerpt(&text, LARGEST_VALUE / 4)), Some(length))
            }
            _ => (node.node().clone(), None),
        };
        room = room.saturating_sub(text.len().min(LARGEST_VALUE));
        seen.more = seen.values.len() >= most || room == 0;
        if !seen.more {
            let at = node.location().to_string();
            let at = if place.is_field { row(&at) } else { excerpt(&at, 200) };
            seen.values.push(Hit { at, value, cut });
        }
    }
    if place.is_field {
        seen.missing = body.as_array().map_or(0, Vec::len).saturating_sub(seen.count);
    }
    seen
}

/// Which row of a list a normalized path leads into, counted from 1.
fn row(location: &str) -> String {
    let index = location.trim_start_matches("$[").split(']').next().and_then(|index| index.parse::<usize>().ok());
    format!("row {}", index.unwrap_or_default() + 1)
}

fn is_deeper(value: &Value, most: usize) -> bool {
    match value {
        Value::Array(_) | Value::Object(_) if most == 0 => true,
        Value::Array(items) => items.iter().any(|item| is_deeper(item, most - 1)),
        Value::Object(fields) => fields.values().any(|field| is_deeper(field, most - 1)),
        _ => false,
    }
}

from_forms!(map Demands, "demands by JSONPath, like `{\"$.status\": ok}`", Demands::read);

schema!(Demands, |generator| {
    let matcher = written::schema(generator);
    json_schema!({ "type": "object", "minProperties": 1, "propertyNames": { "pattern": "^\\$" }, "additionalProperties": matcher })
});
