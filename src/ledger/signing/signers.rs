//! Whose keys are whose: OpenSSH's `allowed_signers` file (ssh-keygen(1), ALLOWED SIGNERS), with a list of revoked keys.

mod line;
mod options;
mod pattern;
mod time;

use jiff::{Timestamp, tz::TimeZone};

use self::line::Line;
pub(super) use self::time::moment;
use super::{
    error::SignatureError,
    public::{KeyName, PublicKey},
    revoked::{Revocation, Revoked},
    sshsig::verify,
};
use crate::{
    ledger::{NAMESPACE, pae},
    model::ProcessEnv,
};

/// Who may sign with which key; by default nobody.
#[derive(Debug, Clone, Default)]
pub struct Signers {
    lines: Vec<Line>,
    revoked: Revoked,
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
    /// A binary key revocation list (`ssh-keygen -k`) must also be [asked](Self::ask_revoked); until then every key
    /// counts as revoked.
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
        if problems.is_empty() { Ok(Self { lines, revoked }) } else { Err(problems) }
    }

    /// Asks a binary key revocation list about every key, through `ssh-keygen -Q`. Does nothing where there is no such list.
    /// What cannot be asked stays revoked.
    pub async fn ask_revoked(&mut self, env: &ProcessEnv) {
        let keys: Vec<&PublicKey> = self.lines.iter().map(|line| &line.key).collect();
        self.revoked.ask(&keys, env).await;
    }

    /// Whether `signature` over the [`pae`] of `payload` counts as `principal`'s: `at` is the time of the ledger entry,
    /// by which the key is judged; `now` is for saying what has become of it since.
    pub fn check(&self, payload: &[u8], signature: &str, principal: &str, at: Timestamp, now: Timestamp) -> Result<Signed, SignatureError> {
        let key = verify(&pae(payload), signature)?;
        self.judge(&key, principal, at, now)
    }

    /// Whether a signature made `at` a time with `key` counts as `principal`'s.
    pub fn judge(&self, key: &PublicKey, principal: &str, at: Timestamp, now: Timestamp) -> Result<Signed, SignatureError> {
        let name = key.name();
        if let Some(why) = key.weakness() {
            return Err(SignatureError::Weak(name, why));
        }
        let fitting = self.lines_of(key, principal)?;
        if !fitting.iter().any(|line| line.is_valid(at)) {
            return Err(outside(&fitting, name, principal, at));
        }
        let since = match self.revoked.of(key) {
            Revocation::No => None,
            Revocation::From(when) if at.as_second() < when.as_second() => {
                Some(format!("the key {name} has since been revoked, on {when}"))
            }
            Revocation::From(when) => return Err(revoked(name, principal, format!("it was revoked on {when}"))),
            Revocation::Always => return Err(revoked(name, principal, "it is revoked".into())),
            Revocation::Unknown(why) => {
                return Err(revoked(name, principal, format!("whether it is revoked could not be asked: {why}")));
            }
        };
        let expired = || {
            let before = fitting.iter().filter(|line| line.is_valid(at)).filter_map(|line| line.options.before).max()?;
            (!fitting.iter().any(|line| line.is_valid(now))).then(|| format!("the key {name} has since expired, on {before}"))
        };
        Ok(Signed { since: since.or_else(expired), key: name })
    }

    /// The lines that give `key` to `principal` for our signatures; never none.
    fn lines_of(&self, key: &PublicKey, principal: &str) -> Result<Vec<&Line>, SignatureError> {
        let of_key: Vec<&Line> = self.lines.iter().filter(|line| line.key == *key).collect();
        if of_key.is_empty() {
            return Err(SignatureError::UnknownKey(key.name(), principal.to_owned()));
        }
        let of_person: Vec<&Line> = of_key.iter().copied().filter(|line| line.names(principal)).collect();
        let Some(first) = of_person.first() else {
            return Err(SignatureError::WrongPrincipal { key: key.name(), is: self.principals_of(key), said: principal.to_owned() });
        };
        let namespaces = first.options.namespaces.clone().unwrap_or_default();
        let fitting: Vec<&Line> = of_person.into_iter().filter(|line| line.options.allow(NAMESPACE)).collect();
        if fitting.is_empty() {
            return Err(SignatureError::OtherUse { key: key.name(), principal: principal.to_owned(), namespaces });
        }
        Ok(fitting)
    }

    /// What the file calls those whose key this is: their names, or patterns of names, whether valid or not.
    pub fn principals_of(&self, key: &PublicKey) -> Vec<String> {
        let lines = self.lines.iter().filter(|line| line.key == *key);
        let mut names: Vec<String> = Vec::new();
        for name in lines.flat_map(|line| line.principals.split(',')) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        names
    }

    /// The keys that more than one of `people` could sign with. A gate that counts people must refuse these. Somebody who is
    /// named twice, as one with two roles is, is one person.
    pub fn shared(&self, people: &[String]) -> Vec<SharedKey> {
        let mut shared: Vec<SharedKey> = Vec::new();
        let named = people.iter().enumerate().filter(|(at, person)| !people[..*at].contains(person));
        let people: Vec<&String> = named.map(|(_, person)| person).collect();
        for line in &self.lines {
            let people: Vec<String> = people
                .iter()
                .filter(|person| self.lines.iter().any(|other| other.key == line.key && other.names(person)))
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

fn revoked(key: KeyName, principal: &str, why: String) -> SignatureError {
    SignatureError::Revoked { key, principal: principal.to_owned(), why }
}

/// Why none of the lines is valid at `at`: the last end, where there is one before it, else the first beginning.
fn outside(lines: &[&Line], key: KeyName, principal: &str, at: Timestamp) -> SignatureError {
    let principal = principal.to_owned();
    let ended = lines.iter().filter(|line| line.is_over(at)).filter_map(|line| line.options.before).max();
    let begins = lines.iter().filter_map(|line| line.options.after).min();
    match (ended, begins) {
        (Some(before), _) => SignatureError::Expired { key, principal, at, before },
        (None, after) => SignatureError::NotYet { key, principal, at, after: after.unwrap_or(at) },
    }
}
