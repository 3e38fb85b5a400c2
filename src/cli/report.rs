//! `gonogo report FILE`: renders a stored report again. Nothing is judged again.

use anyhow::Context as _;

use super::{Failure, arguments::ReportOptions, edge::Edge, outlet::Outlets};
use crate::{
    model::{Exit, Report, ReportError},
    render::Page,
};

/// Runs the command: 0 when the report was rendered, whatever its verdict.
pub(super) fn report(edge: &Edge, options: &ReportOptions) -> Result<Exit, Failure> {
    let named = || options.file.display().to_string();
    let json = std::fs::read(&options.file).with_context(named).map_err(Failure::usage)?;
    let report = Report::from_json(&json).map_err(|error| {
        let exit = if matches!(error, ReportError::Contradiction(_)) { Exit::Untrusted } else { Exit::Usage };
        Failure { exit, cause: anyhow::Error::new(error).context(named()) }
    })?;
    Outlets::open(edge, &options.output)?.write(&Page::stored(&report, &json))?;
    Ok(Exit::Go)
}
