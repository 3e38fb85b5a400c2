//! Secrets in a document that somebody else wrote: what stands under a name that looks secret is hidden before it is shown.

use std::{
    collections::{BTreeMap, HashSet},
    sync::LazyLock,
};

use regex::Regex;
use serde_json::Value;

use super::{Context, demand::Hits};
use crate::model::{looks_secret, regex};

/// A name and its text in JSON; the text may have no end.
static PAIR: LazyLock<Regex> = LazyLock::new(|| regex(r#""([^"\\]{1,64})"\s*:\s*"((?:[^"\\]|\\.)*)"#));

/// So much of a secret's beginning gives it away.
const BEGINNING: usize = 6;

/// Hides the texts of `document` under names that look secret, as far as `found` may show them.
pub(super) fn hide(document: &Value, found: &BTreeMap<String, Hits>, cx: &Context) {
    let shown = serde_json::to_string(found).unwrap_or_default();
    let mut secrets = HashSet::new();
    walk(None, document, &mut |name, text| {
        if shows(&shown, text) && secrets.insert(text.to_owned()) {
            cx.hide(name, text);
        }
    });
}

/// Hides the texts under such names in what may be the beginning of JSON, which is about to be shown.
pub(super) fn hide_pairs(shown: &str, cx: &Context) {
    for pair in PAIR.captures_iter(shown).filter(|pair| looks_secret(&pair[1])) {
        // Where the text was cut off, what stands there of it.
        cx.hide(&pair[1], pair[2].split('…').next().unwrap_or_default());
    }
}

/// Calls `secret` with every text under a name that looks secret, also where an object says its name: `{name: …, value: …}`.
fn walk(name: Option<&str>, value: &Value, secret: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => {
            if let Some(name) = name.filter(|name| looks_secret(name)) {
                secret(name, text);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(name, item, secret)),
        Value::Object(fields) => {
            let named = ["name", "key", "@name"].iter().find_map(|key| fields.get(*key)?.as_str());
            for (key, field) in fields {
                // A value is what its name beside it says, or the name around it.
                let around = if matches!(key.as_str(), "value" | "@value" | "#text") { [named, name] } else { [None; 2] };
                walk(around.into_iter().flatten().find(|name| looks_secret(name)).or(Some(key)), field, secret);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether the beginning of `text` stands in `shown`, as JSON.
fn shows(shown: &str, text: &str) -> bool {
    let plain = |c: &char| c.is_ascii_graphic() && !matches!(c, '"' | '\\');
    let beginning: String = text.chars().take(BEGINNING).take_while(plain).collect();
    shown.contains(&beginning)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_that_looks_secret_hides_what_stands_under_it() {
        let document = json!({
            "db": { "password": "one", "tokens": ["two", 3] }, "user": "app", "secret": null,
            "env": [{ "name": "API_KEY", "value": "three" }, { "name": "MODE", "value": "fast" }],
            "add": [{ "@key": "x", "apikey": [{ "#text": "four" }] }], "db_password": { "sensitive": true, "value": "five" },
        });
        let mut found = Vec::new();
        walk(None, &document, &mut |name, text| found.push(format!("{name}={text}")));
        assert_eq!(found, ["password=one", "tokens=two", "API_KEY=three", "apikey=four", "db_password=five"]);
    }

    #[test]
    fn a_beginning_is_enough() {
        assert!(shows(r#"["hunte… (cut)"]"#, "hunter2") || shows(r#"["hunter… (cut)"]"#, "hunter2"));
        assert!(shows(r#"["a\"b"]"#, "a\"b"));
        assert!(!shows("[1]", "hunter2"));
    }
}
