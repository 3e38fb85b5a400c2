//! The certificates of a PEM file.

use std::{fs, io::Read as _, path::Path};

use rustls::pki_types::{CertificateDer, pem::PemObject as _};

/// The most that is read; Mozilla's whole root store is a fifth of it.
const MOST: u64 = 1 << 20;

/// The certificates of the PEM file, in its order. Whatever else stands there, a key above all, is passed over.
///
/// # Errors
/// Why there are none, as a sentence about `file`.
pub fn pem_certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let name = file.display();
    let cannot = |error: std::io::Error| format!("{name} cannot be read: {error}");
    // Opening a pipe would wait for its writer: ask what it is first.
    if !fs::metadata(file).map_err(cannot)?.is_file() {
        return Err(format!("{name} is not a regular file"));
    }
    let mut pem = Vec::new();
    fs::File::open(file).map_err(cannot)?.take(MOST + 1).read_to_end(&mut pem).map_err(cannot)?;
    if pem.len() as u64 > MOST {
        return Err(format!("{name} is larger than {} KiB", MOST / 1024));
    }
    let mut certificates = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        // The reader's own message may quote the file, which may hold a key.
        let position = certificates.len() + 1;
        certificates.push(certificate.map_err(|_| format!("{name} is broken at or before certificate {position}: not valid PEM"))?);
    }
    if certificates.is_empty() { Err(format!("{name} holds no PEM certificate")) } else { Ok(certificates) }
}
