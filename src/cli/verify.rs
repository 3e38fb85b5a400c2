//! `gonogo verify`: runs an environment's checks and writes what came of them.

use anyhow::Context as _;

use super::{
    Failure,
    arguments::VerifyOptions,
    descriptors,
    edge::{self, Edge},
    outlet::Outlets,
    progress::Progress,
    runtime, signals,
};
use crate::{
    acts::{
        ActError, Recorded, RecordingRequest,
        verify::{FinishedRun, PreparedRun, VerifyRequest},
    },
    model::{Exit, Phase, Shard},
    run::Limits,
};

/// Runs the command.
pub(super) fn verify(edge: &Edge, options: &VerifyOptions) -> Result<Exit, Failure> {
    let (caller, request) = (edge.caller(), request(edge, options)?);
    let prepared = runtime::block_on(async { Ok(PreparedRun::of(&caller, &edge::TOLD, &request).await?) })?;
    say_lost(prepared.lost());
    let outlets = Outlets::open(edge, &options.output)?;
    let progress = Progress::new(options.output.quiet, edge.watched);
    // Two threads more than a small machine has cores: a check that computes must not keep the others waiting.
    let threads = std::thread::available_parallelism().map_or(4, usize::from).clamp(4, 16);
    let finished = runtime::block_on_threads(threads, async {
        let stop = signals::watch_for().context("signals cannot be watched for").map_err(Failure::output)?;
        Ok(prepared.carry_out(&caller, &edge::TOLD, stop, |event| progress.show(event)).await?)
    })?;
    deliver(&finished, outlets, options.output.quiet)
}

/// What the command line asks for.
fn request(edge: &Edge, options: &VerifyOptions) -> Result<VerifyRequest, Failure> {
    let recording = &options.recording;
    let shard = options.shard.as_deref().zip(options.shard_set.as_deref());
    let shard = shard.map(|(part, set)| Shard::parse(part, set)).transpose().map_err(|why| Failure::usage(anyhow::anyhow!(why)))?;
    let recorded = edge.recording(recording);
    let said = options.phase.as_deref();
    let around = said.and_then(|said| Phase::ALL.into_iter().find(|phase| phase.word() == said));
    let phase = match (around, options.window) {
        (Some(Phase::PreDeploy), Some(_)) => {
            return Err(Failure::usage(anyhow::anyhow!(
                "`--window` is a part of the time after the deployment: leave `--phase pre-deploy` out"
            )));
        }
        (_, Some(_)) => Phase::PostDeploy,
        (phase, None) => phase.unwrap_or_default(),
    };
    let stage = said.filter(|_| around.is_none()).map(str::to_owned);
    let jobs = descriptors::checks_at_once(usize::from(options.jobs));
    Ok(VerifyRequest {
        record: edge.of_run(&options.plan, recording)?,
        recording: RecordingRequest { record: recorded.record || options.record_share, ..recorded },
        release: options.release.request()?,
        phase,
        window: options.window.unwrap_or_default(),
        stage,
        from: options.from.clone(),
        only: options.only.clone(),
        skip: options.skip.clone(),
        shard,
        strict: options.strict,
        advisory: options.advisory,
        allow_hold: options.allow_hold,
        at: options.at,
        seed: options.seed.clone(),
        limits: Limits { jobs, per_target: options.per_target.map_or(jobs, usize::from), deadline: options.deadline },
        until_green: options.until_green,
    })
}

/// That the run will not be on record although it was meant to be.
pub(super) fn say_lost(lost: Option<&ActError>) {
    if let Some(lost) = lost {
        edge::complain(&format!("{lost}; the run will not be on record, and no answer or waiver in it counts"));
    }
}

/// Writes the report everywhere, and says whether it is on record.
pub(super) fn deliver(finished: &FinishedRun, outlets: Outlets, quiet: bool) -> Result<Exit, Failure> {
    let (beside, recorded) = match &finished.recorded {
        Some(Ok(Recorded { entry, beside, .. })) => {
            if let Some(head) = finished.head.as_ref().filter(|_| !quiet) {
                edge::tell(&format!("on record: entry {}, ledger head {head}", entry.seq));
            }
            (beside.as_ref(), Exit::Go)
        }
        Some(Err(error)) => {
            // Where the ledger was lost before the run, that was said then.
            if finished.head.is_some() {
                edge::complain(&format!("the run is not on record: {error}"));
            }
            (None, if super::exit_of(error) == Exit::Untrusted { Exit::Untrusted } else { Exit::Output })
        }
        None => (None, Exit::Go),
    };
    Ok(outlets.deliver(&finished.report, &finished.json, beside, quiet)?.and(recorded))
}
