//! A certificate authority for tests, its file, and servers with its certificates.

use std::{path::PathBuf, sync::Arc};

use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject as _},
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};
use tokio_rustls::TlsAcceptor;

/// An authority nobody knows but those who are given its file.
pub(crate) struct Ca {
    issuer: Issuer<'static, KeyPair>,
    folder: tempfile::TempDir,
}

impl Ca {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("ca.pem"), certificate.pem()).expect("a file");
        Self { issuer: Issuer::new(params, key), folder }
    }

    /// Its certificate as a PEM file.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Speaks TLS with a valid certificate for `name`.
    pub(crate) fn acceptor(&self, name: &str) -> TlsAcceptor {
        self.acceptor_until(name, 2100)
    }

    /// The same with one that expired with the year 2000.
    pub(crate) fn expired(&self, name: &str) -> TlsAcceptor {
        self.acceptor_until(name, 2001)
    }

    /// A valid certificate for `name` and its key, as PEM files.
    pub(crate) fn files(&self, name: &str) -> (PathBuf, PathBuf) {
        let (certificate, key) = self.issue(name, 2100);
        let (file, key_file) = (self.folder.path().join(format!("{name}.pem")), self.folder.path().join(format!("{name}.key")));
        std::fs::write(&file, certificate.pem()).expect("a file");
        std::fs::write(&key_file, key.serialize_pem()).expect("a file");
        (file, key_file)
    }

    /// Speaks TLS with those only who show a certificate of this authority.
    pub(crate) fn demanding(&self, name: &str) -> TlsAcceptor {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.file()).expect("PEM")).expect("a root");
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), gonogo::net::tls::provider()).build();
        self.accepting(name, 2100, verifier.expect("a verifier"))
    }

    pub(crate) fn acceptor_until(&self, name: &str, year: i32) -> TlsAcceptor {
        self.accepting(name, year, WebPkiClientVerifier::no_client_auth())
    }

    fn accepting(&self, name: &str, year: i32, clients: Arc<dyn ClientCertVerifier>) -> TlsAcceptor {
        let (certificate, key) = self.issue(name, year);
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(gonogo::net::tls::provider())
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_client_cert_verifier(clients)
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("a key that fits");
        TlsAcceptor::from(Arc::new(config))
    }

    fn issue(&self, name: &str, year: i32) -> (Certificate, KeyPair) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().expect("a key");
        (params.signed_by(&key, &self.issuer).expect("a certificate"), key)
    }
}
