//! The certificates of a PEM file.

use std::path::Path;

use rustls::pki_types::{CertificateDer, pem::PemObject as _};

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
