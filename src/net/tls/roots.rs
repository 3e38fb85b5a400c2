//! Trusted roots: the host's, or those of a file, with what the report says of them.

use std::path::Path;

use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};

use super::{LARGEST, TlsError};
use crate::{
    model::{Digest, ProcessEnv, TrustedRoots},
    net::regular_file::read_bytes,
};

/// The variables that name other roots than the system's.
const VARIABLES: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// Roots to trust, and whose they are.
#[derive(Debug, Clone)]
pub struct Roots {
    /// To verify with.
    pub store: RootCertStore,
    /// For the report.
    pub said: TrustedRoots,
}

/// The host's trusted roots: `SSL_CERT_FILE` and `SSL_CERT_DIR`, else the system's store, else Mozilla's as shipped.
pub fn host_roots(env: &ProcessEnv) -> Roots {
    let (mut store, certificates) = (RootCertStore::empty(), host_certificates(env));
    if !names_roots(env) {
        store.add_parsable_certificates(certificates);
        if store.is_empty() {
            store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        return Roots { store, said: TrustedRoots::default() };
    }
    let from: Vec<String> = VARIABLES.iter().filter_map(|name| Some(format!("{name}={}", env.get(name)?))).collect();
    let said = fingerprinted(from.join(", "), &certificates);
    store.add_parsable_certificates(certificates);
    Roots { store, said }
}

/// The certificates of the roots that the host names, or has.
fn host_certificates(env: &ProcessEnv) -> Vec<CertificateDer<'static>> {
    if !names_roots(env) {
        return rustls_native_certs::load_native_certs().certs;
    }
    let [file, dir] = VARIABLES.map(|name| env.get(name).map(Path::new));
    // Opening a pipe would wait for its writer.
    let file = file.filter(|file| !file.exists() || file.is_file());
    rustls_native_certs::load_certs_from_paths(file, dir).certs
}

/// The certificates to trust, those of a PEM file or else the host's, as far as they can be roots; none where the host has none.
pub fn root_certificates(env: &ProcessEnv, file: Option<&Path>) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let mut all = match file {
        Some(file) => certificates(file).map_err(|why| TlsError::CaFile(file.display().to_string(), why))?,
        None => host_certificates(env),
    };
    let mut store = RootCertStore::empty();
    all.retain(|certificate| store.add(certificate.clone()).is_ok());
    match file {
        Some(file) if all.is_empty() => Err(TlsError::CaFile(file.display().to_string(), "it holds no certificate".into())),
        _ => Ok(all),
    }
}

/// Whether the environment names other roots than the system's.
pub fn names_roots(env: &ProcessEnv) -> bool {
    VARIABLES.iter().any(|name| env.get(name).is_some())
}

/// The roots of a PEM file, and no others.
pub fn file_roots(file: &Path) -> Result<Roots, TlsError> {
    let wrong = |why: String| TlsError::CaFile(file.display().to_string(), why);
    let certificates = certificates(file).map_err(wrong)?;
    let said = fingerprinted(file.display().to_string(), &certificates);
    let mut store = RootCertStore::empty();
    for certificate in certificates {
        store.add(certificate).map_err(|error| wrong(error.to_string()))?;
    }
    if store.is_empty() { Err(wrong("it holds no certificate".into())) } else { Ok(Roots { store, said }) }
}

/// The certificates of a PEM file; else what is wrong with it.
pub(super) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let pem = read_bytes(file, LARGEST).map_err(|error| format!("it {error}"))?;
    CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>().map_err(|error: rustls::pki_types::pem::Error| error.to_string())
}

fn fingerprinted(from: String, certificates: &[CertificateDer<'_>]) -> TrustedRoots {
    let mut sorted: Vec<&[u8]> = certificates.iter().map(AsRef::as_ref).collect();
    sorted.sort_unstable();
    sorted.dedup();
    TrustedRoots { from, count: Some(sorted.len()), sha256: Some(Digest::of(&sorted.concat())) }
}
