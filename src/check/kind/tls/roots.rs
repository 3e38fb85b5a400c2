//! The roots that are trusted: the host's, or those of a file, of which more is known than name and key.

use std::{borrow::Cow, path::Path};

use rustls::RootCertStore;
use x509_parser::{certificate::X509Certificate, extensions::ParsedExtension, x509::X509Name};

use super::{
    certificate::{instant, read, short},
    seen::Validity,
};
use crate::{
    check::{Context, Unseen},
    net::tls::pem_certificates,
};

/// Extensions that clients understand, and may therefore be marked critical: key usage, alternative names, basic and name
/// constraints, policies and their mappings and constraints, extended key usage.
const UNDERSTOOD: [&str; 9] =
    ["2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.30", "2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.37", "2.5.29.54"];

/// Trusted roots.
pub(super) struct Roots<'a> {
    pub(super) store: Cow<'a, RootCertStore>,
    /// Those of a file. webpki asks a root for nothing but its name and key, other clients do.
    read: Vec<Read>,
}

/// A root of a file.
pub(super) struct Read {
    name: Vec<u8>,
    pub(super) validity: Validity,
    /// Why OpenSSL refuses it.
    pub(super) flaw: Option<String>,
}

impl<'a> Roots<'a> {
    /// Those of `ca_file`, else the host's.
    pub(super) fn of(ca_file: Option<&Path>, cx: &'a Context) -> Result<Self, Unseen> {
        let Some(file) = ca_file else { return Ok(Self { store: Cow::Borrowed(cx.shared.reach.roots()), read: Vec::new() }) };
        let file = cx.path(file);
        let certificates = pem_certificates(&file).map_err(|why| Unseen::Unknown(format!("the CA file {why}")))?;
        let store = cx.shared.reach.file_roots(&file).map_err(|error| Unseen::Unknown(error.to_string()))?;
        let read = certificates.iter().filter_map(|der| {
            let x509 = read(der).ok()?;
            let validity = Validity { not_before: instant(x509.validity().not_before), not_after: instant(x509.validity().not_after) };
            Some(Read { name: x509.subject().as_raw().to_vec(), validity, flaw: flaw(&x509) })
        });
        Ok(Self { store: Cow::Owned(store), read: read.collect() })
    }

    /// The public keys of the roots of this name.
    pub(super) fn keys(&self, name: &X509Name<'_>) -> impl Iterator<Item = Vec<u8>> {
        let name = content(name.as_raw());
        let named = self.store.roots.iter().filter(move |anchor| Some(anchor.subject.as_ref()) == name);
        named.map(|anchor| sequence(anchor.subject_public_key_info.as_ref()))
    }

    /// The root of a file of this name, as encoded; of several, the one without a flaw that lasts longest.
    pub(super) fn read(&self, name: &[u8]) -> Option<&Read> {
        self.read.iter().filter(|root| root.name == name).max_by_key(|root| (root.flaw.is_none(), root.validity.not_after))
    }
}

/// Why OpenSSL, as it is used by default, refuses a root that webpki takes.
fn flaw(root: &X509Certificate<'_>) -> Option<String> {
    let unknown = root.extensions().iter().find(|one| one.critical && !UNDERSTOOD.contains(&one.oid.to_id_string().as_str()));
    let no_issuer = root.key_usage().ok().flatten().is_some_and(|usage| !usage.value.key_cert_sign()) && root.is_ca();
    let said = |is: bool, what: &str| is.then(|| what.to_owned());
    let unknown = unknown.map(|one| format!("has a critical extension {} that clients do not know", short(&one.oid.to_id_string(), 64)));
    unknown
        .or_else(|| said(root.subject().as_raw() == [0x30, 0], "has no name"))
        .or_else(|| said(no_issuer, "may not sign certificates, by its own words"))
        .or_else(|| said(names_another_issuer(root), "is issued by itself and names another key or number as its issuer's"))
}

/// Whether the authority key identifier (RFC 5280, 4.2.1.1) of a self-issued root is not its own.
fn names_another_issuer(root: &X509Certificate<'_>) -> bool {
    if root.subject().as_raw() != root.issuer().as_raw() {
        return false;
    }
    let (mut authority, mut own) = (None, None);
    for extension in root.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(found) => authority = Some(found),
            ParsedExtension::SubjectKeyIdentifier(found) => own = Some(found.0),
            _ => {}
        }
    }
    authority.is_some_and(|authority| {
        let key = authority.key_identifier.as_ref().zip(own).is_some_and(|(key, own)| key.0 != own);
        key || authority.authority_cert_serial.is_some_and(|serial| serial != root.raw_serial())
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

/// The DER sequence of this content, of less than 64 KiB.
fn sequence(content: &[u8]) -> Vec<u8> {
    let [.., high, low] = content.len().to_be_bytes();
    [&[0x30, 0x82, high, low], content].concat()
}
