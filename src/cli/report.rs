//! `gonogo report FILE`: renders a stored report again. Nothing is judged again.

use super::{Failure, arguments::ReportOptions, edge::Edge, outlet::Outlets, stored::Stored};
use crate::{model::Exit, render::Page};

/// Runs the command: 0 when the report was rendered, whatever its verdict.
pub(super) fn report(edge: &Edge, options: &ReportOptions) -> Result<Exit, Failure> {
    let stored = Stored::read(&options.file)?;
    Outlets::open(edge, &options.output)?.write(&Page::stored(&stored.report, &stored.json))?;
    Ok(Exit::Go)
}
