//! The command line: the only floor that prints, and that reads clock, environment and arguments.

mod arguments;
mod ci;
mod diff;
mod edge;
mod explain;
mod init;
mod ledger;
mod lint;
mod log;
mod merge;
mod outlet;
mod plan;
mod progress;
mod release;
mod report;
mod shell;
mod signals;
mod stored;
mod verify;

use std::process::ExitCode;

use clap::Parser as _;

use crate::{ledger::LedgerError, model::Exit};
use arguments::{Arguments, Command};
use edge::Edge;

/// Runs the program and says how it went.
pub fn main() -> ExitCode {
    edge::silence_panics();
    let edge = Edge::snapshot();
    let arguments = match Arguments::try_parse_from(edge.arguments()) {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    edge.set_colour(arguments.colour);
    let exit = match &arguments.command {
        Command::Init(options) => init::init(options),
        Command::Lint(options) => lint::lint(&edge, options),
        Command::Plan(options) => plan::plan(&edge, options),
        Command::Verify(options) => verify::verify(&edge, options),
        Command::Report(options) => report::report(&edge, options),
        Command::Merge(options) => merge::merge(&edge, options),
        Command::Diff(options) => diff::diff(&edge, options),
        Command::Log(options) => log::log(&edge, &options.command),
        Command::Explain(options) => explain::explain(options),
        Command::Schema => shell::schema(),
        Command::Completions(options) => shell::completions(options),
        Command::Man => shell::man(),
    };
    let exit = exit.unwrap_or_else(|error| {
        edge::complain(&format!("{:#}", error.cause));
        error.exit
    });
    ExitCode::from(exit.code())
}

/// A failure that ends a command, with the code it exits with.
struct Failure {
    exit: Exit,
    cause: anyhow::Error,
}

impl Failure {
    fn usage(cause: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::Usage, cause: cause.into() }
    }

    fn ledger(error: LedgerError) -> Self {
        Self { exit: error.exit(), cause: error.into() }
    }

    fn output(cause: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::Output, cause: cause.into() }
    }
}

fn usage(error: &clap::Error) -> ExitCode {
    // A closed pipe is no error; the code is what matters.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { Exit::Usage } else { Exit::Go }.code())
}
