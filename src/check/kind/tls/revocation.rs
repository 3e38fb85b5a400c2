//! The stapled OCSP response: there where the certificate demands one, fresh, and not saying "revoked".

use jiff::Timestamp;

use super::seen::{Certificate, Endpoint, Seen, Staple};
use crate::model::{Expectation, Period};

/// Each address that showed a chain, with its leaf.
fn leaves(seen: &Seen) -> impl Iterator<Item = (&Endpoint, &Certificate)> {
    seen.endpoints.iter().filter_map(|endpoint| {
        let leaf = seen.chains.get(endpoint.chain?)?.certificates.first()?;
        Some((endpoint, leaf))
    })
}

/// A certificate that demands a staple comes with a usable one. Others need none: CAs have given up OCSP.
pub(super) fn must_staple(seen: &Seen, at: Timestamp) -> Expectation {
    let expectation = Expectation::new("must-staple", "Stapled OCSP response").wanted("a fresh one where the certificate demands it");
    let leaves: Vec<_> = leaves(seen).collect();
    if leaves.is_empty() {
        return expectation.undetermined("no certificate was shown");
    }
    let demanding: Vec<_> = leaves.into_iter().filter(|(_, leaf)| leaf.must_staple).collect();
    let none = || Use::None("none, though the certificate demands one".into());
    let uses = demanding.iter().map(|(endpoint, _)| (*endpoint, endpoint.staple.as_ref().map_or_else(none, |staple| worth(staple, at))));
    judge(expectation, uses, if demanding.is_empty() { "not demanded" } else { "a fresh one" })
}

/// What a staple says, where there is one: nothing is demanded of what nobody stapled. One that is useless is refused too:
/// some clients take it for an attack.
pub(super) fn revocation(seen: &Seen, at: Timestamp) -> Option<Expectation> {
    let expectation = Expectation::new("revocation", "Status in the stapled OCSP response").wanted("good");
    let uses: Vec<_> = leaves(seen)
        .filter_map(|(endpoint, leaf)| Some((endpoint, leaf, worth(endpoint.staple.as_ref()?, at))))
        // Where it is demanded, `must-staple` says so already.
        .filter(|(_, leaf, worth)| !leaf.must_staple || matches!(worth, Use::Good | Use::Revoked))
        .map(|(endpoint, _, worth)| (endpoint, if worth == Use::Revoked { Use::None("revoked".into()) } else { worth }))
        .collect();
    (!uses.is_empty()).then(|| judge(expectation, uses.into_iter(), "good"))
}

fn judge<'a>(expectation: Expectation, uses: impl Iterator<Item = (&'a Endpoint, Use)>, good: &str) -> Expectation {
    let (mut bad, mut open) = (Vec::new(), Vec::new());
    for (endpoint, worth) in uses {
        match worth {
            Use::Good | Use::Revoked => {}
            Use::None(why) => bad.push(format!("{why} (on {})", endpoint.label())),
            Use::Unknown(why) => open.push(format!("{why} (on {})", endpoint.label())),
        }
    }
    match (bad.is_empty(), open.is_empty()) {
        (false, _) => expectation.got(bad.join("; ")).met(false),
        (_, false) => expectation.undetermined(open.join("; ")),
        _ => expectation.got(good).met(true),
    }
}

/// What a staple is worth.
#[derive(PartialEq)]
enum Use {
    Good,
    /// It can be relied on, and says that the certificate is revoked.
    Revoked,
    None(String),
    Unknown(String),
}

fn worth(staple: &Staple, at: Timestamp) -> Use {
    match staple {
        Staple::Useless(why) => Use::None(format!("a useless one: {why}")),
        Staple::Response { status, .. } if status == "revoked" => Use::Revoked,
        Staple::Response { this_update, .. } if *this_update > at => Use::None(format!("one that is not valid before {this_update}")),
        Staple::Response { next_update: Some(until), .. } if *until < at => {
            Use::None(format!("one that is out of date since {until}, {} ago", Period::between(*until, at)))
        }
        Staple::Response { status, .. } if status != "good" => Use::None("one of a responder that does not know the certificate".into()),
        Staple::Response { unproven: Some(why), .. } => Use::Unknown(format!("one of which nothing is proven: {why}")),
        Staple::Response { .. } => Use::Good,
    }
}
