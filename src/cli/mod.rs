//! The command line: the only floor that prints, and that reads clock, environment and arguments.

use std::process::ExitCode;

/// Runs the program.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
