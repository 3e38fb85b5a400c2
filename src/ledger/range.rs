//! Which deployments shorten the range of commits whose authors are looked at: those that the gate let through by the
//! quorum of their time. Anybody can write that something was deployed.

use std::collections::HashSet;

use super::{
    Decisions, Deploys, History, LedgerError, PolicyInForce, VerifiedEntry,
    independence::{Makers, behind_sign_off, did_not_write, only},
    quorum,
};
use crate::model::{Act, Authors, Decision, Deployment, DeploymentStatus, Digest, Independence, SignOff, UnsignedRuns};

/// The deployments of an environment that are live or were and have not been rolled back since, the newest first. One that
/// cannot be believed is an error when it is come to.
pub fn live<'h>(
    history: &'h History,
    place: (&'h str, &'h str),
) -> impl Iterator<Item = Result<(&'h VerifiedEntry, &'h Deployment), LedgerError>> {
    let mut rolled_back: HashSet<Option<&str>> = HashSet::new();
    history.said(place, &[Act::DEPLOYMENT]).rev().filter_map(move |entry| {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return Some(Err(error)),
        };
        let Act::Deployment(deployment) = &entry.statement.act else { return None };
        let commit = deployment.release.commit.as_deref();
        match deployment.status {
            DeploymentStatus::Succeeded => (!rolled_back.contains(&commit)).then_some(Ok((entry, &**deployment))),
            DeploymentStatus::RolledBack => {
                rolled_back.insert(commit);
                None
            }
            DeploymentStatus::Failed => None,
        }
    })
}

/// Whether the gate let this deployment through, by the policy of its time: everybody who had to had signed its report as
/// go, nobody who had to said no, and nobody approved what only they wrote.
pub fn let_through(
    history: &History,
    decisions: &Decisions<'_>,
    (entry, deployment): (&VerifiedEntry, &Deployment),
    policy: &PolicyInForce<'_>,
) -> Result<bool, LedgerError> {
    let began = deployment.begun.as_ref().map(|named| history.stating(named)).transpose()?.flatten();
    let (moment, report) = match began.map(|began| (began, &began.statement.act)) {
        Some((began, Act::Begun(begun))) => (began, begun.report.as_ref()),
        _ => (entry, deployment.report.as_ref()),
    };
    // Past the gate, or with nothing signed, nothing was approved.
    let Some(report) = report.filter(|_| deployment.emergency.is_none() && entry.aside.is_none()) else { return Ok(false) };
    let unsigned = entry.signer().is_none() || moment.signer().is_none();
    if policy.policy.unsigned_runs == UnsignedRuns::Refused && unsigned {
        return Ok(false);
    }
    let standing = decisions.standing(report, moment.entry.seq, policy);
    let required = |role: &str| policy.policy.require.iter().any(|required| required.role == role);
    if standing.iter().any(|(_, said)| said.decision == Decision::NoGo && required(&said.role)) {
        return Ok(false);
    }
    let goes: Vec<(&VerifiedEntry, &SignOff)> = standing.into_iter().filter(|(_, said)| said.decision == Decision::Go).collect();
    let signed: Vec<quorum::Signature<'_>> = goes.iter().map(|(entry, said)| quorum::Signature::of_sign_off(entry, said)).collect();
    let changed = authors_then(decisions, moment, report, policy).filter(|authors| authors.incomplete.is_none());
    let changed = changed.and_then(|authors| authors.paths.as_deref());
    Ok(quorum::missing(&policy.policy.demanded(changed), &signed).is_empty()
        && (policy.policy.independence == Independence::NotRequired || not_alone(decisions, moment, report, &goes, policy)))
}

/// Whether more than one person approved, or one of whom a recorder's word says that they did not write it.
fn not_alone(
    decisions: &Decisions<'_>,
    moment: &VerifiedEntry,
    report: &Digest,
    goes: &[(&VerifiedEntry, &SignOff)],
    policy: &PolicyInForce<'_>,
) -> bool {
    let approvals: Vec<_> = goes.iter().map(|(entry, said)| behind_sign_off(entry, said)).collect();
    let authors = authors_then(decisions, moment, report, policy);
    let makers = Makers { authors, vouched: None, deployer: Deploys::NotYet };
    only(&approvals).is_none() || approvals.iter().any(|approval| did_not_write(makers, approval, policy))
}

/// Who wrote the release, and what changed in it, as a recorder's word says.
fn authors_then<'h>(
    decisions: &Decisions<'h>,
    moment: &'h VerifiedEntry,
    report: &Digest,
    policy: &PolicyInForce<'_>,
) -> Option<&'h Authors> {
    let recorder = |entry: &VerifiedEntry| entry.signer().is_some_and(|signer| policy.is_recorder(signer));
    let of_run = || decisions.run(report).filter(|(entry, _)| recorder(entry)).and_then(|(_, run)| run.authors.as_ref());
    match &moment.statement.act {
        Act::Begun(begun) if recorder(moment) => begun.authors.as_ref().or_else(of_run),
        _ => of_run(),
    }
}
