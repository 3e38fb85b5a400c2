//! Which key `gonogo sign` takes: the one that is given, else one of the agent, else one of `~/.ssh`; always one that the
//! allowed signers know as somebody who may sign.

use std::path::Path;

use jiff::Timestamp;

use super::{
    agent::Agent,
    certificate::CertificateError,
    credential::Credential,
    error::{KeyError, SignatureError},
    private::PrivateFile,
    public::PublicKey,
    sign::{KeyPlace, with_certificate},
    signers::Signers,
};

/// The keys of `~/.ssh` that are tried, the best first.
const NAMES: [&str; 5] = ["id_ed25519", "id_ed25519_sk", "id_ecdsa", "id_ecdsa_sk", "id_rsa"];

/// Where to look, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// The file of `--key`: a private key, the `.pub` file of one that the agent has, or a certificate of either.
    pub key: Option<&'a Path>,
    /// `SSH_AUTH_SOCK`.
    pub agent: Option<&'a Path>,
    /// `HOME`.
    pub home: Option<&'a Path>,
    /// Who may sign: the people of the role, or one of them. Never empty.
    pub people: &'a [String],
    /// The keys must be valid now.
    pub now: Timestamp,
}

/// A key that may sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundKey {
    /// Where it is.
    pub place: KeyPlace,
    /// Its public half, with the certificate by which it may sign.
    pub key: Credential,
    /// Whose it is.
    pub principal: String,
}

/// Finds the key to sign with. Of several keys of one person the first is taken; keys of several people are an error,
/// as is a given key that cannot be used or would not count.
pub async fn find(signers: &Signers, search: &Search<'_>) -> Result<FoundKey, KeyError> {
    if let Some(file) = search.key {
        return given(signers, search, file).await;
    }
    let mut seen = Vec::new();
    let of_agent = in_agent(signers, search, &mut seen).await;
    if let Some(found) = one_person(of_agent)? {
        return Ok(found);
    }
    match one_person(in_home(signers, search, &mut seen))? {
        Some(found) => Ok(found),
        None => Err(KeyError::NoneFits { people: search.people.to_vec(), seen }),
    }
}

/// The key of a file if it may sign; else the same with the certificate beside it.
async fn given(signers: &Signers, search: &Search<'_>, file: &Path) -> Result<FoundKey, KeyError> {
    let (place, key) = KeyPlace::of(file, search.agent)?;
    let alone = of_place(signers, search, (place.clone(), key.clone())).await;
    let (Credential::Plain(key), Err(KeyError::NotAllowed(why))) = (key, &alone) else { return alone };
    let Some(certified) = signers.has_authorities().then(|| with_certificate(file, &key)).flatten() else { return alone };
    let tried = of_place(signers, search, (place, certified?)).await;
    // What is wrong with their own line tells more than that their certificate is no other's.
    if tried.is_err() && !is_of_others(why) { alone } else { tried }
}

async fn of_place(signers: &Signers, search: &Search<'_>, (place, key): (KeyPlace, Credential)) -> Result<FoundKey, KeyError> {
    let place = unlocked(place, &key, search).await;
    let found = one_person(fitting(signers, search, &place, &key))?;
    found.ok_or_else(|| KeyError::NotAllowed(refusal(signers, search, &key)))
}

/// Where an agent has the key of an encrypted file, nobody needs to enter a passphrase.
async fn unlocked(place: KeyPlace, key: &Credential, search: &Search<'_>) -> KeyPlace {
    let KeyPlace::File(file) = &place else { return place };
    if let Some(socket) = search.agent
        && PrivateFile::read(file).is_ok_and(|file| file.is_encrypted())
    {
        let agent = Agent::new(socket);
        if agent.keys().await.is_ok_and(|keys| keys.iter().any(|held| held.key.key() == key.key())) {
            return KeyPlace::Agent { public: key.key().clone(), agent };
        }
    }
    place
}

/// One for each of the people whose signature this key would make.
fn fitting(signers: &Signers, search: &Search<'_>, place: &KeyPlace, key: &Credential) -> Vec<FoundKey> {
    let may_sign = |person: &&String| signers.judge(key, person, search.now, search.now).is_ok();
    let found = |person: &String| FoundKey { place: place.clone(), key: key.clone(), principal: person.clone() };
    search.people.iter().filter(may_sign).map(found).collect()
}

fn one_person(mut found: Vec<FoundKey>) -> Result<Option<FoundKey>, KeyError> {
    if found.iter().any(|other| other.principal != found[0].principal) {
        let shown = |found: &FoundKey| format!("{} ({}, {})", found.principal, found.key.name(), found.place.shown());
        return Err(KeyError::Ambiguous(found.iter().map(shown).collect()));
    }
    // Whoever may sign with the key alone needs no certificate, which ends soon.
    found.sort_by_key(|found| found.key.certificate().is_some());
    Ok(if found.is_empty() { None } else { Some(found.swap_remove(0)) })
}

async fn in_agent(signers: &Signers, search: &Search<'_>, seen: &mut Vec<String>) -> Vec<FoundKey> {
    let Some(socket) = search.agent else {
        seen.push("no ssh-agent (SSH_AUTH_SOCK is not set)".into());
        return Vec::new();
    };
    let agent = Agent::new(socket);
    let keys = match agent.keys().await {
        Ok(keys) => keys,
        Err(error) => {
            seen.push(error.to_string());
            return Vec::new();
        }
    };
    if keys.is_empty() {
        seen.push("the ssh-agent, which has no key".into());
    }
    let mut found = Vec::new();
    for held in keys {
        let key = &held.key;
        let place = KeyPlace::Agent { public: key.key().clone(), agent: agent.clone() };
        found.extend(fitting(signers, search, &place, key));
        seen.push(format!("{} in the ssh-agent{}", held.shown(), own_fault(signers, search, key)));
    }
    found
}

fn in_home(signers: &Signers, search: &Search<'_>, seen: &mut Vec<String>) -> Vec<FoundKey> {
    let Some(home) = search.home else {
        seen.push("no home folder (HOME is not set)".into());
        return Vec::new();
    };
    let folder = home.join(".ssh");
    let mut found = Vec::new();
    let before = seen.len();
    for file in NAMES.map(|name| folder.join(name)).into_iter().filter(|file| file.exists()) {
        let (of_file, place) = (public_of(&file), KeyPlace::File(file.clone()));
        let certified = of_file.as_ref().ok().and_then(|key| with_certificate(&file, key));
        for held in std::iter::once(of_file.map(Credential::from)).chain(certified) {
            match held {
                Ok(key) => {
                    found.extend(fitting(signers, search, &place, &key));
                    seen.push(format!("{} in {}{}", key.shown(), file.display(), own_fault(signers, search, &key)));
                }
                Err(error) => seen.push(error.to_string()),
            }
        }
    }
    if seen.len() == before {
        seen.push(format!("{}, which has no key of a usual name", folder.display()));
    }
    found
}

/// The key file's public half, from the `.pub` file beside it where there is one.
fn public_of(file: &Path) -> Result<PublicKey, KeyError> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".pub");
    match PublicKey::read(Path::new(&beside)) {
        Ok(key) => Ok(key),
        Err(_) => PrivateFile::read(file)?.public(),
    }
}

/// Why the given key fits none of the people: what is wrong with somebody's own key before that it is a stranger's.
fn refusal(signers: &Signers, search: &Search<'_>, key: &Credential) -> SignatureError {
    let error_for = |person: &str| signers.judge(key, person, search.now, search.now).err();
    let own = search.people.iter().filter_map(|person| error_for(person)).find(|error| !is_of_others(error));
    let people = search.people.join(" or ");
    own.or_else(|| error_for(&people)).unwrap_or_else(|| SignatureError::UnknownKey(key.name(), people))
}

/// What is wrong with it, where it is somebody's own: most certificates end within a day.
fn own_fault(signers: &Signers, search: &Search<'_>, key: &Credential) -> String {
    let why = refusal(signers, search, key);
    if is_of_others(&why) { String::new() } else { format!(" ({why})") }
}

/// Whether the key is nobody's, or another's.
fn is_of_others(error: &SignatureError) -> bool {
    match error {
        SignatureError::WrongPrincipal { .. } | SignatureError::UnknownKey(..) => true,
        SignatureError::Certificate(_, why) => {
            matches!(**why, CertificateError::Unknown(_) | CertificateError::OtherPeople(..) | CertificateError::Others(..))
        }
        _ => false,
    }
}

impl KeyPlace {
    fn shown(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Agent { .. } => "in the ssh-agent".to_owned(),
        }
    }
}
