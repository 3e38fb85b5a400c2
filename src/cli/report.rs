//! `gonogo report`: renders a stored report again, from a file or from the ledger. Nothing is judged again.

use std::path::Path;

use super::{Failure, arguments::ReportOptions, edge::Edge, outlet::Outlets, runtime, stored::Stored};
use crate::{
    acts::report::{ReportRequest, report as stored},
    model::Exit,
    render::Page,
};

/// Runs the command: 0 when the report was rendered, whatever its verdict.
pub(super) fn report(edge: &Edge, options: &ReportOptions) -> Result<Exit, Failure> {
    match &options.file {
        Some(file) => of_file(edge, options, file),
        None => of_ledger(edge, options),
    }
}

fn of_file(edge: &Edge, options: &ReportOptions, file: &Path) -> Result<Exit, Failure> {
    let stored = Stored::read(file)?;
    Outlets::open(edge, &options.output)?.write(&Page::stored(&stored.report, &stored.json))?;
    Ok(Exit::Go)
}

fn of_ledger(edge: &Edge, options: &ReportOptions) -> Result<Exit, Failure> {
    let request = ReportRequest {
        record: edge.of(&options.record)?,
        release: options.release.request()?,
        entry: options.entry,
        bundle: options.bundle.clone(),
        child_of: edge.child_of(),
    };
    let stored = runtime::block_on(async { Ok(stored(&edge.caller(), &request).await?) })?;
    let page = Page::stored(&stored.report, &stored.json).with_record(&stored.beside);
    Outlets::open(edge, &options.output)?.write(&page)?;
    Ok(Exit::Go)
}
