//! `gonogo merge A B…`: the full report that the shares of one run make. Nothing is judged again.

use std::path::PathBuf;

use super::{Failure, arguments::MergeOptions, edge, edge::Edge, outlet::Outlets, runtime, stored::Stored, verify};
use crate::{
    acts::merge::{prepare, recorded_shares},
    model::{Digest, Exit, Report},
};

/// Runs the command: exits as `verify` would with the merged report.
pub(super) fn merge(edge: &Edge, options: &MergeOptions) -> Result<Exit, Failure> {
    let (caller, record) = (edge.caller(), edge.of_run(&options.plan, &options.recording)?);
    let shares = match &options.shard_set {
        Some(set) => runtime::block_on(async { Ok(recorded_shares(&caller, &record, set).await?) })?,
        None => files(&options.files)?,
    };
    let report = Report::merged(&shares, edge::tool()).map_err(|error| Failure { exit: error.exit(), cause: Some(error.into()) })?;
    let recording = edge.recording(&options.recording);
    let prepared = runtime::block_on(async { Ok(prepare(&caller, &edge::TOLD, &record, &recording, report).await?) })?;
    verify::say_lost(prepared.lost());
    let outlets = Outlets::open(edge, &options.output)?;
    let finished = runtime::block_on(async { Ok(prepared.carry_out(&caller, &edge::TOLD, &recording).await) })?;
    verify::deliver(&finished, outlets, options.output.quiet)
}

fn files(names: &[PathBuf]) -> Result<Vec<(Report, Digest)>, Failure> {
    let read = |name: &PathBuf| {
        let stored = Stored::read(name)?;
        let digest = stored.digest();
        Ok((stored.report, digest))
    };
    names.iter().map(read).collect()
}
