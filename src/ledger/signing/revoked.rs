//! Revoked keys and certificates: a plain list of keys, or a binary key revocation list.

mod krl;

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};

use self::krl::{Krl, MAGIC};
use super::{
    certificate::Certificate,
    credential::Credential,
    public::PublicKey,
    signers::{SignersFile, SignersProblem, moment},
};
use crate::model::{excerpt, plain};

/// Since when a key is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Revocation {
    /// For signatures from a moment on.
    From(Timestamp),
    /// For all: nobody says since when.
    Always,
}

/// The revoked keys.
#[derive(Debug, Clone, Default)]
pub(super) enum Revoked {
    /// There is no list.
    #[default]
    Nothing,
    /// By fingerprint.
    List(BTreeMap<String, Revocation>),
    /// A binary list.
    Krl(Krl),
}

impl Revoked {
    /// A plain list has a public key, a certificate, which stands for its key, or a `SHA256:` fingerprint a line, each perhaps with
    /// `revoked=20260301Z` behind it: signatures from before that time count. `ssh-keygen` reads such a file too as long as it has
    /// no fingerprints; to it a key with a time is revoked for all.
    pub(super) fn parse(file: Option<&[u8]>, zone: &TimeZone) -> Result<Self, Vec<SignersProblem>> {
        let Some(bytes) = file else { return Ok(Self::Nothing) };
        if bytes.starts_with(MAGIC) {
            let why = "the key revocation list is damaged, or has something that is not understood here: it may revoke any key";
            return Krl::read(bytes).map(Self::Krl).ok_or_else(|| vec![problem(0, why.into())]);
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Err(vec![problem(0, "it is neither text nor a key revocation list of `ssh-keygen -k`".into())]);
        };
        let (mut list, mut problems) = (BTreeMap::new(), Vec::new());
        for (line, number) in text.lines().zip(1..) {
            match revoked_line(line.trim(), zone) {
                Ok(Some((fingerprint, how))) => strengthen(&mut list, fingerprint, how),
                Ok(None) => {}
                Err(why) => problems.push(problem(number, why)),
            }
        }
        if problems.is_empty() { Ok(Self::List(list)) } else { Err(problems) }
    }

    /// Whether the key is; also that of an authority.
    pub(super) fn of(&self, key: &PublicKey) -> Option<Revocation> {
        match self {
            Self::Nothing => None,
            Self::List(list) => list.get(&key.name().fingerprint).copied(),
            Self::Krl(krl) => krl.has(key).then_some(Revocation::Always),
        }
    }

    /// Whether the certificate itself is: for all, by a binary list.
    pub(super) fn has(&self, certificate: &Certificate) -> bool {
        matches!(self, Self::Krl(krl) if krl.has_certificate(certificate))
    }
}

/// Of two lines on one key the graver holds.
fn strengthen(list: &mut BTreeMap<String, Revocation>, fingerprint: String, how: Revocation) {
    let graver = match (list.get(&fingerprint), how) {
        (Some(Revocation::From(old)), Revocation::From(new)) => Revocation::From((*old).min(new)),
        (None, how) => how,
        _ => Revocation::Always,
    };
    list.insert(fingerprint, graver);
}

fn revoked_line(line: &str, zone: &TimeZone) -> Result<Option<(String, Revocation)>, String> {
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let mut words = line.split_ascii_whitespace();
    let first = words.next().unwrap_or_default();
    let fingerprint = if first.starts_with("SHA256:") {
        is_fingerprint(first)
            .then(|| first.to_owned())
            .ok_or("a fingerprint is `SHA256:` and 43 characters, as `ssh-keygen -l` prints it")?
    } else {
        words.next();
        Credential::from_openssh(line)
            .map_err(|error| format!("it {error}; wanted a public key or a `SHA256:` fingerprint"))?
            .name()
            .fingerprint
    };
    let mut how = Revocation::Always;
    for time in words.filter_map(|word| word.strip_prefix("revoked=")) {
        let (at, _) =
            moment(time, zone).ok_or_else(|| format!("`revoked=` is `{}`, wanted a time like `20261231Z`", excerpt(&plain(time), 64)))?;
        how = Revocation::From(at);
    }
    Ok(Some((fingerprint, how)))
}

fn is_fingerprint(text: &str) -> bool {
    text.strip_prefix("SHA256:")
        .is_some_and(|digest| digest.len() == 43 && digest.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'+' || c == b'/'))
}

fn problem(line: usize, why: String) -> SignersProblem {
    SignersProblem { file: SignersFile::Revoked, line, why }
}
