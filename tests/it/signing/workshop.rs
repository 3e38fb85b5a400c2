//! A folder with keys, `ssh-keygen` beside it, and an agent of its own.

use std::{
    fs,
    io::Write as _,
    os::unix::{fs::PermissionsExt as _, net::UnixStream},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use gonogo::{
    ledger::{
        pae,
        signing::{KeyError, KeyPlace, Signing, sign},
    },
    model::ProcessEnv,
};
use zeroize::Zeroizing;

use super::PAYLOAD;
use crate::gonogo::clock;

const MISSING: &str = "no OpenSSH: `apt-get install openssh-client`";
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

pub(super) struct Workshop(tempfile::TempDir);

/// An agent that ends with the test.
pub(super) struct RunningAgent {
    child: Child,
    pub(super) socket: PathBuf,
}

impl Drop for RunningAgent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Workshop {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub(super) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let file = self.file(name);
        fs::write(&file, bytes).expect("written");
        file
    }

    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).expect(name)
    }

    pub(super) fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path()).env_clear().envs(clock()).env("PATH", PATH).env("TZ", "UTC").env("HOME", self.path());
        command
    }

    /// Runs it whatever comes of it; what it reads is `stdin`.
    pub(super) fn run(&self, program: &str, arguments: &[&str], stdin: &[u8]) -> Output {
        let mut command = self.program(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect(MISSING);
        // A program that ends without reading is no failure here.
        let _ = child.stdin.take().expect("a pipe").write_all(stdin);
        child.wait_with_output().expect("an end")
    }

    pub(super) fn keygen(&self, arguments: &[&str]) -> Output {
        self.run("ssh-keygen", arguments, b"")
    }

    /// Makes a key; `kind` may have bits behind a dash.
    pub(super) fn key(&self, name: &str, kind: &str, passphrase: &str) -> PathBuf {
        let (kind, bits) = kind.split_once('-').unwrap_or((kind, ""));
        let mut arguments = vec!["-q", "-t", kind, "-N", passphrase, "-C", "a comment", "-f", name];
        if !bits.is_empty() {
            arguments.extend(["-b", bits]);
        }
        let output = self.keygen(&arguments);
        assert!(output.status.success(), "{kind} {bits}: {}", String::from_utf8_lossy(&output.stderr));
        self.file(name)
    }

    /// `type base64` of a key made here.
    pub(super) fn public(&self, name: &str) -> String {
        let line = self.read(&format!("{name}.pub"));
        line.splitn(3, ' ').take(2).collect::<Vec<_>>().join(" ")
    }

    /// What `ssh-keygen -Y sign` makes of the statement.
    pub(super) fn ssh_signs(&self, name: &str, namespace: &str, message: &[u8]) -> String {
        let output = self.run("ssh-keygen", &["-q", "-Y", "sign", "-n", namespace, "-f", name], message);
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    /// Whether `ssh-keygen -Y verify` says that `principal` signed the statement.
    pub(super) fn ssh_confirms(&self, allowed: &str, principal: &str, signature: &str, more: &[&str]) -> bool {
        self.write("allowed_signers", allowed);
        self.write("statement.sig", signature);
        let mut arguments = vec!["-Y", "verify", "-f", "allowed_signers", "-I", principal, "-n", "gonogo", "-s", "statement.sig"];
        arguments.extend_from_slice(more);
        self.run("ssh-keygen", &arguments, &pae(PAYLOAD)).status.success()
    }

    /// Signs the statement in this process; `passphrases` are entered one after the other.
    pub(super) async fn signs(&self, place: &KeyPlace, passphrases: &[&str]) -> Result<String, KeyError> {
        let ask = |_: &Path, attempt: u32| passphrases.get(attempt as usize - 1).map(|text| Zeroizing::new((*text).to_owned()));
        sign(PAYLOAD, place, Signing { certificate: None, ask: &ask, env: &self.env() }).await
    }

    pub(super) fn env(&self) -> ProcessEnv {
        self.env_with_path(PATH)
    }

    pub(super) fn env_with_path(&self, path: &str) -> ProcessEnv {
        [("PATH".to_owned(), path.to_owned()), ("HOME".to_owned(), self.path().display().to_string())].into_iter().collect()
    }

    /// An agent with these keys.
    pub(super) fn agent(&self, keys: &[&str]) -> RunningAgent {
        let socket = self.file("agent.sock");
        let mut command = self.program("ssh-agent");
        command.arg("-D").arg("-a").arg(&socket).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let agent = RunningAgent { child: command.spawn().expect(MISSING), socket };
        let end = Instant::now() + Duration::from_secs(10);
        // Its file is there before it listens.
        while UnixStream::connect(&agent.socket).is_err() {
            assert!(Instant::now() < end, "ssh-agent does not start");
            std::thread::sleep(Duration::from_millis(10));
        }
        for key in keys {
            let added = self.program("ssh-add").env("SSH_AUTH_SOCK", &agent.socket).args(["-q", key]).output().expect(MISSING);
            assert!(added.status.success(), "{key}: {}", String::from_utf8_lossy(&added.stderr));
        }
        agent
    }

    pub(super) fn permit(&self, name: &str, mode: u32) {
        fs::set_permissions(self.file(name), fs::Permissions::from_mode(mode)).expect("permissions set");
    }
}
