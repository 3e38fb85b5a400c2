//! webpki's verdict on a chain and on a name, one apart from the other.

use rustls::{
    Error, RootCertStore,
    client::{verify_server_cert_signed_by_trust_anchor, verify_server_name},
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};

use super::provider;

/// Whether `chain`, its leaf first, leads to one of `roots` as of `at`, using these certificates and no others: nothing is
/// fetched, as OpenSSL, Go, Java and rustls clients do not fetch.
pub fn verify_chain(roots: &RootCertStore, chain: &[CertificateDer<'_>], at: UnixTime) -> Result<(), Error> {
    let (leaf, intermediates) = chain.split_first().ok_or(Error::NoCertificatesPresented)?;
    let leaf = ParsedCertificate::try_from(leaf)?;
    verify_server_cert_signed_by_trust_anchor(&leaf, roots, intermediates, at, provider().signature_verification_algorithms.all)
}

/// Whether `leaf` stands for `name` (RFC 9525: alternative names only, one label for a wildcard).
pub fn verify_name(leaf: &CertificateDer<'_>, name: &ServerName<'_>) -> Result<(), Error> {
    verify_server_name(&ParsedCertificate::try_from(leaf)?, name)
}
