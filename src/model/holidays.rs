//! Days on which nobody deploys, from an iCalendar file (RFC 5545). What is not understood is an error: a day that was
//! overlooked would let a release through.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use super::{excerpt, plain};

/// More events are no list of holidays.
const MOST: usize = 5_000;

/// A stretch of time on which nobody deploys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    /// What it is called.
    pub name: String,
    /// Its beginning.
    from: DateTime,
    /// Its end, which is not part of it.
    to: DateTime,
    /// The zone of both; the reader's where it says none.
    zone: Option<TimeZoneName>,
}

/// A time zone by its name, as the file says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct TimeZoneName(String);

impl Holiday {
    /// Whether `at` is part of it, for people in `zone`; anywhere on earth where that is not known.
    pub fn has(&self, at: Timestamp, zone: Option<&TimeZone>) -> bool {
        let named = self.zone.as_ref().and_then(|name| TimeZone::get(&name.0).ok());
        let within = |zone: TimeZone, early: i64, late: i64| {
            let shifted = |hours: i64| (at + SignedDuration::from_hours(hours)).to_zoned(zone.clone()).datetime();
            self.from <= shifted(early) && shifted(late) < self.to
        };
        match named.or_else(|| zone.cloned()) {
            Some(zone) => within(zone, 0, 0),
            // It begins 14 hours before it does in UTC, and ends 12 after.
            None => within(TimeZone::UTC, 14, -12),
        }
    }

    /// Those of a file, or why it cannot be relied on.
    pub fn read(bytes: &[u8]) -> Result<Vec<Self>, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "is not text in UTF-8".to_owned())?;
        let lines: Vec<String> = unfolded(text).into_iter().map(in_capitals).collect();
        let first = lines.first().map(String::as_str).unwrap_or_default();
        if first != "BEGIN:VCALENDAR" || lines.last().map(String::as_str) != Some("END:VCALENDAR") {
            return Err("is no whole iCalendar file: wanted `BEGIN:VCALENDAR` to `END:VCALENDAR`".into());
        }
        let (mut holidays, mut event) = (Vec::new(), None::<Event>);
        for line in &lines {
            match (line.as_str(), &mut event) {
                ("BEGIN:VEVENT", None) => event = Some(Event::default()),
                ("BEGIN:VEVENT", Some(_)) => return Err("has an event in an event".into()),
                ("END:VEVENT", Some(_)) => holidays.extend(event.take().map(Event::holiday).transpose()?.flatten()),
                (line, Some(event)) => event.take(line)?,
                _ => {}
            }
            if holidays.len() > MOST {
                return Err(format!("has more than {MOST} events"));
            }
        }
        if event.is_some() { Err("ends within an event".into()) } else { Ok(holidays) }
    }
}

/// The lines, of which those that were folded are joined again (3.1).
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(before)) => before.push_str(rest),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

/// `BEGIN` and `END` in capitals: names are the same in any (3.1).
fn in_capitals(line: String) -> String {
    let marks = line.split_once(':').is_some_and(|(key, _)| key.eq_ignore_ascii_case("BEGIN") || key.eq_ignore_ascii_case("END"));
    if marks { line.to_ascii_uppercase() } else { line }
}

/// An event as far as it was read.
#[derive(Default)]
struct Event {
    name: String,
    from: Option<Moment>,
    to: Option<Moment>,
    cancelled: bool,
    /// An alarm within it, whose lines are no event's.
    within: u32,
}

/// A date or a moment.
#[derive(Clone)]
struct Moment {
    at: DateTime,
    is_date: bool,
    zone: Option<TimeZoneName>,
}

impl Event {
    fn take(&mut self, line: &str) -> Result<(), String> {
        let (head, value) = line.split_once(':').ok_or_else(|| format!("has the line `{}`, which says nothing", shown(line)))?;
        let (key, parameters) = head.split_once(';').unwrap_or((head, ""));
        match key.to_ascii_uppercase().as_str() {
            "BEGIN" => self.within += 1,
            "END" => self.within = self.within.saturating_sub(1),
            _ if self.within > 0 => {}
            "SUMMARY" => self.name = shown(&value.replace("\\,", ",").replace("\\n", " ")),
            "STATUS" => self.cancelled = value.eq_ignore_ascii_case("CANCELLED"),
            "DTSTART" => self.from = Some(Moment::read(parameters, value)?),
            "DTEND" => self.to = Some(Moment::read(parameters, value)?),
            "RRULE" | "RDATE" | "EXDATE" | "RECURRENCE-ID" | "DURATION" => {
                return Err(format!("has `{key}` in the event `{}`: write one event for each time, with DTSTART and DTEND", self.name));
            }
            _ => {}
        }
        Ok(())
    }

    fn holiday(self) -> Result<Option<Holiday>, String> {
        let Self { name, from, to, cancelled, .. } = self;
        let from = from.ok_or_else(|| format!("has no DTSTART in the event `{name}`"))?;
        let day_after = || from.at.checked_add(jiff::Span::new().days(1)).ok().filter(|_| from.is_date);
        let to = match to {
            Some(to) if to.zone == from.zone && to.is_date == from.is_date => to.at,
            Some(_) => return Err(format!("begins and ends the event `{name}` in two ways: write both as dates, or both in one zone")),
            None => day_after().ok_or_else(|| format!("has no DTEND in the event `{name}`"))?,
        };
        if to <= from.at {
            return Err(format!("ends the event `{name}` before it begins"));
        }
        Ok((!cancelled).then_some(Holiday { name, from: from.at, to, zone: from.zone }))
    }
}

impl Moment {
    /// A date, a moment in UTC, or one in a zone that is named (3.3.4, 3.3.5).
    fn read(parameters: &str, value: &str) -> Result<Self, String> {
        let wrong = || format!("has the time `{}`: wanted a date as `20261225`, or `20261225T080000` with a zone", shown(value));
        let zone = parameters.split(';').find_map(|parameter| parameter.strip_prefix("TZID="));
        let (value, zone) = match (value.strip_suffix('Z'), zone) {
            (Some(value), None) => (value, Some("UTC")),
            (_, zone) => (value, zone),
        };
        if let Some(zone) = zone
            && TimeZone::get(zone).is_err()
        {
            return Err(format!("names the zone `{}`, which is not known here", shown(zone)));
        }
        let zone = zone.map(|zone| TimeZoneName(zone.to_owned()));
        if let Ok(date) = Date::strptime("%Y%m%d", value) {
            return Ok(Self { at: date.into(), is_date: true, zone });
        }
        let at = DateTime::strptime("%Y%m%dT%H%M%S", value).map_err(|_| wrong())?;
        Ok(Self { at, is_date: false, zone })
    }
}

fn shown(text: &str) -> String {
    excerpt(&plain(text), 80)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(events: &str) -> Result<Vec<Holiday>, String> {
        Holiday::read(format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n").as_bytes())
    }

    fn event(lines: &str) -> String {
        format!("BEGIN:VEVENT\r\nSUMMARY:Kerst\r\n{lines}\r\nEND:VEVENT\r\n")
    }

    #[test]
    fn days_and_moments_are_read() {
        let amsterdam = TimeZone::get("Europe/Amsterdam").expect("a zone");
        let has = |events: &str, at: &str| {
            let at = at.parse().expect("a time");
            read(events).expect("a calendar").iter().any(|holiday| holiday.has(at, Some(&amsterdam)))
        };
        let day = event("DTSTART;VALUE=DATE:20261225");
        assert!(has(&day, "2026-12-24T23:00:00Z") && has(&day, "2026-12-25T22:59:59Z"));
        assert!(!has(&day, "2026-12-24T22:59:59Z") && !has(&day, "2026-12-25T23:00:00Z"));
        let anywhere = |at: &str| read(&day).expect("a calendar")[0].has(at.parse().expect("a time"), None);
        assert!(anywhere("2026-12-24T10:00:00Z") && anywhere("2026-12-26T11:59:59Z"));
        assert!(!anywhere("2026-12-24T09:59:59Z") && !anywhere("2026-12-26T12:00:00Z"));
        let leap = event("DTSTART;VALUE=DATE:20280229\r\nDTEND;VALUE=DATE:20280301");
        assert!(has(&leap, "2028-02-29T12:00:00Z") && !has(&leap, "2028-03-01T12:00:00Z"));
        let utc = event("DTSTART:20261225T080000Z\r\nDTEND:20261225T090000Z");
        assert!(has(&utc, "2026-12-25T08:30:00Z") && !has(&utc, "2026-12-25T09:00:00Z"));
        // The hour that daylight saving takes away and gives back.
        let zoned = event("DTSTART;TZID=Europe/Amsterdam:20261025T020000\r\nDTEND;TZID=Europe/Amsterdam:20261025T030000");
        assert!(has(&zoned, "2026-10-25T00:30:00Z") && has(&zoned, "2026-10-25T01:30:00Z"));
        assert!(!has(&event("DTSTART;VALUE=DATE:20261225\r\nSTATUS:CANCELLED"), "2026-12-25T12:00:00Z"));
        let folded = event("DTSTART;VALUE=DA\r\n TE:20261225\r\nBEGIN:VALARM\r\nTRIGGER:-PT15M\r\nDURATION:PT5M\r\nEND:VALARM");
        assert!(has(&folded, "2026-12-25T12:00:00Z"));
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        let wrong = [
            event("DTSTART;VALUE=DATE:20261225\r\nRRULE:FREQ=YEARLY"),
            event("DTSTART;VALUE=DATE:20261325"),
            event("DTSTART;VALUE=DATE:20270229"),
            event("DTSTART;TZID=Mars/Olympus:20261225T080000\r\nDTEND;TZID=Mars/Olympus:20261225T090000"),
            event("DTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261224"),
            event("DTSTART:20261225T080000Z"),
            event("DTEND;VALUE=DATE:20261225"),
            event("DTSTART;VALUE=DATE:20261225\r\nDTEND:20261226T080000Z"),
            event("nothing"),
            event("DTSTART;VALUE=DATE:20261225\r\nRRULE:FREQ=YEARLY").to_lowercase(),
            "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261225\r\n".into(),
        ];
        for events in wrong {
            assert!(read(&events).is_err(), "{events}");
        }
        for whole in ["", "BEGIN:VCALENDAR", "END:VCALENDAR", "\u{feff}BEGIN:VCALENDAR\nEND:VCALENDAR", "<html>"] {
            assert!(Holiday::read(whole.as_bytes()).is_err(), "{whole}");
        }
        assert!(Holiday::read(&[0xff, 0xfe]).is_err());
        let many = event("DTSTART;VALUE=DATE:20261225").repeat(MOST + 2);
        assert!(read(&many).is_err());
    }
}
