//! The program: hands the process's edges to [`gonogo::main`] and exits with the code it says.

use std::process::ExitCode;

/// Many small pieces live shortly here, on two threads: a run of a thousand checks takes less CPU than with the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    gonogo::main()
}
