//! From when until when: every served certificate is valid, and for long enough.

use jiff::{SignedDuration, Timestamp};

use super::{
    across::{Verdict, across, label, whole},
    seen::{Chain, Seen, Validity},
};
use crate::model::{CLOCK_TOLERANCE, Expectation, Period};

/// Never more than this is demanded unless `min-remaining` says so.
const MOST: SignedDuration = SignedDuration::from_hours(14 * 24);

/// No certificate is from the future.
pub(super) fn started(seen: &Seen, at: Timestamp) -> Expectation {
    let expectation = Expectation::new("started", "Start of validity").wanted("in the past, for every certificate");
    across(expectation, seen, |chain| {
        let early = dated(chain).filter(|(_, validity)| validity.not_before.duration_since(at) > CLOCK_TOLERANCE.signed()).map(
            |(label, validity)| {
                format!("{label} is not valid before {}, in {}", validity.not_before, Period::between(at, validity.not_before))
            },
        );
        let early: Vec<String> = early.collect();
        let fine = chain.certificates.first().map_or_else(String::new, |leaf| format!("leaf since {}", leaf.not_before));
        if early.is_empty() { whole(chain, fine) } else { Verdict::Unmet(early.join("; ")) }
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
    let tightest = seen.chains.iter().flat_map(|chain| terms(chain, min_remaining, at)).min_by_key(Term::margin);
    let judged = across(expectation, seen, |chain| judge(chain, &terms(chain, min_remaining, at), at));
    match tightest {
        Some(term) => judged.bound(">=", term.needed.as_secs(), Some(term.left.as_secs().into()), "s"),
        None => judged,
    }
}

fn judge(chain: &Chain, terms: &[Term], at: Timestamp) -> Verdict {
    let short: Vec<String> = terms.iter().filter(|term| term.margin().is_negative()).map(|term| term.said(at)).collect();
    match terms.iter().min_by_key(|term| term.margin()) {
        _ if !short.is_empty() => Verdict::Unmet(short.join("; ")),
        Some(term) => whole(chain, format!("{} until {}, at least {} wanted", period(term.left), term.end, period(term.needed))),
        None => Verdict::Open("there is no certificate".into()),
    }
}

/// How long one certificate has, and should have.
struct Term {
    label: String,
    end: Timestamp,
    left: SignedDuration,
    needed: SignedDuration,
}

impl Term {
    fn margin(&self) -> SignedDuration {
        self.left.saturating_sub(self.needed)
    }

    /// What is wrong with it.
    fn said(&self, at: Timestamp) -> String {
        let Self { label, end, left, needed } = self;
        if left.is_negative() {
            format!("{label} expired {} ago, on {end}", Period::between(*end, at))
        } else {
            format!("{} of at least {} ({label}, until {end})", period(*left), period(*needed))
        }
    }
}

/// Every served certificate, and the root where its dates are known: other clients than webpki ask for them.
fn dated(chain: &Chain) -> impl Iterator<Item = (String, Validity)> {
    let served = chain.certificates.iter().enumerate().map(|(position, certificate)| {
        (label(position, certificate), Validity { not_before: certificate.not_before, not_after: certificate.not_after })
    });
    let root = chain.root.iter().filter_map(|root| Some((format!("root `{}` of the CA file", root.subject), root.validity?)));
    served.chain(root)
}

fn terms(chain: &Chain, min_remaining: Option<Period>, at: Timestamp) -> Vec<Term> {
    let term = |(label, Validity { not_before, not_after }): (String, Validity)| Term {
        label,
        end: not_after,
        left: not_after.duration_since(at),
        needed: min_remaining
            .map_or_else(|| MOST.min(not_after.duration_since(not_before) * 3 / 20).max(SignedDuration::ZERO), Period::signed),
    };
    dated(chain).map(term).collect()
}

fn period(duration: SignedDuration) -> Period {
    Period::from(std::time::Duration::try_from(duration).unwrap_or_default())
}
