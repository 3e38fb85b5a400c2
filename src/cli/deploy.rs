//! `gonogo deploy`: deployments on record.

mod command;
mod log;

use anyhow::{Context as _, anyhow};

use super::{
    Failure,
    arguments::{DeployCommand, DeployOptions, DeployRecordOptions, DeployReviewOptions, DeployerOptions, Status},
    case::Case,
    ci,
    edge::{self, Edge},
    gate::Asked,
    recorder::Recorder,
    release,
    signer::{self, Signer},
};
use crate::{
    ledger::{self, AskedRelease, Blob},
    model::{
        Act, Deployer, DeployerSource, Deployment, DeploymentStatus, Digest, Emergency, Exit, Kept, Method, Phase, Release, Review,
        Signoff, Size, Subject, UnsignedRuns, plain,
    },
    net::regular_file,
};

/// More than any deployment prints that somebody reads.
const LARGEST_LOG: Size = Size(64 << 20);

/// Runs the command.
pub(super) fn deploy(edge: &Edge, options: &DeployOptions) -> Result<Exit, Failure> {
    match &options.command {
        Some(DeployCommand::Record(options)) => edge::block_on(record(edge, options)),
        Some(DeployCommand::Review(options)) => edge::block_on(review(edge, options)),
        None => command::run(edge, &options.run),
    }
}

async fn record(edge: &Edge, options: &DeployRecordOptions) -> Result<Exit, Failure> {
    let mut case = Case::open(edge, &options.record, true).await?;
    let log = match &options.log {
        Some(file) => {
            let bytes = regular_file::read_bytes(file, LARGEST_LOG).with_context(|| file.display().to_string()).map_err(Failure::usage)?;
            Some(log::masked(edge, &case.plan, &bytes))
        }
        None => None,
    };
    let status = match options.status {
        Status::Succeeded => DeploymentStatus::Succeeded,
        Status::Failed => DeploymentStatus::Failed,
        Status::RolledBack => DeploymentStatus::RolledBack,
    };
    let wanted = case.wanted(edge, &options.release);
    let told = Told { status, notes: options.notes.clone(), started: None, log, verified: true };
    put(edge, &mut case, &wanted, &options.by, told).await?;
    Ok(Exit::Go)
}

/// What is told of a deployment.
struct Told {
    status: DeploymentStatus,
    notes: Option<String>,
    started: Option<jiff::Timestamp>,
    log: Option<(Kept, Blob)>,
    /// Whether the newest run after the deployment of this release is about this one.
    verified: bool,
}

/// Puts a deployment on record, with what it rests on.
async fn put(edge: &Edge, case: &mut Case, wanted: &AskedRelease, by: &DeployerOptions, told: Told) -> Result<(), Failure> {
    let recorder = recorder(edge, case, by).await?;
    let rests = Rests::of(edge, case, wanted).await?;
    let release = rests.release.unwrap_or_else(|| full(edge, case, &wanted.release));
    let emergency = emergency(case, &[&wanted.release, &release], None).map(|opened| opened.entry.statement());
    if release.version.is_none() && release.commit.is_none() {
        return Err(Failure::usage(anyhow!("say which release was deployed: `--release VERSION` or `--commit SHA`")));
    }
    let (kept, blobs) = match told.log {
        Some((kept, blob)) => (Some(kept), vec![blob]),
        None => (None, Vec::new()),
    };
    let mut subject: Vec<Subject> = release.commit.as_deref().map(Subject::commit).into_iter().collect();
    subject.extend(rests.report.as_ref().map(|report| Subject::sha256("report.json", report)));
    let deployment = Deployment {
        deployer: deployer(edge, by, &recorder),
        release,
        status: told.status,
        notes: told.notes,
        started: told.started,
        finished: edge::clock(),
        log: kept,
        report: rests.report,
        verified: rests.verified.filter(|_| told.verified),
        emergency,
        begun: None,
        unverified: None,
        policy: None,
    };
    let mark = if deployment.emergency.is_some() { "EMERGENCY " } else { "" };
    let name = deployment.release.name().unwrap_or_default();
    let who = deployment.deployer.name.clone();
    let entry = recorder.record(case, subject, Act::Deployment(Box::new(deployment)), blobs).await?;
    let text = format!("{mark}deployment of {name} by {who} on record: entry {}, ledger head {}", entry.seq, case.history.head());
    edge::print(&format!("{}\n", plain(&text))).map_err(Failure::output)
}

/// Whoever signs what is recorded; nobody only where the policy allows that.
async fn recorder<'e>(edge: &'e Edge, case: &Case, by: &DeployerOptions) -> Result<Recorder<'e>, Failure> {
    let recorder = Recorder::find(edge, case, by.recorder_key.as_deref()).await?;
    let demanded = case.policy.as_ref().is_some_and(|policy| policy.unsigned_runs == UnsignedRuns::Refused);
    if demanded && recorder.id().is_none() {
        let why = anyhow!("the policy has `unsigned-runs: refused`: sign the deployment with `--recorder-key FILE`");
        return Err(Failure::usage(why));
    }
    Ok(recorder)
}

/// The release as far as flags, plan, CI and git tell.
fn full(edge: &Edge, case: &Case, said: &Release) -> Release {
    release::release(Release { source: "flags".into(), ..said.clone() }, &case.plan.release, &edge.env, &case.plan.root)
}

/// What a deployment rests on.
struct Rests {
    release: Option<Release>,
    report: Option<Digest>,
    verified: Option<Digest>,
}

impl Rests {
    async fn of(edge: &Edge, case: &Case, wanted: &AskedRelease) -> Result<Self, Failure> {
        let mut rests = Self { release: None, report: None, verified: None };
        if case.policy.is_some() {
            let asked = Asked::of(edge, case, wanted, None).await?;
            let ruling = asked.rule(case)?;
            rests.release = ruling.run.as_ref().map(|run| run.report.release.clone());
            rests.report = ruling.confirms.clone().or_else(|| ruling.run.as_ref().map(|run| run.run.report.clone()));
        }
        for proven in case.history.of_environment(&wanted.project, &wanted.environment) {
            if let Act::Run(run) = &proven.statement.act
                && run.phase == Phase::PostDeploy
                && wanted.is(&run.release)
            {
                rests.verified = Some(run.report.clone());
            }
        }
        Ok(rests)
    }
}

/// The newest emergency of one of these releases that no deployment has used yet: it opens the gate for one. With
/// `due`, one whose review is not overdue by then.
fn emergency<'c>(case: &'c Case, releases: &[&Release], due: Option<jiff::Timestamp>) -> Option<&'c ledger::VerifiedEntry> {
    let entries = || case.history.of_environment(&case.plan.project, &case.plan.environment);
    let used: Vec<&Digest> = entries()
        .filter_map(|proven| if let Act::Deployment(deployment) = &proven.statement.act { deployment.emergency.as_ref() } else { None })
        .collect();
    entries().rev().find(|proven| match &proven.statement.act {
        Act::Emergency(emergency) => {
            releases.iter().any(|release| release.agrees(&emergency.release))
                && opens(case, proven, emergency)
                && due.is_none_or(|due| due < emergency.review_by)
                && !used.contains(&&proven.entry.statement())
        }
        _ => false,
    })
}

/// Whether whoever signed the emergency may open the gate.
fn opens(case: &Case, proven: &ledger::VerifiedEntry, emergency: &Emergency) -> bool {
    let allowed = |policy: &Signoff| policy.break_glass.as_ref().is_some_and(|allowed| allowed.roles.contains(&emergency.role));
    let has = |policy: &Signoff| proven.signer().is_some_and(|signer| policy.has_role(signer, &emergency.role));
    case.policy.as_ref().is_some_and(|policy| allowed(policy) && has(policy))
}

/// Who deploys: the recorder's key, else the CI, else what was said or who is logged in.
fn deployer(edge: &Edge, by: &DeployerOptions, recorder: &Recorder<'_>) -> Deployer {
    let named = |name: &str, source| Deployer { name: name.to_owned(), source };
    if let Some(declared) = &by.deployer {
        return named(declared, DeployerSource::Declared);
    }
    let of_ci = ci::actor(&edge.env);
    match (recorder.id(), of_ci) {
        (_, Some(actor)) => named(actor, DeployerSource::Ci),
        (Some(id), None) => named(id, DeployerSource::Key),
        (None, None) => named(edge.env.get("USER").or_else(|| edge.env.get("LOGNAME")).unwrap_or("unknown"), DeployerSource::Declared),
    }
}

/// Closes the review of an emergency.
async fn review(edge: &Edge, options: &DeployReviewOptions) -> Result<Exit, Failure> {
    let mut case = Case::open(edge, &options.record, false).await?;
    let emergency = case.entry(options.entry).filter(|proven| matches!(proven.statement.act, Act::Emergency(_)));
    let emergency: &ledger::VerifiedEntry =
        emergency.ok_or_else(|| Failure::usage(anyhow!("entry {} is no emergency: `gonogo log --all` shows them", options.entry)))?;
    let (opener, statement) = (emergency.signer().unwrap_or_default().to_owned(), emergency.entry.statement());
    let policy = case.policy()?;
    let everybody = policy.roles.values().flat_map(|role| role.people.clone());
    let mut people: Vec<String> = everybody.filter(|person| *person != opener && policy.is_of_people(person)).collect();
    people.sort();
    people.dedup();
    let signer = Signer::find(edge, &case, options.key.key.as_deref(), &people).await?;
    signer::confirm(&options.key, "Close the review?")?;
    let subject = vec![Subject::sha256("emergency", &statement)];
    let act = Act::Review(Review { emergency: statement, comment: options.comment.clone() });
    let entry = signer.record(&mut case, subject, Method::Ssh, act, Vec::new()).await?;
    edge::print(&format!("review on record: entry {}, ledger head {}\n", entry.seq, case.history.head())).map_err(Failure::output)?;
    Ok(Exit::Go)
}
