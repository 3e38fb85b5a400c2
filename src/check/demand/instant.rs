//! An instant in a document, and how far from now it must be.

use std::{fmt, str::FromStr as _};

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::model::{CLOCK_TOLERANCE, Period, from_text, without_contradiction};

/// How far an instant must be: at least, at most.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Distance {
    /// At least so far.
    pub min: Option<Period>,
    /// At most so far.
    pub max: Option<Period>,
}

impl Distance {
    fn contradiction(&self) -> Option<String> {
        match (self.min, self.max) {
            (None, None) => Some("this demands nothing: give `min`, `max` or both, as in `{max: 26h}`".into()),
            (Some(min), Some(max)) => (min > max).then(|| format!("`min` {min} is above `max` {max}: no time is both")),
            _ => None,
        }
    }

    /// Whether `then` lies so far before `at`. Without `min` it may lie after it by as much as clocks differ.
    pub(crate) fn is_before(self, then: Timestamp, at: Timestamp) -> bool {
        self.takes(at.duration_since(then), -CLOCK_TOLERANCE.signed())
    }

    /// Whether `then` lies so far after `at`; what is over is not ahead.
    pub(super) fn is_ahead(self, then: Timestamp, at: Timestamp) -> bool {
        self.takes(then.duration_since(at), SignedDuration::ZERO)
    }

    fn takes(self, far: SignedDuration, least: SignedDuration) -> bool {
        far >= self.min.map_or(least, Period::signed) && self.max.is_none_or(|most| far <= most.signed())
    }
}

impl fmt::Display for Distance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (Some(min), Some(max)) => write!(f, "{min} to {max}"),
            (Some(min), None) => write!(f, "at least {min}"),
            (None, Some(max)) => write!(f, "at most {max}"),
            (None, None) => f.write_str("any time"),
        }
    }
}

without_contradiction!(Distance);

/// The zone of times that name none.
#[derive(Debug, Clone)]
pub(super) struct Zone(TimeZone);

from_text!(Zone, { "type": "string", "description": "`UTC` or an offset like `+02:00`" }, |text| {
    // An offset is read where any time with it is; a place's rules would differ from machine to machine.
    let offset = || Some(jiff::Zoned::from_str(&format!("2000-01-01T00:00:00{text}[{text}]")).ok()?.time_zone().clone());
    let zone = if text.eq_ignore_ascii_case("utc") { Some(TimeZone::UTC) } else { offset() };
    zone.map(Zone).ok_or_else(|| format!("`{text}` is no zone: write `UTC` or an offset like `+02:00`"))
});

/// The instant that a value tells: RFC 3339, Unix seconds (nine to eleven digits) or milliseconds (twelve to fourteen), or, where
/// a zone is said, a time or a date without one; a date is its first moment.
pub(super) fn read(value: &Value, zone: Option<&Zone>) -> Option<Timestamp> {
    match value {
        Value::Number(number) => match number.as_f64()? {
            seconds @ 1e8..1e11 => Timestamp::from_nanosecond((seconds * 1e9) as i128).ok(),
            millis @ 1e11..1e14 => Timestamp::from_nanosecond((millis * 1e6) as i128).ok(),
            _ => None,
        },
        Value::String(text) => text.parse().ok().or_else(|| {
            // A zone in brackets would be read over.
            let time = text.parse::<civil::DateTime>().ok().filter(|_| !text.contains('['))?;
            time.to_zoned(zone?.0.clone()).ok().map(|zoned| zoned.timestamp())
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn reads_what_says_an_instant_and_nothing_else() {
        let utc = from_value::<Zone>(json!("UTC")).expect("a zone");
        let noon: Timestamp = "2026-11-20T12:00:00Z".parse().expect("an instant");
        for value in [json!("2026-11-20T12:00:00Z"), json!("2026-11-20T14:00:00+02:00"), json!(1_795_176_000), json!(1_795_176_000_000_i64)]
        {
            assert_eq!(read(&value, None), Some(noon), "{value}");
        }
        assert_eq!(read(&json!("2026-11-20 12:00:00"), Some(&utc)), Some(noon));
        assert_eq!(read(&json!("2026-11-20 14:00:00"), Some(&from_value(json!("+02:00")).expect("a zone"))), Some(noon));
        assert_eq!(read(&json!("2026-11-20"), Some(&utc)), "2026-11-20T00:00:00Z".parse().ok());
        for value in [json!("2026-11-20 12:00:00"), json!("2026-11-20"), json!(12), json!("1795176000"), json!("yesterday"), json!(true)] {
            assert_eq!(read(&value, None), None, "{value}");
        }
        assert_eq!(read(&json!("2026-11-20T12:00:00[America/New_York]"), Some(&utc)), None);
        assert!(from_value::<Zone>(json!("Mars/Olympus")).is_err());
        // What ran out a moment ago is young, and no longer ahead.
        let within = Distance { min: None, max: Some(Period::days(9)) };
        let moment = |seconds| noon + SignedDuration::from_secs(seconds);
        assert!(within.is_before(moment(60), noon) && !within.is_before(moment(600), noon) && within.is_before(moment(-60), noon));
        assert!(within.is_ahead(moment(60), noon) && !within.is_ahead(moment(-1), noon));
    }
}
