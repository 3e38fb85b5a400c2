//! The record around a run: what it says before, and the run itself put into it afterwards.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

use super::{ActError, Caller, Dialogue, EnvironmentRecord, RecordRequest, bundle, page, signer::Recorder};
use crate::{
    check::Keep,
    ledger::{self, Blob, Entry, LedgerError, VerifiedEntry, signed_waiver},
    model::{Act, Digest, GivenAnswer, GivenDrill, Phase, Record, Release, Report, Run, Subject, Waiver, Window, utc},
    plan::Plan,
    run::GivenWaiver,
};

/// Whether and how a run goes on record.
#[derive(Debug, Clone, Default)]
pub(crate) struct RecordingRequest {
    /// Put it on record whatever the plan says.
    pub(crate) record: bool,
    pub(crate) no_record: bool,
    pub(crate) recorder_key: Option<PathBuf>,
    pub(crate) bundle: Option<PathBuf>,
    /// The SHA-256 of the token of the deployment that this process is a child of.
    pub(crate) child_of: Option<Digest>,
}

impl RecordingRequest {
    /// Whether the run is to go on record whatever the plan says.
    pub(super) fn is_told(&self, record: &RecordRequest) -> bool {
        !self.no_record && (self.record || record.ledger.is_some() || self.bundle.is_some() || self.recorder_key.is_some())
    }
}

/// The record that a run goes into.
pub(super) struct OpenRecord {
    /// None where the run leaves no record.
    pub(super) record: Option<EnvironmentRecord>,
    /// Why the run cannot be put on record.
    pub(super) lost: Option<ActError>,
}

/// A run that was put on record.
pub(crate) struct Recorded {
    pub(crate) entry: Entry,
    /// What pages show beside the report; `None` where no role has to sign.
    pub(crate) beside: Option<Record>,
}

impl OpenRecord {
    /// For a run that leaves no record.
    pub(super) fn none() -> Self {
        Self { record: None, lost: None }
    }

    /// Opens it. A ledger that cannot be trusted ends the command before anything is touched. One that cannot be reached
    /// does not keep people from seeing what is red: nothing that stands in it counts then, and that is told.
    pub(super) async fn of(
        caller: &Caller,
        dialogue: &dyn Dialogue,
        plan: &Arc<Plan>,
        request: &RecordRequest,
        recording: &RecordingRequest,
    ) -> Result<Self, ActError> {
        let opened = async {
            let record = EnvironmentRecord::of(caller, plan.clone(), request, true).await?;
            // A key that does not count is told before anything is touched.
            Recorder::find(caller, dialogue, &record, recording.recorder_key.as_deref()).await?;
            Ok(record)
        };
        match opened.await {
            Ok(record) => Ok(Self { record: Some(record), lost: None }),
            Err(lost @ (ActError::Ledger(LedgerError::Unavailable { .. }) | ActError::Output(_) | ActError::NotRecorded(_))) => {
                Ok(Self { record: None, lost: Some(lost) })
            }
            Err(error) => Err(error),
        }
    }

    /// Every waiver a run is told of: the plan's, and those of the record that it does not have.
    pub(super) fn waivers(&self, plan: &Plan) -> Result<Vec<GivenWaiver>, LedgerError> {
        waivers(self.record.as_ref(), plan)
    }

    /// What is to be told of the windows after the last deployment: before the next one what is due, in a window that it is
    /// none of this deployment's.
    pub(super) fn due(&self, phase: Phase, window: Window, release: &Release) -> Result<Vec<String>, LedgerError> {
        let Some(record) = &self.record else { return Ok(Vec::new()) };
        let due = record.windows()?;
        if phase == Phase::PreDeploy {
            return Ok(due.iter().filter_map(|window| window.trouble(record.now)).collect());
        }
        let Some(own) = due.iter().find(|due| due.stretch.window == window) else {
            let missed = record.policy.windows.terms(window).is_some() && window != Window::Immediate;
            return Ok(missed
                .then(|| format!("nothing is live by the record, so this run is no deployment's `{window}`"))
                .into_iter()
                .collect());
        };
        let name = own.release.name().unwrap_or_default();
        Ok(match () {
            () if window == Window::Immediate => None,
            () if record.asked(own.release.clone()).covered(release).is_err() => {
                Some(format!("{name} is live by the record: this run is not its `{window}`"))
            }
            () => (record.now < own.stretch.begins).then(|| {
                format!("`{window}` begins {} by the deployment of {name}: this run is too early to be its own", utc(own.stretch.begins))
            }),
        }
        .into_iter()
        .collect())
    }

    /// The answers that count, by the id of the check: given by those of whom the policy's own plan asks it. Of several the
    /// last.
    pub(super) fn answers(&self) -> Result<BTreeMap<String, GivenAnswer>, LedgerError> {
        let Some(record) = &self.record else { return Ok(BTreeMap::new()) };
        let policy = record.policy.in_force(record.now);
        let may = |check: &str, by: &String| match (&policy, record.policy.asked_of.get(check)) {
            (Some(policy), Some(asked)) => policy.among(asked).contains(by),
            _ => true,
        };
        let entries = record.here(&[Act::ANSWER]).collect::<Result<Vec<_>, _>>()?;
        let given = entries.into_iter().filter_map(|entry| ledger::given_answer(entry, policy.as_ref()));
        Ok(given.filter(|(check, given)| may(check, &given.by)).collect())
    }

    /// The newest drill of the way back that counts in each environment; `None` without a record.
    pub(super) fn drills(&self) -> Result<Option<BTreeMap<String, GivenDrill>>, LedgerError> {
        let drills = |record: &EnvironmentRecord| {
            let policy = record.policy.in_force(record.now);
            ledger::drills(&record.history, &record.plan.project, policy.as_ref())
        };
        self.record.as_ref().map(drills).transpose()
    }
}

/// Every waiver of the plan, and those of the record that it does not have; whether each is signed.
pub(super) fn waivers(record: Option<&EnvironmentRecord>, plan: &Plan) -> Result<Vec<GivenWaiver>, LedgerError> {
    let (mut signatures, mut recorded): (BTreeSet<Digest>, Vec<Waiver>) = Default::default();
    if let Some(record) = record {
        let policy = record.policy.in_force(record.now);
        // Of several words on one check the last.
        for entry in record.here(&[Act::WAIVER]) {
            let Some(waiver) = signed_waiver(entry?, policy.as_ref()) else { continue };
            signatures.insert(waiver.digest());
            recorded.retain(|earlier| earlier.check != waiver.check);
            recorded.push(waiver.clone());
        }
    }
    let written = plan.waivers.iter().map(|placed| GivenWaiver {
        waiver: placed.waiver.clone(),
        signed: signatures.contains(&placed.waiver.digest()),
        location: Some(placed.location.clone()),
    });
    let known = |waiver: &Waiver| plan.waivers.iter().any(|placed| placed.waiver == *waiver);
    let recorded = recorded.iter().filter(|waiver| !known(waiver));
    Ok(written.chain(recorded.map(|waiver| GivenWaiver { waiver: waiver.clone(), signed: true, location: None })).collect())
}

/// Puts a run on record: signed if a key is given, and if the shares that it was merged of are.
pub(super) async fn add(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    record: &mut EnvironmentRecord,
    recording: &RecordingRequest,
    (report, json, keep): (&Report, &[u8], &Keep),
) -> Result<Recorded, ActError> {
    let recorder = Recorder::find(caller, dialogue, record, recording.recorder_key.as_deref()).await?;
    let recorder = if vouched_for(record, report)? { recorder } else { recorder.unsigned() };
    let entry = put(caller, record, &recorder, report, (json.to_vec(), keep)).await?;
    let Some((added, run)) = record.entry(entry.seq)?.and_then(VerifiedEntry::run) else { return Ok(Recorded { entry, beside: None }) };
    let (seq, as_of) = (entry.seq, (caller.clock)());
    let asking = page::Asking { as_of: Some(as_of), child_of: recording.child_of.as_ref(), deployer: None };
    let beside = page::beside(record, added, run, asking).await?.record;
    if let Some(file) = &recording.bundle {
        bundle::write(record, seq, as_of, file).await?;
    }
    Ok(Recorded { entry, beside: Some(beside).filter(|record| !record.roles.is_empty()) })
}

/// Whether a recorder may sign this report: one that was merged only if every share is on record, signed by a recorder. Else
/// the signature would vouch for what nobody looked at.
fn vouched_for(record: &EnvironmentRecord, report: &Report) -> Result<bool, LedgerError> {
    let mut wanted: BTreeSet<&Digest> = report.merged.iter().map(|share| &share.digest).collect();
    let Some(policy) = record.policy.in_force(record.now).filter(|_| !wanted.is_empty()) else { return Ok(wanted.is_empty()) };
    for entry in record.here(&[Act::RUN]) {
        if let Some((entry, run)) = entry?.run()
            && entry.signer().is_some_and(|signer| policy.is_recorder(signer))
        {
            wanted.remove(&run.report);
        }
    }
    Ok(wanted.is_empty())
}

/// Adds the run whose report has these bytes, with the bytes of the plan it was made with.
async fn put(
    caller: &Caller,
    record: &mut EnvironmentRecord,
    recorder: &Recorder<'_>,
    report: &Report,
    (json, keep): (Vec<u8>, &Keep),
) -> Result<Entry, ActError> {
    let authors = record.authors(caller, &report.release).await?;
    let evidence = keep.named_in(&json);
    let mut blobs: Vec<Blob> = vec![Blob::of(json)];
    let mut files: BTreeMap<String, Digest> = BTreeMap::new();
    for (name, bytes) in &record.plan.kept {
        let blob = Blob::of(bytes.to_vec());
        files.insert(name.clone(), blob.digest.clone());
        blobs.push(blob);
    }
    let digest = blobs[0].digest.clone();
    let kept = evidence.keys().cloned().collect();
    blobs.extend(evidence.into_iter().map(|(digest, bytes)| Blob { digest, bytes }));
    let mut subject = vec![Subject::sha256("report.json", &digest)];
    subject.extend(report.release.commit.as_deref().map(Subject::commit));
    let config = record.plan.config.to_string_lossy().into_owned();
    let run = Run { evidence: kept, ..Run::of(report, digest, config, files, authors) };
    recorder.put(record, (subject, Act::Run(Box::new(run)), blobs), None).await
}
