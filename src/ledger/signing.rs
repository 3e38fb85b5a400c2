//! People's SSH keys: whose they are, what they have signed, and signing with them.
//!
//! A signature is an SSHSIG (OpenSSH's `PROTOCOL.sshsig`) of the namespace [`NAMESPACE`](super::NAMESPACE) over the
//! [`pae`](super::pae) of a statement. Whatever is signed here, `ssh-keygen -Y verify` confirms, and the other way round.
//! A private key never leaves its file or its agent.

mod agent;
mod armor;
mod detached;
mod error;
mod find;
mod hardware;
mod job_key;
mod private;
mod public;
mod revoked;
mod rsa;
mod sign;
mod signers;
mod sshsig;
mod wire;

pub use agent::{Agent, AgentKey};
pub use armor::named_key;
pub use detached::{Detached, DetachedError};
pub use error::{KeyError, SignatureError};
pub use find::{FoundKey, Search, find};
pub use job_key::JobKey;
pub use private::AskPassphrase;
pub use public::{KeyName, PublicKey, PublicKeyError};
pub use sign::{KeyPlace, Signing, sign};
pub use signers::{SharedKey, Signed, Signers, SignersFile, SignersProblem};
pub use sshsig::verify;

/// A temporary folder that only this user can look into.
fn private_folder() -> std::io::Result<tempfile::TempDir> {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt as _};
    tempfile::Builder::new().prefix("gonogo-").permissions(Permissions::from_mode(0o700)).tempdir()
}
