//! The certificates of a PEM file.

use std::path::Path;

use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use x509_parser::{certificate::X509Certificate, prelude::FromDer as _};

use super::provider;
use crate::{model::Size, net::regular_file::read_bytes};

/// The most that is read; Mozilla's whole root store is a fifth of it.
const MOST: Size = Size(1 << 20);

/// The certificates of the PEM file, in its order. Whatever else stands there, a key above all, is passed over.
///
/// # Errors
/// Why there are none, as a sentence about `file`.
pub fn pem_certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let name = file.display();
    let pem = read_bytes(file, MOST).map_err(|error| format!("{name} {error}"))?;
    let mut certificates = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        // The reader's own message may quote the file, which may hold a key.
        let position = certificates.len() + 1;
        certificates.push(certificate.map_err(|_| format!("{name} is broken at or before certificate {position}: not valid PEM"))?);
    }
    if certificates.is_empty() { Err(format!("{name} holds no PEM certificate")) } else { Ok(certificates) }
}

/// Whether the private key in the PEM file is that of `leaf`; `None` where the file holds no key. Nothing of the key is kept.
///
/// # Errors
/// Why it cannot be told, as a sentence about `file`.
pub fn is_key_of(file: &Path, leaf: &CertificateDer<'_>) -> Result<Option<bool>, String> {
    let name = file.display();
    let pem = read_bytes(file, MOST).map_err(|error| format!("{name} {error}"))?;
    let Some(key) = PrivateKeyDer::pem_slice_iter(&pem).next() else {
        let held = pem.windows(16).any(|words| words == b"PRIVATE KEY-----");
        return if held { Err(format!("{name} holds a key that cannot be read here: encrypted, or of no known kind")) } else { Ok(None) };
    };
    // No message of the reader is passed on: it may quote the key.
    let key = key.ok().and_then(|key| provider().key_provider.load_private_key(key).ok());
    let public = key.as_ref().and_then(|key| key.public_key());
    let public = public.ok_or_else(|| format!("{name} holds a key that cannot be used here: not valid, or of no known kind"))?;
    let (_, leaf) = X509Certificate::from_der(leaf).map_err(|_| "the certificate cannot be read".to_owned())?;
    Ok(Some(leaf.public_key().raw == public.as_ref()))
}
