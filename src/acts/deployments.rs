//! Deployments on record, each with what it rested on at its moment.

use super::{ActError, EnvironmentRecord};
use crate::{
    ledger::{self, Decisions, LedgerError, PolicyInForce, VerifiedEntry, deployment_row},
    model::{Act, Decision, Deployment, DeploymentRow, Digest, Person, SignOff},
};

/// The deployments of the record's environment that are `meant`, newest first, at most so many where a number is given.
pub(super) async fn rows(
    record: &EnvironmentRecord,
    most: Option<usize>,
    meant: impl Fn(&Deployment) -> bool,
) -> Result<Vec<DeploymentRow>, ActError> {
    let mut rows = Vec::new();
    // For all of them it is cheaper to look at all decisions once.
    let all = if most.is_none() { Some(Decisions::of(&record.history, record.place())?) } else { None };
    for entry in record.here(&[Act::DEPLOYMENT]).rev() {
        let entry = entry?;
        let Act::Deployment(deployment) = &entry.statement.act else { continue };
        if most == Some(rows.len()) {
            break;
        }
        if !meant(deployment) {
            continue;
        }
        let row = match &all {
            Some(decisions) => row(record, decisions, entry, deployment).await?,
            None => {
                let asked = record.asked(deployment.release.clone());
                row(record, &Decisions::on(&record.history, &asked)?, entry, deployment).await?
            }
        };
        rows.push(row);
    }
    Ok(rows)
}

/// Who approved is judged as the gate judged it then: by the policy the run was made under, and by nothing said later.
async fn row(
    record: &EnvironmentRecord,
    decisions: &Decisions<'_>,
    entry: &VerifiedEntry,
    deployment: &Deployment,
) -> Result<DeploymentRow, ActError> {
    let people = &record.policy.people;
    let run = deployment.report.as_ref().and_then(|report| Some((report, decisions.run(report)?)));
    let Some((report, (made, run))) = run.filter(|(_, (made, _))| made.entry.seq < entry.entry.seq) else {
        return Ok(deployment_row((entry, deployment), people, None, &[], 0));
    };
    let then = record.policy_then(made, run).await;
    let standing: Vec<(&VerifiedEntry, &SignOff)> = match then.in_force(entry.own) {
        Some(policy) => {
            decisions.standing(report, began(record, entry, deployment)?, &policy).into_iter().filter(|one| in_time(one, &policy)).collect()
        }
        None => Vec::new(),
    };
    let people: &std::collections::BTreeMap<String, Person> = &then.people;
    let exceptions = exceptions(record, report, &standing, (made, run)).await?;
    Ok(deployment_row((entry, deployment), people, Some(run), &standing, exceptions))
}

/// The place in the ledger where the deployment began: what was said later did not stand behind it.
fn began(record: &EnvironmentRecord, entry: &VerifiedEntry, deployment: &Deployment) -> Result<u64, LedgerError> {
    let begun = deployment.begun.as_ref().map(|named| record.history.stating(named)).transpose()?.flatten();
    Ok(begun.map_or(entry, |begun| begun).entry.seq)
}

/// Whether a sign-off had not run out then.
fn in_time((entry, _): &(&VerifiedEntry, &SignOff), policy: &PolicyInForce<'_>) -> bool {
    policy.now < policy.policy.valid_for.after(entry.statement.made.at.min(entry.own))
}

/// How many exceptions were accepted: as those who approved signed them, else as the report has them.
async fn exceptions(
    record: &EnvironmentRecord,
    report: &Digest,
    standing: &[(&VerifiedEntry, &SignOff)],
    (made, run): (&VerifiedEntry, &crate::model::Run),
) -> Result<usize, ActError> {
    if let Some((_, said)) = standing.iter().find(|(_, said)| said.decision == Decision::Go && said.report == *report) {
        return Ok(said.exceptions.iter().filter(|exception| exception.waiver.is_some()).count());
    }
    let recorded = ledger::recorded(record.store.as_ref(), made, run).await?;
    Ok(recorded.report.findings.iter().filter(|finding| finding.waiver.is_some()).count())
}
