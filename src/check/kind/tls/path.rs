//! The way from the leaf upwards through what was sent, and where it meets a trusted root.

use x509_parser::{certificate::X509Certificate, error::X509Error};

use super::{
    algorithm,
    certificate::{is_self_signed, name},
    roots::Roots,
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
    // Servers send issuers in order: look behind the certificate first.
    let others = (of + 1..certificates.len()).chain(0..of).filter(|at| !taken.contains(at) && !same(&certificates[*at], child));
    let could: Vec<(usize, Option<bool>)> = others.map(|at| (at, certified(child, &certificates[at]))).collect();
    let of_kind = |wanted| could.iter().find(|(_, could)| *could == wanted).map(|(at, _)| *at);
    of_kind(Some(true)).or_else(|| of_kind(None))
}

/// Whether `issuer` certified `child`: by name, and by signature. `None` where the signature cannot be verified here, for
/// being of an algorithm or with a key that is too weak or too exotic.
pub(super) fn certified(child: &X509Certificate<'_>, issuer: &X509Certificate<'_>) -> Option<bool> {
    if child.issuer().as_raw() != issuer.subject().as_raw() {
        return Some(false);
    }
    match child.verify_signature(Some(issuer.public_key())) {
        Ok(()) => Some(true),
        Err(X509Error::SignatureVerificationError) if !is_weak(issuer) => Some(false),
        Err(_) => None,
    }
}

/// The library does not verify with RSA keys shorter than this, and says that the signature is wrong.
fn is_weak(issuer: &X509Certificate<'_>) -> bool {
    let key = algorithm::key(issuer.public_key());
    key.kind == "RSA" && key.bits < 2048
}

fn same(one: &X509Certificate<'_>, other: &X509Certificate<'_>) -> bool {
    one.as_raw() == other.as_raw()
}

/// The first root of the store that bears the name of an issuer on the way.
pub(super) fn root(certificates: &[X509Certificate<'_>], path: &[usize], roots: &Roots<'_>) -> Option<Root> {
    path.iter().find_map(|at| {
        let issuer = certificates[*at].issuer();
        let bare = content(issuer.as_raw())?;
        roots.store.roots.iter().any(|anchor| anchor.subject.as_ref() == bare).then(|| Root {
            subject: name(issuer),
            issued: *at,
            validity: roots.validity(issuer.as_raw()),
        })
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
