//! Why a certificate does not count: fragments that read well after "the certificate of KEY does not count:".

use jiff::Timestamp;

use crate::ledger::signing::{error::listed, public::KeyName};

/// Why a certificate does not let its key sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The allowed signers do not have its authority.
    #[error("its authority {0} is not among the allowed signers: `NAMES cert-authority KEY` there would let it vouch for people")]
    Unknown(KeyName),
    /// The allowed signers let its authority vouch for others.
    #[error("its authority {0} may vouch for {list} only, not for {2}", list = listed(.1))]
    OtherPeople(KeyName, Vec<String>, String),
    /// It is a machine's.
    #[error("it is a host's: have one made for a user, without `ssh-keygen -h`")]
    Host,
    /// At that time it was still to come, and since when it is valid.
    #[error("it was not valid yet at {0}: it is valid from {1}")]
    NotYet(Timestamp, Timestamp),
    /// At that time it was past, and when it ended.
    #[error("it was not valid any more at {0}: it expired at {1}; have it renewed and sign again")]
    Expired(Timestamp, Timestamp),
    /// It would be good for anybody.
    #[error("it names nobody: have one made that names you, with `ssh-keygen -n`")]
    Nobody,
    /// It names others than this person.
    #[error("it names {list}, not {1}: have one made that names you as the plan does", list = listed(.0))]
    Others(Vec<String>, String),
    /// It names several of those who may sign, or its key is another's.
    #[error("it is for {}, who would not be two people with one key: have one made for each", listed(.0))]
    Several(Vec<String>),
    /// It holds under a condition that nobody can look at here.
    #[error("its critical option `{0}` restricts it in a way that no signature shows: have one made without it")]
    Option(String),
    /// It is revoked: its number, and what its authority calls it.
    #[error("it is revoked, number {0}, `{1}`")]
    Revoked(u64, String),
}
