//! The schema of `waivers.yaml`. Its outline is written here, as the file is read key by key.

use serde_json::{Map, Value, json};

use super::{FULL_ID, ID, closed, loosen};
use crate::plan::waivers::{self, KEYS, OPTIONAL};

/// A list of waivers, or a map that holds one.
pub(super) fn waivers() -> Value {
    let list = json!({ "type": "array", "items": waiver(), "description": "Accepted exceptions, each for one check in one environment." });
    let map = closed("A file of accepted exceptions.", json!({ "waivers": list.clone() }), &["waivers"]);
    json!({ "anyOf": [list, map] })
}

fn waiver() -> Value {
    let properties: Map<String, Value> = KEYS.iter().map(|key| ((*key).to_owned(), text(key))).collect();
    let required: Vec<&str> = KEYS.into_iter().filter(|key| *key != OPTIONAL).collect();
    closed("An accepted exception. The check still runs; what it finds is shown as accepted.", properties.into(), &required)
}

fn text(key: &str) -> Value {
    let mut schema = json!({ "type": ["string", "number", "boolean"], "not": loosen::variable(), "description": waivers::about(key) });
    let pattern = match key {
        "check" => FULL_ID,
        "environment" => ID,
        "granted" | "expires" => "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ].*([Zz]|[+-][0-9]{2}(:?[0-9]{2})?))?$",
        _ => return schema,
    };
    schema["type"] = "string".into();
    schema["pattern"] = pattern.into();
    schema
}
