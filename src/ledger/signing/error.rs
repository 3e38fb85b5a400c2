//! Why a signature does not count, and why one cannot be made.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{
    certificate::CertificateError,
    public::{KeyName, PublicKeyError},
};
use crate::net::{command::CommandError, regular_file::FileError};

/// Why a signature does not count. Nothing of the statement is in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// It is no signature at all.
    #[error("this is not an SSH signature: {0}; wanted what `gonogo sign` or `ssh-keygen -Y sign -n gonogo` writes")]
    Malformed(String),
    /// It was made for something else: by this key, for this.
    #[error("the key {0} signed this for `{1}`, not for `gonogo`: sign again with `ssh-keygen -Y sign -n gonogo`")]
    Namespace(KeyName, String),
    /// It does not fit the bytes it is said to be over.
    #[error("the signature by {0} is not over this statement: one of the two was altered, or it belongs to another; sign again")]
    Forged(KeyName),
    /// It fits, perhaps, but nothing of its kind is believed, and why.
    #[error("the signature by {0} proves nothing: {1}; sign with an ed25519 key")]
    Weak(KeyName, String),
    /// The allowed signers do not have the key of whoever is said to have signed.
    #[error("the key {0} is not among the allowed signers: if it is {1}'s, add it to their file")]
    UnknownKey(KeyName, String),
    /// Its certificate does not let the key sign, and why.
    #[error("the certificate of {0} does not count: {1}")]
    Certificate(KeyName, Box<CertificateError>),
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
    #[error("the {key} of {principal} may only sign for `{namespaces}`: add `gonogo` to its `namespaces` among the allowed signers")]
    OtherUse {
        /// `key NAME`, or `authority NAME` of their certificate.
        key: String,
        /// Whose it is.
        principal: String,
        /// What it may sign for.
        namespaces: String,
    },
    /// The key was not valid yet.
    #[error("the {key} of {principal} was not valid at {at}: it is valid after {after}")]
    NotYet {
        /// `key NAME`, or `authority NAME` of their certificate.
        key: String,
        /// Whose it is.
        principal: String,
        /// The time of the ledger entry.
        at: Timestamp,
        /// Since when it is valid.
        after: Timestamp,
    },
    /// The key was not valid any more.
    #[error("the {key} of {principal} was not valid any more at {at}: it expired at {before}")]
    Expired {
        /// `key NAME`, or `authority NAME` of their certificate.
        key: String,
        /// Whose it is.
        principal: String,
        /// The time of the ledger entry.
        at: Timestamp,
        /// Until when it was valid.
        before: Timestamp,
    },
    /// The key is revoked, or nobody could look.
    #[error("the {key} of {principal} does not count: {why}")]
    Revoked {
        /// `key NAME`, or `authority NAME` of their certificate.
        key: String,
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
    #[error("the key file {} {}", .0.display(), .1)]
    File(PathBuf, FileError),
    /// Others may read it: its permissions.
    #[error("the key file {} is open to others (mode {:04o}), and ssh does not use such a key either: run `chmod 600 {}`", .0.display(), .1, .0.display())]
    Open(PathBuf, u32),
    /// An older format.
    #[error("the key file {} has the old PEM format: write it anew in OpenSSH's with `ssh-keygen -p -f {}`", .0.display(), .0.display())]
    Legacy(PathBuf),
    /// No private key, and what is wrong with it.
    #[error("the key file {} {}", .0.display(), .1)]
    NotAKey(PathBuf, &'static str),
    /// No public key.
    #[error("the key file {} {}", .0.display(), .1)]
    Public(PathBuf, PublicKeyError),
    /// The passphrase was wrong every time, and how often it was asked for.
    #[error("the passphrase of {} was wrong {} times: nothing was signed", .0.display(), .1)]
    Passphrase(PathBuf, u32),
    /// Nobody entered a passphrase.
    #[error("the key file {} is encrypted and no passphrase was entered: use a terminal, or load it with `ssh-add` and give its .pub file", .0.display())]
    NoPassphrase(PathBuf),
    /// Nothing it signs is believed, and why.
    #[error("the key {0} cannot be used: {1}; use an ed25519 key")]
    Weak(KeyName, String),
    /// There is no agent.
    #[error(
        "there is no ssh-agent to sign with: SSH_AUTH_SOCK is not set; run `eval $(ssh-agent)` and `ssh-add`, or give a private key's file"
    )]
    NoAgent,
    /// The agent on this socket does not do what it is for.
    #[error("the ssh-agent at {} {}", .0.display(), .1)]
    Agent(PathBuf, String),
    /// The agent has these keys and not this one.
    #[error("the ssh-agent does not have the key {}, it has {}: load the key with `ssh-add`", .0, listed(.1))]
    NotInAgent(KeyName, Vec<String>),
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
    #[error("more than one person could sign: {}; say which with `--key FILE`", listed(.0))]
    Ambiguous(Vec<String>),
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
