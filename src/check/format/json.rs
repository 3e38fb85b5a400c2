//! JSON: one value, or several one after the other, as JSON Lines are.

use serde_json::Value;

use super::limits::Left;
use crate::check::demand::json_text;

pub(super) fn read(text: &str, documents: bool, mut left: Left) -> Result<Value, String> {
    left.take_many(most_values(text))?;
    let refused = |why: String| format!("is no JSON: {why}");
    if documents {
        return json_text::parse_all(text).map(Value::Array).map_err(refused);
    }
    json_text::parse(text.as_bytes()).map_err(|why| match json_text::parse_all(text) {
        Ok(all) if all.len() > 1 => several(all.len()),
        _ => refused(why),
    })
}

/// What is said of several documents where one is meant.
pub(super) fn several(count: usize) -> String {
    format!("holds {count} documents: write `documents: true`, and begin paths with `$[*]`")
}

/// As many values as there can be in it, before any is made: one at each beginning, and one after each comma.
fn most_values(text: &str) -> usize {
    let (mut values, mut quoted, mut escaped) = (1, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b'[' | b'{' | b',' if !quoted => values += 1,
            _ => {}
        }
    }
    values
}
