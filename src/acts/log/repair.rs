//! What of a ledger cannot be believed, and setting it aside: on record, by enough people, and nothing is deleted.

use std::path::PathBuf;

use crate::{
    acts::{
        ActError, Caller, Dialogue, EnvironmentRecord, RecordRequest,
        signer::{self, Recorder, Signer},
    },
    ledger::{self, Entry, Fault, LedgerError},
    model::{Act, Digest, Repair, Repaired, Subject, plain},
};

/// What is set aside, and by whom.
#[derive(Debug, Clone)]
pub(crate) struct RepairRequest {
    pub(crate) record: RecordRequest,
    /// The role of whoever says it; none where the plan has no `signoff`.
    pub(crate) role: Option<String>,
    pub(crate) comment: String,
    pub(crate) key: Option<PathBuf>,
}

/// Everything in the ledger that cannot be believed and that nobody has set aside; an error where the ledger cannot be
/// read at all.
pub(crate) async fn faults(caller: &Caller, request: &RecordRequest) -> Result<Vec<Fault>, ActError> {
    let record = EnvironmentRecord::past_faults(caller, request).await?;
    Ok(open(&record)?)
}

fn open(record: &EnvironmentRecord) -> Result<Vec<Fault>, LedgerError> {
    let settled = ledger::set_aside(&record.history, record.policy.in_force(record.now).as_ref())?;
    Ok(record.history.repaired().iter().filter(|fault| !settled.contains(&fault.row)).cloned().collect())
}

/// Sets them aside, as far as this person's word goes; gives the entry, the ledger's head, and whether others must say it too.
pub(crate) async fn repair(caller: &Caller, dialogue: &dyn Dialogue, request: &RepairRequest) -> Result<(Entry, Digest, bool), ActError> {
    let mut record = EnvironmentRecord::past_faults(caller, &request.record).await?;
    let rows: Vec<Repaired> = open(&record)?.into_iter().map(|fault| fault.row).collect();
    if rows.is_empty() {
        return Err(ActError::Usage("everything in the ledger can be believed: there is nothing to repair".into()));
    }
    for row in &rows {
        dialogue.tell(&plain(&format!("entry {} is set aside, row {}: {}", row.seq, row.row, row.why)));
    }
    let subject = rows.iter().map(|row| Subject::sha256(format!("row {}", row.seq), &row.row)).collect();
    let act = |role| Act::Repair(Repair { rows: rows.clone(), role, comment: request.comment.clone() });
    let entry = match record.policy.in_force(record.now) {
        None => {
            signer::confirm(dialogue, "Set these aside?")?;
            let recorder = Recorder::find(caller, dialogue, &record, None).await?.unsigned();
            recorder.put(&mut record, (subject, act(None), Vec::new()), None).await?
        }
        Some(policy) => {
            let named = request.role.clone().ok_or_else(|| ActError::Usage("say in which role you set this aside: `--as ROLE`".into()))?;
            let role = policy.policy.roles.get(&named).filter(|_| named != crate::model::Signoff::RECORDER);
            let people = role.ok_or_else(|| ActError::Usage(format!("`{named}` is no role of people in the plan")))?.people.clone();
            let signer = Signer::find(caller, dialogue, &record, request.key.as_deref(), &people).await?;
            signer::confirm(dialogue, "Set these aside?")?;
            signer.put(&mut record, subject, act(Some(named)), Vec::new()).await?
        }
    };
    let others = !open(&record)?.is_empty();
    Ok((entry, record.history.head(), others))
}
