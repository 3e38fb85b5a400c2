//! Whose keys are whose: OpenSSH's `allowed_signers` file (ssh-keygen(1), ALLOWED SIGNERS), with a list of revoked keys.

mod line;
mod options;
mod pattern;
mod time;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, tz::TimeZone};

use self::line::Line;
pub(super) use self::time::moment;
use super::{
    certificate::{Certificate, CertificateError, shown},
    credential::Credential,
    error::SignatureError,
    public::KeyName,
    revoked::{Revocation, Revoked},
    sshsig::verify,
};
use crate::ledger::{NAMESPACE, pae};

/// Who may sign with which key; by default nobody.
#[derive(Debug, Clone, Default)]
pub struct Signers {
    lines: Vec<Line>,
    revoked: Revoked,
    /// People by each of their names, in small letters.
    people: BTreeMap<String, String>,
}

/// A signature that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The key it was made with.
    pub key: KeyName,
    /// What has become of the key since, as a sentence: that it has expired, or was revoked. It counts all the same.
    pub since: Option<String>,
}

/// Which of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignersFile {
    /// The allowed signers.
    Allowed,
    /// The revoked keys.
    Revoked,
}

/// What is wrong with a line of these files, or is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct SignersProblem {
    /// The file.
    pub file: SignersFile,
    /// The line, counted from 1; 0 for the whole file.
    pub line: usize,
    /// What is wrong, and what was wanted.
    pub why: String,
}

/// One key by which several people could sign: each of them would count as one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedKey {
    /// The key.
    pub key: KeyName,
    /// The people.
    pub people: Vec<String>,
}

impl Signers {
    /// Reads both files. A time without `Z` is one of `zone`, as `ssh-keygen` takes it for one of the machine's.
    ///
    /// The error is everything that is wrong with either.
    pub fn parse(allowed: &str, revoked: Option<&[u8]>, zone: &TimeZone) -> Result<Self, Vec<SignersProblem>> {
        let mut problems = Vec::new();
        let mut lines = Vec::new();
        for (text, number) in allowed.lines().zip(1..) {
            match Line::read(text, number, zone) {
                Ok(line) => lines.extend(line),
                Err(why) => problems.push(SignersProblem { file: SignersFile::Allowed, line: number, why }),
            }
        }
        let revoked = Revoked::parse(revoked, zone).unwrap_or_else(|wrong| {
            problems.extend(wrong);
            Revoked::default()
        });
        if problems.is_empty() { Ok(Self { lines, revoked, people: BTreeMap::new() }) } else { Err(problems) }
    }

    /// The same, knowing who is who: a name of these people (an id, an address) and the id of the person. A certificate that names
    /// two of them counts for neither.
    #[must_use]
    pub fn knowing(self, people: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { people: people.into_iter().map(|(name, id)| (name.to_lowercase(), id)).collect(), ..self }
    }

    /// Whether `signature` over the [`pae`] of `payload` counts as `principal`'s: `at` is the time of the ledger entry,
    /// by which the key is judged; `now` is for saying what has become of it since.
    pub fn check(&self, payload: &[u8], signature: &str, principal: &str, at: Timestamp, now: Timestamp) -> Result<Signed, SignatureError> {
        let signer = verify(&pae(payload), signature)?;
        self.judge(&signer, principal, at, now)
    }

    /// Whether a signature made `at` a time by `signer` counts as `principal`'s.
    pub fn judge(&self, signer: &Credential, principal: &str, at: Timestamp, now: Timestamp) -> Result<Signed, SignatureError> {
        let key = signer.name();
        if let Some(why) = signer.key().weakness() {
            return Err(SignatureError::Weak(key, why));
        }
        let fitting = self.lines_of(signer, principal)?;
        if !fitting.iter().any(|line| line.is_valid(at)) {
            return Err(outside(&fitting, held_by(signer), principal, at));
        }
        if let Some(why) = signer.certificate().and_then(|certificate| self.objection(certificate, principal, at)) {
            return Err(SignatureError::Certificate(key, Box::new(why)));
        }
        let mut since = None;
        let of_key = (signer.key(), format!("key {key}"));
        for (of, held) in std::iter::once(of_key).chain(signer.certificate().map(|by| (&by.authority, held_by(signer)))) {
            match self.revoked.of(of) {
                Some(Revocation::From(when)) if at.as_second() < when.as_second() => {
                    since.get_or_insert_with(|| format!("the {held} has since been revoked, on {when}"));
                }
                Some(Revocation::From(when)) => return Err(revoked(held, principal, format!("it was revoked on {when}"))),
                Some(Revocation::Always) => return Err(revoked(held, principal, "it is revoked".into())),
                None => {}
            }
        }
        let ended = || Some(format!("the certificate of {key} has since expired, on {}", signer.certificate()?.ended(now)?));
        let expired = || {
            let before = fitting.iter().filter(|line| line.is_valid(at)).filter_map(|line| line.options.before).max()?;
            (!fitting.iter().any(|line| line.is_valid(now))).then(|| format!("the {} has since expired, on {before}", held_by(signer)))
        };
        Ok(Signed { since: since.or_else(ended).or_else(expired), key })
    }

    /// Why a certificate does not let its key sign as `principal`.
    fn objection(&self, certificate: &Certificate, principal: &str, at: Timestamp) -> Option<CertificateError> {
        let revoked = || self.revoked.has(certificate).then(|| CertificateError::Revoked(certificate.serial, shown(&certificate.id)));
        // One person may have several names. A line may give the same key to somebody else.
        let several = || {
            let of_name = |name: &str| self.people.get(&name.to_lowercase());
            let lines: Vec<&Line> = self.lines.iter().filter(|line| line.is_of(&certificate.key)).collect();
            let own = |id: &&String| lines.iter().any(|line| line.names(id));
            let named = certificate.names.iter().filter_map(|name| of_name(name));
            let people: BTreeSet<&String> = named.chain(of_name(principal)).chain(self.people.values().filter(own)).collect();
            (people.len() > 1).then(|| CertificateError::Several(people.into_iter().cloned().collect()))
        };
        certificate.objection(principal, at).or_else(several).or_else(revoked)
    }

    /// The lines that let the signer sign as somebody for us; never none.
    fn lines_of(&self, signer: &Credential, principal: &str) -> Result<Vec<&Line>, SignatureError> {
        let (key, said) = (signer.name(), principal.to_owned());
        let refused = |why: CertificateError| SignatureError::Certificate(key.clone(), Box::new(why));
        let of_signer: Vec<&Line> = self.lines.iter().filter(|line| line.vouches_for(signer)).collect();
        if of_signer.is_empty() {
            return Err(signer
                .certificate()
                .map_or(SignatureError::UnknownKey(signer.name(), said), |by| refused(CertificateError::Unknown(by.authority.name()))));
        }
        let of_person: Vec<&Line> = of_signer.into_iter().filter(|line| line.names(principal)).collect();
        let Some(first) = of_person.first() else {
            let is = self.principals_of(signer);
            return Err(match signer.certificate() {
                None => SignatureError::WrongPrincipal { key, is, said },
                Some(by) => refused(CertificateError::OtherPeople(by.authority.name(), is, said)),
            });
        };
        let namespaces = first.options.namespaces.clone().unwrap_or_default();
        let fitting: Vec<&Line> = of_person.into_iter().filter(|line| line.options.allow(NAMESPACE)).collect();
        if fitting.is_empty() { Err(SignatureError::OtherUse { key: held_by(signer), principal: said, namespaces }) } else { Ok(fitting) }
    }

    /// What the file calls those whose key this is, or for whom its authority may vouch: their names, or patterns of names,
    /// whether valid or not.
    pub fn principals_of(&self, signer: &Credential) -> Vec<String> {
        let lines = self.lines.iter().filter(|line| line.vouches_for(signer));
        let mut names: Vec<String> = Vec::new();
        for name in lines.flat_map(|line| line.principals.split(',')) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        names
    }

    /// Whether certificates may count at all.
    pub(super) fn has_authorities(&self) -> bool {
        self.lines.iter().any(|line| line.options.authority)
    }

    /// The keys that more than one of `people` could sign with. A gate that counts people must refuse these. Somebody who is
    /// named twice, as one with two roles is, is one person.
    pub fn shared(&self, people: &[String]) -> Vec<SharedKey> {
        let mut shared: Vec<SharedKey> = Vec::new();
        let named = people.iter().enumerate().filter(|(at, person)| !people[..*at].contains(person));
        let people: Vec<&String> = named.map(|(_, person)| person).collect();
        // An authority's key is nobody's: it signs certificates, and whom those name is looked at when they sign.
        for line in self.lines.iter().filter(|line| line.is_of(&line.key)) {
            let people: Vec<String> = people
                .iter()
                .filter(|person| self.lines.iter().any(|other| other.is_of(&line.key) && other.names(person)))
                .map(|person| (*person).clone())
                .collect();
            let found = SharedKey { key: line.key.name(), people };
            if found.people.len() > 1 && !shared.contains(&found) {
                shared.push(found);
            }
        }
        shared
    }

    /// What is no error and should be said: keys of which no signature would count, times that mean another moment on
    /// another machine.
    pub fn remarks(&self) -> Vec<SignersProblem> {
        let mut remarks = Vec::new();
        if self.lines.is_empty() {
            let why = "nobody may sign: wanted lines like `bob@example.com ssh-ed25519 AAAA…`".to_owned();
            remarks.push(SignersProblem { file: SignersFile::Allowed, line: 0, why });
        }
        for line in &self.lines {
            let mut say = |why| remarks.push(SignersProblem { file: SignersFile::Allowed, line: line.number, why });
            if let Some(why) = line.key.weakness() {
                say(format!("the key {} cannot be used: {why}", line.key.name()));
            }
            if line.options.is_local {
                say("a time without `Z` is in this machine's time zone: write `Z` after it, so that it means one moment everywhere".into());
            }
        }
        remarks
    }
}

/// What the lines that let somebody sign are about.
fn held_by(signer: &Credential) -> String {
    signer.certificate().map_or_else(|| format!("key {}", signer.name()), |by| format!("authority {}", by.authority.name()))
}

fn revoked(key: String, principal: &str, why: String) -> SignatureError {
    SignatureError::Revoked { key, principal: principal.to_owned(), why }
}

/// Why none of the lines is valid at `at`: the last end, where there is one before it, else the first beginning.
fn outside(lines: &[&Line], key: String, principal: &str, at: Timestamp) -> SignatureError {
    let principal = principal.to_owned();
    let ended = lines.iter().filter(|line| line.is_over(at)).filter_map(|line| line.options.before).max();
    let begins = lines.iter().filter_map(|line| line.options.after).min();
    match (ended, begins) {
        (Some(before), _) => SignatureError::Expired { key, principal, at, before },
        (None, after) => SignatureError::NotYet { key, principal, at, after: after.unwrap_or(at) },
    }
}
