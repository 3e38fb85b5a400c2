//! The times of an `allowed_signers` file: `YYYYMMDD[HHMM[SS]][Z]` (ssh-keygen(1)).

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// The moment `text` means, and whether that depends on `zone`: it does where no `Z` stands at the end.
pub(in crate::ledger::signing) fn moment(text: &str, zone: &TimeZone) -> Option<(Timestamp, bool)> {
    let utc = text.strip_suffix(['Z', 'z']).or_else(|| text.strip_suffix("UTC"));
    let digits = utc.unwrap_or(text);
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) || !matches!(digits.len(), 8 | 12 | 14) {
        return None;
    }
    let part = |from: usize, to: usize| digits.get(from..to).map_or(Some(0), |part| part.parse::<i8>().ok());
    let year = digits[..4].parse().ok()?;
    let local = DateTime::new(year, part(4, 6)?, part(6, 8)?, part(8, 10)?, part(10, 12)?, part(12, 14)?, 0).ok()?;
    let zone = if utc.is_some() { &TimeZone::UTC } else { zone };
    // In the hour that a clock change skips or repeats, as mktime(3) mostly does.
    let moment = zone.to_ambiguous_timestamp(local).compatible().ok()?;
    Some((moment, utc.is_none()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_three_lengths_here_and_in_utc() {
        let east = TimeZone::fixed(jiff::tz::offset(2));
        for (text, moment_wanted, local) in [
            ("20260301", "2026-02-28T22:00:00Z", true),
            ("20260301Z", "2026-03-01T00:00:00Z", false),
            ("20260301UTC", "2026-03-01T00:00:00Z", false),
            ("202603011530Z", "2026-03-01T15:30:00Z", false),
            ("20260301153059", "2026-03-01T13:30:59Z", true),
        ] {
            let (at, is_local) = moment(text, &east).expect(text);
            assert_eq!((at.to_string().as_str(), is_local), (moment_wanted, local), "{text}");
        }
        for wrong in ["", "Z", "2026", "2026-03-01", "20260231", "2026030125", "202603012500", "20260301 ", "２０２６０３０１"] {
            assert_eq!(moment(wrong, &east), None, "{wrong}");
        }
    }
}
