//! Keys in an ssh-agent (draft-miller-ssh-agent, sections 3.5 and 3.6).

use std::{path::PathBuf, time::Duration};

use ssh_key::HashAlg;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::UnixStream,
};

use super::{
    credential::Credential,
    error::KeyError,
    sshsig::signed_data,
    wire::{Reader, put_string},
};
use crate::model::{excerpt, plain};

const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES: u8 = 12;
const REQUEST_SIGNATURE: u8 = 13;
const SIGNATURE: u8 = 14;
const FAILURE: u8 = 5;
/// Asks for `rsa-sha2-512`; no other kind of key heeds it.
const RSA_SHA2_512: u32 = 4;
/// The longest answer that is read, as OpenSSH has it.
const LARGEST: u32 = 256 << 10;
/// An agent may ask its owner to confirm, or wait for a touch.
const TIME: Duration = Duration::from_secs(30);

/// An agent on its Unix socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    socket: PathBuf,
}

/// A key that an agent has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentKey {
    /// The public half, perhaps with a certificate: to an agent that is another key.
    pub key: Credential,
    /// What its owner calls it.
    pub comment: String,
}

impl Agent {
    /// The agent of `SSH_AUTH_SOCK`.
    pub fn new(socket: impl Into<PathBuf>) -> Self {
        Self { socket: socket.into() }
    }

    /// Its keys, but for those of a type unknown here.
    pub async fn keys(&self) -> Result<Vec<AgentKey>, KeyError> {
        let answer = self.ask(&[REQUEST_IDENTITIES]).await?;
        match answer.split_first() {
            Some((&IDENTITIES, body)) => keys_in(body).ok_or_else(|| self.failed("sent a list of keys that cannot be read")),
            _ => Err(self.failed("does not list its keys")),
        }
    }

    /// The signature proper over `message`, in SSH's encoding, as the agent sent it. An agent without the certificate may have its key.
    pub(super) async fn sign(&self, key: &Credential, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut request = vec![REQUEST_SIGNATURE];
        let has = |keys: Vec<AgentKey>| keys.iter().any(|held| held.key == *key);
        let by_key = key.certificate().is_some() && !self.keys().await.is_ok_and(has);
        put_string(&mut request, if by_key { key.key().blob() } else { key.blob() });
        put_string(&mut request, &signed_data(HashAlg::Sha512, message));
        request.extend_from_slice(&RSA_SHA2_512.to_be_bytes());
        let answer = self.ask(&request).await?;
        match answer.split_first() {
            Some((&SIGNATURE, body)) => signature_in(body).ok_or_else(|| self.failed("sent a signature that cannot be read")),
            Some((&FAILURE, _)) => Err(self.refusal(key).await),
            _ => Err(self.failed("does not sign")),
        }
    }

    /// An agent says no in one way, whether it lacks the key or its owner refused.
    async fn refusal(&self, key: &Credential) -> KeyError {
        let keys = self.keys().await.unwrap_or_default();
        if keys.iter().any(|held| held.key.key() == key.key()) {
            return self.failed(&format!("refused to sign with {}: it was not confirmed, or the agent is locked", key.name()));
        }
        KeyError::NotInAgent(key.name(), keys.iter().map(AgentKey::shown).collect())
    }

    async fn ask(&self, request: &[u8]) -> Result<Vec<u8>, KeyError> {
        let answer = tokio::time::timeout(TIME, self.exchange(request)).await;
        answer.map_err(|_| self.failed(&format!("did not answer within {} s", TIME.as_secs())))?
    }

    async fn exchange(&self, request: &[u8]) -> Result<Vec<u8>, KeyError> {
        let failed = |error: std::io::Error| self.failed(&format!("cannot be asked: {error}"));
        let mut stream = UnixStream::connect(&self.socket).await.map_err(failed)?;
        let mut message = Vec::new();
        put_string(&mut message, request);
        stream.write_all(&message).await.map_err(failed)?;
        let length = stream.read_u32().await.map_err(failed)?;
        if length == 0 || length > LARGEST {
            return Err(self.failed("sent an answer of an impossible length"));
        }
        let mut answer = Vec::new();
        stream.take(length.into()).read_to_end(&mut answer).await.map_err(failed)?;
        if answer.len() as u64 == u64::from(length) {
            Ok(answer)
        } else {
            Err(self.failed("closed the connection in the middle of an answer"))
        }
    }

    fn failed(&self, why: &str) -> KeyError {
        KeyError::Agent(self.socket.clone(), why.to_owned())
    }
}

impl AgentKey {
    /// Its name with its owner's comment.
    pub(super) fn shown(&self) -> String {
        format!("{} ({})", self.key.shown(), excerpt(&plain(&self.comment), 64))
    }
}

fn keys_in(body: &[u8]) -> Option<Vec<AgentKey>> {
    let mut reader = Reader::new(body);
    let mut keys = Vec::new();
    for _ in 0..reader.u32()? {
        let (blob, comment) = (reader.string()?, reader.string()?);
        // Types unknown here are not ours to use.
        if let Ok(key) = Credential::from_blob(blob) {
            keys.push(AgentKey { key, comment: String::from_utf8_lossy(comment).into_owned() });
        }
    }
    reader.end()?;
    Some(keys)
}

fn signature_in(body: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::new(body);
    let signature = reader.string()?.to_vec();
    reader.end()?;
    Some(signature)
}
