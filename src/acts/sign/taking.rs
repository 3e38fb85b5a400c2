//! Signatures that were made elsewhere, taken into the ledger: each verified first.

use std::path::{Path, PathBuf};

use crate::{
    acts::{ActError, Caller, EnvironmentRecord},
    ledger::{Blob, Checked, Draft, Entry, Envelope, LedgerError, ORG, Verifier as _, contradiction, signing::Detached},
    model::{Act, Made, Period, Size, Statement},
    net::regular_file,
};

/// How far a signer's clock may be ahead; the ledger allows a little more.
const CLOCKS: Period = Period::seconds(50);
/// No signature file is meant to be larger.
const LARGEST: Size = Size(32 << 20);

/// Takes in what `ssh-keygen` signed.
pub(super) async fn detached(caller: &Caller, record: &mut EnvironmentRecord, file: &Path, blobs: &[Blob]) -> Result<Entry, ActError> {
    let envelope = Detached::of(file).read().map_err(|error| ActError::Untrusted(error.to_string()))?;
    Brought::of(record, envelope, &file.display().to_string())?.take(caller, record, blobs).await
}

/// Takes in what somebody has signed in the browser just as it was prepared for them here.
pub(in crate::acts) async fn take_prepared(
    caller: &Caller,
    record: &mut EnvironmentRecord,
    envelope: Envelope,
    blobs: &[Blob],
) -> Result<Entry, ActError> {
    let brought = Brought::believed(record, envelope, "what was signed in the browser")?;
    brought.take(caller, record, blobs).await
}

/// Takes in signature files, and those of folders, by name.
pub(in crate::acts) async fn take_in(
    caller: &Caller,
    record: &mut EnvironmentRecord,
    paths: &[PathBuf],
    blobs: &[Blob],
) -> Result<Vec<Entry>, ActError> {
    let mut all = Vec::new();
    for file in files(paths)? {
        let named = file.display().to_string();
        let bytes = regular_file::read_bytes(&file, LARGEST).map_err(|error| ActError::unread(&file, error))?;
        let envelope = Envelope::from_json(&bytes).map_err(|why| ActError::Untrusted(format!("{named}: {why}")))?;
        all.push(Brought::of(record, envelope, &named)?);
    }
    // One that cannot be believed keeps all of them out.
    let mut entries = Vec::new();
    for brought in all {
        entries.push(brought.take(caller, record, blobs).await?);
    }
    Ok(entries)
}

fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ActError> {
    let mut all = Vec::new();
    for path in paths {
        if !path.is_dir() {
            all.push(path.clone());
            continue;
        }
        let listed = std::fs::read_dir(path).map_err(|error| ActError::unread(path, error))?;
        let is_signature = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "json") && path.is_file();
        let mut found: Vec<PathBuf> = listed.filter_map(|entry| Some(entry.ok()?.path())).filter(is_signature).collect();
        found.sort();
        all.extend(found);
    }
    Ok(all)
}

/// A signature that was looked at: one that cannot be believed never enters the ledger.
struct Brought {
    envelope: Envelope,
    statement: Statement,
}

impl Brought {
    fn of(record: &EnvironmentRecord, envelope: Envelope, named: &str) -> Result<Self, ActError> {
        let brought = Self::believed(record, envelope, named)?;
        fits(record, &brought.statement)?.map_err(|why| ActError::Untrusted(format!("{named}: {why}")))?;
        Ok(brought)
    }

    /// One whose signature is that of whom it names, about what this record is about.
    fn believed(record: &EnvironmentRecord, envelope: Envelope, named: &str) -> Result<Self, ActError> {
        let refused = |why: String| ActError::Untrusted(format!("{named}: {why}"));
        let statement = Statement::from_json(&envelope.payload).map_err(|error| refused(error.to_string()))?;
        let made = &statement.made;
        if made.project != record.plan.project || made.environment != record.plan.environment {
            return Err(refused(format!(
                "it is about {} in {}, not about {} in {}",
                made.project, made.environment, record.plan.project, record.plan.environment
            )));
        }
        let by = made.by.as_deref().ok_or_else(|| refused("it does not say who signed it".into()))?;
        match record.policy.trust(record.now).check(&envelope.payload, &envelope.signature, by, record.now) {
            Checked::Signed { .. } => {}
            Checked::Untrusted(why) | Checked::Forged(why) => return Err(refused(why)),
        }
        if let Some(org) = made.org.as_ref().filter(|org| !record.policy.passkeys.has_seen(org)) {
            return Err(refused(format!("it was signed over {org} of `{ORG}`, which is not in this ledger")));
        }
        if let Some(why) = contradiction(&statement, &envelope.signature) {
            return Err(refused(why.into()));
        }
        Ok(Self { envelope, statement })
    }

    async fn take(self, caller: &Caller, record: &mut EnvironmentRecord, blobs: &[Blob]) -> Result<Entry, ActError> {
        let kept = blobs.iter().filter(|blob| self.statement.kept().contains(&&blob.digest)).cloned().collect();
        record.append(caller, Draft { payload: self.envelope.payload, signature: Some(self.envelope.signature) }, kept, None).await
    }
}

/// Whether it is a decision on a report that this ledger has.
fn fits(record: &EnvironmentRecord, statement: &Statement) -> Result<Result<(), String>, LedgerError> {
    let Made { at, head, .. } = &statement.made;
    // In the ledger it would be one that cannot be trusted, for ever.
    if *at > CLOCKS.after(record.now) {
        return Ok(Err(format!("it says it was signed at {at}, which is still to come: set the clock and sign again")));
    }
    if !record.history.holds(head) {
        return Ok(Err(format!("it was signed over the ledger head {head}, which is not in this ledger")));
    }
    let why = match &statement.act {
        Act::SignOff(said) => {
            let asked = record.asked(said.release.clone());
            for entry in record.history.on_release(&asked, &[Act::RUN]).rev() {
                if matches!(&entry?.statement.act, Act::Run(run) if run.report == said.report) {
                    return Ok(Ok(()));
                }
            }
            format!("it is about the report {}, of which no run is on record here", said.report)
        }
        Act::Withdrawal(said) => {
            if record.history.says(&said.sign_off)? {
                return Ok(Ok(()));
            }
            format!("it withdraws the sign-off {}, which is not on record here", said.sign_off)
        }
        other => format!("it is no decision on a report but `{}`", other.word()),
    };
    Ok(Err(why))
}
