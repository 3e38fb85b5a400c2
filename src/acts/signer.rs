//! Somebody, or a machine, who signs what goes on record.

use std::path::{Path, PathBuf};

use super::{ActError, AtDesk, Caller, Dialogue, EnvironmentRecord, ci_token::Job};
use crate::{
    ledger::{
        Blob, Draft, Entry, Envelope,
        signing::{self, FoundKey, Search, Signing},
    },
    model::{Act, Digest, Method, Signoff, Subject, plain},
};

/// Whoever signs, with the key they sign with.
pub(super) struct Signer<'c> {
    caller: &'c Caller,
    dialogue: &'c dyn Dialogue,
    hand: Hand<'c>,
}

/// What somebody signs with.
enum Hand<'c> {
    /// An SSH key, here and now.
    Key(Box<FoundKey>),
    /// The CI's word for the job that this is.
    Job(Box<Job>),
    /// A passkey, in the browser and later.
    Passkey(&'c AtDesk),
}

impl<'c> Signer<'c> {
    /// Finds the key of one of `people`.
    pub(super) async fn find(
        caller: &'c Caller,
        dialogue: &'c dyn Dialogue,
        record: &EnvironmentRecord,
        key: Option<&Path>,
        people: &[String],
    ) -> Result<Self, ActError> {
        if let Some(desk) = dialogue.at_desk() {
            let why = || ActError::Usage(format!("`{}` may not: {} may", desk.person(), people.join(", ")));
            return people
                .iter()
                .any(|id| id == desk.person())
                .then_some(Self { caller, dialogue, hand: Hand::Passkey(desk) })
                .ok_or_else(why);
        }
        let (agent, home) = (caller.env.get("SSH_AUTH_SOCK").map(PathBuf::from), caller.env.get("HOME").map(PathBuf::from));
        let search = Search { key, agent: agent.as_deref(), home: home.as_deref(), people, now: record.now };
        let found = signing::find(&record.policy.signers, &search).await?;
        Ok(Self { caller, dialogue, hand: Hand::Key(Box::new(found)) })
    }

    /// Whose key it is, by id.
    pub(super) fn id(&self) -> &str {
        match &self.hand {
            Hand::Key(found) => &found.principal,
            Hand::Job(job) => &job.id,
            Hand::Passkey(desk) => desk.person(),
        }
    }

    /// The key's type and fingerprint.
    pub(super) fn key(&self) -> String {
        match &self.hand {
            Hand::Key(found) => found.key.name().to_string(),
            Hand::Job(_) => "the CI's token".into(),
            Hand::Passkey(_) => "their passkey".into(),
        }
    }

    /// How they sign for themselves.
    pub(super) fn method(&self) -> Method {
        if matches!(self.hand, Hand::Passkey(_)) { Method::Webauthn } else { Method::Ssh }
    }

    /// Signs a statement about `subject`, said now, with the bytes that belong to it; [`ActError::ToSign`] where the browser is to
    /// sign it.
    pub(super) async fn statement(
        &self,
        record: &EnvironmentRecord,
        (subject, act, blobs): (Vec<Subject>, Act, &[Blob]),
        method: Method,
    ) -> Result<Envelope, ActError> {
        let payload = record.statement(self.caller, subject, Some(self.id().to_owned()), method, act).to_json();
        let found = match &self.hand {
            Hand::Key(found) => found,
            Hand::Job(job) => {
                let signature = job.sign(self.caller, &payload).await?;
                return Ok(Envelope { payload, signature });
            }
            Hand::Passkey(desk) => {
                desk.prepare(payload, blobs.to_vec());
                return Err(ActError::ToSign);
            }
        };
        let ask = |file: &Path, attempt: u32| self.dialogue.passphrase(file, attempt);
        let with = Signing { certificate: found.key.certificate(), ask: &ask, env: &self.caller.env };
        let signature = signing::sign(&payload, &found.place, with).await?;
        Ok(Envelope { payload, signature })
    }

    /// Signs what is said with the person's own key, and adds it to the ledger.
    pub(super) async fn put(
        &self,
        record: &mut EnvironmentRecord,
        subject: Vec<Subject>,
        act: Act,
        blobs: Vec<Blob>,
    ) -> Result<Entry, ActError> {
        self.put_onto(record, (subject, act, blobs), None).await
    }

    /// The same, only where nothing was added since that head.
    pub(super) async fn put_onto(
        &self,
        record: &mut EnvironmentRecord,
        (subject, act, blobs): (Vec<Subject>, Act, Vec<Blob>),
        onto: Option<&Digest>,
    ) -> Result<Entry, ActError> {
        let Envelope { payload, signature } = self.statement(record, (subject, act, &blobs), self.method()).await?;
        record.append(self.caller, Draft { payload, signature: Some(signature) }, blobs, onto).await
    }
}

/// Asks whether it is meant.
pub(super) fn confirm(dialogue: &dyn Dialogue, question: &str) -> Result<(), ActError> {
    if dialogue.agrees(question) { Ok(()) } else { Err(ActError::Declined) }
}

/// Whoever puts runs and deployments on record: signed where there is a key.
pub(super) struct Recorder<'c> {
    pub(super) caller: &'c Caller,
    pub(super) signer: Option<Signer<'c>>,
}

impl<'c> Recorder<'c> {
    /// The key of somebody with the role `recorder`; nobody where no key is given.
    pub(super) async fn find(
        caller: &'c Caller,
        dialogue: &'c dyn Dialogue,
        record: &EnvironmentRecord,
        key: Option<&Path>,
    ) -> Result<Self, ActError> {
        let Some(key) = key else { return Ok(Self { caller, signer: Self::job(caller, dialogue, record).await }) };
        let people = record.in_force()?.policy.roles.get(Signoff::RECORDER).map(|role| role.people.clone());
        let people = people.ok_or_else(|| ActError::Usage("a recorder's key is given, but the plan has no role `recorder`".into()))?;
        Ok(Self { caller, signer: Some(Signer::find(caller, dialogue, record, Some(key), &people).await?) })
    }

    /// The job that this is, where the CI says so and the policy believes it. A token that counts nothing is told, and what is
    /// recorded is unsigned: what that means is for the gate to say.
    async fn job(caller: &'c Caller, dialogue: &'c dyn Dialogue, record: &EnvironmentRecord) -> Option<Signer<'c>> {
        match Job::of(caller, record.policy.signoff.as_ref()?, record.place()).await {
            Ok(job) => Some(Signer { caller, dialogue, hand: Hand::Job(Box::new(job?)) }),
            Err(why) => {
                dialogue.tell(&plain(&format!("recorded without a signature: {why}")));
                None
            }
        }
    }

    /// Whose key it is.
    pub(super) fn id(&self) -> Option<&str> {
        self.signer.as_ref().map(Signer::id)
    }

    /// The same recorder without a key.
    pub(super) fn unsigned(&self) -> Self {
        Self { caller: self.caller, signer: None }
    }

    /// Puts an act on record, signed if there is a key; with `onto`, only where nothing was added since that head.
    pub(super) async fn put(
        &self,
        record: &mut EnvironmentRecord,
        said: (Vec<Subject>, Act, Vec<Blob>),
        onto: Option<&Digest>,
    ) -> Result<Entry, ActError> {
        match &self.signer {
            Some(signer) => signer.put_onto(record, said, onto).await,
            None => {
                let (subject, act, blobs) = said;
                let payload = record.statement(self.caller, subject, None, Method::Recorded, act).to_json();
                record.append(self.caller, Draft { payload, signature: None }, blobs, onto).await
            }
        }
    }
}
