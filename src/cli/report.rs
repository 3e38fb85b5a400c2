//! `gonogo report`: renders a stored report again, from a file or from the ledger. Nothing is judged again.

use std::{io::Write as _, path::Path};

use anyhow::{Context as _, anyhow};

use super::{
    Failure,
    arguments::ReportOptions,
    edge::{self, Edge},
    outlet::Outlets,
    runtime,
    stored::Stored,
};
use crate::{
    acts::report::{ReportRequest, report as stored},
    model::{Digest, Exit, Record, Report, ShownVerdict, beginning, plain},
    net::{new_file::NewFile, regular_file::read_bytes},
    render::Page,
    starter::import,
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
    if !options.output.format.is_empty() || options.tick.is_none() {
        Outlets::open(edge, &options.output)?.write(&Page::stored(&stored.report, &stored.json))?;
    }
    tick(options, &stored.report, &stored.json, None)
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
    if !options.output.format.is_empty() || options.tick.is_none() {
        let page = Page::stored(&stored.report, &stored.json).with_record(&stored.beside);
        Outlets::open(edge, &options.output)?.write(&page)?;
    }
    tick(options, &stored.report, &stored.json, Some(&stored.beside))
}

/// Writes the ticks into the checklist, where one is given.
fn tick(options: &ReportOptions, report: &Report, json: &[u8], record: Option<&Record>) -> Result<Exit, Failure> {
    let Some(path) = &options.tick else { return Ok(Exit::Go) };
    let name = path.display().to_string();
    let bytes = read_bytes(path, super::import::LARGEST).map_err(|error| Failure::usage(anyhow!("`{name}` {error}")))?;
    let verdict = ShownVerdict::of(report, record).headline;
    let digest = Digest::of(json);
    let ticked =
        import::tick(&name, &bytes, report, &verdict, beginning(digest.as_str(), 12)).map_err(|why| Failure::usage(anyhow!(why)))?;
    if ticked.bytes != bytes {
        let written = NewFile::at(path).and_then(|mut file| file.file().write_all(&ticked.bytes).and_then(|()| file.keep()));
        written.with_context(|| format!("`{name}` cannot be written")).map_err(Failure::output)?;
    }
    for text in &ticked.left {
        edge::say(&plain(&format!("left as it is, as nothing in the report came of it: {text}")));
    }
    let (done, open, left) = (ticked.ticked, ticked.open, ticked.left.len());
    edge::say(&plain(&format!("{name}: boxes: {done} ticked, {open} open, {left} left as they were; {}", ticked.log)));
    Ok(Exit::Go)
}
