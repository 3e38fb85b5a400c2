//! What a page shows of the record beside a report.

mod afterwards;

use jiff::Timestamp;

use self::afterwards::Afterwards;
use super::{ActError, EnvironmentRecord, deployments::rows};
use crate::{
    ledger::{self, AskedRelease, Aspect, Deploys, GateInput, LedgerError, Objection, RecordedRun, VerifiedEntry},
    model::{
        Act, DeploymentRow, DeploymentStatus, Digest, Exit, GateAnswer, Independence, NobodySigns, Phase, Record, RecordStanding, Report,
        Run, SignOff,
    },
};

/// Deployments that a page shows.
const MOST_DEPLOYMENTS: usize = 20;

/// The record around a run, with what the gate would say of it.
pub(crate) struct Shown {
    /// What pages show.
    pub(crate) record: Record,
    pub(crate) gate: Exit,
    /// What stands in the way, the deployer known where they are.
    pub(crate) objections: Vec<Objection>,
    /// Whether it was looked at who approved independently.
    pub(crate) independence: bool,
}

/// How the record is looked at.
#[derive(Clone, Copy, Default)]
pub(super) struct Asking<'a> {
    /// As of this moment; as it stood when it was deployed, or now, where it is left out.
    pub(super) as_of: Option<Timestamp>,
    /// The SHA-256 of the token of the deployment whose child asks.
    pub(super) child_of: Option<&'a Digest>,
    /// Who deployed it: the page does not ask, whoever looks at a deployment afterwards does.
    pub(super) deployer: Option<&'a str>,
}

/// The record around a run before a deployment. A run of the past is shown as it stood when it was deployed, by the
/// policy it was made under; with `as_of` at that moment.
pub(super) async fn beside(record: &EnvironmentRecord, entry: &VerifiedEntry, run: &Run, asking: Asking<'_>) -> Result<Shown, ActError> {
    let then = record.policy_then(entry, run).await;
    let made = &entry.statement.made;
    let asked = AskedRelease { project: made.project.clone(), environment: made.environment.clone(), release: run.release.clone() };
    let shown = ledger::recorded(record.store.as_ref(), entry, run).await?;
    let now = match asking.as_of {
        Some(moment) => moment,
        None => live_since(record, &asked, entry)?.unwrap_or_else(|| today(record)),
    };
    // What was signed after the deployment did not stand behind it.
    let history = record.history.until(now);
    let Some(policy) = then.in_force(now).filter(|_| run.full && run.phase == Phase::PreDeploy) else {
        let mut page = bare(record, now, run)?;
        page.deployments = deployments(record).await?;
        page.begun = ledger::begun_rows(&record.history, &asked, asking.child_of)?;
        if run.phase == Phase::PostDeploy && then.signoff.is_some() {
            signed_before(record, (&asked, entry), asking, &mut page).await?;
        }
        return Ok(Shown { record: page, gate: Exit::Hold, objections: Vec::new(), independence: false });
    };
    let mut runs = ledger::runs(record.store.as_ref(), &history, &asked).await?;
    runs.retain(|other| other.run.report != shown.run.report && other.looked() <= shown.looked());
    runs.push(shown.clone());
    let input = GateInput {
        asked: &asked,
        policy,
        plan_files: &shown.report.plan.files,
        asked_of: &then.asked_of,
        authors: run.authors.as_ref(),
        deployer: Deploys::NotYet,
        child_of: asking.child_of,
        windows: &then.windows,
        elsewhere: None,
    };
    let ruling = ledger::gate(&history, &runs, input)?;
    let before = before(record, &shown).await?;
    let before = before.as_ref().map(|(report, digest)| (report, digest.clone()));
    let mut page = ledger::showing(&record.history, input, &ruling, &shown, before, deployments(record).await?)?;
    page.policy = record.policy.place.clone();
    let afterwards = Afterwards::of(&record.history, &history, input, &runs, &shown)?;
    page.standing.remarks.extend(afterwards.remarks);
    let gate = if afterwards.refused { ruling.exit().and(Exit::Red) } else { ruling.exit() };
    page.standing.gate = page.standing.gate.map(|answer| GateAnswer { exit: gate.code(), ..answer });
    let mut known = match asking.deployer {
        Some(deployer) => ledger::gate(&history, &runs, GateInput { deployer: Deploys::By(deployer), ..input })?,
        None => ruling,
    };
    if afterwards.refused {
        known.object_to(Aspect::Roles, Exit::Red, "somebody who had to approve it said no-go after this moment");
    }
    let gate = gate.and(known.exit());
    let independence = policy.policy.independence != Independence::NotRequired && known.missing.is_empty();
    Ok(Shown { record: page, gate, objections: known.objections, independence })
}

async fn deployments(record: &EnvironmentRecord) -> Result<Vec<DeploymentRow>, ActError> {
    let mut all = rows(record, Some(MOST_DEPLOYMENTS), |_| true).await?;
    all.iter_mut().skip(1).for_each(|older| older.log_tail = None);
    Ok(all)
}

/// Beside a run after a deployment: what people said of the newest full run before it, as it stood when it went live.
async fn signed_before(
    record: &EnvironmentRecord,
    (asked, entry): (&AskedRelease, &VerifiedEntry),
    asking: Asking<'_>,
    page: &mut Record,
) -> Result<(), ActError> {
    let earlier = record.history.on_release(asked, &[Act::RUN]).collect::<Result<Vec<_>, _>>()?;
    let runs = earlier.into_iter().filter_map(VerifiedEntry::run).filter(|(other, _)| other.entry.seq < entry.entry.seq);
    let full = runs.filter(|(_, run)| run.full && run.phase == Phase::PreDeploy && asked.covered(&run.release).is_ok());
    let earlier = full.max_by_key(|(other, run)| (other.looked(run), other.entry.seq));
    page.standing.nobody_signs = Some(NobodySigns::Deployed(earlier.map(|(_, run)| run.report.clone())));
    let Some((earlier, run)) = earlier else { return Ok(()) };
    let live = live_since(record, asked, earlier)?.unwrap_or(page.as_of);
    let before = Box::pin(beside(record, earlier, run, Asking { as_of: Some(live), ..asking })).await?.record;
    page.standing.signed = before.standing.signed;
    page.standing.remarks = before.standing.remarks;
    page.roles = before.roles;
    page.emergencies = before.emergencies;
    Ok(())
}

/// The moment of looking; not before the newest entry, whose clock may be a little ahead.
fn today(record: &EnvironmentRecord) -> Timestamp {
    let newest = record.history.linked().iter().rev().find(|entry| entry.aside.is_none());
    newest.map_or(record.now, |newest| newest.entry.recorded.max(record.now))
}

/// Where nobody can sign: the state of the ledger alone.
fn bare(record: &EnvironmentRecord, as_of: Timestamp, run: &Run) -> Result<Record, LedgerError> {
    let nobody = if run.full { NobodySigns::NotAsked } else { NobodySigns::NotFull };
    Ok(Record {
        as_of,
        head: record.history.head(),
        entries: record.history.len() as u64,
        unsigned: record.history.unsigned()?,
        standing: RecordStanding { signed: false, remarks: Vec::new(), confirms: None, gate: None, nobody_signs: Some(nobody) },
        roles: Vec::new(),
        answers: Vec::new(),
        waivers: Vec::new(),
        deployments: Vec::new(),
        begun: Vec::new(),
        emergencies: Vec::new(),
        changes: None,
        policy: record.policy.place.clone(),
        unsigned_evidence: false,
        repaired: Vec::new(),
    })
}

/// When the release went live last after this run; an attempt that failed froze nothing.
fn live_since(record: &EnvironmentRecord, asked: &AskedRelease, entry: &VerifiedEntry) -> Result<Option<Timestamp>, LedgerError> {
    for other in record.history.on_release(asked, &[Act::DEPLOYMENT]).rev() {
        let other = other?;
        if other.entry.seq > entry.entry.seq
            && let Act::Deployment(deployment) = &other.statement.act
            && deployment.status == DeploymentStatus::Succeeded
            && asked.covered(&deployment.release).is_ok()
        {
            // It went live after everything that its record has before it, whatever the clocks of those who wrote it say.
            let until_then = record.history.linked().iter().filter(|linked| linked.aside.is_none());
            let until_then = until_then.filter(|linked| (entry.entry.seq..=other.entry.seq).contains(&linked.entry.seq));
            return Ok(until_then.map(|linked| linked.own).max());
        }
    }
    Ok(None)
}

/// The report that was signed last before this run, of any release.
async fn before(record: &EnvironmentRecord, run: &RecordedRun) -> Result<Option<(Report, Digest)>, ActError> {
    let place = (run.report.project.as_str(), run.report.environment.as_str());
    let other = |said: &SignOff| said.report != run.run.report;
    let earlier = record.history.before(run.seq);
    let signed = earlier.newest_said(place, &[Act::SIGN_OFF], |entry| {
        entry.signer().is_some() && matches!(&entry.statement.act, Act::SignOff(said) if other(said))
    })?;
    let Some(Act::SignOff(said)) = signed.map(|entry| &entry.statement.act) else { return Ok(None) };
    let asked = record.asked(said.release.clone());
    // The report is kept with its run.
    for entry in earlier.on_release(&asked, &[Act::RUN]).rev() {
        if matches!(&entry?.statement.act, Act::Run(kept) if kept.report == said.report) {
            let Some(bytes) = record.store.blob(&said.report).await? else { break };
            let report = Report::from_json(&bytes);
            let report = report.map_err(|error| LedgerError::Broken { seq: run.seq, why: format!("an earlier report: {error}") })?;
            return Ok(Some((report, said.report.clone())));
        }
    }
    Ok(None)
}
