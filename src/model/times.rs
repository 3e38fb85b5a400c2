//! Times by the calendar: some days of the week, some hours of the day, or from one day to another.

use std::{fmt, str::FromStr};

use jiff::{
    Timestamp, Zoned,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::{from_text, without_contradiction};

/// Times by the calendar. All that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Times {
    /// Days of the week: `[sat, sun]`.
    pub days: Option<Vec<Day>>,
    /// Hours of every day, the end not included, also past midnight: `18:00-09:00`.
    pub daily: Option<Hours>,
    /// The first day: `2026-12-20`.
    #[schemars(with = "Option<String>")]
    pub from: Option<Date>,
    /// The last day.
    #[schemars(with = "Option<String>")]
    pub to: Option<Date>,
    /// What of a rollout goes on all the same: `soaking`, which always does.
    pub but: Option<But>,
    /// The time zone of days and hours: `Europe/Amsterdam`. Default: `UTC`.
    #[serde(default)]
    pub zone: Zone,
}

/// What goes on during a freeze.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum But {
    /// A stage that was begun before.
    Soaking,
}

const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A day of the week: `mon` to `sun`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(Weekday);

/// From one time of the day to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    from: Time,
    to: Time,
}

/// A time zone by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

without_contradiction!(Times);

impl Serialize for Times {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl Times {
    fn contradiction(&self) -> Option<String> {
        match (&self.days, self.daily, self.from, self.to) {
            (None, None, None, None) => Some("this names no time: write `days`, `daily` or `from` and `to`".into()),
            (Some(days), ..) if days.is_empty() => Some("`days` is empty: leave it out".into()),
            (_, _, Some(from), Some(to)) if from > to => Some(format!("`from` {from} is after `to` {to}")),
            (_, _, Some(_), None) | (_, _, None, Some(_)) => Some("`from` and `to` go together".into()),
            _ => None,
        }
    }

    /// Whether `at` is one of them.
    pub fn holds(&self, at: Timestamp) -> bool {
        let at = at.to_zoned(self.zone.0.clone());
        let on = |days: &Vec<Day>| days.iter().any(|day| day.0 == at.weekday());
        let within = |(from, to)| (from..=to).contains(&at.date());
        self.days.as_ref().is_none_or(on) && self.daily.is_none_or(|hours| hours.hold(&at)) && self.from.zip(self.to).is_none_or(within)
    }
}

impl Times {
    /// The zone that it is meant in.
    pub fn time_zone(&self) -> TimeZone {
        self.zone.0.clone()
    }

    /// The moment as people there read it.
    pub fn local(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.0.clone()).strftime("%a %Y-%m-%d %H:%M %Z").to_string()
    }
}

impl Hours {
    fn hold(self, at: &Zoned) -> bool {
        let now = at.time();
        if self.from < self.to { (self.from..self.to).contains(&now) } else { now >= self.from || now < self.to }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = usize::try_from(self.0.to_monday_zero_offset()).unwrap_or_default();
        f.write_str(WEEK[at])
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from.strftime("%H:%M"), self.to.strftime("%H:%M"))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.iana_name().unwrap_or("UTC"))
    }
}

/// As it is written.
macro_rules! as_text {
    ($($type:ty)+) => {
        $(impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        })+
    };
}

as_text!(Day Hours Zone);

impl FromStr for Hours {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let time = |text: &str| (text.len() == 5).then(|| text.parse::<Time>().ok()).flatten();
        let both = text.split_once('-').and_then(|(from, to)| Some((time(from)?, time(to)?)));
        match both {
            Some((from, to)) if from != to => Ok(Self { from, to }),
            _ => Err(format!("`{text}` is no stretch of the day: write `18:00-09:00`")),
        }
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = WEEK.iter().position(|word| *word == text).and_then(|at| i8::try_from(at).ok());
        let day = number.and_then(|at| Weekday::from_monday_zero_offset(at).ok());
        day.map(Self).ok_or_else(|| format!("`{text}` is no day: write one of {}", WEEK.join(", ")))
    }
}

from_text!(Day, { "type": "string", "enum": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] });
from_text!(Hours, { "type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$" });
from_text!(Zone, { "type": "string", "description": "a time zone: `Europe/Amsterdam`" }, |text| {
    TimeZone::get(&text).map(Zone).map_err(|_| format!("`{text}` is no time zone: write one like `Europe/Amsterdam` or `UTC`"))
});

#[cfg(test)]
mod tests {
    use super::*;

    fn times(json: &str) -> Times {
        serde_json::from_str(json).expect("times")
    }

    #[test]
    fn a_night_goes_past_midnight_in_its_own_time_zone() {
        let night = times(r#"{"daily": "18:00-09:00", "but": "soaking", "zone": "Europe/Amsterdam"}"#);
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        for (time, frozen) in [("16:59", false), ("17:00", true), ("23:30", true), ("07:59", true), ("08:00", false), ("12:00", false)] {
            assert_eq!(night.holds(at(&format!("2026-11-30T{time}:00Z"))), frozen, "{time}");
        }
        let weekend = times(r#"{"days": ["sat", "sun"]}"#);
        assert!(weekend.holds(at("2026-11-29T12:00:00Z")) && !weekend.holds(at("2026-11-30T00:00:00Z")));
        let holidays = times(r#"{"from": "2026-12-20", "to": "2027-01-03"}"#);
        assert!(holidays.holds(at("2027-01-03T23:59:59Z")) && !holidays.holds(at("2027-01-04T00:00:00Z")));
    }

    #[test]
    fn what_freezes_nothing_is_refused() {
        for json in ["{}", r#"{"days": []}"#, r#"{"daily": "9:00-18:00"}"#, r#"{"daily": "09:00-09:00"}"#, r#"{"from": "2026-12-20"}"#] {
            assert!(serde_json::from_str::<Times>(json).is_err(), "{json}");
        }
    }
}
