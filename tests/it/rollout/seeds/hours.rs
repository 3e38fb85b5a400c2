//! When people begin something.

use jiff::{SignedDuration, Timestamp, civil::Weekday, tz::TimeZone};

pub(super) fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

/// Nine in the morning of a Monday.
pub(super) fn monday_before(at: Timestamp) -> Timestamp {
    let mut day = at.to_zoned(TimeZone::UTC).date();
    while day.weekday() != Weekday::Monday {
        day = day.yesterday().expect("a day");
    }
    day.at(9, 0, 0, 0).to_zoned(TimeZone::UTC).expect("a time").timestamp()
}

/// The next moment at which people begin something.
pub(super) fn working_hours(at: Timestamp) -> Timestamp {
    let at = at.to_zoned(TimeZone::UTC);
    let weekend = |at: &jiff::Zoned| matches!(at.weekday(), Weekday::Saturday | Weekday::Sunday);
    if !weekend(&at) && (9..18).contains(&at.hour()) {
        return at.timestamp();
    }
    let mut day = if at.hour() < 9 && !weekend(&at) { at.date() } else { at.date().tomorrow().expect("a day") };
    while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
        day = day.tomorrow().expect("a day");
    }
    day.at(9, 1, 0, 0).to_zoned(TimeZone::UTC).expect("a time").timestamp()
}
