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
mod roots;
mod starttls;
mod trouble;
mod trust;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use rustls::{
    ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
    time_provider::TimeProvider,
};

pub use addresses::addresses;
pub use door::Door;
pub use handshake::{Client, Session, Shown, handshake};
pub use hello::{Version, client_hello};
pub use old::{Answer, offer};
pub use pem::{is_key_of, pem_certificates};
pub use recorder::Keys;
pub use roots::{Roots, file_roots, host_roots, names_roots, root_certificates};
pub use starttls::StartTls;
pub use trouble::Trouble;
pub use trust::{verify_chain, verify_name};

use self::roots::certificates;
use crate::{model::Size, net::regular_file::read_bytes};

/// Of a PEM file; a system's whole store of roots takes a few hundred kilobytes.
const LARGEST: Size = Size(16 << 20);

/// Why there is no TLS configuration.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TlsError {
    /// The CA file could not be used: which, and what is wrong with it.
    #[error("the CA file {0} cannot be used: {1}")]
    CaFile(String, String),
    /// The client's own certificate or its key could not be used: which, and what is wrong with it.
    #[error("the client certificate {0} cannot be used: {1}")]
    Identity(String, String),
    /// rustls refuses the configuration.
    #[error("TLS cannot be set up: {0}")]
    Setup(String),
}

/// How much of the server's certificate is demanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verify {
    /// Chain, validity and name.
    Full,
    /// The same, but the server's own certificate may be one of the roots even if it is marked as a CA's, as
    /// `openssl req -x509` makes them: OpenSSL, and so libpq's `verify-full`, accepts that.
    FullOrListed,
    /// Chain and validity, not the name (libpq's `verify-ca`); the server's own certificate may be one of the roots.
    Chain,
    /// Nothing: the connection is encrypted, the peer unproven (libpq's `require`, `prefer`). Never for HTTP.
    Nothing,
}

/// A certificate the client shows, with its key.
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    /// From two PEM files.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let wrong = |file: &Path, why: String| TlsError::Identity(file.display().to_string(), why);
        let chain = certificates(certificate).map_err(|why| wrong(certificate, why))?;
        if chain.is_empty() {
            return Err(wrong(certificate, "it holds no certificate".into()));
        }
        // The PEM error names what is wrong with the file's frame, never its content.
        let pem = read_bytes(key, LARGEST).map_err(|error| wrong(key, format!("it {error}")))?;
        let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|error| wrong(key, error.to_string()))?;
        Ok(Self { chain, key })
    }
}

/// The files of a TLS connection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct TlsFiles {
    /// The only authorities to trust; without it the host's.
    pub ca: Option<PathBuf>,
    /// Our own certificate and its key.
    pub identity: Option<(PathBuf, PathBuf)>,
}

impl TlsFiles {
    /// With relative paths taken from `root`.
    #[must_use]
    pub fn under(self, root: &Path) -> Self {
        Self { ca: self.ca.map(|ca| root.join(ca)), identity: self.identity.map(|(cert, key)| (root.join(cert), root.join(key))) }
    }
}

/// The provider every configuration is built with.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Judges certificates as of the run's instant, which in a rehearsal is not now.
#[derive(Debug)]
struct Clock(UnixTime);

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        Some(self.0)
    }
}

/// A client configuration without ALPN, that judges certificates as of `at` and shows `identity` to servers that ask for it.
pub fn client_config(roots: RootCertStore, verify: Verify, at: Timestamp, identity: Option<Identity>) -> Result<ClientConfig, TlsError> {
    let setup = |error: &dyn std::fmt::Display| TlsError::Setup(error.to_string());
    let seconds = u64::try_from(at.as_second()).map_err(|_| setup(&"the instant lies before 1970"))?;
    let clock = Arc::new(Clock(UnixTime::since_unix_epoch(Duration::from_secs(seconds))));
    let builder =
        ClientConfig::builder_with_details(provider(), clock).with_safe_default_protocol_versions().map_err(|error| setup(&error))?;
    let builder = if verify == Verify::Full {
        builder.with_root_certificates(roots)
    } else {
        let roots = Arc::new(roots);
        let inner = match verify {
            Verify::Nothing => None,
            Verify::Full | Verify::FullOrListed | Verify::Chain => {
                Some(WebPkiServerVerifier::builder_with_provider(roots.clone(), provider()).build().map_err(|error| setup(&error))?)
            }
        };
        let verifier = Lenient { inner, roots, name: verify == Verify::FullOrListed };
        builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
    };
    match identity {
        None => Ok(builder.with_no_client_auth()),
        Some(Identity { chain, key }) => builder.with_client_auth_cert(chain, key).map_err(|error| setup(&error)),
    }
}

/// Verifies as libpq's `sslmode`s do, which is less than a browser would. Handshake signatures are always verified.
#[derive(Debug)]
struct Lenient {
    inner: Option<Arc<WebPkiServerVerifier>>,
    roots: Arc<RootCertStore>,
    name: bool,
}

impl Lenient {
    /// Whether the certificate's subject and key are those of a root: the peer then holds that root's own key.
    fn lists(&self, leaf: &CertificateDer<'_>) -> bool {
        let mut alone = RootCertStore::empty();
        alone.add(leaf.clone().into_owned()).is_ok() && alone.roots.iter().all(|anchor| self.roots.roots.contains(anchor))
    }
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
            Err(Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. })) if !self.name => {
                Ok(ServerCertVerified::assertion())
            }
            // webpki says this after it has found the validity in order, before it looks at chain and name.
            Err(error) if is_ca_as_end_entity(&error) && self.lists(leaf) => {
                if self.name {
                    rustls::client::verify_server_name(&ParsedCertificate::try_from(leaf)?, name)?;
                }
                Ok(ServerCertVerified::assertion())
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(message, leaf, signed, &provider().signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(message, leaf, signed, &provider().signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}

/// Whether a certificate marked as a CA's was shown as a server's. rustls hands webpki's own error through.
fn is_ca_as_end_entity(error: &Error) -> bool {
    use rustls::CertificateError::Other;
    matches!(error, Error::InvalidCertificate(Other(inner)) if inner.to_string().contains("CaUsedAsEndEntity"))
}
