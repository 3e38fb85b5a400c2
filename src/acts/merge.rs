//! The full report that the shares of one run make, put on record where it is to be. Nothing is judged again.

use std::sync::Arc;

use super::{
    ActError, Caller, Dialogue, EnvironmentRecord, RecordRequest, RecordingRequest,
    recording::OpenRecord,
    verify::{FinishedRun, finished},
};
use crate::{
    check::Keep,
    ledger::{LedgerError, VerifiedEntry},
    model::{Act, Digest, Report},
    plan::{self, Purpose},
};

/// A merged report that can be put on record.
pub(crate) struct PreparedMerge {
    report: Report,
    record: OpenRecord,
}

/// Opens the record, where the merged run is to go on it: beside the plan that the shares were made with, and no other.
pub(crate) async fn prepare(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    request: &RecordRequest,
    recording: &RecordingRequest,
    report: Report,
) -> Result<PreparedMerge, ActError> {
    if !recording.is_told(request) {
        return Ok(PreparedMerge { report, record: OpenRecord::none() });
    }
    let mut about = request.plan(caller, Purpose::Look);
    about.environment.get_or_insert_with(|| report.environment.clone());
    let plan = plan::load(&about).map_err(ActError::Plan)?;
    if plan.project != report.project || plan.environment != report.environment || plan.files != report.plan.files {
        let why = "the plan here is not the one that the shares were made with, so they cannot go on its record";
        return Err(ActError::Usage(why.into()));
    }
    let record = OpenRecord::of(caller, dialogue, &Arc::new(plan), request, recording).await?;
    Ok(PreparedMerge { report, record })
}

impl PreparedMerge {
    /// Why the run will not be on record although it was meant to be.
    pub(crate) fn lost(&self) -> Option<&ActError> {
        self.record.lost.as_ref()
    }

    /// Puts it on record.
    pub(crate) async fn carry_out(self, caller: &Caller, dialogue: &dyn Dialogue, recording: &RecordingRequest) -> FinishedRun {
        finished(caller, dialogue, self.record, recording, self.report, &Keep::default()).await
    }
}

/// Every share of a set that is on record, by its number, each with the fingerprint of its report.
pub(crate) async fn recorded_shares(caller: &Caller, request: &RecordRequest, set: &str) -> Result<Vec<(Report, Digest)>, ActError> {
    let record = EnvironmentRecord::open(caller, request, false).await?;
    let runs = record.here(&[Act::RUN]).collect::<Result<Vec<_>, _>>()?.into_iter().filter_map(VerifiedEntry::run);
    let mut shares = Vec::new();
    for (entry, run) in runs.filter(|(_, run)| !run.full) {
        let seq = entry.entry.seq;
        let broken = |why: String| LedgerError::Broken { seq, why };
        let json = record.store.blob(&run.report).await?.ok_or_else(|| broken("its report is gone".into()))?;
        let report = Report::from_json(&json).map_err(|error| broken(format!("its report: {error}")))?;
        if report.shard().is_some_and(|shard| shard.set == set) {
            shares.push((report, run.report.clone()));
        }
    }
    if shares.is_empty() {
        return Err(ActError::Usage(format!("no share of the set `{set}` is on record for `{}`", record.plan.environment)));
    }
    shares.sort_by_key(|(report, _)| report.shard().map(|shard| shard.number));
    Ok(shares)
}
