//! One word for several projects of one release train: each project gets its own sign-off, which names the others.

use std::collections::BTreeSet;

use super::{Draft, SignRequest, draft, newest};
use crate::{
    acts::{ActError, Caller, Dialogue, EnvironmentRecord, notify, signer},
    ledger::{self, Entry, RecordedRun},
    model::{Digest, SignedBeside, plain},
};

/// Shows what is decided on in each project, asks once, and puts a sign-off on each record; gives the entries with the project and
/// the head of each. Where one of them may not be signed none is.
pub(crate) async fn sign_all(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    requests: &[SignRequest],
) -> Result<Vec<(String, Entry, Digest)>, ActError> {
    let mut cars: Vec<(EnvironmentRecord, RecordedRun)> = Vec::new();
    for request in requests {
        let record = EnvironmentRecord::open(caller, &request.record, false).await?;
        let run = newest(request, &record, None).await.inspect_err(|_| no_train(dialogue, &record))?;
        cars.push((record, run));
    }
    let mut seen = BTreeSet::new();
    if let Some((twice, _)) = cars.iter().find(|(record, _)| !seen.insert(&record.plan.project)) {
        return Err(ActError::Usage(format!("`{}` is named twice: name each project of the train once", twice.plan.project)));
    }
    let train = cars.iter().map(|(record, run)| SignedBeside { project: record.plan.project.clone(), report: run.run.report.clone() });
    let train: Vec<SignedBeside> = train.collect();
    let mut drafts = Vec::new();
    for (request, (record, run)) in requests.iter().zip(&cars) {
        let beside = train.iter().filter(|other| other.project != record.plan.project).cloned().collect();
        let request = SignRequest { beside, ..request.clone() };
        let drafted = draft(caller, dialogue, &request, record, Some(&run.run.report)).await.inspect_err(|_| no_train(dialogue, record))?;
        drafts.push(drafted);
    }
    signer::confirm(dialogue, &format!("Sign these {}?", drafts.len()))?;
    put(caller, dialogue, cars, drafts).await
}

/// Signs each and puts it on record.
async fn put(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    cars: Vec<(EnvironmentRecord, RecordedRun)>,
    drafts: Vec<Draft<'_>>,
) -> Result<Vec<(String, Entry, Digest)>, ActError> {
    let mut done: Vec<(String, Entry, Digest)> = Vec::new();
    for ((mut record, _), drafted) in cars.into_iter().zip(drafts) {
        let before = done.iter().map(|(project, ..)| project.as_str()).collect::<Vec<_>>().join(", ");
        let before = if before.is_empty() { "nothing is signed yet".into() } else { format!("on record for {before}") };
        let stopped = |error: &ActError, record: &EnvironmentRecord| {
            ActError::Output(format!("{}: {error}; {before}: sign the others again, by themselves", record.plan.project))
        };
        let made = drafted.signed(&record).await.map_err(|error| stopped(&error, &record))?;
        let kept = ledger::Draft { payload: made.envelope.payload, signature: Some(made.envelope.signature) };
        let entry = match record.append(caller, kept, made.blobs, None).await {
            Ok(entry) => entry,
            Err(error) => return Err(stopped(&error, &record)),
        };
        notify::signed(caller, dialogue, &record, std::slice::from_ref(&entry)).await;
        done.push((record.plan.project.clone(), entry, record.history.head()));
    }
    Ok(done)
}

/// Says of which project the error is that comes.
fn no_train(dialogue: &dyn Dialogue, record: &EnvironmentRecord) {
    dialogue.tell(&plain(&format!("{} cannot be signed, so nothing is:", record.plan.project)));
}
