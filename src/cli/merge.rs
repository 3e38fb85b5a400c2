//! `gonogo merge A B…`: the full report that the shares of one run make. Nothing is judged again.

use std::sync::Arc;

use anyhow::anyhow;

use super::{
    Failure,
    arguments::MergeOptions,
    edge,
    edge::Edge,
    lint,
    outlet::Outlets,
    recording::{Asked, OpenRecord},
    stored::Stored,
};
use crate::{
    model::{Digest, Exit, Report},
    plan,
};

/// Runs the command: exits as `verify` would with the merged report.
pub(super) fn merge(edge: &Edge, options: &MergeOptions) -> Result<Exit, Failure> {
    let mut shares: Vec<(Report, Digest)> = Vec::with_capacity(options.files.len());
    for file in &options.files {
        let stored = Stored::read(file)?;
        let digest = stored.digest();
        shares.push((stored.report, digest));
    }
    let report = Report::merged(&shares, edge::tool()).map_err(|error| Failure { exit: error.exit(), cause: Some(error.into()) })?;
    let asked = Asked { plan: &options.plan, recording: &options.recording, usual: false, quiet: options.output.quiet };
    let mut record = open(edge, asked, &report)?;
    let outlets = Outlets::open(edge, &options.output)?;
    let json = report.to_json();
    let (beside, recorded) = record.add(edge, asked, &report, &json);
    Ok(outlets.deliver(&report, &json, beside.as_ref(), options.output.quiet)?.and(recorded))
}

/// The record, where the merged run is to go on it: beside the plan that the shares were made with, and no other.
fn open(edge: &Edge, asked: Asked<'_>, report: &Report) -> Result<OpenRecord, Failure> {
    if !asked.is_told() {
        return Ok(OpenRecord::none());
    }
    let mut request = lint::request(edge, asked.plan);
    request.environment.get_or_insert_with(|| report.environment.clone());
    let plan = plan::load_leniently(&request).map_err(|problems| Failure::said(lint::refuse(&problems)))?;
    if plan.project != report.project || plan.environment != report.environment || plan.files != report.plan.files {
        return Err(Failure::usage(anyhow!(
            "the plan here is not the one that the shares were made with, so they cannot go on its record"
        )));
    }
    OpenRecord::of(edge, asked, &Arc::new(plan))
}
