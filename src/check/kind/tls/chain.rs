//! Reads a chain as it was sent, follows it from the leaf upwards to where it meets a trusted root, and asks webpki about it.

use std::time::Duration;

use jiff::Timestamp;
use rustls::{
    CertificateError, Error, RootCertStore,
    pki_types::{CertificateDer, UnixTime},
};
use url::Host;
use x509_parser::{certificate::X509Certificate, error::X509Error, prelude::FromDer as _, x509::SubjectPublicKeyInfo};

use super::{
    algorithm,
    certificate::{is_self_signed, name, names, read, short, shown},
    constraints::beyond,
    named::stands_for,
    public::flaws,
    roots::Roots,
    seen::{Chain, Refusal, Root, Trust},
};
use crate::net::tls::{verify_chain, verify_name};

/// The most certificates that are looked at one by one. webpki gets them all.
const MOST: usize = 10;

/// What `sent`, its leaf first, is as of `at`, for a client that trusts `roots` and asks for `host`.
pub(super) fn look(sent: &[CertificateDer<'_>], host: Option<&Host>, roots: &Roots<'_>, at: Timestamp) -> Chain {
    let mut unreadable = None;
    let mut certificates: Vec<(&CertificateDer<'_>, X509Certificate<'_>)> = Vec::new();
    for (position, der) in sent.iter().take(MOST).enumerate() {
        match read(der) {
            Ok(certificate) => certificates.push((der, certificate)),
            Err(why) => {
                unreadable = Some(format!("certificate {} of {} is unreadable: {why}", position + 1, sent.len()));
                break;
            }
        }
    }
    let seen = certificates.iter().map(|(der, x509)| shown(der, x509)).collect();
    let x509: Vec<X509Certificate<'_>> = certificates.into_iter().map(|(_, x509)| x509).collect();
    let path = upwards(&x509);
    let leaf_names = x509.first().map(names).unwrap_or_default();
    let issuers: Vec<&X509Certificate<'_>> = path.iter().skip(1).map(|at| &x509[*at]).collect();
    Chain {
        certificates: seen,
        sent: sent.len(),
        unreadable,
        root: root(&x509, &path, roots),
        trust: trust(sent, &x509, &roots.store, at),
        named_by: host.and_then(|host| named_by(sent, &leaf_names, host)),
        beyond_constraints: beyond(&leaf_names, &issuers),
        profile_flaws: x509.first().map(flaws).unwrap_or_default(),
        path,
    }
}

/// Both must agree: the name read here, and webpki.
fn named_by(sent: &[CertificateDer<'_>], names: &[super::certificate::AltName], host: &Host) -> Option<String> {
    let found = stands_for(names, host)?;
    let name = super::observe::server_name(host).ok()?;
    verify_name(sent.first()?, &name).ok()?;
    Some(short(&found.to_string(), 253))
}

/// webpki stops at its first objection. Where that is a date, it is asked again as of a time when the dates are right, so
/// that an expired certificate does not hide an unknown issuer.
fn trust(sent: &[CertificateDer<'_>], x509: &[X509Certificate<'_>], roots: &RootCertStore, at: Timestamp) -> Trust {
    let ask = |second: i64| {
        let since = Duration::from_secs(u64::try_from(second).unwrap_or(0));
        verify_chain(roots, sent, UnixTime::since_unix_epoch(since)).err().map(refusal)
    };
    let refused = ask(at.as_second());
    let apart_from_dates = refused.clone().filter(Refusal::is_about_dates).and_then(|first| {
        let starts = x509.iter().map(|certificate| certificate.validity().not_before.timestamp());
        let ends = x509.iter().map(|certificate| certificate.validity().not_after.timestamp());
        // When all are valid, if there is such a time; else at the edges of the leaf's own.
        let times = [starts.clone().max(), ends.clone().min(), starts.clone().next(), ends.clone().next()];
        let others = times.into_iter().flatten().map(ask);
        others.into_iter().find(|other| !other.as_ref().is_some_and(Refusal::is_about_dates)).unwrap_or(Some(first))
    });
    Trust { at, refused, apart_from_dates }
}

impl Refusal {
    /// Whether another time would change it.
    pub(super) fn is_about_dates(&self) -> bool {
        matches!(self, Self::Expired | Self::NotValidYet)
    }
}

fn refusal(error: Error) -> Refusal {
    use CertificateError as C;
    let Error::InvalidCertificate(error) = error else { return Refusal::Other(short(&error.to_string(), 160)) };
    match &error {
        C::Expired | C::ExpiredContext { .. } => Refusal::Expired,
        C::NotValidYet | C::NotValidYetContext { .. } => Refusal::NotValidYet,
        C::UnknownIssuer => Refusal::UnknownIssuer,
        C::BadSignature => Refusal::BadSignature,
        C::InvalidPurpose | C::InvalidPurposeContext { .. } => Refusal::WrongPurpose,
        C::UnhandledCriticalExtension => Refusal::CriticalExtension,
        C::UnsupportedSignatureAlgorithmContext { .. } | C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => Refusal::Algorithm,
        other => {
            // webpki's own errors come through as text only.
            let text = other.to_string();
            let known = [
                ("CaUsedAsEndEntity", Refusal::CaAsLeaf),
                ("EndEntityUsedAsCa", Refusal::LeafAsIssuer),
                ("NameConstraintViolation", Refusal::NameConstraint),
                ("PathLenConstraintViolated", Refusal::PathLength),
                ("UnsupportedSignatureAlgorithm", Refusal::Algorithm),
                ("UnsupportedCriticalExtension", Refusal::CriticalExtension),
            ];
            let found = known.into_iter().find(|(word, _)| text.contains(word));
            found.map_or_else(|| Refusal::Other(short(&text, 160)), |(_, refusal)| refusal)
        }
    }
}

/// Positions from the leaf upwards: each next one certified the one before, by name and, where it can be verified, by
/// signature. Ends at a self-signed certificate, where no issuer was sent, or before a circle.
fn upwards(certificates: &[X509Certificate<'_>]) -> Vec<usize> {
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
fn root(certificates: &[X509Certificate<'_>], path: &[usize], roots: &Roots<'_>) -> Option<Root> {
    path.iter().map(|at| (*at, certificates[*at].issuer())).find(|(_, issuer)| roots.keys(issuer).next().is_some()).map(
        |(issued, issuer)| Root {
            subject: name(issuer),
            issued,
            key: roots.keys(issuer).next().and_then(|der| SubjectPublicKeyInfo::from_der(&der).ok().map(|(_, key)| algorithm::key(&key))),
            validity: roots.read(issuer.as_raw()).map(|root| root.validity),
            flaw: roots.read(issuer.as_raw()).and_then(|root| root.flaw.clone()),
        },
    )
}
