//! Comparing JSON values.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// Items of a list, keys of an object, characters of a string.
pub(super) fn length(value: &Value) -> Option<u64> {
    let length = match value {
        Value::Array(items) => items.len(),
        Value::Object(fields) => fields.len(),
        Value::String(text) => text.chars().count(),
        Value::Null | Value::Bool(_) | Value::Number(_) => return None,
    };
    u64::try_from(length).ok()
}

/// Equal in type and value; a number is equal however it is written: 1 and 1.0.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => compare(a, b) == Ordering::Equal,
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b))),
        (a, b) => a == b,
    }
}

/// Whether a number in it may be another than was written.
pub(super) fn is_rounded(value: &Value) -> bool {
    match value {
        Value::Number(number) => is_rounded_number(number),
        Value::Array(items) => items.iter().any(is_rounded),
        Value::Object(fields) => fields.values().any(is_rounded),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

/// Over 2^53 fractions and exponents are rounded, and so are whole numbers that 64 bits cannot hold.
pub(super) fn is_rounded_number(number: &Number) -> bool {
    number.is_f64() && number.as_f64().is_some_and(|number| number.abs() > 9_007_199_254_740_992.0)
}

/// JSON numbers are finite, so that there is always an order; whole numbers are compared exactly.
pub(super) fn compare(a: &Number, b: &Number) -> Ordering {
    let whole = |n: &Number| n.as_u64().map(i128::from).or_else(|| n.as_i64().map(i128::from));
    match (whole(a), whole(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => (a.as_f64().unwrap_or_default() + 0.0).total_cmp(&(b.as_f64().unwrap_or_default() + 0.0)),
    }
}
