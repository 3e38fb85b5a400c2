//! What editors are given: the JSON Schemas.

use super::{Failure, arguments::SchemaOptions, edge};
use crate::{model::Exit, plan};

/// `gonogo schema`.
pub(super) fn schema(options: &SchemaOptions) -> Result<Exit, Failure> {
    edge::print_raw(format!("{:#}\n", plan::File::from(options.of).schema()).as_bytes()).map_err(Failure::output).map(|()| Exit::Go)
}
