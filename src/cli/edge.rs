//! The process's edges, read once: clock, environment, arguments, terminal.

use std::{
    ffi::OsString,
    io::{IsTerminal as _, Write as _},
    path::PathBuf,
};

use anyhow::Context as _;
use jiff::Timestamp;

use super::{Failure, arguments::Colour};
use crate::model::{ProcessEnv, Tool, plain};

/// What the process was given.
pub(super) struct Edge {
    arguments: Vec<OsString>,
    /// The process environment; variables that are not UTF-8 are left out.
    pub(super) env: ProcessEnv,
    /// When the program started.
    pub(super) now: Timestamp,
    /// The folder the program was started in, where it can be told.
    pub(super) folder: Option<PathBuf>,
    /// Somebody watches standard error.
    pub(super) watched: bool,
    /// Columns of the terminal standard output goes to.
    pub(super) width: usize,
}

impl Edge {
    /// Reads the edges.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads clock, environment and arguments")]
    pub(super) fn snapshot() -> Self {
        // What a check trusts must not change unseen: these are read by the TLS libraries too, whatever their bytes.
        let trusted = |name: &str| matches!(name, "SSL_CERT_FILE" | "SSL_CERT_DIR");
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            let value =
                value.into_string().or_else(|value| if trusted(&name) { Ok(value.to_string_lossy().into_owned()) } else { Err(value) });
            Some((name, value.ok()?))
        });
        Self {
            arguments: std::env::args_os().collect(),
            env: variables.collect(),
            now: Timestamp::now(),
            folder: std::env::current_dir().ok(),
            watched: std::io::stderr().is_terminal(),
            width: terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0)).clamp(40, 120),
        }
    }

    pub(super) fn arguments(&self) -> &[OsString] {
        &self.arguments
    }

    /// Settles colour for everything printed: the flag, then NO_COLOR, then FORCE_COLOR, then what the stream is.
    pub(super) fn set_colour(&self, asked: Colour) {
        let choice = match asked {
            Colour::Always => anstream::ColorChoice::AlwaysAnsi,
            Colour::Never => anstream::ColorChoice::Never,
            Colour::Auto if self.env.get("NO_COLOR").is_some() => anstream::ColorChoice::Never,
            Colour::Auto if self.env.get("FORCE_COLOR").is_some_and(|force| force != "0") => anstream::ColorChoice::AlwaysAnsi,
            Colour::Auto => anstream::ColorChoice::Auto,
        };
        choice.write_global();
    }

    /// Whether standard output takes colour.
    pub(super) fn coloured(&self) -> bool {
        anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
    }
}

/// The clock, for `started` and `finished`.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub(super) fn clock() -> Timestamp {
    Timestamp::now()
}

/// This program.
pub(super) fn tool() -> Tool {
    Tool { name: env!("CARGO_PKG_NAME").into(), version: env!("CARGO_PKG_VERSION").into() }
}

/// A panic's message may quote anything, so only its place is said.
pub(super) fn silence_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        complain(&format!("gonogo has a bug at {place}; please report it"));
    }));
}

/// Prints to standard output; a closed pipe is no error.
pub(super) fn print(text: &str) -> std::io::Result<()> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Prints a line to standard error.
pub(super) fn say(line: &str) {
    // Where standard error is gone, nobody is left to tell.
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}

/// Asks on standard error, where a person sits; the answer comes on the same line.
pub(super) fn ask(question: &str) {
    let mut err = anstream::stderr().lock();
    let _ = write!(err, "{question}").and_then(|()| err.flush());
}

/// Carries out what waits for others: files, databases, agents.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.context("the command could not be started").map_err(Failure::output)?;
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    done
}

/// Prints what went wrong to standard error.
pub(super) fn complain(message: &str) {
    say(&format!("gonogo: {}", plain(message)));
}

/// Writes bytes to standard output as they are; a closed pipe is no error.
pub(super) fn print_raw(bytes: &[u8]) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
