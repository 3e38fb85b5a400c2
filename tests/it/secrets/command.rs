//! Values that a program prints: a real process, also a hostile one.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use gonogo::{check::Unseen, model::Outcome};
use serde_json::{Value, json};

use super::{Look, PATH, random};

fn script(text: &str) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a folder");
    let file = root.path().join("print");
    fs::write(&file, format!("#!/bin/sh\n{text}\n")).expect("written");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("made executable");
    root
}

fn look(root: &Path, keys: Value) -> Look {
    let settings = json!({ "source": { "command": ["./print", "-o", "json"] }, "keys": keys });
    Look::new("secrets", settings).root(root).env(&[("PATH", PATH), ("FROM_ENV", "handed down")])
}

#[tokio::test]
async fn a_kubernetes_secret() {
    let (good, bad) = (STANDARD.encode(random(1)), STANDARD.encode("dev-activities-key"));
    let root = script(&format!(
        r#"[ "$*" = "-o json" ] && [ "$FROM_ENV" = "handed down" ] || exit 9
echo '{{"apiVersion":"v1","kind":"Secret","metadata":{{"name":"api"}},"data":{{"JWT_SECRET_KEY":"{good}","ACTIVITIES_API_KEY":"{bad}"}}}}'"#
    ));
    assert_eq!(look(root.path(), json!(["JWT_SECRET_KEY"])).outcome().await.0, Outcome::Pass);
    assert_eq!(
        look(root.path(), json!(["*_KEY"])).outcome().await,
        (
            Outcome::Fail,
            "`ACTIVITIES_API_KEY`: got a value that says it is for development or tests, wanted a value made for production".to_owned()
        )
    );
}

#[tokio::test]
async fn several_kubernetes_secrets() {
    let secret = |name: &str, value: &str| json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": name }, "data": { "password": STANDARD.encode(value) } });
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": [secret("api", "gK7#vQ2!mZp9xL"), secret("db", "postgres")] });
    let root = script(&format!("echo '{list}'"));
    assert_eq!(
        look(root.path(), json!(["password"])).outcome().await,
        (Outcome::Fail, "`db/password`: got a published default, wanted a value made for production".to_owned())
    );
    assert_eq!(look(root.path(), json!(["api/password"])).outcome().await.0, Outcome::Pass);
}

#[tokio::test]
async fn what_a_failing_program_says() {
    let says = |reason: &str| Unseen::Unknown(reason.to_owned());
    for (text, reason) in [
        (
            "echo 'Error from server (NotFound): secrets \"api\" not found' >&2; exit 1",
            "`./print` ended with exit code 1: Error from server (NotFound): secrets \"api\" not found",
        ),
        ("echo hunter2-hunter2; exit 3", "`./print` ended with exit code 3"),
        ("echo 'token: hunter2-hunter2 was refused' >&2; exit 1", "`./print` ended with exit code 1: token: *** was refused"),
        ("kill -9 $$", "`./print` was ended by a signal"),
        ("echo hunter2-hunter2", "what command ./print -o json printed is not JSON (line 1, column 1)"),
        ("printf '\\377\\376\\000'", "what command ./print -o json printed is not JSON (line 1, column 1)"),
        ("true", "what command ./print -o json printed is not JSON (line 1, column 0)"),
    ] {
        let root = script(text);
        assert_eq!(look(root.path(), json!(["A"])).look().await.expect_err(text), says(reason), "{text}");
    }
    let missing = json!({ "source": { "command": ["no-such-program-here"] } });
    let (_, reason) = Look::new("secrets", missing).env(&[("PATH", PATH)]).outcome().await;
    assert_eq!(reason, "`no-such-program-here` is not installed or not in PATH");
}

#[tokio::test]
async fn a_program_that_prints_a_gigabyte() {
    let root = script("exec head -c 1000000000 /dev/zero");
    let started = Instant::now();
    let (outcome, reason) = look(root.path(), json!(["A"])).outcome().await;
    assert_eq!((outcome, reason.as_str()), (Outcome::Unknown, "`./print` printed more than 4 MiB and was ended"));
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_program_that_hangs_is_ended_with_its_children() {
    let root = script("sleep 60 & echo $! >child; echo $$ >own; yes >&2 & sleep 60");
    let mut hanging = look(root.path(), json!(["A"]));
    hanging.timeout = Duration::from_secs(2);
    let (outcome, reason) = hanging.outcome().await;
    assert_eq!((outcome, reason.as_str()), (Outcome::Unknown, "`./print` did not finish within 2 s and was ended"));
    assert!(ended(&root.path().join("child")).await && ended(&root.path().join("own")).await);
}

#[tokio::test]
async fn a_check_that_is_given_up_ends_its_program() {
    let root = script("echo $$ >own; sleep 60");
    let look = look(root.path(), json!(["A"])).outcome();
    assert!(tokio::time::timeout(Duration::from_secs(1), look).await.is_err());
    assert!(ended(&root.path().join("own")).await);
}

/// Whether the process whose id stands in `file` is gone, or only waits to be collected.
async fn ended(file: &Path) -> bool {
    let id = fs::read_to_string(file).expect("a process id");
    for _ in 0..50 {
        let status = fs::read_to_string(format!("/proc/{}/status", id.trim())).unwrap_or_default();
        if status.is_empty() || status.contains("State:\tZ") {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}
