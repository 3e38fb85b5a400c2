//! From when until when: every served certificate is valid, and for long enough.

use jiff::{SignedDuration, Timestamp};

use super::{
    across::{Verdict, across, each, label, whole},
    seen::{Certificate, Chain, Seen},
};
use crate::model::{Expectation, Period};

/// Clocks of clients and CAs differ by so much.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Never more than this is demanded unless `min-remaining` says so.
const MOST: SignedDuration = SignedDuration::from_hours(14 * 24);

/// No certificate is from the future.
pub(super) fn started(seen: &Seen, at: Timestamp) -> Expectation {
    let expectation = Expectation::new("started", "Start of validity").wanted("in the past, for every certificate");
    across(expectation, seen, |chain| {
        let fine = chain.certificates.first().map_or_else(String::new, |leaf| format!("leaf since {}", leaf.not_before));
        each(chain, &fine, |position, certificate| {
            let ahead = certificate.not_before.duration_since(at);
            (ahead > SKEW).then(|| {
                let label = label(position, certificate);
                format!("{label} is not valid before {}, in {}", certificate.not_before, Period::between(at, certificate.not_before))
            })
        })
    })
}

/// No certificate has expired, or will soon. Without `min_remaining` the time demanded scales with the lifetime, since a
/// fixed alarm fits no lifetime but one: the lesser of 14 days and 15 %, which is 14 d of 398 d, 7 d of 47 d, 22 h of 6 d.
pub(super) fn remaining(seen: &Seen, min_remaining: Option<Period>, at: Timestamp) -> Expectation {
    let wanted = match min_remaining {
        Some(period) => format!("at least {period}, for every certificate"),
        None => "at least 14 d, or 15 % of the lifetime where that is less, for every certificate".into(),
    };
    let expectation = Expectation::new("remaining", "Time left").wanted(wanted);
    let tightest = tightest(seen.chains.iter().flat_map(|chain| &chain.certificates), min_remaining, at);
    let judged = across(expectation, seen, |chain| judge(chain, min_remaining, at));
    match tightest {
        Some((left, needed, _)) => judged.bound(">=", needed.as_secs(), Some(left.as_secs().into()), "s"),
        None => judged,
    }
}

fn judge(chain: &Chain, min_remaining: Option<Period>, at: Timestamp) -> Verdict {
    let short = |position: usize, certificate: &Certificate| {
        let (left, needed) = (certificate.not_after.duration_since(at), needed(certificate, min_remaining));
        let label = label(position, certificate);
        if left.is_negative() {
            Some(format!("{label} expired {} ago, on {}", Period::between(certificate.not_after, at), certificate.not_after))
        } else {
            (left < needed).then(|| {
                let (left, needed) = (Period::between(at, certificate.not_after), period(needed));
                format!("{left} of at least {needed} ({label}, until {})", certificate.not_after)
            })
        }
    };
    let fine = tightest(&chain.certificates, min_remaining, at).map_or_else(String::new, |(left, needed, certificate)| {
        format!("{} until {}, at least {} wanted", period(left), certificate.not_after, period(needed))
    });
    match each(chain, &fine, short) {
        Verdict::Met(fine) => whole(chain, fine),
        other => other,
    }
}

/// The certificate with the least margin: how long it has, and should have.
fn tightest<'a>(
    certificates: impl IntoIterator<Item = &'a Certificate>,
    min_remaining: Option<Period>,
    at: Timestamp,
) -> Option<(SignedDuration, SignedDuration, &'a Certificate)> {
    let measured = certificates
        .into_iter()
        .map(|certificate| (certificate.not_after.duration_since(at), needed(certificate, min_remaining), certificate));
    measured.min_by_key(|(left, needed, _)| left.saturating_sub(*needed))
}

fn needed(certificate: &Certificate, min_remaining: Option<Period>) -> SignedDuration {
    match min_remaining {
        Some(period) => period.signed(),
        None => MOST.min(certificate.not_after.duration_since(certificate.not_before) * 3 / 20),
    }
}

fn period(duration: SignedDuration) -> Period {
    Period::from(std::time::Duration::try_from(duration).unwrap_or_default())
}
