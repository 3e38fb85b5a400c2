//! What the CA/Browser Forum demands of certificates that browsers trust (TLS Baseline Requirements 2.2.6).

use std::net::IpAddr;

use jiff::Timestamp;
use x509_parser::{
    certificate::X509Certificate,
    extensions::{GeneralName, ParsedExtension},
};

use super::{
    across::{Verdict, across, label, whole},
    certificate::{AltName, names, short},
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

/// Where a leaf departs from what public ones must be (section 7.1.2.7), as fragments, at most twelve; lifetime and key apart.
pub(super) fn flaws(leaf: &X509Certificate<'_>) -> Vec<String> {
    let mut flaws = Vec::new();
    if leaf.version().0 != 2 {
        flaws.push(format!("it is an X.509 v{} certificate, not v3", leaf.version().0.saturating_add(1)));
    }
    let serial: Vec<u8> = leaf.raw_serial().iter().copied().skip_while(|byte| *byte == 0).collect();
    if serial.is_empty() || leaf.raw_serial().first().is_some_and(|first| first & 0x80 != 0) || serial.len() > 20 {
        flaws.push("its serial number is not a positive number of at most 159 bits".into());
    } else if serial.len() < 8 {
        flaws.push("its serial number has less than 64 bits".into());
    }
    match leaf.extended_key_usage() {
        Ok(Some(usage)) if usage.value.any => flaws.push("it may be used for any purpose".into()),
        Ok(Some(usage)) if usage.value.server_auth => {}
        _ => flaws.push("it does not name server authentication as its purpose".into()),
    }
    if leaf.is_ca() {
        flaws.push("it is a CA certificate".into());
    }
    flaws.extend(name_flaws(leaf));
    flaws.truncate(12);
    flaws
}

fn name_flaws(leaf: &X509Certificate<'_>) -> Vec<String> {
    let mut flaws = Vec::new();
    let names = names(leaf);
    if names.is_empty() {
        flaws.push("it has no alternative name".into());
    }
    flaws.extend(names.iter().filter_map(|name| flaw(name).map(|why| format!("its name {} {why}", short(&name.to_string(), 100)))));
    let is_empty = leaf.subject().iter_attributes().next().is_none();
    let critical = leaf.extensions().iter().any(|extension| {
        extension.critical
            && matches!(extension.parsed_extension(), ParsedExtension::SubjectAlternativeName(found)
                if found.general_names.iter().all(|name| !matches!(name, GeneralName::Invalid(..))))
    });
    if critical != is_empty && !names.is_empty() {
        flaws.push("its alternative names must be critical if its subject is empty, and only then".into());
    }
    for common in leaf.subject().iter_common_name().filter_map(|common| common.as_str().ok()) {
        if !names.iter().any(|name| name.to_string().eq_ignore_ascii_case(common)) {
            flaws.push(format!("its common name {} is not among its alternative names", short(common, 100)));
        }
    }
    flaws
}

fn flaw(name: &AltName) -> Option<&'static str> {
    match name {
        AltName::Other(_) => Some("is neither a host name nor an address"),
        AltName::Ip(ip) => is_reserved(*ip).then_some("is a reserved address"),
        AltName::Dns(name) => {
            let host = name.strip_prefix("*.").unwrap_or(name);
            let last = host.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
            if host.contains('*') {
                Some("has a `*` that is not its whole first label")
            } else if host.contains('_') {
                Some("has an underscore")
            } else if host.ends_with('.') {
                Some("ends with a dot")
            } else if !host.contains('.')
                || ["local", "localhost", "internal", "test", "invalid", "example", "lan", "home", "corp"].contains(&last.as_str())
            {
                Some("is internal")
            } else {
                (last == "arpa").then_some("is a reverse-lookup name")
            }
        }
    }
}

fn is_reserved(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified() || ip.is_documentation(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn public_names_are_public() {
        for name in ["api.example.com", "*.example.com", "xn--bcher-kva.example.org"] {
            assert_eq!(flaw(&AltName::Dns(name.into())), None, "{name}");
        }
        for name in ["db", "*.corp", "a_b.example.com", "example.com.", "x.internal", "a.*.example.com", "1.0.10.in-addr.arpa"] {
            assert!(flaw(&AltName::Dns(name.into())).is_some(), "{name}");
        }
        assert!(flaw(&AltName::Ip(IpAddr::from([10, 0, 0, 7]))).is_some());
        assert_eq!(flaw(&AltName::Ip(IpAddr::from([1, 1, 1, 1]))), None);
    }
}
