//! Deployments on record, each with what it rested on at its moment.

use super::{Failure, kept_plan::KeptPlan, shown::Ground};
use crate::{
    ledger::{self, AskedRelease, Rules, VerifiedEntry, Vote, deployment_row},
    model::{Act, Deployment, DeploymentRow},
};

/// The deployments of an environment that are `meant`, newest first, at most so many.
pub(super) async fn rows(
    ground: Ground<'_>,
    (project, environment): (&str, &str),
    most: usize,
    meant: impl Fn(&Deployment) -> bool,
) -> Result<Vec<DeploymentRow>, Failure> {
    let all = ground.history.of_environment(project, environment).rev().filter_map(|proven| match &proven.statement.act {
        Act::Deployment(deployment) if meant(deployment) => Some((proven, &**deployment)),
        _ => None,
    });
    let mut rows = Vec::new();
    for (proven, deployment) in all.take(most) {
        rows.push(row(ground, proven, deployment).await?);
    }
    Ok(rows)
}

/// Who approved is judged as the gate judged it then: by the policy the run was made under, and by nothing said later.
async fn row(ground: Ground<'_>, proven: &VerifiedEntry, deployment: &Deployment) -> Result<DeploymentRow, Failure> {
    let made = &proven.statement.made;
    let history = ground.history.before(proven.entry.seq);
    let signed = history.of_environment(&made.project, &made.environment).find_map(|other| match &other.statement.act {
        Act::Run(run) if Some(&run.report) == deployment.report.as_ref() => Some((other, &**run)),
        _ => None,
    });
    let Some((entry, run)) = signed else { return Ok(deployment_row(proven, deployment, ground.people, None, &[])) };
    let signed = ledger::recorded(ground.store, entry, run).await?;
    let kept = KeptPlan::of_run(ground.store, entry, run).await.ok().filter(|_| !ground.protected);
    let policy = if ground.protected { ground.policy } else { kept.as_ref().and_then(|kept| kept.plan.signoff.as_ref()) };
    let people = kept.as_ref().map(|kept| &kept.plan.people).filter(|people| !people.is_empty()).unwrap_or(ground.people);
    let wanted = AskedRelease { project: made.project.clone(), environment: made.environment.clone(), release: run.release.clone() };
    let runs = ledger::runs(ground.store, &history, &wanted).await?;
    let votes: Vec<Vote<'_>> = match (policy, runs.last()) {
        (Some(policy), Some(newest)) => {
            ledger::votes(&history, &wanted, Rules { policy, people, now: proven.entry.recorded }, &runs, newest)
        }
        _ => Vec::new(),
    };
    Ok(deployment_row(proven, deployment, people, Some(&signed), &votes))
}
