//! Bundles: a run with everything around it, in one file.

use std::path::Path;

use anyhow::anyhow;

use super::{Failure, arguments::RecordOptions, case::Case, edge::Edge};
use crate::{
    ledger::Proven,
    model::{Record, Run},
};

pub(super) async fn write(_: &Case, _: &Proven, _: &Run, _: Option<&Record>, _: &Path) -> Result<(), Failure> {
    Err(Failure::usage(anyhow!("not yet")))
}

pub(super) async fn taken_in(_: &Edge, _: &RecordOptions, _: &Path) -> Result<Case, Failure> {
    Err(Failure::usage(anyhow!("not yet")))
}
