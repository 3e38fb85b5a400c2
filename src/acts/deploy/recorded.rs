//! A deployment that somebody else carried out, put on record.

use std::path::PathBuf;

use super::{ByRequest, EndedDeployment, log, put};
use crate::{
    acts::{ActError, Caller, Dialogue, EnvironmentRecord, RecordRequest, ReleaseRequest, gate::GateQuestion, release},
    ledger::{AskedRelease, Blob, Emergencies, LedgerError, VerifiedEntry},
    model::{Act, Deployment, DeploymentStatus, Digest, Kept, Phase},
    net::regular_file,
};

/// A deployment that somebody else carried out.
#[derive(Debug, Clone)]
pub(crate) struct DeployRecordRequest {
    pub(crate) record: RecordRequest,
    pub(crate) release: ReleaseRequest,
    pub(crate) by: ByRequest,
    pub(crate) status: DeploymentStatus,
    pub(crate) notes: Option<String>,
    pub(crate) log: Option<PathBuf>,
}

/// Puts a deployment on record that somebody else carried out.
pub(crate) async fn record(caller: &Caller, dialogue: &dyn Dialogue, request: &DeployRecordRequest) -> Result<EndedDeployment, ActError> {
    let record = EnvironmentRecord::open(caller, &request.record, true).await?;
    let signs = request.by.signatory(caller, dialogue, &record).await?;
    let asked = match request.release.is_empty() {
        true => record.question(&release::identify(caller, &request.release, &record.policy, &record.plan.root).await?)?,
        // What somebody else deployed need not be checked out here.
        false => record.asked(request.release.as_said()),
    };
    let masker = log::masker(caller, &record.plan);
    let printed = request.log.as_ref().map(|file| {
        let bytes = regular_file::read_bytes(file, log::LARGEST).map_err(|error| ActError::unread(file, error))?;
        Ok::<(Kept, Blob), ActError>(log::kept(&masker, &bytes))
    });
    let (kept, blobs) = match printed.transpose()? {
        Some((kept, blob)) => (Some(kept), vec![blob]),
        None => (None, Vec::new()),
    };
    let (mut release, mut report, mut emergency) = (asked.release.clone(), None, None);
    if let Ok(policy) = record.in_force() {
        let question = GateQuestion::about(caller, &record, asked.clone(), None).await?;
        let ruling = question.rule(&record)?;
        release = ruling.run.as_ref().map_or(release, |run| run.report.release.clone());
        report = ruling.confirms.clone().or_else(|| ruling.run.as_ref().map(|run| run.run.report.clone()));
        let opened = Emergencies::of(&record.history, &asked, Some(&policy))?.opening(&asked, &policy).ok().flatten();
        emergency = opened.map(|opened| opened.entry.statement());
    }
    let deployment = Deployment {
        deployer: request.by.deployer(caller, &signs),
        release,
        status: request.status,
        notes: request.notes.as_ref().map(|notes| masker.mask(notes)),
        started: None,
        finished: (caller.clock)(),
        log: kept,
        report,
        verified: newest_verified(&record, &asked)?,
        emergency,
        begun: None,
        unverified: None,
        policy: record.policy.place.clone(),
    };
    put((caller, dialogue), &signs, record, deployment, blobs).await
}

/// The newest report that was made after a deployment of the release.
fn newest_verified(record: &EnvironmentRecord, asked: &AskedRelease) -> Result<Option<Digest>, LedgerError> {
    let runs = record.history.on_release(asked, &[Act::RUN]).collect::<Result<Vec<_>, _>>()?;
    let after = runs.into_iter().filter_map(VerifiedEntry::run).filter(|(_, run)| run.phase == Phase::PostDeploy);
    let newest = after.filter(|(_, run)| asked.covered(&run.release).is_ok()).max_by_key(|(entry, _)| entry.own);
    Ok(newest.map(|(_, run)| run.report.clone()))
}
