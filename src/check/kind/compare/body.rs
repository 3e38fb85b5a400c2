//! How two bodies differ.

use std::fmt::Write as _;

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;
use serde_json_path::JsonPath;

use crate::model::{from_text, plain, schema};

/// A JSONPath, as it is written too.
#[derive(Debug, Clone)]
pub(super) struct Path(String, JsonPath);

from_text!(Path, { "type": "string", "pattern": "^\\$" }, |text| match JsonPath::parse(&text) {
    Ok(path) => Ok(Path(text, path)),
    Err(error) => Err(format!("`{text}` is not a JSONPath (RFC 9535), they begin with `$`: {error}")),
});

/// Places that may differ.
#[derive(Debug, Clone, Default)]
pub struct Ignored(pub(super) Vec<Path>);

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let all = Vec::<Path>::deserialize(deserializer)?;
        // That would leave nothing of a body.
        if all.iter().any(|path| path.0.trim() == "$") {
            Err(D::Error::custom("`$` is the whole body: write `body: any`"))
        } else {
            Ok(Self(all))
        }
    }
}

schema!(inline Ignored, |generator| {
    let path = generator.subschema_for::<Path>();
    schemars::json_schema!({ "type": "array", "items": path })
});

/// Numbers that may be so far apart.
#[derive(Debug, Clone, Default)]
pub struct Tolerances(pub(super) Vec<(Path, f64)>);

impl<'de> Deserialize<'de> for Tolerances {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = std::collections::BTreeMap::<String, f64>::deserialize(deserializer)?;
        let read = |(written, tolerance): (String, f64)| {
            let path = JsonPath::parse(&written).map_err(|error| D::Error::custom(format!("`{written}` is not a JSONPath: {error}")))?;
            let fits = tolerance.is_finite() && tolerance > 0.0;
            if fits {
                Ok((Path(written, path), tolerance))
            } else {
                Err(D::Error::custom(format!("the tolerance of `{written}` is no number over 0")))
            }
        };
        map.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }
}

schema!(inline Tolerances, |_| schemars::json_schema!({ "type": "object", "additionalProperties": { "type": "number", "exclusiveMinimum": 0 } }));

impl Ignored {
    /// The paths, for a sentence.
    pub(super) fn written(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|path| path.0.as_str())
    }

    /// Takes these places out of a body.
    pub(super) fn take_out(&self, body: &mut Value) {
        for path in &self.0 {
            for place in places(path, body) {
                let Some((parent, last)) = place.rsplit_once('/') else { continue };
                match body.pointer_mut(parent) {
                    Some(Value::Object(fields)) => drop(fields.remove(&last.replace("~1", "/").replace("~0", "~"))),
                    // The others keep their places.
                    Some(Value::Array(items)) => {
                        if let Some(item) = last.parse::<usize>().ok().and_then(|index| items.get_mut(index)) {
                            *item = Value::Null;
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

impl Tolerances {
    /// The paths with what they allow, for a sentence.
    pub(super) fn written(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(path, tolerance)| format!("{} by {tolerance}", path.0))
    }

    /// Makes numbers the same that are near enough.
    pub(super) fn level(&self, old: &Value, new: &mut Value) {
        for (path, tolerance) in &self.0 {
            for place in places(path, old) {
                let (Some(before), Some(after)) = (old.pointer(&place), new.pointer_mut(&place)) else { continue };
                if let (Some(a), Some(b)) = (before.as_f64(), after.as_f64())
                    && (a - b).abs() <= *tolerance
                {
                    *after = before.clone();
                }
            }
        }
    }
}

fn places(path: &Path, body: &Value) -> Vec<String> {
    path.1.query_located(body).locations().map(|place| place.to_json_pointer()).collect()
}

/// The first place where they differ in structure, and the first where they do in value.
#[derive(Default)]
pub(super) struct Difference {
    pub(super) structure: Option<String>,
    pub(super) value: Option<String>,
}

/// How `new` differs from `old`.
pub(super) fn differ(old: &Value, new: &Value) -> Difference {
    let mut difference = Difference::default();
    walk(old, new, &mut "$".to_owned(), &mut difference);
    difference
}

fn walk(old: &Value, new: &Value, at: &mut String, found: &mut Difference) {
    let mut structure = |what: String| {
        let _ = found.structure.get_or_insert(what);
    };
    match (old, new) {
        (Value::Object(a), Value::Object(b)) => {
            if let Some(key) = a.keys().find(|key| !b.contains_key(*key)) {
                structure(format!("{at}.{} is gone", plain(key)));
            }
            if let Some(key) = b.keys().find(|key| !a.contains_key(*key)) {
                structure(format!("{at}.{} is new", plain(key)));
            }
            for (key, old) in a {
                if let Some(new) = b.get(key) {
                    below(&format!(".{}", plain(key)), old, new, at, found);
                }
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            if a.len() != b.len() {
                structure(format!("{at} has {} items, not {}", b.len(), a.len()));
            }
            a.iter().zip(b).enumerate().for_each(|(index, (old, new))| below(&format!("[{index}]"), old, new, at, found));
        }
        _ if kind(old) != kind(new) => structure(format!("{at} is {}, not {}", kind(new), kind(old))),
        (Value::Number(a), Value::Number(b))
            if a == b || (a.as_f64() == b.as_f64() && a.as_i64() == b.as_i64() && a.as_u64() == b.as_u64()) => {}
        _ if old == new => {}
        _ => {
            let _ = found.value.get_or_insert_with(|| at.clone());
        }
    }
}

fn below(step: &str, old: &Value, new: &Value, at: &mut String, found: &mut Difference) {
    let length = at.len();
    let _ = write!(at, "{step}");
    walk(old, new, at, found);
    at.truncate(length);
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn differences_are_of_structure_or_of_value() {
        let of = |old: Value, new: Value| {
            let found = differ(&old, &new);
            (found.structure, found.value)
        };
        assert_eq!(of(json!({ "a": [1, { "b": 2 }] }), json!({ "a": [1.0, { "b": 2 }] })), (None, Some("$.a[0]".into())));
        assert_eq!(of(json!({ "a": 1 }), json!({ "b": 1 })).0.as_deref(), Some("$.a is gone"));
        assert_eq!(of(json!({}), json!({ "b": 1 })).0.as_deref(), Some("$.b is new"));
        assert_eq!(of(json!([1]), json!([1, 2])).0.as_deref(), Some("$ has 2 items, not 1"));
        assert_eq!(of(json!({ "a": 1 }), json!({ "a": "1" })).0.as_deref(), Some("$.a is a text, not a number"));
        assert_eq!(of(json!({ "a": null }), json!({ "a": null })), (None, None));
    }

    #[test]
    fn what_is_ignored_or_near_is_the_same() {
        let ignored: Ignored = from_value(json!(["$..at", "$.list[0]", "$['a/b']"])).expect("paths");
        let level: Tolerances = from_value(json!({ "$.n[*]": 0.5 })).expect("paths");
        let mut old = json!({ "x": { "at": 1, "b": 1 }, "list": [1, 2], "a/b": 1, "n": [1, 5] });
        let mut new = json!({ "x": { "at": 2, "b": 1 }, "list": ["x", 2], "n": [1.4, 5.6] });
        ignored.take_out(&mut old);
        ignored.take_out(&mut new);
        level.level(&old, &mut new);
        let found = differ(&old, &new);
        assert_eq!((found.structure, found.value), (None, Some("$.n[1]".into())));
        assert!(from_value::<Ignored>(json!(["$"])).is_err() && from_value::<Tolerances>(json!({ "$.a": 0 })).is_err());
    }
}
