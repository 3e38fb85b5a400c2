//! One TLS stack for everything: rustls with ring, verification on. Below it, the parts that look at a server's TLS
//! itself: [`handshake`], [`offer`], [`verify_chain`].

mod addresses;
mod capped;
mod door;
mod handshake;
mod hello;
mod old;
mod pem;
mod recorder;
mod trouble;
mod trust;

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};

pub use addresses::addresses;
pub use door::{Door, StartTls};
pub use handshake::{Session, Shown, handshake};
pub use hello::{Version, client_hello};
pub use old::{Answer, offer};
pub use pem::pem_certificates;
pub use trouble::Trouble;
pub use trust::{verify_chain, verify_name};

use crate::model::ProcessEnv;

/// Why there is no TLS configuration.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TlsError {
    /// The CA file could not be used.
    #[error("the CA file {file} cannot be used: {why}")]
    CaFile {
        /// The file.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// rustls refuses the configuration.
    #[error("TLS cannot be set up: {0}")]
    Setup(String),
}

/// How much of the server's certificate is demanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verify {
    /// Chain, validity and name.
    Full,
    /// Chain and validity, not the name (libpq's `verify-ca`).
    Chain,
    /// Nothing: the connection is encrypted, the peer unproven (libpq's `require`, `prefer`). Never for HTTP.
    Nothing,
}

/// The provider every configuration is built with.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// The host's trusted roots: `SSL_CERT_FILE` and `SSL_CERT_DIR`, else the system's store, else Mozilla's as shipped.
pub fn system_roots(env: &ProcessEnv) -> RootCertStore {
    let (file, dir) = (env.get("SSL_CERT_FILE"), env.get("SSL_CERT_DIR"));
    let found = if file.is_some() || dir.is_some() {
        rustls_native_certs::load_certs_from_paths(file.map(Path::new), dir.map(Path::new))
    } else {
        rustls_native_certs::load_native_certs()
    };
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() && file.is_none() && dir.is_none() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

/// The roots of a PEM file, and no others.
///
/// # Errors
/// When the file cannot be read or holds no usable certificate.
pub fn file_roots(file: &Path) -> Result<RootCertStore, TlsError> {
    let wrong = |why: String| TlsError::CaFile { file: file.display().to_string(), why };
    let pem = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
        roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
    }
    if roots.is_empty() { Err(wrong("it holds no certificate".into())) } else { Ok(roots) }
}

/// A client configuration without ALPN; whoever speaks HTTP adds it.
///
/// # Errors
/// When rustls refuses the roots.
pub fn client_config(roots: RootCertStore, verify: Verify) -> Result<ClientConfig, TlsError> {
    let setup = |error: &dyn std::fmt::Display| TlsError::Setup(error.to_string());
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().map_err(|error| setup(&error))?;
    if verify == Verify::Full {
        return Ok(builder.with_root_certificates(roots).with_no_client_auth());
    }
    let inner = match verify {
        Verify::Nothing => None,
        Verify::Full | Verify::Chain => {
            Some(WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build().map_err(|error| setup(&error))?)
        }
    };
    let verifier = Arc::new(Lenient { inner, provider: provider() });
    Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// Verifies less than a browser would, as libpq's weaker `sslmode`s do. Handshake signatures are always verified.
#[derive(Debug)]
struct Lenient {
    inner: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        use rustls::CertificateError::{NotValidForName, NotValidForNameContext};
        let Some(inner) = &self.inner else { return Ok(ServerCertVerified::assertion()) };
        match inner.verify_server_cert(leaf, intermediates, name, ocsp, now) {
            Err(Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. })) => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(message, leaf, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(message, leaf, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }

    fn root_hint_subjects(&self) -> Option<&[DistinguishedName]> {
        None
    }
}
