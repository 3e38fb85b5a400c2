//! `gonogo merge A B…`: the full report that the shares of one run make. Nothing is judged again.

use super::{Failure, arguments::MergeOptions, edge, edge::Edge, outlet::Outlets, runtime, stored::Stored, verify};
use crate::{
    acts::merge::prepare,
    model::{Digest, Exit, Report},
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
    let (caller, recording) = (edge.caller(), edge.recording(&options.recording));
    let record = edge.of_run(&options.plan, &options.recording)?;
    let prepared = runtime::block_on(async { Ok(prepare(&caller, &edge::TOLD, &record, &recording, report).await?) })?;
    verify::say_lost(prepared.lost());
    let outlets = Outlets::open(edge, &options.output)?;
    let finished = runtime::block_on(async { Ok(prepared.carry_out(&caller, &edge::TOLD, &recording).await) })?;
    verify::deliver(&finished, outlets, options.output.quiet)
}
