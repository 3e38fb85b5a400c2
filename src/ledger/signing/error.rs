//! Why a signature does not count, and why one cannot be made.

use std::path::PathBuf;

use jiff::Timestamp;

use super::public::{KeyName, PublicKeyError};
use crate::net::{command::CommandError, regular_file::FileError};

/// Why a signature does not count. Nothing of the statement is in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// It is no signature at all.
    #[error("this is not an SSH signature: {0}; wanted what `gonogo sign` or `ssh-keygen -Y sign -n gonogo` writes")]
    Malformed(String),
    /// It was made for something else.
    #[error("the key {key} signed this for `{namespace}`, not for `gonogo`: sign again with `ssh-keygen -Y sign -n gonogo`")]
    Namespace {
        /// The key.
        key: KeyName,
        /// What it was made for.
        namespace: String,
    },
    /// It does not fit the bytes it is said to be over.
    #[error("the signature by {key} is not over this statement: one of the two was altered, or it belongs to another; sign again")]
    Forged {
        /// The key.
        key: KeyName,
    },
    /// It fits, perhaps, but nothing of its kind is believed.
    #[error("the signature by {key} proves nothing: {why}; sign with an ed25519 key")]
    Weak {
        /// The key.
        key: KeyName,
        /// What is weak.
        why: String,
    },
    /// The allowed signers do not have the key.
    #[error("the key {key} is not among the allowed signers: if it is {principal}'s, add it to their file")]
    UnknownKey {
        /// The key.
        key: KeyName,
        /// Who is said to have signed.
        principal: String,
    },
    /// The key is somebody else's.
    #[error("the key {key} belongs to {}, not to {said}: sign with your own key", listed(.is))]
    WrongPrincipal {
        /// The key.
        key: KeyName,
        /// Whose it is by the allowed signers.
        is: Vec<String>,
        /// Who is said to have signed.
        said: String,
    },
    /// The allowed signers keep the key for other things.
    #[error("the key {key} of {principal} may only sign for `{namespaces}`: add `gonogo` to its `namespaces` among the allowed signers")]
    OtherUse {
        /// The key.
        key: KeyName,
        /// Whose it is.
        principal: String,
        /// What it may sign for.
        namespaces: String,
    },
    /// The key was not valid yet.
    #[error("the key {key} of {principal} was not valid at {at}: it is valid after {after}")]
    NotYet {
        /// The key.
        key: KeyName,
        /// Whose it is.
        principal: String,
        /// The time of the ledger entry.
        at: Timestamp,
        /// Since when it is valid.
        after: Timestamp,
    },
    /// The key was not valid any more.
    #[error("the key {key} of {principal} was not valid any more at {at}: it expired at {before}")]
    Expired {
        /// The key.
        key: KeyName,
        /// Whose it is.
        principal: String,
        /// The time of the ledger entry.
        at: Timestamp,
        /// Until when it was valid.
        before: Timestamp,
    },
    /// The key is revoked, or nobody could look.
    #[error("the key {key} of {principal} does not count: {why}")]
    Revoked {
        /// The key.
        key: KeyName,
        /// Whose it is.
        principal: String,
        /// That it is revoked, since when, or why that is not known.
        why: String,
    },
}

/// Why nothing was signed. Nothing of a private key or a passphrase is in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The private key's file cannot be read.
    #[error("the key file {} {why}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        why: FileError,
    },
    /// Others may read it.
    #[error("the key file {} is open to others (mode {mode:04o}), and ssh does not use such a key either: run `chmod 600 {}`", .path.display(), .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// An older format.
    #[error("the key file {} has the old PEM format: write it anew in OpenSSH's with `ssh-keygen -p -f {}`", .path.display(), .path.display())]
    Legacy {
        /// The file.
        path: PathBuf,
    },
    /// No private key.
    #[error("the key file {} {why}", .path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// No public key.
    #[error("the key file {} {why}", .path.display())]
    Public {
        /// The file.
        path: PathBuf,
        /// Why.
        why: PublicKeyError,
    },
    /// The passphrase was wrong every time.
    #[error("the passphrase of {} was wrong {attempts} times: nothing was signed", .path.display())]
    Passphrase {
        /// The file.
        path: PathBuf,
        /// How often it was asked for.
        attempts: u32,
    },
    /// Nobody entered a passphrase.
    #[error("the key file {} is encrypted and no passphrase was entered: use a terminal, or load it with `ssh-add` and give its .pub file", .path.display())]
    NoPassphrase {
        /// The file.
        path: PathBuf,
    },
    /// Nothing it signs is believed.
    #[error("the key {key} cannot be used: {why}; use an ed25519 key")]
    Weak {
        /// The key.
        key: KeyName,
        /// What is weak.
        why: String,
    },
    /// There is no agent.
    #[error(
        "there is no ssh-agent to sign with: SSH_AUTH_SOCK is not set; run `eval $(ssh-agent)` and `ssh-add`, or give a private key's file"
    )]
    NoAgent,
    /// The agent does not do what it is for.
    #[error("the ssh-agent at {} {why}", .socket.display())]
    Agent {
        /// Its socket.
        socket: PathBuf,
        /// What went wrong.
        why: String,
    },
    /// The agent has other keys.
    #[error("the ssh-agent does not have the key {key}, it has {}: load the key with `ssh-add`", listed(.has))]
    NotInAgent {
        /// The key.
        key: KeyName,
        /// What it has.
        has: Vec<String>,
    },
    /// `ssh-keygen`, which speaks to security keys, did not sign.
    #[error("the security key did not sign: {0}")]
    Hardware(String),
    /// What came out does not verify.
    #[error("the signature that was made does not hold: {0}")]
    Unsound(SignatureError),
    /// The key's signatures would not count.
    #[error("{0}")]
    NotAllowed(SignatureError),
    /// None of the keys at hand would count.
    #[error("no key at hand may sign for {}: looked at {}; give one with `--key FILE`, or add its .pub to the allowed signers", listed(.people), listed(.seen))]
    NoneFits {
        /// Who could sign.
        people: Vec<String>,
        /// The keys and places looked at.
        seen: Vec<String>,
    },
    /// Keys of more than one person are at hand.
    #[error("more than one person could sign: {}; say which with `--key FILE`", listed(.candidates))]
    Ambiguous {
        /// The keys and whose they are.
        candidates: Vec<String>,
    },
}

impl From<CommandError> for KeyError {
    fn from(error: CommandError) -> Self {
        Self::Hardware(error.to_string())
    }
}

/// `a, b and c`.
pub(super) fn listed(words: &[String]) -> String {
    match words {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
