//! Runs the real program in a folder of its own, with an environment that holds only what the test gives it.

use std::{
    ffi::OsString,
    fs,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use gonogo::model::Report;
use jiff::Timestamp;
use tempfile::TempDir;

/// The program about to be run.
pub(crate) struct Gonogo {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

/// What it did.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Gonogo {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().expect("a folder"), variables: Vec::new() }
    }

    /// With this `gonogo.yaml`.
    pub(crate) fn plan(self, yaml: &str) -> Self {
        self.file("gonogo.yaml", yaml)
    }

    /// With this file beside it.
    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a written file");
        self
    }

    /// With this variable in its environment.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The command, for tests that drive the process themselves.
    pub(crate) fn command<S: AsRef<std::ffi::OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gonogo"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(clock())
            .envs(self.variables.iter().map(|(n, v)| (n, v)))
            .stdin(Stdio::null());
        if !self.variables.iter().any(|(name, _)| name == "PATH") {
            command.env("PATH", search_path());
        }
        command
    }

    /// Runs it to its end.
    pub(crate) fn run<S: AsRef<std::ffi::OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Ran {
        Ran::of(&mut self.command(arguments))
    }

    /// The same with these variables too.
    pub(crate) fn run_with<S: AsRef<std::ffi::OsStr>>(&self, variables: &[(&str, &str)], arguments: impl IntoIterator<Item = S>) -> Ran {
        Ran::of(self.command(arguments).envs(variables.iter().copied()))
    }

    /// Runs `verify` with a JSON report beside the given arguments, and reads the report.
    pub(crate) fn verify(&self, arguments: &[&str]) -> (Ran, Report) {
        let ran = self.run(["verify", "--format", "json=report.json"].iter().chain(arguments));
        let json = fs::read(self.path("report.json")).unwrap_or_else(|error| panic!("no report ({error}):\n{}{}", ran.stdout, ran.stderr));
        let report = Report::from_json(&json).unwrap_or_else(|error| panic!("{error}:\n{}{}", ran.stdout, ran.stderr));
        (ran, report)
    }
}

impl Ran {
    /// Runs a command to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        let Output { status, stdout, stderr } = command.output().expect("the program runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
        Self { code: status.code().expect("an exit code"), stdout: text(stdout), stderr: text(stderr) }
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(
            self.stdout.contains(text) || self.stderr.contains(text),
            "`{text}` is not in\nstdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }
}

/// Where programs are found, as this process was told.
#[expect(clippy::disallowed_methods, reason = "the tests find servers and git where the shell does")]
pub(crate) fn search_path() -> OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

/// What moves the clock of a program that this process starts, as `faketime` has moved ours; nothing where it has not.
pub(crate) fn clock() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os().filter(|(name, _)| name == "LD_PRELOAD" || name.to_string_lossy().contains("FAKE"))
}

/// The clock of this process, which is the program's as well.
#[expect(
    clippy::disallowed_methods,
    reason = "what a test makes for the program to judge by its own clock is as old as the test says on any day"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::try_from(std::time::SystemTime::now()).expect("now")
}
