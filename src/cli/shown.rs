//! What a page shows of the record beside a report.

mod afterwards;

use std::collections::BTreeMap;

use jiff::Timestamp;

use self::afterwards::Afterwards;
use super::{Failure, deployed, kept_plan::KeptPlan};
use crate::{
    ledger::{self, AskedRelease, History, LedgerError, Question, RecordedRun, Rules, Store, VerifiedEntry},
    model::{Act, DeploymentRow, DeploymentStatus, Digest, Exit, NobodySigns, Person, Phase, Record, RecordStanding, Report, Run, Signoff},
};

/// Deployments that a page shows.
const MOST_DEPLOYMENTS: usize = 20;

/// What it is made from.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    /// The ledger.
    pub(super) store: &'a dyn Store,
    /// What is in it.
    pub(super) history: &'a History,
    /// Today's policy, for runs that keep none.
    pub(super) policy: Option<&'a Signoff>,
    /// Whether it counts for all runs: it is from a protected branch.
    pub(super) protected: bool,
    /// Who is who today.
    pub(super) people: &'a BTreeMap<String, Person>,
    /// The moment of looking.
    pub(super) now: Timestamp,
}

/// The record around a run, with what the gate would say of it.
pub(super) struct Shown {
    pub(super) record: Record,
    pub(super) exit: Exit,
}

/// The record around a run before a deployment. A run of the past is shown as it stood when it was deployed, by the
/// policy it was made under; with `as_of` at that moment.
pub(super) async fn beside(ground: Ground<'_>, proven: &VerifiedEntry, run: &Run, as_of: Option<Timestamp>) -> Result<Shown, Failure> {
    let kept = KeptPlan::of_run(ground.store, proven, run).await.ok();
    let then = kept.as_ref().map(|kept| &kept.plan);
    // A policy from elsewhere was asked for because the plan's own is not to be believed.
    let then = then.filter(|_| !ground.protected);
    let policy: Option<&Signoff> = then.and_then(|plan| plan.signoff.as_ref()).or(ground.policy);
    let people = then.map(|plan| &plan.people).filter(|people| !people.is_empty()).unwrap_or(ground.people);
    let made = &proven.statement.made;
    let wanted = AskedRelease { project: made.project.clone(), environment: made.environment.clone(), release: run.release.clone() };
    let shown = ledger::recorded(ground.store, proven, run).await?;
    let now = as_of.or_else(|| live_since(ground, &wanted, proven)).unwrap_or_else(|| today(ground));
    // What was signed after the deployment did not stand behind it.
    let history = ground.history.until(now);
    let Some(policy) = policy.filter(|_| run.full && run.phase == Phase::PreDeploy) else {
        let mut record = bare(ground, now, run);
        record.deployments = deployments(ground, &wanted).await?;
        if run.phase == Phase::PostDeploy && policy.is_some() {
            signed_before(ground, &wanted, proven, &mut record).await?;
        }
        return Ok(Shown { record, exit: Exit::Hold });
    };
    let mut runs = ledger::runs(ground.store, &history, &wanted).await?;
    runs.retain(|other| other.seq < proven.entry.seq);
    runs.push(shown.clone());
    let question = Question {
        wanted: &wanted,
        rules: Rules { policy, people, now },
        plan_files: &shown.report.plan.files,
        authors: run.authors.as_ref(),
        deployer: None,
    };
    let ruling = ledger::gate(&history, &runs, question);
    let before = before(ground, &shown).await?;
    let before = before.as_ref().map(|(report, digest)| (report, digest.clone()));
    let deployments = deployments(ground, &wanted).await?;
    let mut record = ledger::showing(ground.history, question, &ruling, &shown, before, deployments);
    let afterwards = Afterwards::of(ground.history, &history, question, &runs, &shown);
    record.standing.remarks.extend(afterwards.remarks);
    let exit = if afterwards.refused { ruling.exit().and(Exit::Red) } else { ruling.exit() };
    Ok(Shown { record, exit })
}

async fn deployments(ground: Ground<'_>, wanted: &AskedRelease) -> Result<Vec<DeploymentRow>, Failure> {
    let mut rows = deployed::rows(ground, (&wanted.project, &wanted.environment), MOST_DEPLOYMENTS, |_| true).await?;
    rows.iter_mut().skip(1).for_each(|older| older.log_tail = None);
    Ok(rows)
}

/// Beside a run after a deployment: what people said of the newest full run before it, as it stood when it went live.
async fn signed_before(ground: Ground<'_>, wanted: &AskedRelease, proven: &VerifiedEntry, record: &mut Record) -> Result<(), Failure> {
    let earlier = ground.history.of_environment(&wanted.project, &wanted.environment).rev().find_map(|other| match &other.statement.act {
        Act::Run(run) if run.full && run.phase == Phase::PreDeploy && other.entry.seq < proven.entry.seq && wanted.is(&run.release) => {
            Some((other, &**run))
        }
        _ => None,
    });
    record.standing.nobody_signs = Some(NobodySigns::Deployed(earlier.map(|(_, run)| run.report.clone())));
    let Some((earlier, run)) = earlier else { return Ok(()) };
    let live = live_since(ground, wanted, earlier).unwrap_or(record.as_of);
    let before = Box::pin(beside(ground, earlier, run, Some(live))).await?.record;
    record.standing.signed = before.standing.signed;
    record.standing.remarks = before.standing.remarks;
    record.roles = before.roles;
    record.emergencies = before.emergencies;
    Ok(())
}

/// The moment of looking; not before the newest entry, whose clock may be a little ahead.
fn today(ground: Ground<'_>) -> Timestamp {
    ground.history.entries().last().map_or(ground.now, |newest| newest.entry.recorded.max(ground.now))
}

/// Where nobody can sign: the state of the ledger alone.
fn bare(ground: Ground<'_>, as_of: Timestamp, run: &Run) -> Record {
    let nobody = if run.full { NobodySigns::NotAsked } else { NobodySigns::NotFull };
    Record {
        as_of,
        head: ground.history.head(),
        entries: ground.history.entries().len() as u64,
        unsigned: ground.history.unsigned(),
        standing: RecordStanding { signed: false, remarks: Vec::new(), confirms: None, gate: None, nobody_signs: Some(nobody) },
        roles: Vec::new(),
        answers: Vec::new(),
        waivers: Vec::new(),
        deployments: Vec::new(),
        begun: Vec::new(),
        emergencies: Vec::new(),
        changes: None,
        policy: None,
        unsigned_evidence: false,
        repaired: Vec::new(),
    }
}

/// When the release went live last after this run; an attempt that failed froze nothing.
fn live_since(ground: Ground<'_>, wanted: &AskedRelease, proven: &VerifiedEntry) -> Option<Timestamp> {
    let of_environment = ground.history.of_environment(&wanted.project, &wanted.environment);
    of_environment.rev().take_while(|other| other.entry.seq > proven.entry.seq).find_map(|other| match &other.statement.act {
        Act::Deployment(deployment) if deployment.status == DeploymentStatus::Succeeded && wanted.is(&deployment.release) => {
            Some(other.entry.recorded)
        }
        _ => None,
    })
}

/// The report that was signed last before this run, of any release.
async fn before(ground: Ground<'_>, run: &RecordedRun) -> Result<Option<(Report, Digest)>, Failure> {
    let earlier = ground.history.of_environment(&run.report.project, &run.report.environment).rev();
    let signed = earlier.filter(|proven| proven.entry.seq < run.seq && proven.signer().is_some()).find_map(|proven| {
        if let Act::SignOff(said) = &proven.statement.act {
            Some(said.report.clone()).filter(|report| *report != run.run.report)
        } else {
            None
        }
    });
    let Some(digest) = signed else { return Ok(None) };
    let Some(bytes) = ground.store.blob(&digest).await? else { return Ok(None) };
    let report =
        Report::from_json(&bytes).map_err(|error| LedgerError::Broken { seq: run.seq, why: format!("an earlier report: {error}") })?;
    Ok(Some((report, digest)))
}
