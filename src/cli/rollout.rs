//! `gonogo rollout`: stages begin, the way back is taken, and where all of it stands.

use super::{
    Failure,
    arguments::{
        RolloutBeginOptions, RolloutCommand, RolloutOptions, RolloutRollbackOptions, RolloutSimulateOptions, RolloutStatusOptions,
        StatusFormat,
    },
    edge::{self, Edge},
    runtime, signals, watch,
};
use crate::{
    acts::rollout::{
        BackRequest, OpenRollout, Replayed, RolloutRequest, SimulateRequest, Until, WayBackTaken, WaysBack, begin, go_back, simulate,
        status,
    },
    model::{Exit, Period, RollbackKind, RollbackOutcome, counted, plain, utc},
    plan::Purpose,
    render::{rollout as shown, terminal::Style},
    rollout::{Soak, Standing},
};

/// Runs the command.
pub(super) fn rollout(edge: &Edge, command: &RolloutCommand) -> Result<Exit, Failure> {
    match command {
        RolloutCommand::Begin(options) => begun(edge, options),
        RolloutCommand::Status(options) => told(edge, options),
        RolloutCommand::Rollback(options) => back(edge, options),
        RolloutCommand::Simulate(options) => rehearsed(edge, options),
        RolloutCommand::Replay(options) => replayed(edge, options),
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

/// Judges the samples on record again: 0 where they come to what was said of them.
fn replayed(edge: &Edge, options: &RolloutOptions) -> Result<Exit, Failure> {
    let (request, caller) = (request(edge, options)?, edge.caller());
    let all = runtime::block_on(async {
        let open = OpenRollout::of(&caller, &request, Purpose::Look).await?;
        Ok(open.replayed().await?)
    })?;
    if all.is_empty() {
        edge::printed("nothing of this release's rollout is on record that could be judged again\n")?;
        return Ok(Exit::Unchecked);
    }
    let line = |one: &Replayed| {
        let said = format!("stage {}, attempt {}: {} samples come to {}", one.stage, one.attempt, one.samples, one.said);
        one.fault().map_or_else(|| format!("  ✓ {said}"), |fault| format!("  ✗ {fault}"))
    };
    let lines: Vec<String> = all.iter().map(|one| plain(&line(one)).into_owned()).collect();
    edge::printed(&format!("{}\n", lines.join("\n")))?;
    Ok(all.iter().fold(Exit::Go, |exit, one| {
        exit.and(if one.same {
            Exit::Go
        } else if one.comes_to.is_ok() {
            Exit::Untrusted
        } else {
            Exit::Unchecked
        })
    }))
}

/// Says what a stage would have come to before.
fn rehearsed(edge: &Edge, options: &RolloutSimulateOptions) -> Result<Exit, Failure> {
    let (request, caller) = (request(edge, &options.rollout)?, edge.caller());
    let wanted = SimulateRequest { stage: options.stage.clone(), since: options.since, version: options.of.clone() };
    let rehearsal = runtime::block_on_threads(4, async {
        let open = OpenRollout::of(&caller, &request, Purpose::Run).await?;
        Ok(simulate(&caller, &edge::TOLD, &open, &wanted).await?)
    })?;
    if options.json {
        return edge::printed(&(serde_json::to_string_pretty(&rehearsal).map_err(Failure::output)? + "\n"));
    }
    let mut lines = vec![format!("{} over {}: {} samples", options.stage, options.since, rehearsal.samples)];
    for firings in &rehearsal.triggers {
        let times = firings.times.iter().take(3).map(|(from, to)| format!("{} to {}", utc(*from), utc(*to))).collect::<Vec<_>>().join(", ");
        let more = if firings.times.len() > 3 { ", …" } else { "" };
        let what = if times.is_empty() {
            "would not have fired".into()
        } else {
            format!("would have fired {}: {times}{more}", counted(firings.times.len(), "time"))
        };
        lines.push(format!("  {} ({}): {what}", firings.when, firings.level));
    }
    lines.extend(soaks(&rehearsal.soaks));
    let lines: Vec<String> = lines.iter().map(|line| plain(line).into_owned()).collect();
    edge::printed(&format!("{}\n", lines.join("\n")))
}

/// How the stages that were begun in thought ended, and after how long.
fn soaks(all: &[Soak]) -> Vec<String> {
    let standings = [Standing::Earned, Standing::Held, Standing::Breached, Standing::Unseen];
    let of = |standing: Standing| {
        let mut theirs: Vec<&Soak> = all.iter().filter(|soak| soak.standing == standing).collect();
        theirs.sort_by_key(|soak| soak.took);
        let (first, last) = (theirs.first()?, theirs.last()?);
        let took = match (Period::seconds(first.took), Period::seconds(last.took), Period::seconds(theirs[theirs.len() / 2].took)) {
            (least, most, _) if least == most => format!("after {least}"),
            (least, most, median) => format!("after {least} to {most}, half of them by {median}"),
        };
        let why = last.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        Some(format!("  {} of {} soaks would have been {standing} {took}{why}", theirs.len(), all.len()))
    };
    standings.into_iter().filter_map(of).collect()
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
        let ways = WaysBack::of(&caller, &open, kind, options.old.as_deref())?;
        let back = BackRequest { why, fired: ((caller.clock)(), None) };
        Ok(go_back(&caller, &edge::TOLD, &mut open, &ways, &back).await?)
    })?;
    edge::printed(&said(&went))?;
    Ok(if went.recovers {
        went.exit(kind).and(watch::recovery(edge, &request, &went.stage, (Until::Over, false)))
    } else {
        went.exit(kind)
    })
}

/// How the way back went: the outcome first.
pub(super) fn said(went: &WayBackTaken) -> String {
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
