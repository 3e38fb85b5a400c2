//! The process's edges, read once: clock, environment, arguments, terminal.

use std::{
    ffi::OsString,
    io::{BufRead as _, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

use anyhow::anyhow;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{
    Failure,
    arguments::{Colour, KeyOptions, PlanOptions, RecordOptions, RecordingOptions},
    laid_out::laid_out,
    plan_path::plan_path,
    runtime,
};
use crate::{
    acts::{Caller, Dialogue, RecordRequest, RecordingRequest, policy_named},
    ledger::Entry,
    model::{Digest, Exit, Masker, ProcessEnv, Tool, plain},
    plan::Request,
};

/// The token by which a deployment's own children are known.
const BEGUN: &str = "GONOGO_BEGUN";

/// What the process was given.
pub(super) struct Edge {
    pub(super) arguments: Vec<OsString>,
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

    /// These values, for an act; the moment is now.
    pub(super) fn caller(&self) -> Caller {
        let state = self.env.get("XDG_STATE_HOME").map(PathBuf::from);
        let state = state.or_else(|| self.env.get("HOME").map(|home| Path::new(home).join(".local/state")));
        Caller {
            env: self.env.clone(),
            now: self.now.max(clock()),
            clock,
            tool: tool(),
            host: host(),
            pid: std::process::id(),
            heads: state.map(|state| state.join("gonogo/heads")),
        }
    }

    /// What to read the plan with. A path within the current folder is named from there, as CI looks for its places.
    pub(super) fn plan(&self, options: &PlanOptions) -> Request {
        let config = plan_path(self.folder.as_deref(), &options.config);
        Request { config, environment: options.env.clone(), env: self.env.clone(), ..Request::default() }
    }

    /// The record that is meant.
    pub(super) fn of(&self, options: &RecordOptions) -> Result<RecordRequest, Failure> {
        let RecordOptions { plan, ledger, policy_from, accept_head } = options;
        self.record(plan, ledger, policy_from, accept_head)
    }

    /// The record that a run goes on.
    pub(super) fn of_run(&self, plan: &PlanOptions, options: &RecordingOptions) -> Result<RecordRequest, Failure> {
        self.record(plan, &options.ledger, &options.policy_from, &options.accept_head)
    }

    fn record(
        &self,
        plan: &PlanOptions,
        ledger: &Option<String>,
        policy_from: &Option<String>,
        accept_head: &Option<String>,
    ) -> Result<RecordRequest, Failure> {
        let accept_head = accept_head.as_deref().map(|said| head("--accept-head", said)).transpose()?;
        // An empty one is not an unset one: it is a mistake of the CI's, and told.
        let variable = self.env.iter().find_map(|(name, value)| (name == "GONOGO_POLICY_FROM").then_some(value));
        let policy_from = policy_named(policy_from.as_deref(), variable)?;
        let Request { config, environment, .. } = self.plan(plan);
        Ok(RecordRequest { config, environment, ledger: ledger.clone(), policy_from, accept_head })
    }

    /// How the run goes on record.
    pub(super) fn recording(&self, options: &RecordingOptions) -> RecordingRequest {
        RecordingRequest {
            record: options.record,
            no_record: options.no_record,
            recorder_key: options.recorder_key.clone(),
            bundle: options.bundle.clone(),
            child_of: self.child_of(),
        }
    }

    /// The SHA-256 of the token of the deployment that this process is a child of.
    pub(super) fn child_of(&self) -> Option<Digest> {
        self.env.get(BEGUN).filter(|token| !token.is_empty()).map(digest_of_token)
    }

    /// Whoever sits at this terminal, asked unless that was waived.
    pub(super) fn with(&self, key: &KeyOptions) -> Terminal {
        Terminal { asks: !key.yes && std::io::stdin().is_terminal() }
    }

    /// Puts something on record and says where it stands.
    pub(super) fn on_record(&self, act: impl Future<Output = Result<(Entry, Digest), Failure>>) -> Result<Exit, Failure> {
        let (entry, head) = runtime::block_on(act)?;
        print_lines(&[format!("on record: entry {}, ledger head {head}", entry.seq)]).map(|()| Exit::Go)
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

/// Whoever sits at the terminal.
pub(super) struct Terminal {
    asks: bool,
}

/// Somebody who is told and not asked.
pub(super) const TOLD: Terminal = Terminal { asks: false };

impl Dialogue for Terminal {
    fn tell(&self, line: &str) {
        tell(line);
    }

    fn agrees(&self, question: &str) -> bool {
        if !self.asks {
            return true;
        }
        ask(&format!("{question} [y/N] "));
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer);
        read.is_ok() && ["y", "yes"].contains(&answer.trim().to_lowercase().as_str())
    }

    fn passphrase(&self, file: &Path, attempt: u32) -> Option<Zeroizing<String>> {
        let again = if attempt > 1 { "That was not it. " } else { "" };
        let question = format!("{again}Passphrase of {}: ", plain(&file.display().to_string()));
        rpassword::prompt_password(question).ok().map(Zeroizing::new)
    }
}

/// What somebody at the terminal answers, in one line; nothing where nobody is there, or the line is empty.
pub(super) fn asked(question: &str) -> Option<String> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return None;
    }
    ask(question);
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).ok()?;
    Some(answer.trim().to_owned()).filter(|answer| !answer.is_empty())
}

/// Ledger heads as they were kept.
pub(super) fn heads(said: &[String]) -> Result<Vec<Digest>, Failure> {
    said.iter().map(|said| head("--head", said)).collect()
}

/// One of them.
fn head(flag: &str, said: &str) -> Result<Digest, Failure> {
    Digest::parse(said).ok_or_else(|| Failure::usage(anyhow!("{flag} {said}: a ledger head has 64 hexadecimal digits")))
}

/// The fingerprint by which the record knows a token.
pub(super) fn digest_of_token(token: &str) -> Digest {
    Digest::of(token.as_bytes())
}

/// The host's name, as the kernel says it.
fn host() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").or_else(|_| std::fs::read_to_string("/etc/hostname"));
    name.ok().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
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
    print_to(anstream::stdout().lock(), text.as_bytes())
}

/// Writes bytes to standard output as they are; a closed pipe is no error.
pub(super) fn print_raw(bytes: &[u8]) -> std::io::Result<()> {
    print_to(std::io::stdout().lock(), bytes)
}

fn print_to(mut out: impl std::io::Write, bytes: &[u8]) -> std::io::Result<()> {
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Prints what a command came to, which is all that it does.
pub(super) fn printed(text: &str) -> Result<Exit, Failure> {
    print(text).map_err(Failure::output).map(|()| Exit::Go)
}

/// Prints lines to standard output, each made harmless, and each one line whatever people wrote within it.
pub(super) fn print_lines(lines: &[String]) -> Result<(), Failure> {
    let line = |line: &String| laid_out(&plain(&line.replace('\n', "\\n")), std::io::stdout()) + "\n";
    let text: String = lines.iter().map(line).collect();
    print(&text).map_err(Failure::output)
}

/// Tells somebody a line on standard error that people's words may stand in.
pub(super) fn tell(line: &str) {
    say(&laid_out(&plain(&line.replace('\n', "\\n")), std::io::stderr()));
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

/// Prints what went wrong to standard error, without what the environment holds of secrets.
pub(super) fn complain(message: &str) {
    let masker = Masker::default();
    masker
        .learn(&[], &std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect());
    say(&laid_out(&format!("gonogo: {}", plain(&masker.mask(message))), std::io::stderr()));
}
