//! A dotenv file: an object of texts.

use serde_json::{Map, Value};

use super::limits::Left;
use crate::net::EnvFile;

pub(super) fn read(text: &str, mut left: Left) -> Result<Value, String> {
    let file = EnvFile::parse(text).map_err(|error| format!("is no dotenv file: {error}"))?;
    let mut fields: Map<String, Value> = Map::new();
    for entry in file.entries {
        left.take(1)?;
        // Some readers take the first, some the last.
        if fields.get(&entry.key).is_some_and(|known| *known != *entry.value) {
            return Err(format!("sets `{}` twice, to different values, the second time in line {}", entry.key, entry.line));
        }
        fields.insert(entry.key, entry.value.into());
    }
    Ok(Value::Object(fields))
}
