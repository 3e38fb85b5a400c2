//! Signing a bundle.

use std::path::Path;

use anyhow::anyhow;

use crate::{
    cli::{Failure, arguments::SignOptions, edge::Edge},
    model::Exit,
};

pub(super) async fn sign(_: &Edge, _: &SignOptions, _: &Path) -> Result<Exit, Failure> {
    Err(Failure::usage(anyhow!("not yet")))
}
