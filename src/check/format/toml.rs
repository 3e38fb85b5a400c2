//! TOML; its dates and times become texts.

use serde_json::{Map, Number, Value};
use toml::Value as Toml;

use super::limits::Left;

pub(super) fn read(text: &str, mut left: Left) -> Result<Value, String> {
    // As many values as there can be in it, before any is made.
    let most = text.bytes().filter(|byte| matches!(byte, b'=' | b',' | b'[' | b'{' | b'.')).count();
    left.take_many(most)?;
    let table: toml::Table = toml::from_str(text).map_err(|error| refused(text, &error))?;
    value(Toml::Table(table), 0, &mut left)
}

fn value(from: Toml, depth: usize, left: &mut Left) -> Result<Value, String> {
    left.take(depth)?;
    Ok(match from {
        Toml::String(text) => text.into(),
        Toml::Integer(number) => number.into(),
        Toml::Float(number) => {
            Number::from_f64(number).map(Value::Number).ok_or_else(|| format!("has `{number}` in it, which is no number"))?
        }
        Toml::Boolean(value) => value.into(),
        Toml::Datetime(time) => time.to_string().into(),
        Toml::Array(items) => Value::Array(items.into_iter().map(|item| value(item, depth + 1, left)).collect::<Result<_, _>>()?),
        Toml::Table(table) => {
            let fields = table.into_iter().map(|(key, field)| Ok((key, value(field, depth + 1, left)?)));
            Value::Object(fields.collect::<Result<Map<_, _>, String>>()?)
        }
    })
}

/// The library's words without the line that it quotes: that may be a secret's.
fn refused(text: &str, error: &toml::de::Error) -> String {
    let line = error.span().and_then(|span| text.get(..span.start)).map(|before| 1 + before.matches('\n').count());
    let at = line.map(|line| format!("line {line}: ")).unwrap_or_default();
    format!("is no TOML: {at}{}", error.message().replace('\n', ", "))
}
