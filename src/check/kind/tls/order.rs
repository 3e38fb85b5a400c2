//! The certificates come in the order that TLS 1.2 demands.

use super::{
    across::{Verdict, across, label, whole},
    seen::{Chain, Seen},
};
use crate::model::Expectation;

/// Each certificate is followed by its issuer's (RFC 5246, section 7.4.2); nothing else is there. The root may be.
pub(super) fn judge(seen: &Seen) -> Expectation {
    let expectation = Expectation::new("order", "Order of the certificates").wanted("each followed by that of its issuer, nothing else");
    across(expectation, seen, |chain| {
        let in_order = chain.path.iter().enumerate().all(|(place, at)| place == *at);
        if chain.path.len() == chain.certificates.len() && in_order {
            return whole(chain, format!("{} in order", chain.sent));
        }
        let strangers = (0..chain.certificates.len()).filter(|at| !chain.path.contains(at));
        let mut flaws: Vec<String> = strangers.map(|at| stranger(chain, at)).collect();
        let sequence: Vec<usize> = chain.path.iter().map(|at| at + 1).collect();
        if !chain.path.is_sorted() {
            flaws.push(format!("the right order of those sent would be {}", joined(&sequence)));
        }
        Verdict::Unmet(flaws.join("; "))
    })
}

fn stranger(chain: &Chain, at: usize) -> String {
    let certificate = &chain.certificates[at];
    let label = label(at, certificate);
    if chain.certificates[..at].iter().any(|earlier| earlier.fingerprint == certificate.fingerprint) {
        format!("{label} is sent twice")
    } else {
        format!("{label} issued none of the others")
    }
}

fn joined(positions: &[usize]) -> String {
    positions.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
}
