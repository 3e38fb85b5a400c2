//! Runs a program and takes what it prints: by argv, without a shell, capped in time and size.
//!
//! What it prints may be secrets: nothing here shows it, errors only show a line of the standard error, with whatever
//! looks like a credential taken out.

use std::{path::Path, process::Stdio, sync::LazyLock, time::Instant};

use regex::{Captures, Regex};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, ChildStdin},
};

use crate::model::{CREDENTIAL, ProcessEnv, Size, excerpt, looks_secret, plain, regex};

/// What a program may print unless told otherwise.
pub const LARGEST: Size = Size(4 << 20);
/// What is kept of the standard error; the rest is read and forgotten.
const KEPT_OF_STDERR: usize = 16 << 10;

/// A program to run.
pub struct Command<'a> {
    /// The program and its arguments.
    pub argv: &'a [String],
    /// Its whole environment.
    pub env: &'a ProcessEnv,
    /// Where it runs; a relative program path starts here too.
    pub dir: &'a Path,
    /// When it is killed, with everything it started.
    pub deadline: Instant,
    /// What it may print.
    pub limit: Size,
    /// What it reads.
    pub stdin: &'a [u8],
}

/// A program that ended by itself.
pub struct Ended {
    /// Its exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// What it printed; may hold secrets.
    pub stdout: Vec<u8>,
    /// The first line of its standard error that says something, harmless to show; may be empty.
    pub complaint: String,
}

impl Ended {
    /// How it ended, with what it `said` of it.
    pub fn how(&self, said: &str) -> String {
        let how = self.code.map_or("was ended by a signal".to_owned(), |code| format!("ended with exit code {code}"));
        if said.is_empty() { how } else { format!("{how}: {said}") }
    }
}

/// Never what it printed.
impl std::fmt::Debug for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ended({:?}, {} bytes, {:?})", self.code, self.stdout.len(), self.complaint)
    }
}

/// Why there is nothing a program printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// No program of that name.
    #[error("`{0}` is not installed or not in PATH")]
    Missing(String),
    /// It cannot be started, and what the operating system says.
    #[error("`{0}` cannot be started: {1}")]
    Start(String, String),
    /// It was killed at the deadline, after so many seconds.
    #[error("`{0}` did not finish within {1} s and was ended")]
    TimedOut(String, u64),
    /// It was killed because it printed more than that.
    #[error("`{0}` printed more than {1} and was ended")]
    TooMuch(String, Size),
    /// It ended with an error: how, and what it said; its output is dropped.
    #[error("`{0}` {1}")]
    Failed(String, String),
}

impl Command<'_> {
    /// Runs it to its end, whatever its exit code.
    pub async fn run(self) -> Result<Ended, CommandError> {
        let program = self.argv.first().cloned().unwrap_or_default();
        let started = Instant::now();
        let mut child = self.spawn(&program)?;
        let group = Group(child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw));
        let (limit, time) = (self.limit, self.deadline.saturating_duration_since(started));
        let ended = tokio::time::timeout(time, async {
            let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
            let most = usize::try_from(limit.0).unwrap_or(usize::MAX);
            // Whoever prints too much waits for a reader: the others are not waited for then.
            let (_, stdout, stderr) = tokio::try_join!(feed(stdin, self.stdin), capped(stdout, most), first(stderr, KEPT_OF_STDERR))
                .map_err(|Overflow| CommandError::TooMuch(program.clone(), limit))?;
            let status = child.wait().await.map_err(|error| CommandError::Start(program.clone(), error.to_string()))?;
            Ok(Ended { code: status.code(), stdout, complaint: complaint(&stderr) })
        });
        let ended = ended.await.unwrap_or_else(|_| Err(CommandError::TimedOut(program.clone(), time.as_secs_f64().round() as u64)));
        drop(group);
        ended
    }

    /// Runs it and takes what it printed if it ended well.
    ///
    /// # Errors
    /// As [`run`](Self::run), and when its exit code is not 0.
    pub async fn output(self) -> Result<Vec<u8>, CommandError> {
        let program = self.argv.first().cloned().unwrap_or_default();
        let ended = self.run().await?;
        if ended.code == Some(0) { Ok(ended.stdout) } else { Err(CommandError::Failed(program, ended.how(&ended.complaint))) }
    }

    fn spawn(&self, program: &str) -> Result<Child, CommandError> {
        // A relative path would be looked up from the folder once more.
        let below = |dir: &Path| std::path::absolute(dir.join(program)).unwrap_or_else(|_| dir.join(program));
        let path = if program.contains('/') { below(self.dir) } else { program.into() };
        tokio::process::Command::new(path)
            .args(self.argv.iter().skip(1))
            .env_clear()
            .envs(self.env.iter())
            .current_dir(self.dir)
            .stdin(if self.stdin.is_empty() { Stdio::null() } else { Stdio::piped() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => CommandError::Missing(program.to_owned()),
                _ => CommandError::Start(program.to_owned(), error.to_string()),
            })
    }
}

/// Whether a process with this number runs on this machine.
pub fn is_running(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    // One that we may not signal is there.
    pid.is_some_and(|pid| rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

/// Ends everything a program started when it is dropped, also because the check that waits for it was.
struct Group(Option<rustix::process::Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // Nobody is left when it ended by itself: that is no error.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

struct Overflow;

async fn feed(stdin: Option<ChildStdin>, bytes: &[u8]) -> Result<(), Overflow> {
    if let Some(mut stdin) = stdin {
        // A program that reads no further says why itself.
        let _ = stdin.write_all(bytes).await;
    }
    Ok(())
}

/// Everything, if it is no more than `most`.
async fn capped(from: Option<impl AsyncRead + Unpin>, most: usize) -> Result<Vec<u8>, Overflow> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        let _ = from.take((most as u64).saturating_add(1)).read_to_end(&mut bytes).await;
    }
    if bytes.len() <= most { Ok(bytes) } else { Err(Overflow) }
}

/// The first `kept` bytes; the rest is read so that the program does not wait.
async fn first(from: Option<impl AsyncRead + Unpin>, kept: usize) -> Result<Vec<u8>, Overflow> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    let Some(mut from) = from else { return Ok(bytes) };
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let room = kept.saturating_sub(bytes.len()).min(read);
        bytes.extend_from_slice(&buffer[..room]);
    }
    Ok(bytes)
}

/// The first line that says something; a shell's `set -x` echo is none, and a log line (klog's, of kubectl) only if there
/// is no other.
fn complaint(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('+'));
    let line = lines().find(|line| !LOG.is_match(line)).or_else(|| lines().next()).unwrap_or_default();
    excerpt(&without_long_words(&without_credentials(&plain(line))), 240)
}

/// A program and its arguments as people read them: no value of `--token=…`, after `--token` or in `Authorization: …`, and
/// in quotes whatever could be mistaken for several arguments, or for none.
pub fn shown(argv: &[String]) -> String {
    let flag = |arg: &String| arg.starts_with('-') && !arg.contains('=') && looks_secret(arg.trim_start_matches('-'));
    let after_flag = std::iter::once(false).chain(argv.iter().map(flag));
    let args = argv.iter().zip(after_flag).map(|(arg, hidden)| match arg.split_once(": ") {
        _ if hidden => "***".to_owned(),
        Some((header, _)) if looks_secret(header) => quoted(&format!("{header}: ***")),
        _ => quoted(&without_credentials(arg)),
    });
    args.collect::<Vec<_>>().join(" ")
}

fn quoted(arg: &str) -> String {
    let apart = arg.is_empty() || arg.contains([' ', '"', '\'', '\\']) || plain(arg) != arg || arg.contains(['\n', '\t']);
    if apart { format!("{arg:?}") } else { arg.to_owned() }
}

/// `text` without its credentials: the value after a name that looks secret, and the password of a URL.
pub fn without_credentials(text: &str) -> String {
    let named = NAMED.replace_all(text, |found: &Captures<'_>| {
        if looks_secret(&found["name"]) { format!("{}{}***", &found["name"], &found["is"]) } else { found[0].to_owned() }
    });
    CREDENTIAL.replace_all(&named, "${before}***@").into_owned()
}

/// `text` without words that are long and mixed, as tokens are; paths stay.
fn without_long_words(text: &str) -> String {
    let masked = LONG.replace_all(text, |found: &Captures<'_>| {
        let word = &found[0];
        let mixed = word.bytes().any(|b| b.is_ascii_digit()) && word.bytes().any(|b| b.is_ascii_alphabetic());
        if mixed && !word.starts_with('/') { "***".to_owned() } else { word.to_owned() }
    });
    masked.into_owned()
}

static LOG: LazyLock<Regex> = LazyLock::new(|| regex(r"^[IWEF][0-9]{4} [0-9]{2}:"));
static NAMED: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"(?P<name>[A-Za-z][A-Za-z0-9_.-]*)(?P<is>["']?\s*[=:]\s*["']?)(?P<value>[^\s"']+)"#));
static LONG: LazyLock<Regex> = LazyLock::new(|| regex(r"[A-Za-z0-9_+/=-]{20,}"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_word_by_word_without_its_credentials() {
        let said = |argv: &[&str]| shown(&argv.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>());
        assert_eq!(said(&["kubectl", "get", "secret", "--token", "hunter2", "-o", "json"]), "kubectl get secret --token *** -o json");
        assert_eq!(
            said(&["curl", "-H", "Authorization: Bearer hunter2", "--password=hunter2"]),
            "curl -H \"Authorization: ***\" --password=***"
        );
        assert_eq!(said(&["ssh", "backup@db", "cat x y", "", "a\nb"]), r#"ssh backup@db "cat x y" "" "a\nb""#);
        assert_ne!(said(&["tar", "a b"]), said(&["tar", "a", "b"]));
    }

    #[test]
    fn a_complaint_names_no_credential() {
        for (stderr, said) in [
            ("\n  Error from server (NotFound): secrets \"api\" not found\n", "Error from server (NotFound): secrets \"api\" not found"),
            ("+ export DB_PASSWORD=hunter2\nno such file: /etc/app/very/long/path1", "no such file: /etc/app/very/long/path1"),
            ("E1120 14:01:16.0 memcache.go:265] x\nThe connection was refused\n", "The connection was refused"),
            ("password: hunter2 refused", "password: *** refused"),
            (r#"{"db_password": "hunter2", "user": "app"}"#, r#"{"db_password": "***", "user": "app"}"#),
            ("bad token eyJhbGciOiJIUzI1NiJ9xyz0", "bad token ***"),
            ("dial postgres://app:hunter2@db/x", "dial postgres://app:***@db/x"),
            ("\x1b[31mred", "\\u{1b}[31mred"),
            ("", ""),
        ] {
            assert_eq!(complaint(stderr.as_bytes()), said);
        }
    }
}
