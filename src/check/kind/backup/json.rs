//! Taking values out of what a tool printed, without guessing: a value of another type is none.

use jiff::Timestamp;
use serde_json::Value;

use super::seen::{Copy, Seen};
use crate::model::{excerpt, plain};

/// A list that may be missing: tools print `null` for an empty one.
pub(super) fn list<'a>(json: &'a Value, what: &str) -> Result<&'a [Value], String> {
    match json {
        Value::Null => Ok(&[]),
        Value::Array(items) => Ok(items),
        _ => Err(format!("is no list of {what}")),
    }
}

/// A text, short and harmless.
pub(super) fn text(json: &Value, key: &str) -> Option<String> {
    json.get(key).and_then(Value::as_str).map(|text| excerpt(&plain(text), 200))
}

/// Whole seconds since 1970, as a number or as a text.
pub(super) fn epoch(json: &Value) -> Option<Timestamp> {
    let seconds = json.as_i64().or_else(|| json.as_str().and_then(|text| text.parse().ok()))?;
    Timestamp::from_second(seconds).ok().filter(|time| *time > Timestamp::UNIX_EPOCH)
}

/// A time as RFC 3339 has it; the year 1 stands for none.
pub(super) fn rfc3339(json: &Value) -> Option<Timestamp> {
    json.as_str().and_then(|text| text.parse().ok()).filter(|time: &Timestamp| *time > Timestamp::UNIX_EPOCH)
}

/// A size, as a number or as a text; these exceed what a double holds.
pub(super) fn size(json: &Value) -> Option<u64> {
    json.as_u64().or_else(|| json.as_str().and_then(|text| text.parse().ok()))
}

/// Backups as tools list them, the newest last; one without a time may be the newest, so it comes first.
pub(super) fn newest_first(mut backups: Vec<Copy>, repository: Option<Vec<String>>) -> Seen {
    // Of two of the same second the one listed later is the newer.
    backups.reverse();
    backups.sort_by_key(|copy| std::cmp::Reverse(copy.at.unwrap_or(Timestamp::MAX)));
    Seen { backups: Some(backups), repository, ..Seen::default() }
}
