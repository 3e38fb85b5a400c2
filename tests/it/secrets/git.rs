//! `untracked`, in real git repositories.

use std::{fs, os::unix::fs::symlink, path::Path, process::Command};

use gonogo::model::Outcome;
use serde_json::json;

use super::{PATH, folder, look, random};
use crate::look::Look;

fn git(dir: &Path, args: &[&str]) {
    let output = Command::new("git")
        .current_dir(dir)
        .env_clear()
        .envs([
            ("PATH", PATH),
            ("HOME", "/nonexistent"),
            ("GIT_AUTHOR_NAME", "a"),
            ("GIT_AUTHOR_EMAIL", "a@b"),
            ("GIT_COMMITTER_NAME", "a"),
        ])
        .envs([("GIT_COMMITTER_EMAIL", "a@b"), ("GIT_CONFIG_NOSYSTEM", "1")])
        .args(args)
        .output()
        .expect("git: apt-get install git");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A repository with one commit, and an env file that is not in it.
fn repository() -> tempfile::TempDir {
    let root = folder(&format!("JWT_SECRET_KEY={}\n", random(1)));
    git(root.path(), &["init", "-q", "-b", "main"]);
    fs::write(root.path().join("README"), "x").expect("written");
    git(root.path(), &["add", "README"]);
    git(root.path(), &["commit", "-qm", "first"]);
    root
}

async fn outcome(root: &Path) -> (Outcome, String) {
    look(root, json!({ "untracked": true })).outcome().await
}

#[tokio::test]
async fn never_tracked() {
    let root = repository();
    assert_eq!(outcome(root.path()).await, (Outcome::Pass, "all 4 expectations are met".to_owned()));
}

#[tokio::test]
async fn in_the_index() {
    let root = repository();
    git(root.path(), &["add", "-f", "prod.env"]);
    assert_eq!(outcome(root.path()).await, (Outcome::Fail, "the source in git's index: got tracked, wanted not tracked".to_owned()));
}

#[tokio::test]
async fn committed_once_and_removed() {
    let root = repository();
    git(root.path(), &["add", "prod.env"]);
    git(root.path(), &["commit", "-qm", "oops"]);
    git(root.path(), &["rm", "-q", "--cached", "prod.env"]);
    git(root.path(), &["commit", "-qm", "fixed"]);
    let (outcome, reason) = outcome(root.path()).await;
    assert_eq!(outcome, Outcome::Fail);
    assert!(reason.starts_with("the source in git's history: got committed, last in "), "{reason}");
}

#[tokio::test]
async fn added_and_removed_on_a_branch_that_was_merged() {
    let root = repository();
    git(root.path(), &["checkout", "-qb", "side"]);
    git(root.path(), &["add", "prod.env"]);
    git(root.path(), &["commit", "-qm", "oops"]);
    git(root.path(), &["rm", "-q", "--cached", "prod.env"]);
    git(root.path(), &["commit", "-qm", "fixed"]);
    git(root.path(), &["checkout", "-q", "main"]);
    git(root.path(), &["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    git(root.path(), &["branch", "-q", "-D", "side"]);
    assert_eq!(outcome(root.path()).await.0, Outcome::Fail);
}

#[tokio::test]
async fn committed_under_another_name() {
    let root = repository();
    fs::copy(root.path().join("prod.env"), root.path().join("backup.txt")).expect("copied");
    git(root.path(), &["add", "backup.txt"]);
    git(root.path(), &["commit", "-qm", "oops"]);
    git(root.path(), &["rm", "-q", "backup.txt"]);
    git(root.path(), &["commit", "-qm", "fixed"]);
    let (outcome, reason) = outcome(root.path()).await;
    assert_eq!(outcome, Outcome::Fail);
    assert!(reason.starts_with("the source in git's history: got its contents under another name, in "), "{reason}");
}

#[tokio::test]
async fn behind_a_symbolic_link() {
    let root = repository();
    fs::rename(root.path().join("prod.env"), root.path().join("real.env")).expect("renamed");
    symlink("real.env", root.path().join("prod.env")).expect("linked");
    assert_eq!(outcome(root.path()).await.0, Outcome::Pass);
    git(root.path(), &["add", "real.env"]);
    assert_eq!(outcome(root.path()).await.0, Outcome::Fail);
}

#[tokio::test]
async fn a_shallow_clone_does_not_know_its_history() {
    let root = repository();
    fs::write(root.path().join("README"), "y").expect("written");
    git(root.path(), &["commit", "-qam", "second"]);
    let clone = tempfile::tempdir().expect("a folder");
    let url = format!("file://{}", root.path().display());
    git(clone.path(), &["clone", "-q", "--depth", "1", &url, "."]);
    fs::copy(root.path().join("prod.env"), clone.path().join("prod.env")).expect("copied");
    assert_eq!(
        outcome(clone.path()).await,
        (Outcome::Unknown, "the source in git's history: this is a shallow clone: it does not hold the whole history".to_owned())
    );
}

#[tokio::test]
async fn where_git_cannot_tell() {
    let root = folder(&format!("JWT_SECRET_KEY={}\n", random(1)));
    let (unknown, reason) = outcome(root.path()).await;
    assert_eq!(unknown, Outcome::Unknown);
    assert!(reason.starts_with("the source in git's index: it is not in a git repository"), "{reason}");
    // Without git itself.
    let (unknown, reason) = look(root.path(), json!({ "untracked": true })).env(&[("PATH", "/nonexistent")]).outcome().await;
    assert_eq!(unknown, Outcome::Unknown);
    assert!(reason.starts_with("the source in git's index: `git` is not installed or not in PATH"), "{reason}");
    // A repository without a commit knows: there is no history.
    git(root.path(), &["init", "-q"]);
    assert_eq!(outcome(root.path()).await.0, Outcome::Pass);
}

#[tokio::test]
async fn a_repository_cannot_make_git_run_programs_or_look_elsewhere() {
    let root = repository();
    let trap = root.path().join("trap");
    let ran = root.path().join("ran");
    fs::write(&trap, format!("#!/bin/sh\ntouch {}\n", ran.display())).expect("written");
    fs::set_permissions(&trap, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("made executable");
    let trap = trap.to_str().expect("a path");
    for key in ["core.fsmonitor", "core.pager", "diff.external", "gpg.program", "core.sshCommand", "filter.x.clean", "core.editor"] {
        git(root.path(), &["config", key, trap]);
    }
    git(root.path(), &["config", "log.showSignature", "true"]);
    git(root.path(), &["config", "core.hooksPath", root.path().to_str().expect("a path")]);
    fs::write(root.path().join(".gitattributes"), "*.env filter=x\n").expect("written");
    let elsewhere = repository();
    let look = look(root.path(), json!({ "untracked": true })).env(&[
        ("PATH", PATH),
        ("GIT_DIR", elsewhere.path().join(".git").to_str().expect("a path")),
        ("GIT_EXTERNAL_DIFF", trap),
        ("GIT_PAGER", trap),
    ]);
    assert_eq!(look.outcome().await.0, Outcome::Pass);
    assert!(!ran.exists());
    // A name that looks like an option or a pattern is a name.
    for name in ["--all", ":(top)*", "*"] {
        fs::copy(root.path().join("prod.env"), root.path().join(name)).expect("copied");
        let settings = json!({ "source": { "env-file": name }, "untracked": true });
        assert_eq!(
            super::Look::new("secrets", settings).root(root.path()).env(&[("PATH", PATH)]).outcome().await.0,
            Outcome::Pass,
            "{name}"
        );
    }
}

#[tokio::test]
async fn the_history_alone_can_be_demanded_of_a_file_that_is_not_here() {
    let root = repository();
    let ask = async || {
        let settings = json!({ "source": { "env-file": "prod.env" }, "looks-secret": false, "untracked": true });
        Look::new("secrets", settings).env(&[("PATH", PATH)]).root(root.path()).outcome().await
    };
    assert_eq!(ask().await.0, Outcome::Pass);
    git(root.path(), &["add", "-f", "prod.env"]);
    git(root.path(), &["commit", "-qm", "oops"]);
    git(root.path(), &["rm", "-q", "prod.env"]);
    git(root.path(), &["commit", "-qm", "fixed"]);
    let (outcome, reason) = ask().await;
    assert_eq!(outcome, Outcome::Fail, "{reason}");
    assert!(reason.contains("committed"), "{reason}");
}
