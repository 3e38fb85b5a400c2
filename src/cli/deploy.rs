//! `gonogo deploy`: deployments on record.

mod command;

use anyhow::Context as _;

use super::{
    Failure,
    arguments::{
        DeployAuthorsOptions, DeployCommand, DeployOptions, DeployRecordOptions, DeployReviewOptions, DeployRunOptions,
        DeploySettleOptions, DeployerOptions, Status,
    },
    edge::{self, Edge},
    gate::{nothing_to_look_at, say},
    outlet::Outlets,
    progress::Progress,
    runtime, signals, verify,
};
use crate::{
    acts::{
        ActError,
        deploy::{
            AuthorsRequest, BegunDeployment, ByRequest, DeployRecordRequest, DeployRequest, EndedDeployment, ReviewRequest, SettleRequest,
            Verification, prepare, record, review, settle, vouch,
        },
        verify::{PreparedRun, VerifyRequest},
    },
    model::{DeploymentStatus, Exit, Phase, Window, plain},
    run::Limits,
};

/// Runs the command.
pub(super) fn deploy(edge: &Edge, options: &DeployOptions) -> Result<Exit, Failure> {
    match &options.command {
        Some(DeployCommand::Record(options)) => recorded(edge, options),
        Some(DeployCommand::Review(options)) => reviewed(edge, options),
        Some(DeployCommand::Settle(options)) => settled(edge, options),
        Some(DeployCommand::Authors(options)) => vouched(edge, options),
        None => run(edge, &options.run),
    }
}

/// Runs the command if the gate lets it.
fn run(edge: &Edge, options: &DeployRunOptions) -> Result<Exit, Failure> {
    let (caller, request) = (edge.caller(), request(edge, options)?);
    let dialogue = edge.with(&options.key);
    let begun = runtime::block_on(async {
        let prepared = prepare(&caller, &dialogue, &request).await.map_err(nothing_to_look_at)?;
        let exit = {
            let ruling = prepared.rule()?;
            say(&prepared.record, &prepared.question.asked, &ruling)?;
            ruling.exit()
        };
        Ok(prepared.begin(&caller, &dialogue, &request).await?.ok_or(exit))
    })?;
    let begun = match begun {
        Ok(begun) => begun,
        // The record may have moved on since it was judged first.
        Err(Exit::Go) => return Ok(Exit::Hold),
        Err(exit) => return Ok(exit),
    };
    if let Some(text) = &begun.emergency {
        edge::say(&plain(text));
    }
    let ran = runtime::block_on(command::carried_out(&options.command, &begun.token))?;
    if let Some(note) = &ran.note {
        edge::complain(note);
    }
    let (verification, exit) = if ran.succeeded { after(edge, options, &request, &begun) } else { (Verification::Nothing, Exit::Red) };
    let ended = runtime::block_on(async { Ok(begun.end(&edge.caller(), &dialogue, &request, &ran, &verification).await?) })?;
    tell(&ended)?;
    Ok(exit)
}

/// The verification after a command that ended well, and what to exit with because of it.
fn after(edge: &Edge, options: &DeployRunOptions, request: &DeployRequest, begun: &BegunDeployment) -> (Verification, Exit) {
    if !begun.selects {
        edge::say("not verified afterwards: no check is meant for `post-deploy`");
        return (Verification::Nothing, Exit::Go);
    }
    let token = edge::digest_of_token(&begun.token);
    let caller = edge.caller();
    let mut asked = request.after.clone();
    asked.recording.child_of = Some(token);
    let looked = runtime::block_on(async {
        let dialogue = edge.with(&options.key);
        let prepared = PreparedRun::of(&caller, &dialogue, &asked).await?;
        verify::say_lost(prepared.lost());
        let stop = signals::watch_for().context("signals cannot be watched for").map_err(Failure::output)?;
        let progress = Progress::new(false, edge.watched);
        Ok(prepared.carry_out(&caller, &dialogue, stop, |event| progress.show(event)).await?)
    });
    match looked {
        Ok(finished) => {
            let outlets = Outlets::open(edge, &Default::default());
            let exit = outlets.and_then(|outlets| verify::deliver(&finished, outlets, false)).unwrap_or_else(Failure::told);
            (Verification::Made(Box::new(finished)), exit)
        }
        Err(failure) => {
            let why = failure.cause.as_ref().map(|cause| format!("{cause:#}")).unwrap_or_default();
            let exit = failure.told();
            (Verification::Failed(ActError::Output(why)), exit)
        }
    }
}

fn request(edge: &Edge, options: &DeployRunOptions) -> Result<DeployRequest, Failure> {
    let (record, release) = (edge.of(&options.record)?, options.release.request()?);
    let by = by(&options.by, options.key.key.clone());
    let after = VerifyRequest {
        record: record.clone(),
        recording: crate::acts::RecordingRequest { recorder_key: by.recorder_key.clone(), ..Default::default() },
        release: release.clone(),
        phase: Phase::PostDeploy,
        window: Window::Immediate,
        stage: None,
        from: None,
        only: Vec::new(),
        skip: Vec::new(),
        strict: false,
        advisory: false,
        allow_hold: false,
        at: None,
        seed: None,
        shard: None,
        until_green: None,
        limits: Limits::default(),
    };
    Ok(DeployRequest { record, release, by, notes: options.notes.clone(), after })
}

fn by(options: &DeployerOptions, key: Option<std::path::PathBuf>) -> ByRequest {
    ByRequest { deployer: options.deployer.clone(), recorder_key: options.recorder_key.clone(), key }
}

fn status(status: Status) -> DeploymentStatus {
    match status {
        Status::Succeeded => DeploymentStatus::Succeeded,
        Status::Failed => DeploymentStatus::Failed,
        Status::RolledBack => DeploymentStatus::RolledBack,
    }
}

fn tell(ended: &EndedDeployment) -> Result<(), Failure> {
    let EndedDeployment { entry, deployment, head } = ended;
    let mark = if deployment.emergency.is_some() { "EMERGENCY " } else { "" };
    let (name, who) = (deployment.release.name().unwrap_or_default(), &deployment.deployer.name);
    let text = format!("{mark}deployment of {name} by {who} on record: entry {}, ledger head {head}", entry.seq);
    edge::print_lines(&[text])
}

fn recorded(edge: &Edge, options: &DeployRecordOptions) -> Result<Exit, Failure> {
    let request = DeployRecordRequest {
        record: edge.of(&options.record)?,
        release: options.release.request()?,
        by: by(&options.by, options.key.key.clone()),
        status: status(options.status),
        notes: options.notes.clone(),
        log: options.log.clone(),
    };
    tell(&runtime::block_on(async { Ok(record(&edge.caller(), &edge.with(&options.key), &request).await?) })?)?;
    Ok(Exit::Go)
}

fn settled(edge: &Edge, options: &DeploySettleOptions) -> Result<Exit, Failure> {
    let how = match (options.succeeded, options.failed) {
        (true, _) => DeploymentStatus::Succeeded,
        (_, true) => DeploymentStatus::Failed,
        _ => DeploymentStatus::RolledBack,
    };
    let request = SettleRequest {
        record: edge.of(&options.record)?,
        entry: options.entry,
        status: how,
        comment: options.comment.clone(),
        key: options.key.key.clone(),
    };
    edge.on_record(async { Ok(settle(&edge.caller(), &edge.with(&options.key), &request).await?) })
}

fn reviewed(edge: &Edge, options: &DeployReviewOptions) -> Result<Exit, Failure> {
    let request = ReviewRequest {
        record: edge.of(&options.record)?,
        entry: options.entry,
        comment: options.comment.clone(),
        key: options.key.key.clone(),
    };
    edge.on_record(async { Ok(review(&edge.caller(), &edge.with(&options.key), &request).await?) })
}

fn vouched(edge: &Edge, options: &DeployAuthorsOptions) -> Result<Exit, Failure> {
    let request = AuthorsRequest {
        record: edge.of(&options.record)?,
        release: options.release.request()?,
        people: options.author.clone(),
        comment: options.comment.clone(),
        key: options.key.key.clone(),
    };
    edge.on_record(async { Ok(vouch(&edge.caller(), &edge.with(&options.key), &request).await?) })
}
