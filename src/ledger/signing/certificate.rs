//! OpenSSH's certificates (`PROTOCOL.certkeys`): an authority's word on whose a key is, and when.
//!
//! The `ssh-key` crate reads none that is valid for ever, and verifies none by an authority with an RSA key.

mod refused;

use jiff::Timestamp;

pub use self::refused::CertificateError;
use super::{
    error::SignatureError,
    public::{PublicKey, PublicKeyError},
    signature::Parts,
    wire::{Reader, put_string},
};
use crate::model::{excerpt, plain};

/// How the type of a certificate ends.
const KIND: &str = "-cert-v01@openssh.com";
/// The most names that one may have, as OpenSSH has it.
const MOST_NAMES: usize = 256;
/// The only critical option that a signature can show to be kept. The others of OpenSSH restrict logins, to one command or to
/// some addresses: `ssh-keygen -Y verify` passes over them, here such a key does not sign.
const VERIFY_REQUIRED: &[u8] = b"verify-required";

/// A certificate that its authority did sign; whether the authority may, the allowed signers say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// SSH's own encoding.
    pub(super) blob: Vec<u8>,
    /// The key that it is for, and that of whoever signed it.
    pub(super) key: PublicKey,
    pub(super) authority: PublicKey,
    /// Its number; 0: none.
    pub(super) serial: u64,
    /// What the authority calls it.
    pub(super) id: Vec<u8>,
    is_user: bool,
    /// Whom it names, each as it stands there: none is a pattern.
    pub(super) names: Vec<String>,
    /// In seconds since 1970: the first at which it is valid, and the first after.
    after: u64,
    before: u64,
    /// Whether a security key must know who touches it.
    pub(super) wants_to_know_who: bool,
    /// A critical option that is not kept here.
    option: Option<String>,
}

impl Certificate {
    /// The type of the key that a certificate of type `kind` is for; `None` where that is no certificate's.
    pub(super) fn of_kind(kind: &[u8]) -> Option<String> {
        let plain = std::str::from_utf8(kind).ok()?.strip_suffix(KIND)?;
        Some(if plain.starts_with("sk-") { format!("{plain}@openssh.com") } else { plain.to_owned() })
    }

    /// Reads one for a key of type `kind`.
    pub(super) fn read(blob: &[u8], kind: &str) -> Result<Self, PublicKeyError> {
        let malformed = || PublicKeyError::Malformed("the fields of its certificate are not those of one");
        let (certificate, signed, signature) = Self::decode(blob, kind).ok_or_else(malformed)?;
        match Parts::read(signature).ok_or_else(malformed)?.check(&certificate.authority, signed) {
            Ok(()) => Ok(certificate),
            Err(SignatureError::Forged(_)) => {
                Err(PublicKeyError::Malformed("the authority did not sign its certificate: it was altered or forged"))
            }
            // OpenSSH takes SHA-1 from authorities still.
            Err(_) => Err(PublicKeyError::Malformed("its certificate is signed with SHA-1 or a weak key")),
        }
    }

    /// Its fields, the bytes that are signed, and the signature proper.
    fn decode<'a>(blob: &'a [u8], kind: &str) -> Option<(Self, &'a [u8], &'a [u8])> {
        let mut reader = Reader::new(blob);
        let (_kind, _nonce) = (reader.string()?, reader.string()?);
        let mut plain_key = Vec::new();
        put_string(&mut plain_key, kind.as_bytes());
        for _ in 0..fields(kind)? {
            put_string(&mut plain_key, reader.string()?);
        }
        let key = PublicKey::from_blob(&plain_key).ok()?;
        let (serial, of, id) = (reader.u64()?, reader.u32()?, reader.string()?.to_vec());
        // A user's or a host's.
        let is_user = matches!(of, 1 | 2).then_some(of == 1)?;
        let names = strings(reader.string()?)?.into_iter().map(|name| String::from_utf8(name.to_vec()).ok()).collect::<Option<Vec<_>>>()?;
        let (after, before) = (reader.u64()?, reader.u64()?);
        let (critical, extensions) = (strings(reader.string()?)?, strings(reader.string()?)?);
        // Names and values; what an extension allows is for logins, and what is reserved means nothing.
        (names.len() <= MOST_NAMES && critical.len() % 2 == 0 && extensions.len() % 2 == 0).then_some(())?;
        let _reserved = reader.string()?;
        let authority = PublicKey::from_blob(reader.string()?).ok()?;
        let signed = &blob[..blob.len() - reader.rest().len()];
        let signature = reader.string()?;
        reader.end()?;
        let mut options = critical.chunks(2).filter_map(|option| option.first());
        let wants_to_know_who = options.clone().any(|name| *name == VERIFY_REQUIRED);
        let option = options.find(|name| **name != VERIFY_REQUIRED).map(|name| shown(name));
        let blob = blob.to_vec();
        let read = Self { blob, key, authority, serial, id, is_user, names, after, before, wants_to_know_who, option };
        Some((read, signed, signature))
    }

    /// Why it does not let its key sign as `principal` at a time, as far as it says so itself.
    pub(super) fn objection(&self, principal: &str, at: Timestamp) -> Option<CertificateError> {
        match self.ended(at) {
            _ if !self.is_user => Some(CertificateError::Host),
            _ if second(at) < self.after => Some(CertificateError::NotYet(at, moment(self.after))),
            Some(before) => Some(CertificateError::Expired(at, before)),
            None if self.names.is_empty() => Some(CertificateError::Nobody),
            None if !self.names.iter().any(|name| name == principal) => {
                let names = self.names.iter().take(8).map(|name| shown(name.as_bytes()));
                Some(CertificateError::Others(names.collect(), principal.to_owned()))
            }
            None => self.option.clone().map(CertificateError::Option),
        }
    }

    /// When it ended, where that was at a time.
    pub(super) fn ended(&self, at: Timestamp) -> Option<Timestamp> {
        (second(at) >= self.before).then(|| moment(self.before))
    }
}

/// How many fields a key of this type has behind its type.
fn fields(kind: &str) -> Option<usize> {
    match kind {
        "ssh-ed25519" => Some(1),
        "ssh-rsa" | "ecdsa-sha2-nistp256" | "ecdsa-sha2-nistp384" | "ecdsa-sha2-nistp521" | "sk-ssh-ed25519@openssh.com" => Some(2),
        "sk-ecdsa-sha2-nistp256@openssh.com" => Some(3),
        _ => None,
    }
}

/// The strings that stand in a string.
fn strings(list: &[u8]) -> Option<Vec<&[u8]>> {
    let mut reader = Reader::new(list);
    let mut strings = Vec::new();
    while !reader.rest().is_empty() {
        strings.push(reader.string()?);
    }
    Some(strings)
}

/// A certificate counts no seconds before 1970.
fn second(at: Timestamp) -> u64 {
    u64::try_from(at.as_second()).unwrap_or_default()
}

fn moment(second: u64) -> Timestamp {
    i64::try_from(second).ok().and_then(|second| Timestamp::from_second(second).ok()).unwrap_or(Timestamp::MAX)
}

/// Anybody can sign a certificate that says anything.
pub(super) fn shown(text: &[u8]) -> String {
    excerpt(&plain(&String::from_utf8_lossy(text)), 64)
}
