//! Somebody, or a machine, who signs what goes on record.

use std::path::{Path, PathBuf};

use super::{ActError, Caller, Dialogue, EnvironmentRecord};
use crate::{
    ledger::{
        Blob, Draft, Entry, Envelope,
        signing::{self, FoundKey, Search, Signing},
    },
    model::{Act, Digest, Method, Signoff, Subject},
};

/// Whoever signs, with the key they sign with.
pub(super) struct Signer<'c> {
    caller: &'c Caller,
    dialogue: &'c dyn Dialogue,
    found: FoundKey,
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
        let (agent, home) = (caller.env.get("SSH_AUTH_SOCK").map(PathBuf::from), caller.env.get("HOME").map(PathBuf::from));
        let search = Search { key, agent: agent.as_deref(), home: home.as_deref(), people, now: record.now };
        let found = signing::find(&record.policy.signers, &search).await?;
        Ok(Self { caller, dialogue, found })
    }

    /// Whose key it is, by id.
    pub(super) fn id(&self) -> &str {
        &self.found.principal
    }

    /// The key's type and fingerprint.
    pub(super) fn key(&self) -> String {
        self.found.key.name().to_string()
    }

    /// Signs a statement about `subject`, said now.
    pub(super) async fn statement(
        &self,
        record: &EnvironmentRecord,
        subject: Vec<Subject>,
        method: Method,
        act: Act,
    ) -> Result<Envelope, ActError> {
        let payload = record.statement(self.caller, subject, Some(self.id().to_owned()), method, act).to_json();
        let ask = |file: &Path, attempt: u32| self.dialogue.passphrase(file, attempt);
        let signature = signing::sign(&payload, &self.found.place, Signing { ask: &ask, env: &self.caller.env }).await?;
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
        let Envelope { payload, signature } = self.statement(record, subject, Method::Ssh, act).await?;
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
        let Some(key) = key else { return Ok(Self { caller, signer: None }) };
        let people = record.in_force()?.policy.roles.get(Signoff::RECORDER).map(|role| role.people.clone());
        let people = people.ok_or_else(|| ActError::Usage("a recorder's key is given, but the plan has no role `recorder`".into()))?;
        Ok(Self { caller, signer: Some(Signer::find(caller, dialogue, record, Some(key), &people).await?) })
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
