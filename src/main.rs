//! The program: hands the process's edges to [`gonogo::cli`] and exits with the code it says.

use std::process::ExitCode;

fn main() -> ExitCode {
    gonogo::cli::main()
}
