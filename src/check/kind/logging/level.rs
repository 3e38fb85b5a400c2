//! The level of a line, wherever loggers put it.

use serde_json::Value;

use crate::model::quote;

/// Names that it has; `log.level` may also be one name within another.
const NAMES: &str = "level severity log.level lvl levelname severity_text SeverityText";

/// Words of loggers and of syslog.
const WORDS: &str = "trace debug dbug info information informational notice warn warning err error eror crit critical \
                     fatal panic dpanic alert emerg emergency";

/// The level of a line.
///
/// # Errors
/// Why nothing is known of it: no such field is `None`.
pub(super) fn of(line: &Value) -> Result<Option<String>, String> {
    let found = NAMES.split(' ').find_map(|name| line.get(name)).or_else(|| line.pointer("/log/level"));
    match found {
        None => Ok(None),
        Some(Value::String(word)) if WORDS.split(' ').any(|known| word.eq_ignore_ascii_case(known)) => Ok(Some(word.clone())),
        Some(Value::Number(number)) if number.as_u64().is_some_and(|level| (10..=60).contains(&level) && level % 10 == 0) => {
            Ok(Some(number.to_string()))
        }
        Some(other) => Err(format!("a level that is not known: {}", quote(&other.to_string()))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn levels_are_found_where_loggers_put_them() {
        for (line, level) in [
            (json!({ "level": "INFO" }), Ok(Some("INFO"))),
            (json!({ "level": 30 }), Ok(Some("30"))),
            (json!({ "log.level": "warn" }), Ok(Some("warn"))),
            (json!({ "log": { "level": "error" } }), Ok(Some("error"))),
            (json!({ "severity": "NOTICE", "x": 1 }), Ok(Some("NOTICE"))),
            (json!({ "msg": "level=info" }), Ok(None)),
            (json!({ "log": "text" }), Ok(None)),
            (json!({ "level": "odd-ish" }), Err(())),
            (json!({ "level": null }), Err(())),
            (json!({ "level": 7 }), Err(())),
        ] {
            assert_eq!(of(&line).as_ref().map(Option::as_deref).map_err(|_| ()), level, "{line}");
        }
    }
}
