//! What a plain scalar is by the core schema of YAML 1.2.2 (10.3.2).

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Number, Value};

use crate::model::regex;

static DECIMAL: LazyLock<Regex> = LazyLock::new(|| regex(r"^[-+]?[0-9]+$"));
static FLOAT: LazyLock<Regex> = LazyLock::new(|| regex(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"));
static NO_NUMBER: LazyLock<Regex> = LazyLock::new(|| regex(r"^([-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN)$"));

/// Its value; `None` for infinities, what is no number, and numbers beyond all bounds.
pub(super) fn resolve(text: &str) -> Option<Value> {
    let radix = |prefix, radix| u64::from_str_radix(text.strip_prefix(prefix).filter(|digits| !digits.starts_with('+'))?, radix).ok();
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Value::Null),
        "true" | "True" | "TRUE" => return Some(true.into()),
        "false" | "False" | "FALSE" => return Some(false.into()),
        _ if NO_NUMBER.is_match(text) => return None,
        _ => {}
    }
    if let Some(number) = radix("0o", 8).or_else(|| radix("0x", 16)) {
        return Some(number.into());
    }
    let whole = text.strip_prefix('+').unwrap_or(text);
    if DECIMAL.is_match(text)
        && let Some(number) = whole.parse::<i64>().map(Number::from).ok().or_else(|| whole.parse::<u64>().map(Number::from).ok())
    {
        return Some(Value::Number(number));
    }
    if FLOAT.is_match(text) {
        return whole.parse().ok().and_then(Number::from_f64).map(Value::Number);
    }
    Some(text.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::resolve;

    #[test]
    fn plain_scalars_are_what_the_core_schema_says() {
        for (text, value) in [
            ("", json!(null)),
            ("~", json!(null)),
            ("true", json!(true)),
            ("yes", json!("yes")),
            ("on", json!("on")),
            ("12", json!(12)),
            ("+12", json!(12)),
            ("-0x1F", json!("-0x1F")),
            ("0x1F", json!(31)),
            ("0o17", json!(15)),
            ("017", json!(17)),
            ("1_000", json!("1_000")),
            ("1.", json!(1.0)),
            (".5", json!(0.5)),
            ("1e3", json!(1000.0)),
            ("1e", json!("1e")),
            ("12:30", json!("12:30")),
            ("2026-11-20", json!("2026-11-20")),
            ("18446744073709551615", json!(u64::MAX)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("nan", json!("nan")),
            ("0x", json!("0x")),
            ("0x+1", json!("0x+1")),
        ] {
            assert_eq!(resolve(text), Some(value), "{text}");
        }
        for text in [".nan", ".inf", "-.INF", "1e999"] {
            assert_eq!(resolve(text), None, "{text}");
        }
    }
}
