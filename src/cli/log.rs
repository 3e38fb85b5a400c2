//! `gonogo log`: the deployment log, and the ledger under it.

mod carry;
pub(super) mod draw;
mod init;
pub(super) mod list;
mod place;
mod repair;
mod verify;

use super::{
    Failure,
    arguments::{LogCheckpointOptions, LogCommand, LogFormat, LogListOptions, LogOptions},
    edge::{self, Edge},
    runtime,
};
use crate::{
    acts::{
        EnvironmentRecord,
        log::{Span, checkpoint, with_starts},
    },
    model::Exit,
    render::log as shown,
};

/// Runs the command.
pub(super) fn log(edge: &Edge, options: &LogOptions) -> Result<Exit, Failure> {
    match &options.command {
        None => listed(edge, &options.list),
        Some(LogCommand::Verify(options)) => verify::verify(edge, options),
        Some(LogCommand::Repair(options)) => repair::repair(edge, options),
        Some(LogCommand::Checkpoint(options)) => bound(edge, options),
        Some(LogCommand::Init(options)) => runtime::block_on(init::init(edge, options)),
        Some(LogCommand::Export(options)) => runtime::block_on(carry::export(edge, options)),
        Some(LogCommand::Import(options)) => runtime::block_on(carry::import(edge, options)),
    }
}

/// Binds the heads of all chains.
fn bound(edge: &Edge, options: &LogCheckpointOptions) -> Result<Exit, Failure> {
    let record = edge.of(&options.record)?;
    let (entry, chains) =
        runtime::block_on(async { Ok(checkpoint(&edge.caller(), &edge::TOLD, &record, options.recorder_key.as_deref()).await?) })?;
    edge::print_lines(&[format!("on record: entry {} of `{}`, {chains} chains", entry.seq, entry.chain)])?;
    Ok(Exit::Go)
}

fn listed(edge: &Edge, options: &LogListOptions) -> Result<Exit, Failure> {
    let span = Span::of(options.since.as_deref(), options.until.as_deref())?;
    if let Some(sample) = &options.sample {
        return draw::drawn(edge, options, sample, span);
    }
    let text = runtime::block_on(async {
        let record = EnvironmentRecord::open(&edge.caller(), &edge.of(&options.record)?, false).await?;
        Ok(match (options.format, options.all) {
            (LogFormat::Csv, _) => shown::csv(&with_starts(&record, span).await?),
            (LogFormat::Json, _) => shown::json(&with_starts(&record, span).await?),
            (LogFormat::Text, true) => list::trail(&record, span)?,
            (LogFormat::Text, false) => list::deployments(&record, span).await?,
        })
    })?;
    edge::printed(&text)
}
