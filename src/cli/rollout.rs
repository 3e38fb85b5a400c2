//! `gonogo rollout`: stages begin, the way back is taken, and where all of it stands.

use super::{
    Failure,
    arguments::{RolloutBeginOptions, RolloutCommand, RolloutOptions, RolloutRollbackOptions, RolloutStatusOptions, StatusFormat},
    edge::{self, Edge},
    runtime, signals,
};
use crate::{
    acts::rollout::{BackRequest, OpenRollout, RolloutRequest, WentBack, begin, go_back, status},
    model::{Exit, RollbackKind, RollbackOutcome},
    plan::Purpose,
    render::{rollout as shown, terminal::Style},
};

/// Runs the command.
pub(super) fn rollout(edge: &Edge, command: &RolloutCommand) -> Result<Exit, Failure> {
    match command {
        RolloutCommand::Begin(options) => begun(edge, options),
        RolloutCommand::Status(options) => told(edge, options),
        RolloutCommand::Rollback(options) => back(edge, options),
    }
}

/// Which rollout is meant.
pub(super) fn request(edge: &Edge, options: &RolloutOptions) -> Result<RolloutRequest, Failure> {
    Ok(RolloutRequest {
        record: edge.of(&options.record)?,
        release: options.release.request()?,
        recorder_key: options.recorder_key.clone(),
    })
}

/// Begins a stage: 0 when it has begun and nothing was amiss.
fn begun(edge: &Edge, options: &RolloutBeginOptions) -> Result<Exit, Failure> {
    let (request, caller) = (request(edge, &options.rollout)?, edge.caller());
    let begun = runtime::block_on_threads(4, async {
        let stop = signals::watch_for().map_err(Failure::output)?;
        let mut open = OpenRollout::of(&caller, &request, Purpose::Run).await?;
        Ok(begin(&caller, &edge::TOLD, &mut open, &options.stage, options.old.as_deref(), stop).await?)
    })?;
    let (stage, again) = (&begun.stage, if begun.attempt > 1 { format!(" for the {}. time", begun.attempt) } else { String::new() });
    let head = match begun.faults.is_empty() {
        true => format!("BEGUN: {stage}{again}, beside {}: `gonogo watch --stage {stage}`", begun.old),
        false => format!("HOLD: {stage} has begun{again} and cannot be earned: mend it and begin it again"),
    };
    let faults = begun.faults.iter().map(|fault| format!("  ✗ {fault}"));
    let notes = begun.notes.iter().map(|note| format!("  ! {note}"));
    let lines: Vec<String> = [head].into_iter().chain(faults).chain(notes).collect();
    edge::printed(&format!("{}\n", lines.join("\n")))?;
    Ok(if begun.faults.is_empty() { Exit::Go } else { Exit::Hold })
}

/// Says where the rollout stands; it has always worked when that is said.
fn told(edge: &Edge, options: &RolloutStatusOptions) -> Result<Exit, Failure> {
    let (request, caller) = (request(edge, &options.rollout)?, edge.caller());
    let account = runtime::block_on(async {
        let open = OpenRollout::of(&caller, &request, Purpose::Look).await?;
        Ok(status(&caller, &open).await?)
    })?;
    let text = match options.format {
        StatusFormat::Text => {
            shown::terminal(&account, Style { colour: options.out.is_none() && edge.coloured(), width: edge.width, verbose: false })
        }
        StatusFormat::Markdown => shown::markdown(&account),
        StatusFormat::Html => shown::html(&account),
        StatusFormat::Json => serde_json::to_string_pretty(&account).map_err(Failure::output)? + "\n",
    };
    match &options.out {
        None => edge::printed(&text),
        Some(file) => {
            std::fs::write(file, text)
                .map_err(|error| Failure::output(anyhow::anyhow!("`{}` could not be written: {error}", file.display())))?;
            Ok(Exit::Go)
        }
    }
}

/// Takes the way back.
fn back(edge: &Edge, options: &RolloutRollbackOptions) -> Result<Exit, Failure> {
    let (request, caller) = (request(edge, &options.rollout)?, edge.caller());
    let kind = match (options.drill, options.planned) {
        (true, _) => RollbackKind::Drill,
        (_, true) => RollbackKind::Planned,
        _ => RollbackKind::Asked,
    };
    let why = options.reason.clone().unwrap_or_else(|| if options.drill { "practised".into() } else { "asked for".into() });
    let went = runtime::block_on_threads(4, async {
        let mut open = OpenRollout::of(&caller, &request, Purpose::Run).await?;
        let back = BackRequest { kind, why, fired: ((caller.clock)(), None) };
        Ok(go_back(&caller, &edge::TOLD, &mut open, &back).await?)
    })?;
    edge::printed(&said(&went))?;
    Ok(went.exit(kind))
}

/// How the way back went: the outcome first.
pub(super) fn said(went: &WentBack) -> String {
    let (stage, took, within) = (&went.stage, went.took, went.within);
    let head = match went.outcome {
        RollbackOutcome::Back => format!("ROLLED BACK: from {stage} in {took}, {within} were allowed"),
        RollbackOutcome::Late => format!("ROLLED BACK LATE: from {stage} in {took}, {within} were allowed"),
        RollbackOutcome::Failed => format!("ROLLBACK FAILED: from {stage}, after {took}: the old version does not answer as it must"),
    };
    let notes = went.notes.iter().map(|note| format!("  ! {note}"));
    let lost = went.lost.iter().map(|lost| format!("  ! it is not on record: {lost}"));
    let lines: Vec<String> = [head].into_iter().chain(notes).chain(lost).collect();
    format!("{}\n", lines.join("\n"))
}
