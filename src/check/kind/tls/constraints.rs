//! Names of a leaf that one of its issuers may not vouch for (RFC 5280, section 4.2.1.10).

use std::net::IpAddr;

use x509_parser::{
    certificate::X509Certificate,
    extensions::{GeneralName, GeneralSubtree},
};

use super::certificate::{AltName, short};

/// The most that are named.
const MOST: usize = 10;

/// The most names and constraints that are compared, so that a hostile chain costs little. webpki has its own bound, and
/// refuses a chain beyond it.
const MOST_COMPARED: usize = 1_000;

/// Each of `names` that an issuer excludes, or permits others but not it; with the issuer's name.
pub(super) fn beyond(names: &[AltName], issuers: &[&X509Certificate<'_>]) -> Vec<String> {
    let mut found = Vec::new();
    for issuer in issuers {
        let Ok(Some(constraints)) = issuer.name_constraints() else { continue };
        let permitted: Vec<_> = constraints.value.permitted_subtrees.iter().flatten().take(MOST_COMPARED).collect();
        let excluded: Vec<_> = constraints.value.excluded_subtrees.iter().flatten().take(MOST_COMPARED).collect();
        for name in names.iter().take(MOST_COMPARED) {
            let of_its_kind: Vec<_> = permitted.iter().filter(|tree| is_about(name, tree)).collect();
            let allowed = of_its_kind.is_empty() || of_its_kind.iter().any(|tree| covers(tree, name));
            if !allowed || excluded.iter().any(|tree| covers(tree, name)) {
                found.push(format!("{} by `{}`", short(&name.to_string(), 253), super::certificate::name(issuer.subject())));
            }
        }
    }
    found.truncate(MOST);
    found
}

fn is_about(name: &AltName, tree: &GeneralSubtree<'_>) -> bool {
    matches!((name, &tree.base), (AltName::Dns(_), GeneralName::DNSName(_)) | (AltName::Ip(_), GeneralName::IPAddress(_)))
}

fn covers(tree: &GeneralSubtree<'_>, name: &AltName) -> bool {
    match (&tree.base, name) {
        (GeneralName::DNSName(base), AltName::Dns(name)) => within(name, base),
        (GeneralName::IPAddress(network), AltName::Ip(ip)) => in_network(*ip, network),
        _ => false,
    }
}

/// A base covers itself and everything to the left of it; an empty one covers all; one with a leading dot, which the
/// standard has not but CAs use, only what is left of it.
fn within(name: &str, base: &str) -> bool {
    let (name, base) = (name.to_ascii_lowercase(), base.to_ascii_lowercase());
    if base.is_empty() {
        return true;
    }
    match name.strip_suffix(&base) {
        Some("") => !base.starts_with('.'),
        Some(left) => base.starts_with('.') || left.ends_with('.'),
        None => false,
    }
}

/// `network` is an address and a mask of the same length.
fn in_network(ip: IpAddr, network: &[u8]) -> bool {
    let bytes = match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    let Some((address, mask)) = network.split_at_checked(bytes.len()) else { return false };
    mask.len() == bytes.len() && bytes.iter().zip(address).zip(mask).all(|((byte, address), mask)| byte & mask == address & mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_covers_its_subdomains_only() {
        for (name, base) in
            [("example.com", "example.com"), ("a.example.com", "example.com"), ("a.example.com", ".example.com"), ("any.where", "")]
        {
            assert!(within(name, base), "{name} {base}");
        }
        for (name, base) in [("evilexample.com", "example.com"), ("example.com", ".example.com"), ("example.com", "a.example.com")] {
            assert!(!within(name, base), "{name} {base}");
        }
    }

    #[test]
    fn a_network_covers_its_addresses_only() {
        let network = [10, 1, 0, 0, 255, 255, 0, 0];
        assert!(in_network("10.1.200.3".parse().expect("ip"), &network));
        assert!(!in_network("10.2.0.1".parse().expect("ip"), &network));
        assert!(!in_network("::1".parse().expect("ip"), &network));
    }
}
