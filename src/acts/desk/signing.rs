//! What somebody signs at the desk: prepared by the rules of each act, signed in the browser, put on record as it was prepared.

use std::sync::Mutex;

use zeroize::Zeroizing;

use super::Desk;
use crate::{
    acts::{
        ActError, AtDesk, Dialogue, EnvironmentRecord, ToSign,
        answer::{AnswerRequest, answer_in},
        notify,
        passkey::{self, RevokeRequest},
        rollout::{DecideRequest, OpenRollout, decide},
        sign::{SignRequest, prepare as sign, take_prepared},
        waive::{WaiveRequest, waive_in},
    },
    ledger::{Assertion, Blob, Entry, Envelope, counters_that_went_back},
    model::{Digest, Release, Statement},
};

/// What somebody wants to say.
#[derive(Debug, Clone)]
pub(crate) enum Wish {
    /// A decision on this report.
    SignOff(Box<SignRequest>, Digest),
    /// An answer to a question.
    Answer(AnswerRequest),
    /// An exception that the plan has is accepted.
    Waive(WaiveRequest),
    /// A decision at the end of a stage of this release.
    Decide(DecideRequest, Release),
    /// A passkey signs nothing more.
    Revoke(RevokeRequest),
}

/// What is to be signed, with what the person is shown of it.
pub(crate) struct Prepared {
    pub(crate) to_sign: ToSign,
    pub(crate) shown: Vec<String>,
}

impl Prepared {
    /// What the passkey signs as its challenge: the SHA-256 of what an SSH key would sign.
    pub(crate) fn challenge(&self) -> Vec<u8> {
        challenge(&self.to_sign.payload)
    }
}

/// The challenge for a statement.
fn challenge(payload: &[u8]) -> Vec<u8> {
    use sha2::{Digest as _, Sha256};
    Sha256::digest(crate::ledger::pae(payload)).to_vec()
}

/// Whoever sits at the desk: what they are shown is kept for the page.
struct Page {
    desk: AtDesk,
    shown: Mutex<Vec<String>>,
}

impl Dialogue for Page {
    fn tell(&self, line: &str) {
        self.shown.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(line.to_owned());
    }

    /// They agree by signing.
    fn agrees(&self, _: &str) -> bool {
        true
    }

    fn passphrase(&self, _: &std::path::Path, _: u32) -> Option<Zeroizing<String>> {
        None
    }

    fn at_desk(&self) -> Option<&AtDesk> {
        Some(&self.desk)
    }
}

impl Desk {
    /// Prepares what `person` wants to say of this project and environment.
    pub(crate) async fn prepare(&self, place: (&str, &str), person: &str, wish: &Wish) -> Result<Prepared, ActError> {
        let page = Page { desk: AtDesk::new(person.to_owned()), shown: Mutex::default() };
        let done = self.say(place, &page, wish).await;
        let to_sign = match done {
            Err(ActError::ToSign) => page.desk.take(),
            Err(error) => return Err(error),
            Ok(()) => None,
        };
        let to_sign = to_sign.ok_or_else(|| ActError::Usage("there is nothing to sign".into()))?;
        let statement = Statement::from_json(&to_sign.payload).map_err(|error| ActError::Untrusted(error.to_string()))?;
        let record = passkey::org(self).await?;
        match record.policy.passkeys.refuses(&statement.act, person) {
            Some(why) => Err(ActError::Usage(why)),
            None => Ok(Prepared { to_sign, shown: page.shown.into_inner().unwrap_or_default() }),
        }
    }

    async fn say(&self, place: (&str, &str), page: &Page, wish: &Wish) -> Result<(), ActError> {
        let caller = self.caller();
        match wish {
            Wish::Revoke(request) => passkey::revoke(page, self, request).await.map(drop),
            Wish::SignOff(request, report) => sign(&caller, page, request, &self.open_record(place).await?, report).await,
            Wish::Answer(request) => answer_in(&caller, page, request, &mut self.open_record(place).await?).await.map(drop),
            Wish::Waive(request) => waive_in(&caller, page, request, &mut self.open_record(place).await?).await.map(drop),
            Wish::Decide(request, release) => {
                let mut open = OpenRollout::kept(self.open_record(place).await?, release.clone())?;
                decide(&caller, page, &mut open, request).await.map(drop)
            }
        }
    }

    async fn open_record(&self, place: (&str, &str)) -> Result<EnvironmentRecord, ActError> {
        let (project, environment) = place;
        let found = self.record(project, environment).await?;
        let none = || ActError::Usage(format!("no full run of {project} in `{environment}` is on record"));
        Ok(found.ok_or_else(none)?.record)
    }

    /// Puts on record what was prepared and has been signed in the browser since; with the entry what is to be said of the
    /// passkey.
    pub(crate) async fn put(&self, payload: Vec<u8>, assertion: &Assertion, blobs: &[Blob]) -> Result<(Entry, Vec<String>), ActError> {
        let statement = Statement::from_json(&payload).map_err(|error| ActError::Untrusted(error.to_string()))?;
        let mut record = match &statement.act {
            crate::model::Act::Passkey(_) => passkey::org(self).await?,
            _ => self.open_record((&statement.made.project, &statement.made.environment)).await?,
        };
        let envelope = Envelope { payload, signature: assertion.to_text() };
        let entry = take_prepared(&self.caller(), &mut record, envelope, blobs).await?;
        let of_entry = format!("entry {}:", entry.seq);
        let mut told: Vec<String> =
            counters_that_went_back(&record.history).into_iter().filter(|line| line.starts_with(&of_entry)).collect();
        // It is on record: whatever keeps somebody from hearing of it does not change that.
        if let Ok(law) = self.law.of(&self.caller(), &statement.made.environment).await {
            told.extend(notify::signed_by(&self.caller(), &law.plan, &record, std::slice::from_ref(&entry)).await);
        }
        Ok((entry, told))
    }
}
