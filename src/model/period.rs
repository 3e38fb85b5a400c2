//! A length of time as plans write it: `21d`, `1h30m`, `800ms`.

use std::{fmt, str::FromStr, time::Duration};

use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::{Serialize, Serializer};

use super::from_text;

/// How far the clock of what is looked at may be ahead of ours.
pub const CLOCK_TOLERANCE: Period = Period::seconds(300);

/// A length of time, never negative. A day is 24 hours; months and years are refused: their length varies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period(Duration);

impl Period {
    /// So many whole seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// So many whole days of 24 hours.
    pub const fn days(days: u64) -> Self {
        Self(Duration::from_secs(days * 86_400))
    }

    /// So many whole milliseconds.
    pub const fn millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    /// The same as the standard library's type.
    pub const fn get(self) -> Duration {
        self.0
    }

    /// Whole milliseconds.
    pub fn as_millis(self) -> u64 {
        u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX)
    }

    /// For arithmetic with instants.
    pub fn signed(self) -> SignedDuration {
        SignedDuration::try_from(self.0).unwrap_or(SignedDuration::MAX)
    }

    /// The instant that lies so far after `at`; the end of time where that is beyond it.
    pub fn after(self, at: jiff::Timestamp) -> jiff::Timestamp {
        at.checked_add(self.signed()).unwrap_or(jiff::Timestamp::MAX)
    }

    /// How long a stretch of time is; a negative one counts as zero.
    pub fn between(from: jiff::Timestamp, to: jiff::Timestamp) -> Self {
        Self(to.duration_since(from).try_into().unwrap_or(Duration::ZERO))
    }
}

impl From<Duration> for Period {
    fn from(duration: Duration) -> Self {
        Self(duration)
    }
}

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a length of time: write a number and a unit, like `30s`, `10m`, `12h`, `21d` or `1h30m`");
        if text.contains(',') {
            return Err(format!("`{text}` has a comma, which some read as a point: write `{}`", text.replace(',', "")));
        }
        if text.trim() != text || !text.ends_with(|c: char| c.is_ascii_alphabetic()) || text.starts_with(['P', 'p']) {
            return Err(wrong());
        }
        let span: Span = text.parse().map_err(|_| wrong())?;
        if span.get_years() != 0 || span.get_months() != 0 {
            return Err(format!("`{text}`: months and years vary in length, write days: `30d`"));
        }
        let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
        Duration::try_from(length).map(Self).map_err(|_| format!("`{text}` is negative"))
    }
}

/// As a person says it, at most two units: `12 d`, `1 h 30 min`, `800 ms`.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = self.0.as_secs();
        let (large, unit, small, small_unit) = match s {
            0 if self.0.subsec_millis() > 0 => return write!(f, "{} ms", self.0.subsec_millis()),
            0..60 => {
                let tenths = self.0.subsec_millis() / 100;
                return if tenths > 0 { write!(f, "{s}.{tenths} s") } else { write!(f, "{s} s") };
            }
            60..3_600 => (s / 60, "min", s % 60, "s"),
            3_600..86_400 => (s / 3_600, "h", s % 3_600 / 60, "min"),
            86_400..604_800 => (s / 86_400, "d", s % 86_400 / 3_600, "h"),
            _ => (s / 86_400, "d", 0, ""),
        };
        if small == 0 { write!(f, "{large} {unit}") } else { write!(f, "{large} {unit} {small} {small_unit}") }
    }
}

/// Whole milliseconds with their unit, which [`FromStr`] reads back.
impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}ms", self.as_millis()))
    }
}

from_text!(Period, { "type": "string", "pattern": r"^([0-9]+(\.[0-9]+)? *(ms|s|sec|m|min|h|hr|d|w|weeks?|days?|hours?|minutes?|seconds?) *)+$", "description": "a length of time: `30s`, `10m`, `21d`, `1h30m`" });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, seconds) in [("30s", 30), ("21d", 1_814_400), ("1h30m", 5_400), ("2 weeks", 1_209_600)] {
            assert_eq!(text.parse(), Ok(Period::seconds(seconds)), "{text}");
        }
        assert_eq!("800ms".parse(), Ok(Period::millis(800)));
    }

    #[test]
    fn never_guesses() {
        for text in ["", "30", "30x", "1,000h", "-5s", "1mo", "1y", " 3s", "PT5M", "d", "3 0s"] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    #[test]
    fn speaks_in_two_units_at_most() {
        for (text, said) in
            [("90s", "1 min 30 s"), ("36h", "1 d 12 h"), ("21d", "21 d"), ("250ms", "250 ms"), ("1500ms", "1.5 s"), ("0s", "0 s")]
        {
            assert_eq!(text.parse::<Period>().map(|p| p.to_string()).as_deref(), Ok(said));
        }
    }
}
