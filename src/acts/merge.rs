//! The full report that the shares of one run make, put on record where it is to be. Nothing is judged again.

use std::sync::Arc;

use super::{
    ActError, Caller, Dialogue, RecordRequest, RecordingRequest,
    recording::OpenRecord,
    verify::{FinishedRun, finished},
};
use crate::{
    model::Report,
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
        finished(caller, dialogue, self.record, recording, self.report).await
    }
}
