//! The command line: the only floor that prints, and that reads clock, environment and arguments.

mod answer;
mod arguments;
mod audit;
mod bundled;
mod case;
mod ci;
mod deploy;
mod deployed;
mod diff;
mod edge;
mod evidence;
mod explain;
mod gate;
mod init;
mod kept_plan;
mod lint;
mod log;
mod merge;
mod on_record;
mod outlet;
mod plan;
mod policy;
mod progress;
mod recorder;
mod recording;
mod release;
mod report;
mod shell;
mod shown;
mod sign;
mod signals;
mod signer;
mod stored;
mod verify;
mod waive;

use std::process::ExitCode;

use clap::Parser as _;

use crate::{
    ledger::{LedgerError, signing::KeyError},
    model::Exit,
};
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
        Command::Answer(options) => answer::answer(&edge, options),
        Command::Waive(options) => waive::waive(&edge, options),
        Command::Sign(options) => sign::sign(&edge, options),
        Command::Gate(options) => gate::gate(&edge, options),
        Command::Log(options) => log::log(&edge, options),
        Command::Deploy(options) => deploy::deploy(&edge, options),
        Command::Audit(options) => audit::audit(&edge, options),
        Command::Explain(options) => explain::explain(options),
        Command::Schema => shell::schema(),
        Command::Completions(options) => shell::completions(options),
        Command::Man => shell::man(),
    };
    let exit = exit.unwrap_or_else(|error| {
        if let Some(cause) = &error.cause {
            edge::complain(&format!("{cause:#}"));
        }
        error.exit
    });
    ExitCode::from(exit.code())
}

/// A failure that ends a command, with the code it exits with.
struct Failure {
    exit: Exit,
    /// `None` where it was said already.
    cause: Option<anyhow::Error>,
}

impl Failure {
    fn usage(cause: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::Usage, cause: Some(cause.into()) }
    }

    /// It was told why already.
    fn said(exit: Exit) -> Self {
        Self { exit, cause: None }
    }

    fn untrusted(cause: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::Untrusted, cause: Some(cause.into()) }
    }

    /// No signature could be made: with a key that does not count it is a matter of trust, else of how it was asked.
    fn unsigned(error: KeyError) -> Self {
        let exit = if matches!(error, KeyError::NotAllowed(_)) { Exit::Untrusted } else { Exit::Usage };
        Self { exit, cause: Some(error.into()) }
    }

    /// Nothing was added to the ledger.
    fn unrecorded(error: LedgerError) -> Self {
        let exit = if error.exit() == Exit::Unchecked { Exit::Output } else { error.exit() };
        Self { exit, cause: Some(error.into()) }
    }

    fn output(cause: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::Output, cause: Some(cause.into()) }
    }
}

fn usage(error: &clap::Error) -> ExitCode {
    // A closed pipe is no error; the code is what matters.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { Exit::Usage } else { Exit::Go }.code())
}
