//! `gonogo pack fetch`: the packs that a plan pins, put beside it.

use super::{
    Failure,
    arguments::{PackCommand, PackOptions},
    edge::{self, Edge},
    runtime,
};
use crate::{acts::pack_fetch, model::Exit};

/// Runs the command.
pub(super) fn pack(edge: &Edge, options: &PackOptions) -> Result<Exit, Failure> {
    let PackCommand::Fetch { config } = &options.command;
    let caller = edge.caller();
    let fetched = runtime::block_on(async { Ok(pack_fetch::fetch(&caller, config).await?) })?;
    if fetched.is_empty() {
        edge::say("the plan pins no pack: there is nothing to fetch");
    }
    for pack in fetched {
        let done = if pack.was_there { "is there" } else { "fetched" };
        edge::say(&format!("{} {done}: {}", pack.pin.path, pack.pin.fetched().display()));
    }
    Ok(Exit::Go)
}
