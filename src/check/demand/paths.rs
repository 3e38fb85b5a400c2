//! What a document must hold, by JSONPath (RFC 9535).

use std::{collections::BTreeMap, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, MapAccess, Visitor},
};
use serde_json::Value;
use serde_json_path::JsonPath;

use super::{
    compare,
    matcher::{self, Matcher},
};
use crate::model::{Expectation, excerpt, plain, quote};

/// Different values of one path that are kept.
const MOST_VALUES: usize = 100;

/// Bytes of a value beyond which only its type and length are kept.
const LARGEST_VALUE: usize = 512;

/// Bytes of all values of one path that are kept.
const LARGEST_HITS: usize = 4 << 10;

/// Demands by JSONPath; never empty.
#[derive(Debug, Clone)]
pub struct Demands(Vec<(String, JsonPath, Matcher)>);

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
}

/// A value a path leads to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// The first place it stands at, as a normalized path (RFC 9535, 2.7).
    pub at: String,
    /// The value; of a large one the beginning of its text.
    pub value: Value,
    /// The length of a large one: items, keys or characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<u64>,
}

impl Demands {
    /// What each path leads to in `body`, by the path as written.
    pub(crate) fn look<'a>(&'a self, body: &'a Value) -> impl Iterator<Item = (String, Hits)> + 'a {
        self.0.iter().map(|(written, path, _)| (written.clone(), hits(path, body)))
    }

    /// Each demand, judged.
    pub(crate) fn judge(&self, document: &Result<&BTreeMap<String, Hits>, Lost>) -> Vec<Expectation> {
        self.0.iter().map(|(path, _, matcher)| judge(path, matcher, document)).collect()
    }
}

fn hits(path: &JsonPath, body: &Value) -> Hits {
    let mut seen = Hits::default();
    let mut room = LARGEST_HITS;
    for node in path.query_located(body).iter() {
        seen.count += 1;
        if seen.more || seen.values.iter().any(|hit| hit.cut.is_none() && hit.value == *node.node()) {
            continue;
        }
        let text = node.node().to_string();
        let (value, cut) = match compare::length(node.node()) {
            Some(length) if text.len() > LARGEST_VALUE => (Value::String(excerpt(&text, LARGEST_VALUE / 4)), Some(length)),
            _ => (node.node().clone(), None),
        };
        room = room.saturating_sub(text.len().min(LARGEST_VALUE));
        seen.more = seen.values.len() >= MOST_VALUES || room == 0;
        if !seen.more {
            seen.values.push(Hit { at: excerpt(&node.location().to_string(), 200), value, cut });
        }
    }
    seen
}

fn judge(path: &str, wanted: &Matcher, document: &Result<&BTreeMap<String, Hits>, Lost>) -> Expectation {
    let demand = Expectation::new(format!("json:{path}"), format!("`{path}`")).wanted(wanted.to_string());
    let found = match document {
        Ok(found) => found,
        Err(Lost::Unread(why)) => return demand.undetermined(why.clone()),
        Err(Lost::Other(what)) => return demand.got(what.clone()).met(false),
    };
    let Some(hits) = found.get(path) else { return demand.undetermined("it was not looked for") };
    if hits.count == 0 {
        return demand.got("nothing there").met(wanted.exists == Some(false));
    }
    let verdicts: Vec<(&Hit, Option<bool>)> = hits
        .values
        .iter()
        .map(|hit| (hit, hit.cut.map_or_else(|| Some(wanted.takes(&hit.value)), |length| wanted.takes_cut(length))))
        .collect();
    if let Some((wrong, _)) = verdicts.iter().find(|(_, verdict)| *verdict == Some(false)) {
        return bounded(demand, wanted, hits).got(said(wrong, hits, wanted)).met(false);
    }
    if let Some((large, _)) = verdicts.iter().find(|(_, verdict)| verdict.is_none()) {
        return demand.undetermined(format!(
            "the value at {} is too large to compare: {}",
            plain(&large.at),
            quote(&large.value.to_string())
        ));
    }
    match verdicts.first() {
        Some((first, _)) if !hits.more => bounded(demand, wanted, hits).got(said(first, hits, wanted)).met(true),
        _ => demand.undetermined(format!(
            "it leads to {} values, more than are looked at; narrow the path to the wrong ones and demand `{{exists: false}}`",
            hits.count
        )),
    }
}

/// The number behind the demand, where there is one on either side.
fn bounded(demand: Expectation, wanted: &Matcher, hits: &Hits) -> Expectation {
    match (wanted.bound(), hits.values.as_slice()) {
        (Some((op, limit)), [only]) => demand.bound(op, limit.clone(), only.value.as_number().cloned(), "count"),
        _ => demand,
    }
}

fn said(hit: &Hit, hits: &Hits, wanted: &Matcher) -> String {
    let text = match hit.cut {
        Some(length) => format!("{} (of length {length})", quote(hit.value.as_str().unwrap_or_default())),
        None => quote(&hit.value.to_string()),
    };
    let typed = match &wanted.equals {
        Some(other) if hit.cut.is_none() && word(other) != word(&hit.value) => format!("{text}, {}", word(&hit.value)),
        _ => text,
    };
    let measured = match (&wanted.length, compare::length(&hit.value)) {
        (Some(_), Some(length)) if hit.cut.is_none() => format!("{typed} of length {length}"),
        _ => typed,
    };
    if hits.count == 1 { measured } else { format!("{measured} at {}, of {} places", plain(&hit.at), hits.count) }
}

fn word(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

impl<'de> Deserialize<'de> for Demands {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(DemandsVisitor)
    }
}

struct DemandsVisitor;

impl<'de> Visitor<'de> for DemandsVisitor {
    type Value = Demands;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("demands by JSONPath, like `{\"$.status\": ok}`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Demands, A::Error> {
        let mut all: Vec<(String, JsonPath, Matcher)> = Vec::new();
        while let Some(written) = map.next_key::<String>()? {
            let path = JsonPath::parse(&written)
                .map_err(|error| A::Error::custom(format!("`{written}` is not a JSONPath (RFC 9535), they begin with `$`: {error}")))?;
            if all.iter().any(|(have, _, _)| *have == written) {
                return Err(A::Error::custom(format!("`{written}` stands here twice")));
            }
            all.push((written, path, map.next_value()?));
        }
        if all.is_empty() { Err(A::Error::custom("an empty map demands nothing: name at least one path")) } else { Ok(Demands(all)) }
    }
}

impl JsonSchema for Demands {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Demands".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let matcher = matcher::schema(generator);
        json_schema!({ "type": "object", "minProperties": 1, "propertyNames": { "pattern": "^\\$" }, "additionalProperties": matcher })
    }
}
