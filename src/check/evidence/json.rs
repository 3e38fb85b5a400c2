//! JSON of any length: only the keys that a kind knows are kept, so that a large report takes little memory.

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
    fmt,
    io::Read,
};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};

use crate::model::{beginning, excerpt};

/// The most values that are kept of one file.
const MOST: usize = 300_000;

/// Keys by which other formats are known.
const MARKS: [&str; 2] = ["metadata", "k6Version"];

/// What is no longer is read whole before its values are taken out of it: in little more than half the time.
const AT_ONCE: u64 = 4 << 20;

/// The longest text that is kept whole.
const LONGEST: usize = 2_000;

/// The values that stand one after the other, with the objects' `keys`; a key that ends with `*` keeps all below it. Of an
/// object at the top, and of one in a list there, every key is kept, with nothing under those that are not known.
pub(super) fn read(mut source: impl Read, keys: &str) -> Result<Vec<Value>, String> {
    let mut begin = Vec::new();
    source.by_ref().take(AT_ONCE).read_to_end(&mut begin).map_err(|error| format!("cannot be read: {error}"))?;
    match begin.len() as u64 {
        AT_ONCE => values(serde_json::Deserializer::from_reader(begin.as_slice().chain(source)), keys),
        _ => values(serde_json::Deserializer::from_slice(&begin), keys),
    }
}

fn values<'de>(mut deserializer: serde_json::Deserializer<impl serde_json::de::Read<'de>>, keys: &str) -> Result<Vec<Value>, String> {
    let written = keys.split(' ').map(|key| key.strip_suffix('*').map_or((key, false), |key| (key, true)));
    let keys: HashMap<&str, bool> = MARKS.map(|mark| (mark, false)).into_iter().chain(written).collect();
    let (left, mut all) = (Cell::new(MOST), Vec::new());
    loop {
        let seed = Prune { keys: &keys, depth: 0, whole: false, dropped: false, left: &left };
        all.push(seed.deserialize(&mut deserializer).map_err(|error| match error.is_io() {
            true => format!("cannot be read: {error}"),
            false => excerpt(&format!("is no JSON: {error}"), 300),
        })?);
        if deserializer.end().is_ok() {
            return Ok(all);
        }
    }
}

#[derive(Clone, Copy)]
struct Prune<'k> {
    /// Those that are kept, and whether all below them is.
    keys: &'k HashMap<&'k str, bool>,
    depth: usize,
    whole: bool,
    /// It is read, and not kept.
    dropped: bool,
    left: &'k Cell<usize>,
}

impl Prune<'_> {
    /// How a key goes on; nothing if it is not kept.
    fn under(&self, key: &str) -> Option<Self> {
        let known = self.keys.get(key);
        let whole = self.whole || known == Some(&true);
        (whole || known.is_some()).then_some(Self { depth: self.depth + 1, whole, ..*self })
    }

    fn take<E: Error>(&self) -> Result<(), E> {
        let left = self.left.get().checked_sub(1).ok_or_else(|| E::custom(format!("more than {MOST} values in it matter")))?;
        self.left.set(left);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Prune<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if !self.dropped {
            self.take()?;
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Prune<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number is out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(if self.dropped { Value::Null } else { beginning(value, LONGEST).into() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let (mut all, under) = (Vec::new(), Self { depth: self.depth + 1, ..self });
        while let Some(item) = items.next_element_seed(under)? {
            if !self.dropped {
                all.push(item);
            }
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let under = if self.dropped { None } else { self.under(&key) };
            let value = map.next_value_seed(under.unwrap_or(Self { dropped: true, depth: self.depth + 1, ..self }))?;
            if self.dropped || (under.is_none() && (self.depth > 1 || fields.len() > 200)) {
                continue;
            }
            let value = if under.is_some() { value } else { Value::Null };
            if fields.contains_key(&key) {
                return Err(A::Error::custom(format!("the key `{}` stands twice in one object", beginning(&key, 100))));
            }
            fields.insert(key, value);
        }
        Ok(Value::Object(fields))
    }
}

/// What stands at a JSON pointer that has no escapes: [`Value::pointer`] makes two copies of each part.
fn at<'v>(value: &'v Value, pointer: &str) -> Option<&'v Value> {
    pointer.split('/').skip(1).try_fold(value, |value, part| match value {
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        value => value.get(part),
    })
}

/// The number at a JSON pointer.
pub(crate) fn number(value: &Value, pointer: &str) -> Option<f64> {
    at(value, pointer)?.as_f64()
}

/// The text at a JSON pointer; empty where there is none.
pub(crate) fn texts<'v>(value: &'v Value, pointer: &str) -> &'v str {
    at(value, pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The items of the list under `key`; none where there is no list.
pub(crate) fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// That wherever one of `keys` stands, a list or nothing stands there: what is no list would look like an empty one.
pub(crate) fn only_lists(value: &Value, keys: &str) -> Result<(), String> {
    fn within(value: &Value, keys: &HashSet<&str>) -> Result<(), String> {
        match value {
            Value::Array(items) => items.iter().try_for_each(|item| within(item, keys)),
            Value::Object(fields) => fields.iter().try_for_each(|(key, field)| {
                let is_list = field.is_array() || field.is_null() || !keys.contains(key.as_str());
                if is_list { within(field, keys) } else { Err(format!("has no list at `{key}`")) }
            }),
            _ => Ok(()),
        }
    }
    within(value, &keys.split(' ').collect())
}

/// Milliseconds or seconds since 1970 as a time.
pub(crate) fn time(number: f64) -> Option<String> {
    let milliseconds = if number.abs() >= 1e11 { number } else { number * 1_000.0 };
    #[expect(clippy::cast_possible_truncation, reason = "an instant of the next thousands of years fits")]
    let time = jiff::Timestamp::from_millisecond(milliseconds as i64).ok()?;
    Some(time.to_string())
}
