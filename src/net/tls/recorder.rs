//! Keeps what a server shows in the handshake, also when the chain is bad or the handshake fails.
//!
//! The chain is verified afterwards, by [`verify_chain`](super::verify_chain), so that a bad one can be shown whole and
//! every cause named. That is safe because nothing is ever sent or read over a connection made with this verifier. One
//! recorder serves one handshake, and resumption is off: a resumed session would show no certificate.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use rustls::{
    DigitallySignedStruct, Error, SignatureScheme,
    client::{
        ResolvesClientCert,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
    sign::CertifiedKey,
};

use super::provider;

/// Which kinds of key the server is asked for: it may hold a certificate of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// Whatever it likes best.
    Any,
    /// Keys on elliptic curves.
    Elliptic,
    /// RSA.
    Rsa,
}

impl Keys {
    /// Whether a signature of this scheme is by such a key.
    fn sign_with(self, scheme: SignatureScheme) -> bool {
        use SignatureScheme::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512};
        let rsa = [RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512].contains(&scheme);
        match self {
            Self::Any => true,
            Self::Elliptic => !rsa,
            Self::Rsa => rsa,
        }
    }
}

/// Offered so that a server with such a key is seen as what it is; ring verifies neither.
const UNVERIFIABLE: [(SignatureScheme, &str); 2] =
    [(SignatureScheme::ECDSA_NISTP521_SHA512, "ECDSA on P-521"), (SignatureScheme::ED448, "Ed448")];

#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) staple: Vec<u8>,
    /// How the server proved its key, where that cannot be verified here.
    pub(super) unverified: Option<&'static str>,
}

/// Records the chain and the stapled OCSP response, and whether a client certificate is asked for.
#[derive(Debug)]
pub(super) struct Recorder {
    keys: Keys,
    record: Mutex<Record>,
    asked: AtomicBool,
}

impl Recorder {
    pub(super) fn new(keys: Keys) -> Self {
        Self { keys, record: Mutex::default(), asked: AtomicBool::new(false) }
    }

    pub(super) fn take(&self) -> Record {
        std::mem::take(&mut self.record())
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// That the signature is of a kind that cannot be verified: it is taken, and said.
    fn unverifiable(&self, signed: &DigitallySignedStruct) -> bool {
        let found = UNVERIFIABLE.iter().find(|(scheme, _)| *scheme == signed.scheme);
        self.record().unverified = found.map(|(_, name)| *name);
        found.is_some()
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
        *self.record() = Record { chain, staple: staple.to_vec(), unverified: None };
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if self.unverifiable(signed) {
            return Ok(HandshakeSignatureValid::assertion());
        }
        verify_tls12_signature(message, leaf, signed, &provider().signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if self.unverifiable(signed) {
            return Ok(HandshakeSignatureValid::assertion());
        }
        verify_tls13_signature(message, leaf, signed, &provider().signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let verified = provider().signature_verification_algorithms.supported_schemes();
        let all = verified.into_iter().chain(UNVERIFIABLE.iter().map(|(scheme, _)| *scheme));
        all.filter(|scheme| self.keys.sign_with(*scheme)).collect()
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
