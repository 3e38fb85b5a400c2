//! OpenSSH's own programs, and others, with nothing of this process's environment.

use std::{
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::gonogo::{clock, search_path};

const MISSING: &str = "no OpenSSH: `apt-get install openssh-client`";

/// An agent that ends with the test.
pub(crate) struct Agent {
    child: Child,
    pub(crate) socket: PathBuf,
}

impl Agent {
    /// One with these keys of the folder.
    pub(crate) fn with(folder: &Path, keys: &[&str]) -> Self {
        let socket = folder.join("agent.sock");
        let mut command = Command::new("ssh-agent");
        command.args(["-D", "-a"]).arg(&socket).env_clear().envs(clock()).env("PATH", search_path()).stdin(Stdio::null());
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect(MISSING);
        let agent = Self { child, socket };
        let end = Instant::now() + Duration::from_secs(20);
        // Its file is there before it listens.
        while UnixStream::connect(&agent.socket).is_err() {
            assert!(Instant::now() < end, "ssh-agent does not start");
            std::thread::sleep(Duration::from_millis(10));
        }
        for key in keys {
            let mut command = Command::new("ssh-add");
            command.args(["-q", key]).current_dir(folder).env_clear().envs(clock()).env("PATH", search_path());
            let added = command.env("SSH_AUTH_SOCK", &agent.socket).output().expect(MISSING);
            assert!(added.status.success(), "{key}: {}", String::from_utf8_lossy(&added.stderr));
        }
        agent
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // One that is killed leaves it, and the next cannot listen there.
        let _ = std::fs::remove_file(&self.socket);
    }
}

/// Runs a program in a folder with nothing of this process's environment; whether it ended well, and what it said.
pub(crate) fn shell(folder: &Path, program: &str, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env_clear().envs(clock()).env("PATH", search_path()).env("HOME", folder).env("TZ", "UTC");
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{program}: {error}; {MISSING}"));
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (output.status.success(), said)
}
