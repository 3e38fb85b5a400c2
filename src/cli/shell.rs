//! What shells, editors and manuals are given: completions, the JSON Schema, the manual page.

use clap::CommandFactory as _;

use super::{
    Failure,
    arguments::{Arguments, CompletionOptions},
    edge,
};
use crate::{model::Exit, plan};

/// `gonogo schema`.
pub(super) fn schema() -> Result<Exit, Failure> {
    edge::print_raw(format!("{:#}\n", plan::schema()).as_bytes()).map_err(Failure::output).map(|()| Exit::Go)
}

/// `gonogo completions`.
pub(super) fn completions(options: &CompletionOptions) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Arguments::command(), "gonogo", &mut script);
    edge::print_raw(&script).map_err(Failure::output).map(|()| Exit::Go)
}

/// `gonogo man`: every command on one page.
pub(super) fn man() -> Result<Exit, Failure> {
    let mut page = Vec::new();
    let command = Arguments::command();
    clap_mangen::Man::new(command.clone()).render(&mut page).map_err(Failure::output)?;
    for subcommand in command.get_subcommands() {
        let named = subcommand.clone().name(format!("gonogo-{}", subcommand.get_name()));
        clap_mangen::Man::new(named).render(&mut page).map_err(Failure::output)?;
    }
    edge::print_raw(&page).map_err(Failure::output).map(|()| Exit::Go)
}
