//! The record around a run: what it says before, and the run itself put into it afterwards.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Failure,
    arguments::{PlanOptions, RecordOptions, RecordingOptions},
    bundled,
    case::Case,
    edge::{self, Edge},
    on_record::OnRecord,
    recorder::Recorder,
    shown,
};
use crate::{
    ledger::{self, Blob, Entry},
    model::{Act, Digest, Exit, Record, Report, Run, Subject},
    plan::Plan,
};

/// What the command line says of the record.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) plan: &'a PlanOptions,
    pub(super) recording: &'a RecordingOptions,
    /// Whether a plan that asks for signatures, or has a ledger, is enough for the run to go on record.
    pub(super) usual: bool,
    pub(super) quiet: bool,
}

impl Asked<'_> {
    /// Whether the run is to go on record whatever the plan says.
    pub(super) fn is_told(self) -> bool {
        let said = self.recording;
        !said.no_record && (said.record || said.ledger.is_some() || said.bundle.is_some() || said.recorder_key.is_some())
    }
}

/// The record that a run goes into.
pub(super) struct OpenRecord {
    case: Option<Case>,
    /// What to exit with because the run cannot be put on record.
    lost: Exit,
}

impl OpenRecord {
    /// For a run that leaves no record.
    pub(super) fn none() -> Self {
        Self { case: None, lost: Exit::Go }
    }

    /// Opens it, where this run is to be on record: the plan asks for signatures, names a ledger, or has one.
    ///
    /// A ledger that cannot be trusted ends the command before anything is touched. One that cannot be reached does not
    /// keep people from seeing what is red: nothing that stands in it counts then, and the exit code tells.
    pub(super) fn of(edge: &Edge, asked: Asked<'_>, plan: &Arc<Plan>) -> Result<Self, Failure> {
        if !wanted(asked, plan) {
            return Ok(Self::none());
        }
        let record = RecordOptions {
            plan: asked.plan.clone(),
            ledger: asked.recording.ledger.clone(),
            policy_from: asked.recording.policy_from.clone(),
        };
        let opened = edge::block_on(async {
            let case = Case::of(edge, plan.clone(), &record, true).await?;
            // A key that does not count is told before anything is touched.
            Recorder::find(edge, &case, asked.recording.recorder_key.as_deref()).await?;
            Ok(case)
        });
        match opened {
            Ok(case) => Ok(Self { case: Some(case), lost: Exit::Go }),
            Err(Failure { exit: Exit::Unchecked | Exit::Output, cause }) => {
                if let Some(cause) = cause {
                    edge::complain(&format!("{cause:#}; the run will not be on record, and no answer or waiver in it counts"));
                }
                Ok(Self { case: None, lost: Exit::Output })
            }
            Err(failure) => Err(failure),
        }
    }

    /// What people have put on record before the run.
    pub(super) fn before(&self) -> OnRecord {
        self.case.as_ref().map(OnRecord::of).unwrap_or_default()
    }

    /// Puts the run on record: what pages show beside it, and what to exit with where that failed.
    pub(super) fn add(&mut self, edge: &Edge, asked: Asked<'_>, report: &Report, json: &[u8]) -> (Option<Record>, Exit) {
        let Some(case) = &mut self.case else { return (None, self.lost) };
        match edge::block_on(added(edge, asked, case, report, json)) {
            Ok(beside) => (beside, Exit::Go),
            Err(failure) => {
                if let Some(cause) = failure.cause {
                    edge::complain(&format!("the run is not on record: {cause:#}"));
                }
                (None, if failure.exit == Exit::Untrusted { Exit::Untrusted } else { Exit::Output })
            }
        }
    }
}

fn wanted(asked: Asked<'_>, plan: &Plan) -> bool {
    let usual = plan.signoff.is_some() || plan.ledger.is_some() || plan.root.join(ledger::place::DEFAULT).exists();
    asked.is_told() || (asked.usual && usual && !asked.recording.no_record)
}

async fn added(edge: &Edge, asked: Asked<'_>, case: &mut Case, report: &Report, json: &[u8]) -> Result<Option<Record>, Failure> {
    let recorder = Recorder::find(edge, case, asked.recording.recorder_key.as_deref()).await?;
    let entry = record(edge, case, &recorder, report, json.to_vec()).await?;
    if !asked.quiet {
        edge::say(&format!("on record: entry {}, ledger head {}", entry.seq, case.history.head()));
    }
    let Some(proven) = case.entry(entry.seq) else { return Ok(None) };
    let Act::Run(run) = &proven.statement.act else { return Ok(None) };
    let shown = shown::beside(case.ground(), proven, run, Some(edge::clock())).await?;
    if let Some(file) = &asked.recording.bundle {
        bundled::write(case.ground(), proven, run, &shown.record, file).await?;
    }
    Ok(Some(shown.record).filter(|record| !record.roles.is_empty()))
}

/// Adds the run whose report has these bytes, with the bytes of the plan it was made with.
async fn record(edge: &Edge, case: &mut Case, recorder: &Recorder<'_>, report: &Report, json: Vec<u8>) -> Result<Entry, Failure> {
    let authors = case.authors(edge, &report.release).await;
    let mut blobs: Vec<Blob> = vec![Blob::of(json)];
    let mut files: BTreeMap<String, Digest> = BTreeMap::new();
    for (name, bytes) in &case.plan.kept {
        let blob = Blob::of(bytes.to_vec());
        files.insert(name.clone(), blob.digest.clone());
        blobs.push(blob);
    }
    let digest = blobs[0].digest.clone();
    let mut subject = vec![Subject::sha256("report.json", &digest)];
    subject.extend(report.release.commit.as_deref().map(Subject::commit));
    let config = case.plan.config.to_string_lossy().into_owned();
    let run = Run::of(report, digest, config, files, authors);
    recorder.record(case, subject, Act::Run(Box::new(run)), blobs).await
}
