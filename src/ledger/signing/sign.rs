//! Signing a statement with a person's key.

use std::path::{Path, PathBuf};

use super::{
    agent::Agent,
    armor::Container,
    certificate::Certificate,
    credential::Credential,
    error::KeyError,
    hardware,
    private::{AskPassphrase, PrivateFile},
    public::{PublicKey, PublicKeyError},
    sshsig::verify,
};
use crate::{
    ledger::{NAMESPACE, pae},
    model::ProcessEnv,
    net::regular_file::FileError,
};

/// What the file of a certificate has behind the name of its key's.
const CERTIFICATE: &str = "-cert.pub";

/// Where a key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPlace {
    /// A private key's file; of a FIDO key it stands for the device.
    File(PathBuf),
    /// In an agent.
    Agent {
        /// The public half.
        public: PublicKey,
        /// The agent.
        agent: Agent,
    },
}

/// What signing needs of its surroundings.
#[derive(Clone, Copy)]
pub struct Signing<'a> {
    /// The certificate of the key, which goes into the signature.
    pub certificate: Option<&'a Certificate>,
    /// Asks for the passphrase of an encrypted file.
    pub ask: AskPassphrase<'a>,
    /// The environment `ssh-keygen` gets for a FIDO key.
    pub env: &'a ProcessEnv,
}

impl KeyPlace {
    /// The key of `file`: a private key is used itself, a `.pub` file names a key that the agent at `socket` has, a certificate the
    /// private key beside it, or else one of the agent. Nothing is read but the public half.
    pub fn of(file: &Path, socket: Option<&Path>) -> Result<(Self, Credential), KeyError> {
        match Credential::read(file) {
            Ok(Credential::Certified(certificate)) if stem(file).exists() => {
                let public = PrivateFile::read(&stem(file))?.public()?;
                Ok((Self::File(stem(file)), of_key(file, &public, certificate)?))
            }
            Ok(public) => {
                let agent = Agent::new(socket.ok_or(KeyError::NoAgent)?);
                Ok((Self::Agent { public: public.key().clone(), agent }, public))
            }
            Err(PublicKeyError::File(why @ (FileError::Missing | FileError::NotRegular(_)))) => Err(KeyError::File(file.to_owned(), why)),
            Err(why) if file.extension().is_some_and(|extension| extension == "pub") => Err(KeyError::Public(file.to_owned(), why)),
            Err(_) => {
                let public = PrivateFile::read(file)?.public()?;
                Ok((Self::File(file.to_owned()), public.into()))
            }
        }
    }
}

/// The key with the certificate that lies beside `file`, by the name that OpenSSH gives it; `None` where there is none.
pub(super) fn with_certificate(file: &Path, key: &PublicKey) -> Option<Result<Credential, KeyError>> {
    let mut beside = stem(file).into_os_string();
    beside.push(CERTIFICATE);
    let beside = PathBuf::from(beside);
    match Credential::read(&beside) {
        Ok(Credential::Certified(certificate)) => Some(of_key(&beside, key, certificate)),
        // A key of that name is no certificate.
        Ok(Credential::Plain(_)) | Err(PublicKeyError::File(FileError::Missing)) => None,
        Err(why) => Some(Err(KeyError::Public(beside, why))),
    }
}

fn of_key(file: &Path, key: &PublicKey, certificate: Box<Certificate>) -> Result<Credential, KeyError> {
    let other = "is a certificate of another key than the one beside it: have the authority sign that one";
    if certificate.key == *key { Ok(Credential::Certified(certificate)) } else { Err(KeyError::NotAKey(file.to_owned(), other)) }
}

/// The private key's file, of which `file` may be the public key's or the certificate's.
fn stem(file: &Path) -> PathBuf {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let stem = name.strip_suffix(CERTIFICATE).or_else(|| name.strip_suffix(".pub"));
    stem.map_or_else(|| file.to_owned(), |stem| file.with_file_name(stem))
}

/// Signs the [`pae`] of `payload`: the armored signature, verified before it is handed out.
pub async fn sign(payload: &[u8], key: &KeyPlace, with: Signing<'_>) -> Result<String, KeyError> {
    let message = pae(payload);
    let certified = |public: PublicKey| with.certificate.cloned().map_or_else(|| public.into(), |of| Credential::Certified(Box::new(of)));
    let (signer, signature) = match key {
        KeyPlace::Agent { public, agent } => {
            strong(public)?;
            let signer = certified(public.clone());
            let signature = agent.sign(&signer, &message).await?;
            (signer, signature)
        }
        KeyPlace::File(path) => {
            let file = PrivateFile::read(path)?;
            let public = file.public()?;
            strong(&public)?;
            let signature = if public.is_hardware() {
                let made = hardware::sign(path, &message, with.env).await?;
                Container::read(&made).map_err(KeyError::Unsound)?.signature
            } else {
                file.sign(&message, with.ask)?
            };
            (certified(public), signature)
        }
    };
    let armored = armored(&signer, signature);
    match verify(&message, &armored) {
        Ok(verified) if verified == signer => Ok(armored),
        Ok(other) => Err(KeyError::Unsound(super::SignatureError::Forged(other.name()))),
        Err(error) => Err(KeyError::Unsound(error)),
    }
}

fn strong(key: &PublicKey) -> Result<(), KeyError> {
    key.weakness().map_or(Ok(()), |why| Err(KeyError::Weak(key.name(), why)))
}

fn armored(key: &Credential, signature: Vec<u8>) -> String {
    Container { key: key.blob().to_vec(), namespace: NAMESPACE.into(), hash: b"sha512".to_vec(), signature }.armored()
}
