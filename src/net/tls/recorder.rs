//! Keeps what a server shows in the handshake, also when the chain is bad or the handshake fails.
//!
//! The chain is verified afterwards, by [`verify_chain`](super::verify_chain), so that a bad one can be shown whole and
//! every cause named. That is safe because nothing is ever sent or read over a connection made with this verifier. One
//! recorder serves one handshake, and resumption is off: a resumed session would show no certificate.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use rustls::{
    DigitallySignedStruct, Error, SignatureScheme,
    client::{
        ResolvesClientCert,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
    sign::CertifiedKey,
};

/// What the server showed.
#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) staple: Vec<u8>,
}

/// Records the chain and the stapled OCSP response, and whether a client certificate is asked for.
#[derive(Debug)]
pub(super) struct Recorder {
    provider: Arc<CryptoProvider>,
    record: Mutex<Record>,
    asked: AtomicBool,
}

impl Recorder {
    pub(super) fn new(provider: Arc<CryptoProvider>) -> Self {
        Self { provider, record: Mutex::default(), asked: AtomicBool::new(false) }
    }

    pub(super) fn take(&self) -> Record {
        std::mem::take(&mut *self.record.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the server asked for a client certificate.
    pub(super) fn was_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        staple: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain = std::iter::once(leaf).chain(intermediates).map(|certificate| certificate.clone().into_owned()).collect();
        *self.record.lock().unwrap_or_else(PoisonError::into_inner) = Record { chain, staple: staple.to_vec() };
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, leaf, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, leaf, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl ResolvesClientCert for Recorder {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::Relaxed);
        None
    }

    fn has_certs(&self) -> bool {
        // Said to be true so that `resolve` is called; none is ever sent.
        true
    }
}
