//! JSON from a hostile hand: an object that names a key twice is refused, since two readers may read it differently.

use serde::de::{Error, MapAccess};
use serde_json::{Map, Number, Value};

use crate::model::from_forms;

/// The value in `bytes`, at most 128 levels deep, or why it is no unambiguous JSON; a byte order mark before it is skipped.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.trim_ascii().is_empty() {
        return Err("the body is empty".into());
    }
    serde_json::from_slice::<Strict>(bytes).map(|value| value.0).map_err(|error| error.to_string())
}

/// The values that stand one after the other in `text`, at least one, each as above.
pub(crate) fn parse_all(text: &str) -> Result<Vec<Value>, String> {
    let values = serde_json::Deserializer::from_str(text).into_iter::<Strict>();
    values.map(|value| value.map(|value| value.0).map_err(|error| error.to_string())).collect()
}

struct Strict(Value);

from_forms!(
    Strict,
    "JSON",
    nothing |()| Ok(Strict(Value::Null)),
    scalar |value| Ok(Strict(value)),
    float |number| Number::from_f64(number).map(|number| Strict(number.into())).ok_or_else(|| "a number is out of range".into()),
    list |items: Vec<Strict>| Ok(Strict(items.into_iter().map(|item| item.0).collect())),
    entries object,
);

fn object<'de, A: MapAccess<'de>>(mut map: A) -> Result<Strict, A::Error> {
    let mut fields = Map::new();
    while let Some(key) = map.next_key::<String>()? {
        let Strict(value) = map.next_value()?;
        if fields.contains_key(&key) {
            return Err(A::Error::custom(format!("key `{key}` stands twice in one object")));
        }
        fields.insert(key, value);
    }
    Ok(Strict(Value::Object(fields)))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn refuses_what_two_readers_read_differently() {
        assert!(parse(br#"{"status":"DOWN","status":"UP"}"#).expect_err("twice").contains("`status` stands twice"));
        for text in ["", "  ", "NaN", "{\"a\":NaN}", "1e999", "ok", "{}{}", "{\"a\":1,}", "\u{feff}\u{feff}1"] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse("[".repeat(100_000).as_bytes()).is_err());
        assert_eq!(parse("\u{feff}{\"a\":[1,null]}".as_bytes()), Ok(serde_json::json!({ "a": [1, null] })));
    }
}
