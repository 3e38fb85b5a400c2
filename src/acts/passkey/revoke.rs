//! A passkey that signs nothing more: its holder or a registrar says so.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{confirm::meant, org, where_people_sign};
use crate::{
    acts::{
        ActError, Dialogue,
        desk::Desk,
        signer::{Signer, confirm as agree},
    },
    ledger::Entry,
    model::{Act, PasskeyStep, Revocation, Subject, plain, utc},
};

/// What is revoked.
#[derive(Debug, Clone)]
pub(crate) struct RevokeRequest {
    pub(crate) person: String,
    pub(crate) fingerprint: String,
    pub(crate) reason: String,
    /// From when on its signatures do not count; from now on where it is left out.
    pub(crate) since: Option<Timestamp>,
    pub(crate) key: Option<PathBuf>,
}

/// Puts the revocation on record; [`ActError::ToSign`] where the browser is to sign it.
pub(crate) async fn revoke(dialogue: &dyn Dialogue, desk: &Desk, request: &RevokeRequest) -> Result<Entry, ActError> {
    let caller = desk.caller();
    let mut record = org(desk).await?;
    let RevokeRequest { person, fingerprint, reason, since, key } = request;
    let known = meant(record.policy.passkeys.of_person(person), person, fingerprint)?.clone();
    let people: Vec<String> = where_people_sign(&record)?.registrars.iter().chain([person]).cloned().collect();
    let signer = Signer::find(&caller, dialogue, &record, key.as_deref(), &people).await?;
    let from = since.map_or_else(|| "from now on".into(), |since| format!("from {} on", utc(since)));
    dialogue.tell(&plain(&format!("the passkey {} of {person} signs nothing {from}: {reason}", known.passkey.fingerprint())));
    agree(dialogue, "Revoke it?")?;
    let credential = known.passkey.credential.clone();
    let heads = Revocation::heads_of(record.store.chains().await?);
    let said = Revocation { person: person.clone(), credential, heads, since: *since, reason: reason.clone() };
    let subject = vec![Subject::sha256("passkey", &known.passkey.digest())];
    let entry = signer.put(&mut record, subject, Act::Passkey(Box::new(PasskeyStep::Revoked(said))), Vec::new()).await?;
    crate::acts::notify::signed(&caller, dialogue, &record, std::slice::from_ref(&entry)).await;
    Ok(entry)
}
