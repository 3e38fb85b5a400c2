//! What a page shows of the record beside a report.

use super::{Failure, case::Case, edge::Edge, kept_plan::KeptPlan};
use crate::{
    ledger::{self, Proven, Question, RecordedRun, Rules, Wanted},
    model::{Act, Digest, Phase, Record, Report, Run, Signoff},
};

/// The record around a full run before a deployment; `None` for any other run, and where nobody has to sign.
///
/// A run of the past is shown as it stood when it was deployed, by the policy it was made under.
pub(super) async fn beside(edge: &Edge, case: &Case, proven: &Proven, run: &Run) -> Result<Option<Record>, Failure> {
    if !run.full || run.phase != Phase::PreDeploy {
        return Ok(None);
    }
    let kept = KeptPlan::of_run(edge, case.store.as_ref(), proven, run).await.ok();
    let then = kept.as_ref().map(|kept| &kept.plan);
    let policy: Option<&Signoff> = then.and_then(|plan| plan.signoff.as_ref()).or(case.policy.as_ref());
    let people = then.map(|plan| &plan.people).filter(|people| !people.is_empty()).unwrap_or(&case.people);
    let Some(policy) = policy else { return Ok(None) };
    let wanted = Wanted {
        project: proven.statement.made.project.clone(),
        environment: proven.statement.made.environment.clone(),
        release: run.release.clone(),
    };
    let mut runs = ledger::runs(case.store.as_ref(), &case.history, &wanted).await?;
    runs.retain(|other| other.seq < proven.entry.seq);
    let shown = ledger::recorded(case.store.as_ref(), proven, run).await?;
    runs.push(shown.clone());
    let now = deployed(case, &wanted, proven).unwrap_or(case.now);
    let authors = case.authors(edge, &run.release).await;
    let question = Question {
        wanted: &wanted,
        rules: Rules { policy, people, now },
        plan_files: &shown.report.plan.files,
        authors: run.authors.as_ref().or(authors.as_ref()),
        deployer: None,
    };
    let ruling = ledger::gate(&case.history, &runs, question);
    let before = before(case, &shown).await?;
    let before = before.as_ref().map(|(report, digest)| (report, digest.clone()));
    Ok(Some(ledger::showing(&case.history, question, &ruling, &shown, before)))
}

/// When the release was first deployed after this run.
fn deployed(case: &Case, wanted: &Wanted, proven: &Proven) -> Option<jiff::Timestamp> {
    let after = case.history.of_environment(&wanted.project, &wanted.environment).filter(|other| other.entry.seq > proven.entry.seq);
    after.into_iter().find_map(|other| match &other.statement.act {
        Act::Deployment(deployment) if wanted.is(&deployment.release) => Some(other.entry.recorded),
        _ => None,
    })
}

/// The report that was signed last before this run, of any release.
async fn before(case: &Case, run: &RecordedRun) -> Result<Option<(Report, Digest)>, Failure> {
    let earlier = case.history.of_environment(&run.report.project, &run.report.environment).rev();
    let signed = earlier.filter(|proven| proven.entry.seq < run.seq && proven.signer().is_some()).find_map(|proven| {
        if let Act::SignOff(said) = &proven.statement.act {
            Some(said.report.clone()).filter(|report| *report != run.run.report)
        } else {
            None
        }
    });
    let Some(digest) = signed else { return Ok(None) };
    let Some(bytes) = case.store.blob(&digest).await? else { return Ok(None) };
    Ok(Report::from_json(&bytes).ok().map(|report| (report, digest)))
}
