//! What somebody signs with: a key, or a key with an authority's certificate for it.

use std::path::Path;

use super::{
    certificate::Certificate,
    public::{KeyName, PublicKey, PublicKeyError, blob_of, line_of},
    wire::Reader,
};

/// A public key, perhaps with a certificate. It is called by the key: with another certificate it is the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// The key alone.
    Plain(PublicKey),
    /// A key with its certificate.
    Certified(Box<Certificate>),
}

impl Credential {
    /// That of a file like `id_ed25519.pub` or `id_ed25519-cert.pub`.
    pub fn read(path: &Path) -> Result<Self, PublicKeyError> {
        Self::from_openssh(&line_of(path)?)
    }

    /// That of a line like `ssh-ed25519-cert-v01@openssh.com AAAA… comment`.
    pub fn from_openssh(line: &str) -> Result<Self, PublicKeyError> {
        Self::from_blob(&blob_of(line)?)
    }

    /// That of SSH's own encoding. Its authority did sign a certificate; whether it may is for [`Signers`](super::Signers) to say.
    pub fn from_blob(blob: &[u8]) -> Result<Self, PublicKeyError> {
        match Reader::new(blob).string().and_then(Certificate::of_kind) {
            Some(kind) => Certificate::read(blob, &kind).map(|certificate| Self::Certified(Box::new(certificate))),
            None => PublicKey::from_blob(blob).map(Self::Plain),
        }
    }

    /// The key.
    pub fn key(&self) -> &PublicKey {
        match self {
            Self::Plain(key) => key,
            Self::Certified(certificate) => &certificate.key,
        }
    }

    /// The certificate.
    pub fn certificate(&self) -> Option<&Certificate> {
        if let Self::Certified(certificate) = self { Some(certificate) } else { None }
    }

    /// Type and fingerprint of the key.
    pub fn name(&self) -> KeyName {
        self.key().name()
    }

    /// The name, and that there is a certificate.
    pub(super) fn shown(&self) -> String {
        format!("{}{}", self.name(), if self.certificate().is_some() { " with a certificate" } else { "" })
    }

    /// SSH's own encoding.
    pub fn blob(&self) -> &[u8] {
        match self {
            Self::Plain(key) => key.blob(),
            Self::Certified(certificate) => &certificate.blob,
        }
    }
}

impl From<PublicKey> for Credential {
    fn from(key: PublicKey) -> Self {
        Self::Plain(key)
    }
}
