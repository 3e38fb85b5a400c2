//! Somebody signs with their SSH key that a passkey is a person's, who has read its fingerprint out to them.

use std::path::PathBuf;

use super::{org, where_people_sign};
use crate::{
    acts::{
        ActError, Dialogue,
        desk::Desk,
        signer::{Signer, confirm as agree},
    },
    ledger::{Entry, KnownPasskey},
    model::{Act, Passkey, PasskeyStep, Subject, plain, utc},
};

/// What is confirmed.
#[derive(Debug, Clone)]
pub(crate) struct ConfirmRequest {
    pub(crate) person: String,
    /// As the person has read it out.
    pub(crate) fingerprint: String,
    pub(crate) key: Option<PathBuf>,
}

/// A confirmation that is on record.
pub(crate) struct Confirmed {
    pub(crate) entry: Entry,
    /// Whether the passkey counts now.
    pub(crate) counts: bool,
}

/// Signs that the passkey is the person's.
pub(crate) async fn confirm(dialogue: &dyn Dialogue, desk: &Desk, request: &ConfirmRequest) -> Result<Confirmed, ActError> {
    let caller = desk.caller();
    let mut record = org(desk).await?;
    let ConfirmRequest { person, fingerprint, key } = request;
    let known = meant(record.policy.passkeys.of_person(person), person, fingerprint)?.clone();
    let policy = where_people_sign(&record)?;
    let passkey = known.passkey.clone();
    if (&passkey.rp_id, &passkey.origin) != (&policy.rp_id, &policy.origin) {
        return Err(ActError::Usage(format!(
            "it was made for {}, and the policy says {}: a new one is needed",
            passkey.origin, policy.origin
        )));
    }
    let people: Vec<String> = policy.registrars.iter().chain([person]).cloned().collect();
    let signer = Signer::find(&caller, dialogue, &record, key.as_deref(), &people).await?;
    if let Some(earlier) = known.confirmations.iter().find(|said| said.by == signer.id()) {
        return Err(ActError::Usage(format!("{} has confirmed it already, in entry {}", earlier.by, earlier.entry)));
    }
    shown(dialogue, &passkey, signer.id());
    agree(dialogue, "Did they read out this fingerprint themselves, and do you sign that it is theirs?")?;
    let (subject, act) =
        (vec![Subject::sha256("passkey", &passkey.digest())], Act::Passkey(Box::new(PasskeyStep::Confirmed(passkey.clone()))));
    let entry = signer.put(&mut record, subject, act, Vec::new()).await?;
    crate::acts::notify::signed(&caller, dialogue, &record, std::slice::from_ref(&entry)).await;
    let now = org(desk).await?;
    let counts = now.policy.passkeys.of_person(person).any(|known| known.passkey == passkey && known.counts_from.is_some());
    Ok(Confirmed { entry, counts })
}

fn shown(dialogue: &dyn Dialogue, passkey: &Passkey, by: &str) {
    let lines = [
        format!("passkey of {}, for {}", passkey.person, passkey.origin),
        format!("fingerprint {}", passkey.fingerprint()),
        format!("{by} signs that it is theirs: from then on {by} and {} count as one person wherever it signs", passkey.person),
    ];
    lines.iter().for_each(|line| dialogue.tell(&plain(line)));
}

/// The one passkey of the person that has this fingerprint.
pub(super) fn meant<'k>(
    of_person: impl Iterator<Item = &'k KnownPasskey>,
    person: &str,
    fingerprint: &str,
) -> Result<&'k KnownPasskey, ActError> {
    let all: Vec<&KnownPasskey> = of_person.collect();
    if let Some(found) = all.iter().find(|known| known.passkey.is_read_out(fingerprint)) {
        return Ok(found);
    }
    let each: Vec<String> = all.iter().map(|known| format!("{} of {}", known.passkey.fingerprint(), utc(known.since))).collect();
    let known = if each.is_empty() { "none was offered yet".to_owned() } else { format!("there are {}", each.join(", ")) };
    Err(ActError::Usage(format!(
        "`{person}` has no passkey with the fingerprint `{}`, of which at least five groups of four are wanted: {known}",
        plain(fingerprint)
    )))
}
