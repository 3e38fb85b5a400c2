//! An approver accepts an exception and signs for it.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{
    ActError, Caller, Dialogue, EnvironmentRecord, RecordRequest, notify,
    signer::{self, Signer},
};
use crate::{
    ledger::Entry,
    model::{Act, Digest, Severity, Subject, Waiver, WaiverTerms, plain, utc},
};

/// What is accepted.
#[derive(Debug, Clone)]
pub(crate) struct WaiveRequest {
    pub(crate) record: RecordRequest,
    /// The check, or a list of them.
    pub(crate) id: String,
    /// The exception in full; the plan's own is signed where it is left out.
    pub(crate) said: Option<SaidWaiver>,
    pub(crate) key: Option<PathBuf>,
}

/// An exception that stands in no file.
#[derive(Debug, Clone)]
pub(crate) struct SaidWaiver {
    pub(crate) reason: String,
    pub(crate) ticket: String,
    pub(crate) owner: String,
    pub(crate) expires: Timestamp,
}

/// Puts the exception on record, of a list one for each of its checks of today; gives the last entry and the ledger's head.
pub(crate) async fn waive(caller: &Caller, dialogue: &dyn Dialogue, request: &WaiveRequest) -> Result<(Entry, Digest), ActError> {
    let mut record = EnvironmentRecord::open(caller, &request.record, true).await?;
    waive_in(caller, dialogue, request, &mut record).await
}

/// The same in a record that is open.
pub(super) async fn waive_in(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    request: &WaiveRequest,
    record: &mut EnvironmentRecord,
) -> Result<(Entry, Digest), ActError> {
    let everybody = record.in_force()?.everybody();
    let ids = record.checks_named(&request.id)?;
    let written: Vec<Waiver> = match &request.said {
        None => ids.iter().map(|id| written(record, id)).collect::<Result<_, _>>()?,
        Some(_) => Vec::new(),
    };
    let people = approver(&written, &request.id)?.map_or(everybody, |approver| vec![approver]);
    let signer = Signer::find(caller, dialogue, record, request.key.as_deref(), &people).await?;
    let waivers = match &request.said {
        None => written,
        Some(said) => ids.into_iter().map(|id| said.of(id, record, signer.id(), (caller.clock)())).collect(),
    };
    waivers.iter().try_for_each(|waiver| check(record, waiver))?;
    for waiver in &waivers {
        dialogue.tell(&plain(&format!("{} in {}: {}", waiver.check, waiver.environment, waiver.reason)));
        dialogue.tell(&plain(&format!("{}, owner {}, until {}", waiver.ticket, waiver.owner, utc(waiver.expires))));
    }
    record.policy.says_where(dialogue);
    dialogue.tell(&plain(&format!("{} accepts this with {}", signer.id(), signer.key())));
    let ask = if waivers.len() == 1 { "Accept this exception?".into() } else { format!("Accept these {} exceptions?", waivers.len()) };
    signer::confirm(dialogue, &ask)?;
    let mut entries = Vec::new();
    for waiver in waivers {
        let subject = vec![Subject::sha256("waiver", &waiver.digest())];
        entries.push(signer.put(record, subject, Act::Waiver(waiver), Vec::new()).await?);
    }
    notify::signed(caller, dialogue, record, &entries).await;
    let entry = entries.pop().ok_or_else(|| ActError::Usage(format!("`{}` has no check", request.id)))?;
    Ok((entry, record.history.head()))
}

impl SaidWaiver {
    fn of(&self, check: String, record: &EnvironmentRecord, approver: &str, granted: Timestamp) -> Waiver {
        Waiver {
            check,
            environment: record.plan.environment.clone(),
            reason: self.reason.clone(),
            ticket: self.ticket.clone(),
            owner: self.owner.clone(),
            approver: approver.to_owned(),
            granted: Some(granted),
            expires: self.expires,
        }
    }
}

/// Who accepts all of these; nobody is named where there are none. Of a list each may have been written for somebody else.
fn approver(written: &[Waiver], id: &str) -> Result<Option<String>, ActError> {
    let Some(first) = written.first() else { return Ok(None) };
    match written.iter().find(|other| other.approver != first.approver) {
        None => Ok(Some(first.approver.clone())),
        Some(other) => Err(ActError::Usage(format!(
            "the exceptions of `{id}` are for several to accept: `{}` for {}, `{}` for {}: name one check",
            first.check, first.approver, other.check, other.approver
        ))),
    }
}

/// The plan's own exception for a check.
fn written(record: &EnvironmentRecord, id: &str) -> Result<Waiver, ActError> {
    let found = record.plan.waivers.iter().find(|placed| placed.waiver.check == id);
    found.map(|placed| placed.waiver.clone()).ok_or_else(|| {
        ActError::Usage(format!("no waiver of `{id}` is in the plan: say `--reason`, `--ticket`, `--owner` and `--expires`"))
    })
}

/// What a waiver may not be, wherever it was written: by the rule that runs and the gate go by.
fn check(record: &EnvironmentRecord, waiver: &Waiver) -> Result<(), ActError> {
    let refuse = |why: String| Err(ActError::Usage(why));
    let policy = record.in_force()?;
    let Some(item) = record.plan.items.iter().find(|item| item.id == waiver.check) else {
        return refuse(format!("the plan has no check `{}`", waiver.check));
    };
    if item.guard {
        return refuse(format!("`{}` guards `{}` and cannot be waived", waiver.check, record.plan.environment));
    }
    if waiver.owner == waiver.approver {
        return refuse(format!("{} owns the exception, so somebody else must accept it", waiver.owner));
    }
    if !policy.people.is_empty() && !policy.people.contains_key(&waiver.owner) {
        return refuse(format!("there is no person `{}` in `people`", waiver.owner));
    }
    let severity = if item.guard { Severity::Blocker } else { item.severity };
    let terms = WaiverTerms {
        at: waiver.granted.map_or(record.now, |granted| granted.max(record.now)),
        severity,
        strict: false,
        guard: item.guard,
        signed: true,
        unsigned: policy.policy.unsigned_waivers,
        longest: policy.policy.longest_waiver.on(severity),
    };
    waiver.counts(&terms).map_err(|why| ActError::Usage(format!("the exception would not count: {why}")))
}
