//! A private key in a file. It is read to sign once and wiped; no error shows any of it.

mod short;

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use ssh_key::{HashAlg, PrivateKey, SshSig, private::KeypairData};
use zeroize::Zeroizing;

use super::{error::KeyError, public::PublicKey, rsa, sshsig::signed_data};
use crate::{
    ledger::NAMESPACE,
    model::Size,
    net::regular_file::{FileError, read_bytes},
};

/// The largest file that is taken for a private key.
const LARGEST_FILE: Size = Size(64 << 10);
/// How often a passphrase is asked for.
const ATTEMPTS: u32 = 3;

/// Asks a person for the passphrase of the key file, without showing what is typed; `None` where nobody can be asked.
/// Called again after a wrong one: the number counts from 1.
pub type AskPassphrase<'a> = &'a (dyn Fn(&Path, u32) -> Option<Zeroizing<String>> + Sync);

/// A key file in OpenSSH's format, perhaps encrypted.
pub(super) struct PrivateFile {
    path: PathBuf,
    key: PrivateKey,
}

impl PrivateFile {
    pub(super) fn read(path: &Path) -> Result<Self, KeyError> {
        let failed = |why| KeyError::File(path.to_owned(), why);
        keep_from_others(path)?;
        let bytes = Zeroizing::new(read_bytes(path, LARGEST_FILE).map_err(failed)?);
        let text = std::str::from_utf8(&bytes).map_err(|_| not_a_key(path, "is not a private key: it is no text"))?;
        let Some(first) = text.trim_start().lines().next() else { return Err(not_a_key(path, "is empty")) };
        match first.trim_end() {
            "-----BEGIN OPENSSH PRIVATE KEY-----" => {}
            first if first.starts_with("-----BEGIN ") && first.ends_with("PRIVATE KEY-----") => {
                return Err(KeyError::Legacy(path.to_owned()));
            }
            _ => return Err(not_a_key(path, "is not a private key: wanted a file as `ssh-keygen -t ed25519` writes it")),
        }
        // The cause is not told: it may quote what it could not read.
        let key = PrivateKey::from_openssh(text.trim_start())
            .or_else(|error| short::read(text).ok_or(error))
            .map_err(|_| not_a_key(path, "is a private key that cannot be read: it is damaged, or of an unknown type"))?;
        Ok(Self { path: path.to_owned(), key })
    }

    /// Its public half, which is not encrypted.
    pub(super) fn public(&self) -> Result<PublicKey, KeyError> {
        let blob = self.key.public_key().to_bytes().unwrap_or_default();
        PublicKey::from_blob(&blob).map_err(|why| KeyError::Public(self.path.clone(), why))
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.key.is_encrypted()
    }

    /// The signature proper over `message`, in SSH's encoding.
    pub(super) fn sign(&self, message: &[u8], ask: AskPassphrase<'_>) -> Result<Vec<u8>, KeyError> {
        let opened;
        let key = if self.key.is_encrypted() {
            opened = self.opened(ask)?;
            &opened
        } else {
            &self.key
        };
        if let KeypairData::Rsa(pair) = key.key_data() {
            return rsa::sign(pair, &signed_data(HashAlg::Sha512, message)).map_err(|why| not_a_key(&self.path, why));
        }
        let signature = SshSig::sign(key, NAMESPACE, HashAlg::Sha512, message).and_then(|sshsig| sshsig.signature().clone().try_into());
        signature.map_err(|_| not_a_key(&self.path, "is of a type that cannot sign here: load it into ssh-agent and give its .pub file"))
    }

    fn opened(&self, ask: AskPassphrase<'_>) -> Result<PrivateKey, KeyError> {
        for attempt in 1..=ATTEMPTS {
            let passphrase = ask(&self.path, attempt).ok_or_else(|| KeyError::NoPassphrase(self.path.clone()))?;
            match self.key.decrypt(passphrase.as_bytes()) {
                Ok(key) => return Ok(key),
                Err(ssh_key::Error::AlgorithmUnsupported { .. } | ssh_key::Error::AlgorithmUnknown) => {
                    return Err(not_a_key(
                        &self.path,
                        "is encrypted in an unknown way: encrypt it anew with `ssh-keygen -p -f` and its name",
                    ));
                }
                Err(_) => {
                    if let Some(key) = short::opened(&self.key, passphrase.as_bytes()) {
                        return Ok(key);
                    }
                }
            }
        }
        Err(KeyError::Passphrase(self.path.clone(), ATTEMPTS))
    }
}

/// As ssh does: a key of one's own that others may read is not used.
fn keep_from_others(path: &Path) -> Result<(), KeyError> {
    let meta = fs::metadata(path).map_err(|error| KeyError::File(path.to_owned(), FileError::from(error)))?;
    let mode = meta.mode() & 0o777;
    if meta.is_file() && meta.uid() == rustix::process::getuid().as_raw() && mode & 0o077 != 0 {
        return Err(KeyError::Open(path.to_owned(), mode));
    }
    Ok(())
}

fn not_a_key(path: &Path, why: &'static str) -> KeyError {
    KeyError::NotAKey(path.to_owned(), why)
}
