//! The kind `git` on real repositories: what is tagged, pushed, signed and checked out, and what only looks so.

use std::{fs, path::Path, process::Command};

use gonogo::model::Outcome;
use serde_json::{Value, json};

use super::repository::{Repository, env};
use crate::look::Look;

/// A clone with a remote beside it, whose `main` and tag `v1.4.2` are pushed.
pub(crate) struct Released {
    clone: Repository,
    remote: tempfile::TempDir,
    pub(crate) commit: String,
}

impl Released {
    pub(crate) fn new() -> Self {
        let (clone, remote) = (Repository::new(), tempfile::tempdir().expect("a folder"));
        assert!(Command::new("git").args(["init", "-q", "--bare", "-b", "main"]).arg(remote.path()).status().expect("git").success());
        clone.git(&["remote", "add", "origin", remote.path().to_str().expect("a path")]);
        clone.write("app.py", "1\n");
        clone.write("ops/gonogo.yaml", "");
        clone.git(&["add", "."]);
        clone.commit("one", "Ann <ann@x>");
        let commit = clone.commit("two", "Ann <ann@x>");
        clone.git(&["tag", "-a", "v1.4.2", "-m", "v1.4.2"]);
        clone.git(&["push", "-q", "origin", "main", "v1.4.2"]);
        Self { clone, remote, commit }
    }

    fn git(&self, arguments: &[&str]) -> String {
        self.clone.git(arguments)
    }

    pub(crate) async fn outcome(&self, settings: Value) -> (Outcome, String) {
        self.outcome_of(Some(&self.commit), settings).await
    }

    async fn outcome_of(&self, commit: Option<&str>, settings: Value) -> (Outcome, String) {
        let mut look = Look::new("git", settings).root(self.clone.path());
        look.env = env();
        look.release.version = Some("1.4.2".into());
        look.release.commit = commit.map(str::to_owned);
        look.outcome().await
    }

    /// Has git overlook changes in a file.
    pub(crate) fn mark(&self, name: &str) {
        self.git(&["update-index", "--assume-unchanged", name]);
    }

    /// Pushes the version as a tag, too.
    pub(crate) fn two_tags(&self) {
        self.git(&["tag", "1.4.2", &self.commit]);
        self.git(&["push", "-q", "origin", "refs/tags/1.4.2"]);
    }

    async fn says(&self, settings: Value, outcome: Outcome, said: &str) {
        let (got, reason) = self.outcome(settings.clone()).await;
        assert_eq!(got, outcome, "{settings}: {reason}");
        assert!(reason.contains(said), "{settings}: {reason}");
    }
}

use Outcome::{Fail, Pass, Unknown};

#[tokio::test]
async fn what_is_released_is_found() {
    let it = Released::new();
    let url = format!("file://{}", it.remote.path().display());
    for settings in [
        json!({}),
        json!({ "tag": "v1.4.2", "branch": "main", "folder": "ops" }),
        json!({ "tag": "refs/tags/v1.4.2", "branch": "refs/heads/main", "remote": url }),
        json!({ "tagged": false, "branch": "main" }),
    ] {
        it.says(settings, Pass, "").await;
    }
    it.clone.write("report.json", "");
    it.says(json!({}), Fail, "Changes in the work tree: got 1 path: `report.json`").await;
    it.says(json!({ "beside": "untracked" }), Pass, "").await;
    it.clone.write("app.py", "2\n");
    it.says(json!({ "beside": "untracked" }), Fail, "1 path: `app.py`").await;
    it.says(json!({ "beside": "anything" }), Pass, "").await;
}

#[tokio::test]
async fn what_stands_only_here_was_not_pushed() {
    let it = Released::new();
    it.git(&["tag", "v1.5.0"]);
    it.says(json!({ "tag": "v1.5.0" }), Fail, "got none, wanted `v1.5.0`").await;
    it.git(&["branch", "release"]);
    it.says(json!({ "branch": "release" }), Fail, "no such branch").await;
    let next = it.clone.commit("three", "Ann <ann@x>");
    let (outcome, reason) = it.outcome_of(Some(&next), json!({ "tagged": false, "branch": "main" })).await;
    assert!(outcome == Fail && reason.contains("a branch without it"), "{reason}");
    // The tag is moved at the remote; this clone still has the old one.
    it.git(&["tag", "-f", "-m", "moved", "v1.4.2", &next]);
    it.git(&["push", "-q", "-f", "origin", "v1.4.2"]);
    it.says(json!({ "beside": "anything" }), Fail, &format!("The tag's commit: got {next}")).await;
}

/// Trap 128: a workflow that is dispatched for a tag says the commit of the branch. Trap 129: a tag that is called as a branch of a remote.
#[tokio::test]
async fn names_that_mean_something_else_lead_nowhere() {
    let it = Released::new();
    let head = it.clone.commit("three", "Ann <ann@x>");
    it.says(json!({}), Fail, &format!("What is checked out: got {head}, wanted {}", it.commit)).await;
    let (outcome, reason) = it.outcome_of(Some(&head), json!({})).await;
    assert!(outcome == Fail && reason.contains("The tag's commit"), "{reason}");
    for name in ["origin/main", "refs/heads/main", "main"] {
        it.git(&["tag", name, &head]);
    }
    it.git(&["push", "-q", "origin", "--tags"]);
    let (outcome, reason) = it.outcome_of(Some(&head), json!({ "tagged": false, "branch": "main" })).await;
    assert!(outcome == Fail && reason.contains("a branch without it"), "{reason}");
    it.says(json!({ "tagged": false, "branch": "main", "beside": "anything" }), Pass, "").await;
    // A tag whose object is another's.
    it.git(&["update-ref", "refs/tags/v9", &it.git(&["rev-parse", "refs/tags/v1.4.2"])]);
    it.git(&["push", "-q", "origin", "refs/tags/v9"]);
    it.says(json!({ "tag": "v9", "beside": "anything" }), Fail, "got one that was made as `v1.4.2`").await;
    it.two_tags();
    it.says(json!({ "beside": "anything" }), Unknown, "it has both `1.4.2` and `v1.4.2`").await;
}

#[tokio::test]
async fn what_cannot_be_told_is_unknown() {
    let it = Released::new();
    let (outcome, reason) = it.outcome_of(None, json!({})).await;
    assert!(outcome == Unknown && reason.contains("knows no commit"), "{reason}");
    it.says(json!({ "remote": "upstream" }), Unknown, "no remote `upstream`").await;
    it.says(json!({ "remote": "/nowhere/at/all.git" }), Unknown, "does not tell its refs").await;
    it.says(json!({ "remote": "http://127.0.0.1:1/a.git" }), Unknown, "does not tell its refs").await;
    it.mark("app.py");
    it.clone.write("app.py", "2\n");
    it.says(json!({}), Unknown, "told to overlook changes").await;

    let shallow = tempfile::tempdir().expect("a folder");
    let url = format!("file://{}", it.remote.path().display());
    let next = it.clone.commit("three", "Ann <ann@x>");
    it.git(&["push", "-q", "origin", "main"]);
    let cloned = Command::new("git").args(["clone", "-q", "--depth=1", &url, shallow.path().to_str().expect("a path")]).status();
    assert!(cloned.expect("git").success());
    let mut look = Look::new("git", json!({ "tagged": false, "branch": "main", "beside": "anything" })).root(shallow.path());
    look.env = env();
    look.release.commit = Some(it.commit.clone());
    let (outcome, reason) = look.outcome().await;
    assert!(outcome == Unknown && reason.contains("does not hold the branch and the commit"), "{next}: {reason}");

    let none = tempfile::tempdir().expect("a folder");
    let mut look = Look::new("git", json!({})).root(none.path());
    look.env = env();
    assert!(look.outcome().await.1.contains("is in no git repository"));
}

fn key(folder: &Path, name: &str) -> String {
    let file = folder.join(name);
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]).arg(&file).status();
    assert!(made.expect("ssh-keygen").success());
    fs::read_to_string(file.with_extension("pub")).expect("a key")
}

#[tokio::test]
async fn only_those_who_may_sign_do() {
    let (it, keys) = (Released::new(), tempfile::tempdir().expect("a folder"));
    let (ann, eve) = (key(keys.path(), "ann"), key(keys.path(), "eve"));
    let allowed = keys.path().join("allowed_signers");
    fs::write(&allowed, format!("ann@x namespaces=\"git\" {ann}")).expect("written");
    let sign = |who: &str, arguments: &[&str]| {
        let key = format!("user.signingKey={}", keys.path().join(who).display());
        it.git(&[&["-c", "gpg.format=ssh", "-c", &key][..], arguments].concat());
    };
    sign("ann", &["tag", "-s", "v2", "-m", "two"]);
    sign("eve", &["tag", "-s", "v3", "-m", "three"]);
    it.git(&["tag", "v4"]);
    let raw = it.git(&["cat-file", "tag", "v2"]).replace("two", "too").replace("tag v2", "tag v5");
    let forged = it.clone.git_with(&["mktag"], format!("{raw}\n").as_bytes());
    it.git(&["update-ref", "refs/tags/v5", &forged]);
    it.git(&["push", "-q", "origin", "--tags"]);
    for (tag, outcome, said) in [
        ("v2", Pass, ""),
        ("v3", Fail, "Signature of the tag: got"),
        ("v4", Fail, "a tag without a message, which cannot be signed"),
        ("v1.4.2", Fail, "Signature of the tag: got not signed"),
        ("v5", Fail, "Signature of the tag: got"),
    ] {
        it.says(json!({ "tag": tag, "signed-by": allowed }), outcome, said).await;
    }
    // A clone that was told to run another program for signatures, or to believe another's list, does neither.
    let marker = keys.path().join("ran");
    it.git(&["config", "gpg.ssh.program", &format!("touch {}", marker.display())]);
    it.git(&["config", "gpg.ssh.allowedSignersFile", "/dev/null"]);
    it.git(&["config", "remote.origin.uploadpack", &format!("touch {}; git-upload-pack", marker.display())]);
    it.says(json!({ "tag": "v2", "signed-by": allowed }), Pass, "").await;
    assert!(!marker.exists());
    fs::write(&allowed, format!("ann@x namespaces=\"file\" {ann}\neve@x {eve}")).expect("written");
    it.says(json!({ "tag": "v2", "signed-by": allowed }), Fail, "Signature of the tag").await;
    it.says(json!({ "tag": "v2", "signed-by": keys.path().join("none") }), Unknown, "`signed-by`").await;
    it.says(json!({ "signed-by": allowed, "signed": "commit" }), Fail, "Signature of the commit").await;
    it.git(&["tag", "-d", "v3"]);
    it.git(&["prune", "--expire=now"]);
    it.says(json!({ "tag": "v3", "signed-by": allowed, "beside": "anything" }), Unknown, "does not hold the tag").await;
}

#[tokio::test]
async fn openpgp_keys_are_those_of_the_file_alone() {
    let (it, home) = (Released::new(), tempfile::tempdir().expect("a folder"));
    let gpg = |arguments: &[&str]| {
        let mut command = Command::new("gpg");
        // By the clock that git and the program's own gpg go by, also where that of the tests is moved.
        command.env_remove("LD_PRELOAD").args(["--homedir", home.path().to_str().expect("a path"), "--batch", "-q"]);
        let output = command.args(arguments).output().expect("gpg");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    for who in ["ann@x.example", "eve@x.example"] {
        gpg(&["--passphrase", "", "--quick-gen-key", who, "ed25519", "sign", "never"]);
        fs::write(home.path().join(format!("{who}.asc")), gpg(&["--armor", "--export", who])).expect("written");
    }
    let program = home.path().join("sign");
    fs::write(&program, format!("#!/bin/sh\nexec gpg --homedir '{}' --batch \"$@\"\n", home.path().display())).expect("written");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&program, mode).expect("set");
    let program = format!("gpg.program={}", program.display());
    it.git(&["-c", &program, "-c", "user.signingKey=ann@x.example", "tag", "-s", "v2", "-m", "two"]);
    it.git(&["push", "-q", "origin", "--tags"]);
    it.says(json!({ "tag": "v2", "signed-by": home.path().join("ann@x.example.asc") }), Pass, "").await;
    it.says(json!({ "tag": "v2", "signed-by": home.path().join("eve@x.example.asc") }), Fail, "Signature of the tag").await;
    let _ = Command::new("gpgconf").args(["--homedir", home.path().to_str().expect("a path"), "--kill", "all"]).status();
}

/// Trap 130: control characters in names and refs reach no terminal; an address that runs a program is not asked.
#[tokio::test]
async fn a_hostile_clone_runs_and_shows_nothing() {
    let it = Released::new();
    let evil = it.clone.commit_raw(Some(&it.commit), b"A\x1b[31m\rnn <ann@x>", b"A\x1b[31mnn <ann@x>", b"odd");
    let (outcome, reason) = it.outcome_of(Some(&evil), json!({ "tagged": false, "branch": "main" })).await;
    assert!(outcome == Fail && !reason.contains('\u{1b}'), "{reason}");
    let marker = it.remote.path().join("ran");
    it.git(&["config", "remote.evil.url", &format!("ext::sh -c 'touch {}'", marker.display())]);
    it.says(json!({ "remote": "evil" }), Unknown, "runs a program").await;
    it.git(&["config", "core.fsmonitor", &format!("touch {}", marker.display())]);
    it.git(&["config", "url.ext::sh.insteadOf", it.remote.path().to_str().expect("a path")]);
    it.clone.write("a\u{1b}[31m\u{202e}b", "");
    let (outcome, reason) = it.outcome(json!({})).await;
    assert!(outcome == Fail && !reason.contains('\u{1b}') && !reason.contains('\u{202e}'), "{reason}");
    assert!(!marker.exists());
}
