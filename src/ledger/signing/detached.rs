//! A statement and its signature as two files for OpenSSH's own tools: `NAME.pae` has the exact bytes that are signed
//! (DSSE's pre-authentication encoding), `NAME.pae.sig` the signature.
//!
//! ```text
//! ssh-keygen -Y verify -f allowed_signers -I bob@example.com -n gonogo -s NAME.pae.sig < NAME.pae
//! ssh-keygen -Y sign -n gonogo -f ~/.ssh/id_ed25519 NAME.pae
//! ```

use std::path::{Path, PathBuf};

use super::{armor, error::SignatureError, sshsig::verify};
use crate::{
    ledger::{Envelope, pae},
    model::Size,
    net::regular_file::{FileError, read_bytes, read_text},
};

/// The largest statement that is taken in.
const LARGEST: Size = Size(16 << 20);

/// The two files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detached {
    /// `NAME.pae`.
    pub statement: PathBuf,
    /// `NAME.pae.sig`.
    pub signature: PathBuf,
}

/// Why the two files could not be taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DetachedError {
    /// A file cannot be read.
    #[error("{} {}", .0.display(), .1)]
    File(PathBuf, FileError),
    /// The statement's file is not one.
    #[error("{} is not a statement to be signed: wanted a .pae file as gonogo writes it, unchanged", .0.display())]
    NotAStatement(PathBuf),
    /// The signature does not fit.
    #[error("{}: {}", .0.display(), .1)]
    Signature(PathBuf, Box<SignatureError>),
}

impl Detached {
    /// The two files of which `statement` is the first.
    pub fn of(statement: &Path) -> Self {
        let mut signature = statement.as_os_str().to_owned();
        signature.push(".sig");
        Self { statement: statement.to_owned(), signature: signature.into() }
    }

    /// Takes both in. The signature fits the statement; whose it is, is for [`Signers`](super::Signers) to say.
    pub fn read(&self) -> Result<Envelope, DetachedError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |why| DetachedError::File(path, why)
        };
        let message = read_bytes(&self.statement, LARGEST).map_err(failed(&self.statement))?;
        let payload = payload_of(&message).ok_or_else(|| DetachedError::NotAStatement(self.statement.clone()))?;
        let written = read_text(&self.signature, Size(armor::LARGEST as u64)).map_err(failed(&self.signature))?;
        let wrong = |why| DetachedError::Signature(self.signature.clone(), Box::new(why));
        // Mail adds empty lines around it and changes the line ends.
        let container = armor::Container::read(written.trim()).map_err(wrong)?;
        let signature = container.armored();
        verify(&message, &signature).map_err(wrong)?;
        Ok(Envelope { payload: payload.to_vec(), signature })
    }
}

/// The payload of which `message` is the [`pae`].
fn payload_of(message: &[u8]) -> Option<&[u8]> {
    // "DSSEv1", the type's length, the type, the payload's length; then the payload, which may have blanks.
    let payload = message.splitn(5, |byte| *byte == b' ').nth(4)?;
    (pae(payload) == message).then_some(payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_payload_again() {
        for payload in [&b""[..], b"{}", b"{\"a\": \"b c\"}", b"\xff \n"] {
            assert_eq!(payload_of(&pae(payload)), Some(payload));
        }
        for broken in [&b""[..], b"DSSEv1", b"DSSEv1 28 application/vnd.in-toto+json 2 {} ", b"DSSEv2 28 application/vnd.in-toto+json 2 {}"]
        {
            assert_eq!(payload_of(broken), None);
        }
    }
}
