//! A checkpoint: the heads of all chains of a database, signed, so that none of them can be cut off unseen.

use std::path::Path;

use crate::{
    acts::{ActError, Caller, Dialogue, EnvironmentRecord, RecordRequest, signer::Recorder},
    ledger::{Entry, ORG},
    model::{Act, Checkpoint, Subject},
};

/// Puts a checkpoint on record; gives its entry and how many chains it binds.
pub(crate) async fn checkpoint(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    request: &RecordRequest,
    key: Option<&Path>,
) -> Result<(Entry, usize), ActError> {
    let mut record = EnvironmentRecord::open(caller, request, false).await?;
    if key.is_none() {
        return Err(ActError::Usage("a checkpoint is signed by a recorder: name the key with `--recorder-key FILE`".into()));
    }
    let checkpoint = Checkpoint::of(record.store.as_ref()).await?;
    // It stands in the chain of what concerns all projects.
    record.history = record.read_chain(ORG, record.now).await?;
    let recorder = Recorder::find(caller, dialogue, &record, key).await?;
    let chains = checkpoint.heads.len();
    let subject = checkpoint.heads.iter().map(|(chain, head)| Subject::sha256(format!("chain {chain}"), head)).collect();
    let entry = recorder.put(&mut record, (subject, Act::Checkpoint(checkpoint), Vec::new()), None).await?;
    Ok((entry, chains))
}
