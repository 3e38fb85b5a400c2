//! TLS by two files, which are read again when they change.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

use crate::{acts::ActError, net::tls::provider};

/// How often the files are looked at.
const LOOKED: Duration = Duration::from_secs(10);

/// The certificate chain and its key.
pub(super) struct Tls {
    files: [PathBuf; 2],
    read: Mutex<Read>,
}

struct Read {
    looked: Instant,
    bytes: [Vec<u8>; 2],
    config: Arc<ServerConfig>,
}

impl Tls {
    /// Reads both; an error where they do not fit together.
    pub(super) fn open(certificate: &Path, key: &Path) -> Result<Self, ActError> {
        let files = [certificate.to_path_buf(), key.to_path_buf()];
        let (bytes, config) = read(&files)?;
        Ok(Self { files, read: Mutex::new(Read { looked: Instant::now(), bytes, config }) })
    }

    /// As the files are now; while they cannot be read, as they were: whoever renews them writes one after the other.
    pub(super) fn config(&self, now: Instant) -> Arc<ServerConfig> {
        let mut kept = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_duration_since(kept.looked) >= LOOKED {
            kept.looked = now;
            if let Ok((bytes, config)) = read(&self.files)
                && bytes != kept.bytes
            {
                (kept.bytes, kept.config) = (bytes, config);
            }
        }
        kept.config.clone()
    }
}

fn read(files: &[PathBuf; 2]) -> Result<([Vec<u8>; 2], Arc<ServerConfig>), ActError> {
    let wrong = |file: &Path, why: &dyn std::fmt::Display| ActError::Usage(format!("{}: {why}", file.display()));
    let [certificate, key] = files;
    let read = |file: &Path| std::fs::read(file).map_err(|error| wrong(file, &error));
    let bytes = [read(certificate)?, read(key)?];
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes[0]).collect();
    let chain = chain.map_err(|error| wrong(certificate, &error))?;
    let private = PrivateKeyDer::from_pem_slice(&bytes[1]).map_err(|_| wrong(key, &"it holds no private key in PEM"))?;
    let config = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    let config = config.map_err(|error| wrong(certificate, &error))?.with_no_client_auth().with_single_cert(chain, private);
    let mut config = config.map_err(|error| wrong(certificate, &format!("with the key {}: {error}", key.display())))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((bytes, Arc::new(config)))
}
