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
    let demanding: Vec<_> = leaves.iter().filter(|(_, leaf)| leaf.must_staple).collect();
    let flaw = |(endpoint, _): &&(&Endpoint, &Certificate)| {
        let why =
            endpoint.staple.as_ref().map_or_else(|| Some("none, though the certificate demands one".into()), |staple| useless(staple, at));
        why.map(|why| format!("{why} (on {})", endpoint.address))
    };
    let flaws: Vec<String> = demanding.iter().copied().filter_map(|one| flaw(&one)).collect();
    match (leaves.is_empty(), flaws.as_slice(), demanding.is_empty()) {
        (true, ..) => expectation.undetermined("no certificate was shown"),
        (_, [], true) => expectation.got("not demanded").met(true),
        (_, [], false) => expectation.got("a fresh one").met(true),
        (_, flaws, _) => expectation.got(flaws.join("; ")).met(false),
    }
}

/// What a staple says, where there is one: nothing is demanded of what nobody stapled. One that is useless is refused too:
/// some clients take it for an attack.
pub(super) fn revocation(seen: &Seen, at: Timestamp) -> Option<Expectation> {
    let expectation = Expectation::new("revocation", "Status in the stapled OCSP response").wanted("good");
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for (endpoint, leaf) in leaves(seen) {
        let address = &endpoint.address;
        match &endpoint.staple {
            None => {}
            Some(Staple::Response { status, .. }) if status == "revoked" => bad.push(format!("revoked (on {address})")),
            Some(staple) => match useless(staple, at) {
                // Where it is demanded, `must-staple` says so already.
                Some(_) if leaf.must_staple => {}
                Some(why) => bad.push(format!("{why} (on {address})")),
                None => good.push(format!("good (on {address})")),
            },
        }
    }
    match (good.as_slice(), bad.as_slice()) {
        ([], []) => None,
        (_, [_, ..]) => Some(expectation.got(bad.join("; ")).met(false)),
        (_, []) => Some(expectation.got(good.join("; ")).met(true)),
    }
}

/// Why a staple helps nobody as of `at`.
fn useless(staple: &Staple, at: Timestamp) -> Option<String> {
    match staple {
        Staple::Useless(why) => Some(format!("a useless one: {why}")),
        Staple::Response { this_update, .. } if *this_update > at => Some(format!("one that is not valid before {this_update}")),
        Staple::Response { next_update: Some(until), .. } if *until < at => {
            Some(format!("one that is out of date since {until}, {} ago", Period::between(*until, at)))
        }
        Staple::Response { status, .. } if status == "unknown" => Some("one of a responder that does not know the certificate".into()),
        Staple::Response { .. } => None,
    }
}
