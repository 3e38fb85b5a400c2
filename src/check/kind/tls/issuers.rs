//! What certificates may be used for, the leaf by a server and the others to issue, and in which order they are served.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    across::{Verdict, across, each, label, whole},
    seen::{Chain, Seen},
};
use crate::model::Expectation;

/// The leaf, and each issuer that says so at all, is for servers.
pub(super) fn purpose(seen: &Seen) -> Expectation {
    let expectation = Expectation::new("eku", "Extended key usage").wanted("server authentication, or no restriction");
    across(expectation, seen, |chain| {
        let of_leaf = chain.certificates.first().and_then(|leaf| leaf.purposes.as_ref());
        let fine = of_leaf.map_or_else(|| "no restriction".into(), |all| all.join(", "));
        each(chain, &fine, |at, certificate| {
            let purposes = certificate.purposes.as_ref().filter(|_| chain.path.contains(&at))?;
            let is_for_servers = purposes.iter().any(|purpose| purpose == "server");
            (!is_for_servers).then(|| format!("{} is for {}", label(at, certificate), said(purposes)))
        })
    })
}

fn said(purposes: &[String]) -> String {
    if purposes.is_empty() { "nothing".into() } else { format!("{} only", purposes.join(", ")) }
}

/// The leaf is no CA, and each of its issuers is one.
pub(super) fn ca(seen: &Seen) -> Expectation {
    let expectation = Expectation::new("ca", "CA certificates").wanted("the issuers, and not the leaf");
    across(expectation, seen, |chain| {
        each(chain, "the issuers, and not the leaf", |at, certificate| {
            let label = || label(at, certificate);
            match chain.path.iter().position(|on_path| *on_path == at)? {
                0 if certificate.ca => Some(format!("{} is a CA certificate", label())),
                0 => None,
                _ if !certificate.ca => Some(format!("{} is no CA certificate, yet issued another", label())),
                _ if certificate.signs_certificates == Some(false) => Some(format!("{} has a key that may not sign certificates", label())),
                _ => None,
            }
        })
    })
}

/// No issuer has more CA certificates below it than it allows.
pub(super) fn path_length(seen: &Seen) -> Expectation {
    let expectation = Expectation::new("path-length", "Path length").wanted("within what each issuer allows");
    across(expectation, seen, |chain| {
        let fine = format!("{} certificates on the way", chain.path.len());
        each(chain, &fine, |at, certificate| {
            let place = chain.path.iter().position(|on_path| *on_path == at)?;
            let (allowed, below) = (certificate.path_length? as usize, place.saturating_sub(1));
            (below > allowed).then(|| format!("{} allows {allowed} CA certificates below it and has {below}", label(at, certificate)))
        })
    })
}

/// The leaf has no name that an issuer excludes.
pub(super) fn name_constraints(seen: &Seen) -> Expectation {
    let expectation = Expectation::new("name-constraints", "Name constraints of the issuers").wanted("every name of the leaf permitted");
    across(expectation, seen, |chain: &Chain| {
        if chain.beyond_constraints.is_empty() {
            Verdict::Met("every name of the leaf is permitted".into())
        } else {
            Verdict::Unmet(format!("excluded are {}", chain.beyond_constraints.join(", ")))
        }
    })
}

/// In which order the certificates must be served.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Order {
    /// Each certificate is followed by that of its issuer, and nothing else is sent; the root may be.
    #[default]
    Strict,
    /// Only the leaf must be first.
    Any,
}

/// Each certificate is followed by its issuer's (RFC 5246, section 7.4.2); nothing else is there. The root may be.
pub(super) fn order(seen: &Seen) -> Expectation {
    let expectation = Expectation::new("order", "Order of the certificates").wanted("each followed by that of its issuer, nothing else");
    across(expectation, seen, |chain| {
        let in_order = chain.path.iter().enumerate().all(|(place, at)| place == *at);
        if chain.path.len() == chain.certificates.len() && in_order {
            return whole(chain, format!("{} in order", chain.sent));
        }
        let strangers = (0..chain.certificates.len()).filter(|at| !chain.path.contains(at));
        let mut flaws: Vec<String> = strangers.map(|at| stranger(chain, at)).collect();
        let sequence: Vec<String> = chain.path.iter().map(|at| (at + 1).to_string()).collect();
        if !chain.path.is_sorted() {
            flaws.push(format!("the right order of those sent would be {}", sequence.join(", ")));
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
