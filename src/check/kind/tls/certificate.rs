//! Reads one certificate.

use std::net::IpAddr;

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use x509_parser::{
    certificate::X509Certificate,
    extensions::{ExtendedKeyUsage, GeneralName},
    prelude::FromDer as _,
    time::ASN1Time,
    x509::X509Name,
};

use super::{algorithm, chain::certified, seen::Certificate};
use crate::model::{Digest, excerpt, plain};

/// The most alternative names that are shown, of a leaf and of an issuer.
const MOST_NAMES: [usize; 2] = [100, 5];

/// The TLS feature extension (RFC 7633).
const TLS_FEATURE: &str = "1.3.6.1.5.5.7.1.24";

/// A certificate, read.
pub(super) fn read<'a>(der: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, String> {
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Ok(certificate),
        Ok(_) => Err("it is followed by bytes that belong to nothing".into()),
        Err(error) => Err(short(&error.to_string(), 120)),
    }
}

/// What the report shows of it.
pub(super) fn shown(der: &CertificateDer<'_>, x509: &X509Certificate<'_>) -> Certificate {
    let names = names(x509);
    let basic = x509.basic_constraints().ok().flatten().map(|found| found.value);
    let is_ca = basic.is_some_and(|basic| basic.ca);
    Certificate {
        subject: name(x509.subject()),
        issuer: name(x509.issuer()),
        serial: short(&x509.raw_serial_as_string(), 80),
        fingerprint: Digest::of(der).to_string(),
        not_before: instant(x509.validity().not_before),
        not_after: instant(x509.validity().not_after),
        names_in_all: names.len(),
        names: names.iter().take(MOST_NAMES[usize::from(is_ca)]).map(|name| short(&name.to_string(), 253)).collect(),
        key: algorithm::key(x509.public_key()),
        signature: algorithm::signature(&x509.signature_algorithm),
        self_signed: is_self_signed(x509),
        ca: is_ca,
        path_length: basic.and_then(|basic| basic.path_len_constraint),
        signs_certificates: x509.key_usage().ok().flatten().map(|usage| usage.value.key_cert_sign()),
        purposes: x509.extended_key_usage().ok().flatten().map(|usage| purposes(usage.value)),
        must_staple: demands_staple(x509),
    }
}

/// Text from a certificate, harmless and short.
pub(super) fn short(text: &str, limit: usize) -> String {
    excerpt(&plain(text).replace(['\n', '\t'], " "), limit)
}

/// A distinguished name as people write it.
pub(super) fn name(name: &X509Name<'_>) -> String {
    short(&name.to_string(), 200)
}

/// An alternative name that TLS clients look at, or any other, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AltName {
    Dns(String),
    Ip(IpAddr),
    Other(String),
}

impl std::fmt::Display for AltName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Dns(name) => f.write_str(name),
            Self::Ip(ip) => write!(f, "{ip}"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

/// Every alternative name.
pub(super) fn names(x509: &X509Certificate<'_>) -> Vec<AltName> {
    let Ok(Some(found)) = x509.subject_alternative_name() else { return Vec::new() };
    let read = |general: &GeneralName<'_>| match general {
        GeneralName::DNSName(name) => AltName::Dns((*name).to_owned()),
        GeneralName::IPAddress(bytes) => ip(bytes).map_or_else(|| AltName::Other("a malformed address".into()), AltName::Ip),
        other => AltName::Other(short(&other.to_string(), 253)),
    };
    found.value.general_names.iter().map(read).collect()
}

fn ip(bytes: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(bytes).map(IpAddr::from).or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

/// A certificate without an end (9999-12-31) lies beyond what a timestamp holds: its last instant stands for it.
pub(super) fn instant(time: ASN1Time) -> Timestamp {
    Timestamp::from_second(time.timestamp()).unwrap_or(if time.timestamp() > 0 { Timestamp::MAX } else { Timestamp::MIN })
}

/// Signed by its own key; where the signature cannot be verified here, its own name as issuer counts.
pub(super) fn is_self_signed(x509: &X509Certificate<'_>) -> bool {
    certified(x509, x509) != Some(false)
}

fn purposes(usage: &ExtendedKeyUsage<'_>) -> Vec<String> {
    let known = [
        (usage.any, "any"),
        (usage.server_auth, "server"),
        (usage.client_auth, "client"),
        (usage.code_signing, "code signing"),
        (usage.email_protection, "e-mail"),
        (usage.time_stamping, "time stamping"),
        (usage.ocsp_signing, "OCSP signing"),
    ];
    let known = known.into_iter().filter(|(is, _)| *is).map(|(_, name)| name.to_owned());
    known.chain(usage.other.iter().take(10).map(|oid| short(&oid.to_id_string(), 64))).collect()
}

/// Whether the TLS features it demands contain `status_request` (5).
fn demands_staple(x509: &X509Certificate<'_>) -> bool {
    let Some(extension) = x509.extensions().iter().find(|extension| extension.oid.to_id_string() == TLS_FEATURE) else { return false };
    let Ok((_, features)) = x509_parser::der_parser::parse_der(extension.value) else { return false };
    features.as_sequence().is_ok_and(|features| features.iter().any(|feature| feature.as_u32() == Ok(5)))
}
