//! `gonogo verify`: runs an environment's checks and writes what came of them.

use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use jiff::Timestamp;

use super::{
    Failure,
    arguments::VerifyOptions,
    ci, edge,
    edge::Edge,
    lint,
    on_record::OnRecord,
    outlet::Outlets,
    progress::Progress,
    recording::{Asked, OpenRecord},
    release, signals,
};
use crate::{
    model::{Exit, Masker, Period, Report, Vantage},
    plan::{self, Plan},
    run::{self, Limits, Settings},
};

/// A start a little later than `--at` is no rehearsal of the past.
const TOLERANCE: Period = Period::seconds(60);

/// Runs the command.
pub(super) fn verify(edge: &Edge, options: &VerifyOptions) -> Result<Exit, Failure> {
    let request = lint::request(edge, &options.plan);
    let mut plan = match plan::load(&request) {
        Ok(plan) => Arc::new(plan),
        Err(problems) => return Ok(lint::refuse(&problems)),
    };
    let asked = Asked { plan: &options.plan, recording: &options.recording, usual: true, quiet: options.output.quiet };
    let mut record = OpenRecord::of(edge, asked, &plan)?;
    // Without a record nobody else has the plan, and the bytes of its files are of no more use.
    if let Some(plan) = Arc::get_mut(&mut plan) {
        plan.kept = Vec::new();
    }
    let settings = settings(edge, options, &plan, &record.before())?;
    run::Selection::of(&plan, &settings).map_err(Failure::usage)?;
    let outlets = Outlets::open(edge, &options.output)?;
    let progress = Progress::new(options.output.quiet, edge.watched);
    let report = run(plan, &settings, &progress)?;
    let json = report.to_json();
    let (beside, recorded) = record.add(edge, asked, &report, &json);
    Ok(outlets.deliver(&report, &json, beside.as_ref(), options.output.quiet)?.and(recorded))
}

/// Whether any check of the plan is meant for a run that is asked for so.
pub(super) fn selects(edge: &Edge, options: &VerifyOptions) -> Result<bool, Failure> {
    let plan = plan::load(&lint::request(edge, &options.plan)).map_err(|problems| Failure::said(lint::refuse(&problems)))?;
    let settings = settings(edge, options, &plan, &OnRecord::default())?;
    match run::Selection::of(&plan, &settings) {
        Ok(_) => Ok(true),
        Err(run::SelectionError::Nothing(_)) => Ok(false),
        Err(error) => Err(Failure::usage(error)),
    }
}

fn settings(edge: &Edge, options: &VerifyOptions, plan: &Plan, on_record: &OnRecord) -> Result<Settings, Failure> {
    let at = instant(edge.now, options.at)?;
    Ok(Settings {
        at,
        rehearsal: options.at.is_some(),
        phase: options.phase,
        strict: options.strict,
        advisory: options.advisory,
        allow_hold: options.allow_hold,
        only: options.only.clone(),
        skip: options.skip.clone(),
        from: options.from.clone(),
        limits: Limits { jobs: usize::from(options.jobs), deadline: options.deadline, ..Limits::default() },
        release: release::release(release::flags(&options.release), &plan.release, &edge.env, &plan.root),
        vantage: Vantage { name: options.from.clone(), host: host(), ci: ci::job(&edge.env) },
        tool: edge::tool(),
        env: edge.env.clone(),
        waivers: on_record.waivers(plan),
        answers: on_record.answers(),
        clock: edge::clock,
    })
}

fn instant(now: Timestamp, asked: Option<Timestamp>) -> Result<Timestamp, Failure> {
    match asked {
        None => Ok(now),
        Some(at) if at < now - TOLERANCE.signed() => {
            Err(Failure::usage(anyhow!("--at {at} is in the past: a run judges its own instant or a later one")))
        }
        Some(at) => Ok(at),
    }
}

fn run(plan: Arc<Plan>, settings: &Settings, progress: &Progress) -> Result<Report, Failure> {
    // Two threads more than a small machine has cores: a check that computes must not keep the others waiting.
    let threads = std::thread::available_parallelism().map_or(4, usize::from).clamp(4, 16);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    let runtime = runtime.context("the run could not be started").map_err(Failure::output)?;
    let report = runtime.block_on(async {
        let stop = signals::watch_for().context("signals cannot be watched for").map_err(Failure::output)?;
        let masker = Arc::new(Masker::new(plan.words.clone()));
        run::verify(plan, settings, masker, stop, |event| progress.show(event)).await.map_err(Failure::usage)
    });
    // A check that hangs in a system call must not keep the program from ending.
    runtime.shutdown_background();
    report
}

/// The host's name, as the kernel says it.
fn host() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").or_else(|_| std::fs::read_to_string("/etc/hostname"));
    name.ok().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
}
