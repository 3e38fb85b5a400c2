//! Reads a chain as it was sent, and asks webpki about it.

use std::time::Duration;

use jiff::Timestamp;
use rustls::{
    CertificateError, Error, RootCertStore,
    pki_types::{CertificateDer, UnixTime},
};
use url::Host;
use x509_parser::certificate::X509Certificate;

use super::{
    certificate::{names, read, short, shown},
    constraints::beyond,
    named::stands_for,
    path::{root, upwards},
    profile::flaws,
    roots::Roots,
    seen::{Chain, Refusal, Trust},
};
use crate::net::tls::{verify_chain, verify_name};

/// The most certificates that are looked at one by one. webpki gets them all.
const MOST: usize = 10;

/// What `sent`, its leaf first, is as of `at`, for a client that trusts `roots` and asks for `name`.
pub(super) fn look(sent: &[CertificateDer<'_>], name: Option<&Host>, roots: &Roots<'_>, at: Timestamp) -> Chain {
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
        named_by: name.and_then(|name| named_by(sent, &leaf_names, name)),
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
