//! `gonogo log`: the deployment log, and the ledger under it.

mod carry;
mod init;
mod list;
mod place;
mod verify;

use anyhow::anyhow;

use super::{
    Failure,
    arguments::{LogCommand, LogFormat, LogListOptions, LogOptions},
    case::Case,
    edge::{self, Edge},
};
use crate::model::{Exit, moment};

/// Runs the command.
pub(super) fn log(edge: &Edge, options: &LogOptions) -> Result<Exit, Failure> {
    match &options.command {
        None => edge::block_on(listed(edge, &options.list)),
        Some(LogCommand::Verify(options)) => edge::block_on(async {
            let case = Case::open(edge, &options.record, false).await?;
            verify::verify(edge, &case, &options.head).await
        }),
        Some(LogCommand::Init(options)) => edge::block_on(init::init(edge, options)),
        Some(LogCommand::Export(options)) => edge::block_on(carry::export(edge, options)),
        Some(LogCommand::Import(options)) => edge::block_on(carry::import(edge, options)),
    }
}

async fn listed(edge: &Edge, options: &LogListOptions) -> Result<Exit, Failure> {
    let case = Case::open(edge, &options.record, false).await?;
    let bound = |text: &Option<String>, end: bool| {
        let text = text.as_deref();
        text.map(|text| moment(text, end)).transpose().map_err(|why| Failure::usage(anyhow!("{why}")))
    };
    let span = list::Span { since: bound(&options.since, false)?, until: bound(&options.until, true)? };
    let text = match (options.format, options.all) {
        (LogFormat::Csv, _) => list::csv(&case, span).await?,
        (LogFormat::Text, true) => list::trail(&case, span),
        (LogFormat::Text, false) => list::deployments(&case, span).await?,
    };
    edge::print(&text).map_err(Failure::output)?;
    Ok(Exit::Go)
}
