//! The way from the leaf upwards through what was sent, and where it meets a trusted root.

use x509_parser::{certificate::X509Certificate, error::X509Error, prelude::FromDer as _, x509::SubjectPublicKeyInfo};

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
    let others = (of + 1..certificates.len()).chain(0..of).filter(|at| !taken.contains(at) && certificates[*at].as_raw() != child.as_raw());
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

/// The first root of the store that bears the name of an issuer on the way.
pub(super) fn root(certificates: &[X509Certificate<'_>], path: &[usize], roots: &Roots<'_>) -> Option<Root> {
    path.iter().map(|at| (*at, certificates[*at].issuer())).find(|(_, issuer)| roots.bears(issuer)).map(|(issued, issuer)| Root {
        subject: name(issuer),
        issued,
        key: roots.keys(issuer).next().and_then(|der| SubjectPublicKeyInfo::from_der(&der).ok().map(|(_, key)| algorithm::key(&key))),
        validity: roots.read(issuer.as_raw()).map(|root| root.validity),
        flaw: roots.read(issuer.as_raw()).and_then(|root| root.flaw.clone()),
    })
}
