//! The command line: the only floor that prints, and that reads clock, environment and arguments.

mod answer;
mod arguments;
mod audit;
mod complete;
mod decide;
mod demo;
mod deploy;
mod descriptors;
mod desk;
mod diff;
mod edge;
mod explain;
mod gate;
mod import;
mod init;
mod laid_out;
mod lint;
mod log;
mod manual;
mod merge;
mod outlet;
mod pack;
mod passkey;
mod plan;
mod plan_path;
mod progress;
mod report;
mod rollout;
mod runtime;
mod schema;
mod sign;
mod signals;
mod stored;
mod verify;
mod waive;
mod watch;

use std::process::ExitCode;

use clap::FromArgMatches as _;

use crate::{
    acts::ActError,
    ledger::{LedgerError, signing::KeyError},
    model::Exit,
    plan::Problem,
};
use arguments::{Arguments, Command};
use desk::Serve;
use edge::Edge;

/// Runs the program and says how it went. `serve` is what `desk` opens.
pub(crate) fn main(serve: Serve) -> ExitCode {
    edge::silence_panics();
    let edge = Edge::snapshot();
    if complete::answered(&edge) {
        return ExitCode::SUCCESS;
    }
    let said = arguments::command().try_get_matches_from(&edge.arguments);
    let arguments = match said.and_then(|said| Arguments::from_arg_matches(&said)) {
        Ok(arguments) => arguments,
        Err(error) => return usage(error, &edge),
    };
    edge.set_colour(arguments.colour);
    let exit = match &arguments.command {
        Command::Demo(options) => demo::demo(&edge, options),
        Command::Init(options) => init::init(options),
        Command::Import(options) => import::import(options),
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
        Command::Rollout(command) => rollout::rollout(&edge, command),
        Command::Watch(options) => watch::watch(&edge, options),
        Command::Decide(options) => decide::decide(&edge, options),
        Command::Log(options) => log::log(&edge, options),
        Command::Deploy(options) => deploy::deploy(&edge, options),
        Command::Audit(options) => audit::audit(&edge, options),
        Command::Desk(options) => desk::desk(&edge, options, serve),
        Command::Pack(options) => pack::pack(&edge, options),
        Command::Explain(options) => explain::explain(options),
        Command::Schema(options) => schema::schema(options),
        Command::Completions(options) => complete::script(options.shell),
        Command::Man => manual::man(&edge),
    };
    let exit = exit.unwrap_or_else(Failure::told);
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

    fn output(cause: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::Output, cause: Some(cause.into()) }
    }

    /// Tells why, where the command goes on; what to exit with because of it.
    fn told(self) -> Exit {
        if let Some(cause) = &self.cause {
            edge::complain(&format!("{cause:#}"));
        }
        self.exit
    }
}

/// Says every problem of a plan that cannot be run.
impl From<Vec<Problem>> for Failure {
    fn from(problems: Vec<Problem>) -> Self {
        Self { exit: lint::refuse(&problems), cause: None }
    }
}

impl From<ActError> for Failure {
    fn from(error: ActError) -> Self {
        match error {
            ActError::Plan(problems) => problems.into(),
            error => Self { exit: exit_of(&error), cause: Some(error.into()) },
        }
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        Self { exit: error.exit(), cause: Some(error.into()) }
    }
}

/// What to exit with because an act was not done.
fn exit_of(error: &ActError) -> Exit {
    match error {
        ActError::Usage(_) | ActError::Plan(_) | ActError::Declined | ActError::ToSign => Exit::Usage,
        ActError::Contradiction(_) => Exit::Red,
        ActError::Closed { exit, .. } => *exit,
        ActError::Untrusted(_) | ActError::Bundle(..) => Exit::Untrusted,
        ActError::Ledger(error) => error.exit(),
        // Nothing was added to the ledger, whatever could not be read for it.
        ActError::NotRecorded(error) if error.exit() == Exit::Unchecked => Exit::Output,
        ActError::NotRecorded(error) => error.exit(),
        // With a key that does not count it is a matter of trust, else of how it was asked.
        ActError::Key(KeyError::NotAllowed(_)) => Exit::Untrusted,
        ActError::Key(_) => Exit::Usage,
        ActError::Output(_) => Exit::Output,
    }
}

fn usage(mut error: clap::Error, edge: &Edge) -> ExitCode {
    plan_path::lead(&mut error, &edge.arguments);
    // A closed pipe is no error; the code is what matters.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { Exit::Usage } else { Exit::Go }.code())
}
