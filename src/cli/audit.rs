//! `gonogo audit`.

use anyhow::anyhow;

use super::{Failure, arguments::AuditOptions, edge::Edge};
use crate::model::Exit;

pub(super) fn audit(_: &Edge, _: &AuditOptions) -> Result<Exit, Failure> {
    Err(Failure::usage(anyhow!("not yet")))
}
