//! The way from the leaf upwards through what was sent, and where it meets a trusted root.

use rustls::RootCertStore;
use x509_parser::certificate::X509Certificate;

use super::{
    certificate::{is_self_signed, name},
    seen::Root,
};

/// Positions from the leaf upwards: each next one certified the one before, by name and, where it can be verified, by
/// signature. Ends at a self-signed certificate, where no issuer was sent, or before a circle.
pub(super) fn upwards(certificates: &[X509Certificate<'_>]) -> Vec<usize> {
    let mut path = Vec::new();
    let mut next = (!certificates.is_empty()).then_some(0);
    while let Some(at) = next {
        path.push(at);
        next = if is_self_signed(&certificates[at]) { None } else { issuer(certificates, at, &path) };
    }
    path
}

fn issuer(certificates: &[X509Certificate<'_>], of: usize, taken: &[usize]) -> Option<usize> {
    let child = &certificates[of];
    let named = |at: &usize| {
        !taken.contains(at) && certificates[*at].subject().as_raw() == child.issuer().as_raw() && !same(&certificates[*at], child)
    };
    let signed = |at: &usize| child.verify_signature(Some(certificates[*at].public_key())).is_ok();
    // Servers send issuers in order: look behind the certificate first.
    let all: Vec<usize> = (of + 1..certificates.len()).chain(0..of).filter(named).collect();
    all.iter().copied().find(signed).or_else(|| all.first().copied())
}

fn same(one: &X509Certificate<'_>, other: &X509Certificate<'_>) -> bool {
    one.as_raw() == other.as_raw()
}

/// The first root of the store that bears the name of an issuer on the way.
pub(super) fn root(certificates: &[X509Certificate<'_>], path: &[usize], roots: &RootCertStore) -> Option<Root> {
    path.iter().find_map(|at| {
        let issuer = certificates[*at].issuer();
        let bare = content(issuer.as_raw())?;
        roots.roots.iter().any(|anchor| anchor.subject.as_ref() == bare).then(|| Root { subject: name(issuer), issued: *at })
    })
}

/// The content of a DER sequence: trust anchors are kept without its head.
fn content(der: &[u8]) -> Option<&[u8]> {
    match der {
        [0x30, length @ 0..=0x7f, rest @ ..] => rest.get(..usize::from(*length)),
        [0x30, 0x81, length, rest @ ..] => rest.get(..usize::from(*length)),
        [0x30, 0x82, high, low, rest @ ..] => rest.get(..usize::from(u16::from_be_bytes([*high, *low]))),
        _ => None,
    }
}
