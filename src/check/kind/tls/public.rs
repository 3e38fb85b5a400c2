//! What the CA/Browser Forum demands of certificates that browsers trust (TLS Baseline Requirements 2.2.6).

use jiff::Timestamp;

use super::{
    across::{Verdict, across, label, whole},
    seen::{Certificate, Seen},
    strength,
};
use crate::model::Expectation;

/// From when on a certificate may last at most so many days (section 6.3.2); chosen by the start of its validity.
const LIFETIMES: [(&str, i64); 3] = [("2029-03-15T00:00:00Z", 47), ("2027-03-15T00:00:00Z", 100), ("2026-03-15T00:00:00Z", 200)];

/// Before all of these.
const LONGEST: i64 = 398;

/// The leaf lasts no longer than was allowed when it was issued.
pub(super) fn lifetime(seen: &Seen) -> Expectation {
    let expectation = Expectation::new("lifetime", "Lifetime").wanted("within the public limit");
    let leaves = || seen.chains.iter().filter_map(|chain| chain.certificates.first());
    let longest = leaves().map(|leaf| (days(leaf), limit(leaf.not_before))).max_by_key(|(days, limit)| days - limit);
    let judged = across(expectation, seen, |chain| {
        let Some(leaf) = chain.certificates.first() else { return Verdict::Open("there is no leaf".into()) };
        let (days, limit) = (days(leaf), limit(leaf.not_before));
        let text = format!("{days} d, at most {limit} d for one that starts {}", leaf.not_before);
        if days <= limit { Verdict::Met(text) } else { Verdict::Unmet(text) }
    });
    match longest {
        Some((days, limit)) => judged.bound("<=", limit, Some(days.into()), "days"),
        None => judged,
    }
}

/// Both ends count, and a begun day is a day (section 1.6.1, "Validity Period").
fn days(leaf: &Certificate) -> i64 {
    let seconds = leaf.not_after.duration_since(leaf.not_before).as_secs() + 1;
    seconds.div_euclid(86_400) + i64::from(seconds.rem_euclid(86_400) > 0)
}

fn limit(start: Timestamp) -> i64 {
    let since = |text: &str| text.parse::<Timestamp>().is_ok_and(|from| start >= from);
    LIFETIMES.iter().find(|(from, _)| since(from)).map_or(LONGEST, |(_, days)| *days)
}

/// Only RSA and the NIST curves are allowed (section 6.1.1.3), and Ed25519 is not.
pub(super) fn keys(seen: &Seen) -> Expectation {
    let wanted = "RSA of at least 2048 bits, a multiple of 8, with an odd exponent, or P-256, P-384 or P-521";
    across(Expectation::new("public-key", "Key of the leaf").wanted(wanted), seen, |chain| {
        let Some(leaf) = chain.certificates.first() else { return Verdict::Open("there is no leaf".into()) };
        let key = &leaf.key;
        let text = strength::text(key);
        let fine = match key.kind.as_str() {
            "RSA" => {
                key.bits >= 2048 && key.bits.is_multiple_of(8) && key.exponent.is_none_or(|exponent| exponent >= 3 && exponent % 2 == 1)
            }
            kind => ["P-256", "P-384", "P-521"].contains(&kind),
        };
        let exponent = key.exponent.map_or_else(String::new, |exponent| format!(", exponent {exponent}"));
        if fine { Verdict::Met(text) } else { Verdict::Unmet(format!("{text}{exponent}")) }
    })
}

/// The leaf's names, serial number and uses are as they must be (section 7.1.2.7).
pub(super) fn profile(seen: &Seen) -> Expectation {
    across(Expectation::new("public-profile", "Content of the leaf").wanted("as public certificates must be"), seen, |chain| {
        match (chain.profile_flaws.as_slice(), chain.certificates.first()) {
            ([], _) => whole(chain, "as public certificates must be".into()),
            (flaws, leaf) => Verdict::Unmet(format!("{}: {}", leaf.map_or_else(String::new, |leaf| label(0, leaf)), flaws.join(", "))),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::limit;

    #[test]
    fn the_start_of_validity_chooses_the_limit() {
        for (start, days) in [
            ("2020-01-01T00:00:00Z", 398),
            ("2026-03-14T23:59:59Z", 398),
            ("2026-03-15T00:00:00Z", 200),
            ("2027-03-15T00:00:00Z", 100),
            ("2029-03-15T00:00:00Z", 47),
        ] {
            assert_eq!(limit(start.parse().expect("an instant")), days, "{start}");
        }
    }
}
