//! The settings of one check in two reports, key by key. A setting that is no bound says nothing of its direction, so a
//! person has to look at it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Change, Effect};
use crate::model::{Json, excerpt};

/// Beyond this many bytes of one value, the reports hold the rest.
const LONGEST: usize = 300;

/// What was changed, added and taken away, by path.
pub(super) fn changes(before: &Json, after: &Json) -> Vec<Change> {
    let (before, after) = (&before.value(), &after.value());
    // An excluded check's settings were not resolved.
    if before == after || before.is_null() || after.is_null() {
        return Vec::new();
    }
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    leaves("", before, &mut old);
    leaves("", after, &mut new);
    let paths: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differing = paths.into_iter().filter(|path| old.get(*path) != new.get(*path));
    differing
        .map(|path| {
            let (was, is) = (old.get(path).map(|v| said(v)), new.get(path).map(|v| said(v)));
            Change::new(if path.is_empty() { "settings".into() } else { format!("setting {path}") }, was, is, Effect::Changed)
        })
        .collect()
}

/// Maps are walked; a list is one value, for its order may matter.
fn leaves<'v>(path: &str, value: &'v Value, all: &mut BTreeMap<String, &'v Value>) {
    match value {
        Value::Object(fields) if !fields.is_empty() || path.is_empty() => {
            for (key, value) in fields {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                leaves(&path, value, all);
            }
        }
        _ => {
            all.insert(path.to_owned(), value);
        }
    }
}

fn said(value: &Value) -> String {
    match value {
        Value::String(text) => excerpt(text, LONGEST),
        _ => excerpt(&value.to_string(), LONGEST),
    }
}
