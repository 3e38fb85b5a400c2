//! Signing a statement with a person's key.

use std::path::{Path, PathBuf};

use super::{
    agent::Agent,
    armor::Container,
    error::KeyError,
    hardware,
    private::{AskPassphrase, PrivateFile},
    public::PublicKey,
    sshsig::verify,
};
use crate::{
    ledger::{NAMESPACE, pae},
    model::ProcessEnv,
    net::regular_file::FileError,
};

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
    /// Asks for the passphrase of an encrypted file.
    pub ask: AskPassphrase<'a>,
    /// The environment `ssh-keygen` gets for a FIDO key.
    pub env: &'a ProcessEnv,
}

impl KeyPlace {
    /// The key of `file`: a private key is used itself, a `.pub` file names a key that the agent at `socket` has.
    /// Nothing is read but the public half.
    pub fn of(file: &Path, socket: Option<&Path>) -> Result<(Self, PublicKey), KeyError> {
        match PublicKey::read(file) {
            Ok(public) => {
                let agent = Agent::new(socket.ok_or(KeyError::NoAgent)?);
                Ok((Self::Agent { public: public.clone(), agent }, public))
            }
            Err(super::PublicKeyError::File(why @ (FileError::Missing | FileError::NotRegular(_)))) => {
                Err(KeyError::File(file.to_owned(), why))
            }
            Err(why) if file.extension().is_some_and(|extension| extension == "pub") => Err(KeyError::Public(file.to_owned(), why)),
            Err(_) => {
                let public = PrivateFile::read(file)?.public()?;
                Ok((Self::File(file.to_owned()), public))
            }
        }
    }
}

/// Signs the [`pae`] of `payload`: the armored signature, verified before it is handed out.
pub async fn sign(payload: &[u8], key: &KeyPlace, with: Signing<'_>) -> Result<String, KeyError> {
    let message = pae(payload);
    let (public, armored) = match key {
        KeyPlace::Agent { public, agent } => {
            strong(public)?;
            let signature = agent.sign(public, &message).await?;
            (public.clone(), armored(public, signature))
        }
        KeyPlace::File(path) => {
            let file = PrivateFile::read(path)?;
            let public = file.public()?;
            strong(&public)?;
            let armored = if public.is_hardware() {
                hardware::sign(path, &message, with.env).await?
            } else {
                armored(&public, file.sign(&message, with.ask)?)
            };
            (public, armored)
        }
    };
    match verify(&message, &armored) {
        Ok(signer) if signer == public => Ok(armored),
        Ok(signer) => Err(KeyError::Unsound(super::SignatureError::Forged(signer.name()))),
        Err(error) => Err(KeyError::Unsound(error)),
    }
}

fn strong(key: &PublicKey) -> Result<(), KeyError> {
    key.weakness().map_or(Ok(()), |why| Err(KeyError::Weak(key.name(), why)))
}

fn armored(key: &PublicKey, signature: Vec<u8>) -> String {
    Container { key: key.blob().to_vec(), namespace: NAMESPACE.into(), hash: b"sha512".to_vec(), signature }.armored()
}
