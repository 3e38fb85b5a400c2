//! `gonogo merge A B…`: the full report that the shares of one run make. Nothing is judged again.

use super::{Failure, arguments::MergeOptions, edge, edge::Edge, outlet::Outlets, stored::Stored};
use crate::model::{Digest, Exit, Report};

/// Runs the command: exits as `verify` would with the merged report.
pub(super) fn merge(edge: &Edge, options: &MergeOptions) -> Result<Exit, Failure> {
    let mut shares: Vec<(Report, Digest)> = Vec::with_capacity(options.files.len());
    for file in &options.files {
        let stored = Stored::read(file)?;
        let digest = stored.digest();
        shares.push((stored.report, digest));
    }
    let report = Report::merged(&shares, edge::tool()).map_err(|error| Failure { exit: error.exit(), cause: Some(error.into()) })?;
    Outlets::open(edge, &options.output)?.deliver(&report, &report.to_json(), None, options.output.quiet)
}
