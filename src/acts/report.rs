//! A report of the ledger, with all that is on record beside it.

use std::path::PathBuf;

use super::{ActError, Caller, EnvironmentRecord, RecordRequest, ReleaseRequest, bundle, page};
use crate::{
    ledger::{LedgerError, VerifiedEntry},
    model::{Act, Digest, Phase, Record, Report, Run},
};

/// Which report.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReportRequest {
    pub(crate) record: RecordRequest,
    /// The release; any where nothing is said.
    pub(crate) release: ReleaseRequest,
    pub(crate) entry: Option<u64>,
    pub(crate) bundle: Option<PathBuf>,
    /// The SHA-256 of the token of the deployment that this process is a child of.
    pub(crate) child_of: Option<Digest>,
}

/// A report with the exact bytes of its file and what the ledger says beside it.
pub(crate) struct StoredReport {
    pub(crate) report: Report,
    pub(crate) json: Vec<u8>,
    pub(crate) beside: Record,
}

/// Reads the report; writes a bundle where one is asked for.
pub(crate) async fn report(caller: &Caller, request: &ReportRequest) -> Result<StoredReport, ActError> {
    let mut record = EnvironmentRecord::open(caller, &request.record, false).await?;
    let (entry, run) = wanted(&record, request)?;
    let seq = entry.entry.seq;
    let json = record.store.blob(&run.report).await?;
    let json = json.ok_or_else(|| LedgerError::Broken { seq, why: "its report is gone".into() })?;
    let report = Report::from_json(&json).map_err(|error| LedgerError::Broken { seq, why: format!("its report: {error}") })?;
    let asking = page::Asking { as_of: None, child_of: request.child_of.as_ref(), deployer: None };
    let beside = page::beside(&record, entry, run, asking).await?.record;
    if let Some(file) = &request.bundle {
        bundle::write(&mut record, seq, beside.as_of, file).await?;
    }
    Ok(StoredReport { report, json, beside })
}

/// The run that is meant: of this entry, or the newest of the release, a full one before its deployment if there is one.
fn wanted<'r>(record: &'r EnvironmentRecord, request: &ReportRequest) -> Result<(&'r VerifiedEntry, &'r Run), ActError> {
    let mut runs = record.here(&[Act::RUN]).collect::<Result<Vec<_>, _>>()?.into_iter().filter_map(VerifiedEntry::run);
    let environment = &record.plan.environment;
    if let Some(wanted) = request.entry {
        let found = runs.find(|(entry, _)| entry.entry.seq == wanted);
        return found.ok_or_else(|| ActError::Usage(format!("entry {wanted} is no run of `{environment}`: `gonogo log --all` shows them")));
    }
    let asked = record.asked(request.release.as_said());
    let of_release: Vec<_> = runs.filter(|(_, run)| request.release.is_empty() || asked.covered(&run.release).is_ok()).collect();
    let looked = |(entry, run): &&(&VerifiedEntry, &Run)| (entry.looked(run), entry.entry.seq);
    let full = of_release.iter().filter(|(_, run)| run.full && run.phase == Phase::PreDeploy).max_by_key(looked);
    let found = full.or_else(|| of_release.iter().max_by_key(looked)).copied();
    found.ok_or_else(|| ActError::Usage(format!("no run is on record for `{environment}`")))
}
