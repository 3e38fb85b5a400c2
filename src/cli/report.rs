//! `gonogo report`: renders a stored report again, from a file or from the ledger. Nothing is judged again.

use std::path::Path;

use anyhow::anyhow;

use super::{Failure, arguments::ReportOptions, bundled, case::Case, edge, edge::Edge, outlet::Outlets, shown, stored::Stored};
use crate::{
    ledger::{LedgerError, VerifiedEntry},
    model::{Act, Exit, Report, Run},
    render::Page,
};

/// Runs the command: 0 when the report was rendered, whatever its verdict.
pub(super) fn report(edge: &Edge, options: &ReportOptions) -> Result<Exit, Failure> {
    match &options.file {
        Some(file) => of_file(edge, options, file),
        None => edge::block_on(of_ledger(edge, options)),
    }
}

fn of_file(edge: &Edge, options: &ReportOptions, file: &Path) -> Result<Exit, Failure> {
    let stored = Stored::read(file)?;
    Outlets::open(edge, &options.output)?.write(&Page::stored(&stored.report, &stored.json))?;
    Ok(Exit::Go)
}

async fn of_ledger(edge: &Edge, options: &ReportOptions) -> Result<Exit, Failure> {
    let case = Case::open(edge, &options.record, false).await?;
    let (proven, run) = wanted(edge, &case, options)?;
    let seq = proven.entry.seq;
    let json = case.store.blob(&run.report).await?;
    let json = json.ok_or_else(|| LedgerError::Broken { seq, why: "its report is gone".into() })?;
    let report = Report::from_json(&json).map_err(|error| LedgerError::Broken { seq, why: format!("its report: {error}") })?;
    let shown = shown::beside(case.ground(), proven, run, None).await?;
    if let Some(file) = &options.bundle {
        bundled::write(case.ground(), proven, run, &shown.record, file).await?;
    }
    let page = Page::stored(&report, &json).with_record(&shown.record);
    Outlets::open(edge, &options.output)?.write(&page)?;
    Ok(Exit::Go)
}

/// The run that is meant: of this entry, or the newest of the release, a full one before its deployment if there is one.
fn wanted<'c>(edge: &Edge, case: &'c Case, options: &ReportOptions) -> Result<(&'c VerifiedEntry, &'c Run), Failure> {
    let runs = case.history.of_environment(&case.plan.project, &case.plan.environment).filter_map(|proven| match &proven.statement.act {
        Act::Run(run) => Some((proven, &**run)),
        _ => None,
    });
    let runs: Vec<(&VerifiedEntry, &Run)> = runs.collect();
    if let Some(entry) = options.entry {
        let found = runs.into_iter().find(|(proven, _)| proven.entry.seq == entry);
        return found.ok_or_else(|| {
            Failure::usage(anyhow!("entry {entry} is no run of `{}`: `gonogo log --all` shows them", case.plan.environment))
        });
    }
    let said = options.release.release.is_some() || options.release.commit.is_some() || options.release.artifact.is_some();
    let wanted = case.wanted(edge, &options.release);
    let of_release = runs.into_iter().filter(|(_, run)| !said || wanted.is(&run.release)).collect::<Vec<_>>();
    let full = of_release.iter().rev().find(|(_, run)| run.full && run.phase == crate::model::Phase::PreDeploy);
    full.or(of_release.last()).copied().ok_or_else(|| Failure::usage(anyhow!("no run is on record for `{}`", case.plan.environment)))
}
