//! Where a leaf departs from what the CA/Browser Forum demands of public certificates (TLS Baseline Requirements 2.2.6,
//! section 7.1.2.7). Lifetime and key have expectations of their own.

use std::net::IpAddr;

use x509_parser::{
    certificate::X509Certificate,
    extensions::{GeneralName, ParsedExtension},
};

use super::certificate::{AltName, names, short};

/// Each departure, as a fragment; at most twelve.
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
