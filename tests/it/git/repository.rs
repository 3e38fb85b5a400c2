//! A repository in a folder of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use gonogo::model::ProcessEnv;

/// A repository on the branch `main`, which goes away with it.
pub(super) struct Repository {
    folder: tempfile::TempDir,
}

const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The environment git is asked with.
pub(super) fn env() -> ProcessEnv {
    [("PATH", PATH.into()), ("HOME", "/nonexistent".into())].map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}

pub(super) fn soon() -> Instant {
    Instant::now() + Duration::from_secs(30)
}

impl Repository {
    pub(super) fn new() -> Self {
        let repository = Self { folder: tempfile::tempdir().expect("a folder") };
        repository.git(&["init", "-q", "-b", "main"]);
        repository
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What git prints.
    #[track_caller]
    pub(super) fn git(&self, arguments: &[&str]) -> String {
        self.git_with(arguments, b"")
    }

    #[track_caller]
    pub(super) fn git_with(&self, arguments: &[&str], stdin: &[u8]) -> String {
        use std::io::Write as _;
        let mut command = Command::new("git");
        command.args(["-c", "user.name=Ann", "-c", "user.email=ann@x", "-c", "protocol.file.allow=always"]).args(arguments);
        command.current_dir(self.path()).env_clear().envs(env().iter()).env("GIT_CONFIG_NOSYSTEM", "1");
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("git: apt-get install git");
        child.stdin.take().expect("a standard input").write_all(stdin).expect("fed");
        let output = child.wait_with_output().expect("it runs");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    pub(super) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(&path, text).expect("written");
        path
    }

    /// An empty commit with this message by this author; its id.
    #[track_caller]
    pub(super) fn commit(&self, message: &str, author: &str) -> String {
        self.git(&["commit", "-q", "--allow-empty", "-m", message, "--author", author]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// A commit made by hand, in which anything can stand; its id.
    #[track_caller]
    pub(super) fn commit_raw(&self, parent: Option<&str>, author: &[u8], committer: &[u8], message: &[u8]) -> String {
        let tree = self.git(&["mktree"]);
        let parent = parent.map(|parent| format!("parent {parent}\n")).unwrap_or_default();
        let text =
            [format!("tree {tree}\n{parent}author ").as_bytes(), author, b" 1 +0000\ncommitter ", committer, b" 1 +0000\n\n", message]
                .concat();
        self.git_with(&["hash-object", "--literally", "-t", "commit", "-w", "--stdin"], &text)
    }
}
