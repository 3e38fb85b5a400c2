//! The certificate stands for the name that clients use (RFC 9525): a name for a name, an address for an address, a wildcard for
//! exactly one label, and the common name for nothing.

use std::net::IpAddr;

use url::Host;

use super::{
    across::{Verdict, across},
    certificate::AltName,
    seen::{Chain, Seen},
};
use crate::model::{Expectation, first_of};

/// The most names that are listed.
const MOST: usize = 5;

pub(super) fn judge(seen: &Seen, name: &str) -> Expectation {
    let expectation = Expectation::new("name", "Host name").wanted(format!("a certificate for {name}"));
    across(expectation, seen, |chain| match &chain.named_by {
        Some(by) if by == name => Verdict::Met(by.clone()),
        Some(by) => Verdict::Met(format!("{by} stands for {name}")),
        None => Verdict::Unmet(presented(chain)),
    })
}

fn presented(chain: &Chain) -> String {
    let Some(leaf) = chain.certificates.first() else { return "none".into() };
    match leaf.names.as_slice() {
        [] => format!("one without alternative names (`{}`; a common name stands for nothing)", leaf.subject),
        all => format!("one for {}", first_of(all, MOST, leaf.names_in_all, ", ")),
    }
}

/// The alternative name that stands for `host`.
pub(super) fn stands_for<'a>(names: &'a [AltName], host: &Host) -> Option<&'a AltName> {
    names.iter().find(|name| match (name, host) {
        (AltName::Dns(pattern), Host::Domain(host)) => matches(pattern, host),
        (AltName::Ip(ip), Host::Ipv4(host)) => *ip == IpAddr::V4(*host),
        (AltName::Ip(ip), Host::Ipv6(host)) => *ip == IpAddr::V6(*host),
        _ => false,
    })
}

fn matches(pattern: &str, host: &str) -> bool {
    if pattern.eq_ignore_ascii_case(host) {
        return true;
    }
    match (pattern.strip_prefix("*."), host.split_once('.')) {
        (Some(parent), Some((label, rest))) => !label.is_empty() && parent.eq_ignore_ascii_case(rest),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_wildcard_is_one_whole_label() {
        for (pattern, host) in
            [("a.example.com", "A.Example.com"), ("*.example.com", "api.example.com"), ("*.EXAMPLE.com", "x.example.COM")]
        {
            assert!(matches(pattern, host), "{pattern} {host}");
        }
        for (pattern, host) in [
            ("*.example.com", "a.b.example.com"),
            ("*.example.com", "example.com"),
            ("a*.example.com", "api.example.com"),
            ("*.*.example.com", "a.b.example.com"),
            ("api.*.com", "api.example.com"),
            ("*", "localhost"),
            ("example.com", "evil-example.com"),
        ] {
            assert!(!matches(pattern, host), "{pattern} {host}");
        }
    }
}
