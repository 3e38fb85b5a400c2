//! Programs that are missing, hang, flood, die and fork.

use std::time::{Duration, Instant};

use gonogo::model::Outcome::Unknown;
use serde_json::json;

use super::{look, program};

#[tokio::test]
async fn what_cannot_be_started_is_unknown_and_says_what_helps() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text, mode) in [("closed", "#!/bin/sh\n", "644"), ("odd", "#!/no/such/shell\n", "755"), ("blob", "\u{1}\u{2}", "755")] {
        program(folder.path(), name, text, mode);
    }
    for (program, wanted) in [
        ("no-such-program", "`no-such-program` is not installed or not in PATH: install it where gonogo runs, or write its whole path"),
        ("./none", "there is no program `./none`, or not the interpreter that its first line names; paths start at the plan's folder"),
        ("./odd", "there is no program `./odd`, or not the interpreter that its first line names; paths start at the plan's folder"),
        ("./closed", "`./closed` cannot be started: Permission denied (os error 13): make it executable (`chmod +x`)"),
        ("./blob", "`./blob` cannot be started: Exec format error (os error 8): its first line has to name its interpreter: `#!/bin/sh`"),
    ] {
        assert_eq!(look(&[program], json!({})).root(folder.path()).outcome().await, (Unknown, wanted.to_owned()));
    }
}

#[tokio::test]
async fn what_does_not_end_is_ended_with_all_that_it_started() {
    let folder = tempfile::tempdir().expect("a folder");
    // A child that holds the output open, its parent long gone.
    for script in ["sleep 61", "(sleep 2; echo x > alive; sleep 61) & exit 0", "trap '' TERM HUP INT; sleep 61; sleep 61"] {
        let mut look = look(&["sh", "-c", script], json!({})).root(folder.path());
        look.timeout = Duration::from_millis(700);
        let started = Instant::now();
        let (outcome, reason) = look.outcome().await;
        assert_eq!((outcome, reason.as_str()), (Unknown, "`sh` did not finish within 1 s and was ended"), "{script}");
        assert!(started.elapsed() < Duration::from_secs(2), "{script}: {:?}", started.elapsed());
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(!folder.path().join("alive").exists(), "the child lives on");
}

#[tokio::test]
async fn what_floods_is_ended_at_its_limit() {
    for (argv, wanted) in [
        (&["yes"][..], "`yes` printed more than 4 MiB and was ended"),
        (&["sh", "-c", "exec cat /dev/zero"], "`sh` printed more than 4 MiB and was ended"),
        (&["head", "-c", "4194305", "/dev/zero"], "`head` printed more than 4 MiB and was ended"),
    ] {
        assert_eq!(look(argv, json!({})).outcome().await, (Unknown, wanted.to_owned()));
    }
    let (outcome, reason) = look(&["head", "-c", "4194304", "/dev/zero"], json!({ "not-contains": "x" })).outcome().await;
    assert_eq!(outcome, gonogo::model::Outcome::Pass, "{reason}");
    // A flood of complaints is read and forgotten.
    let (outcome, reason) = look(&["sh", "-c", "head -c 9000000 /dev/zero >&2; echo fine"], json!({ "contains": "fine" })).outcome().await;
    assert_eq!(outcome, gonogo::model::Outcome::Pass, "{reason}");
}

#[tokio::test]
async fn what_a_signal_ends_is_unknown() {
    for script in ["kill -9 $$", "kill -SEGV $$", "echo up; kill -TERM $$"] {
        let (outcome, reason) = look(&["sh", "-c", script], json!({ "exit": [0, 9, 137] })).outcome().await;
        assert_eq!((outcome, reason.as_str()), (Unknown, "`sh` was ended by a signal"), "{script}");
    }
}

#[tokio::test]
async fn what_it_prints_is_harmless_to_show() {
    let script = r"printf '\033[31mred\r\n<script>\342\200\256'; printf 'DB_PASSWORD=hunter2hunter2 pg://u:hunter3hunter3@h/x\n'; exit 1";
    let seen = look(&["sh", "-c", script], json!({ "contains": "green" })).look().await.expect("it ran");
    let text = format!("{:?} {}", seen.expectations, seen.observation.text());
    assert!(!text.contains("hunter2hunter2") && !text.contains("hunter3hunter3"), "{text}");
    assert!(seen.expectations.iter().all(|one| !one.got.contains('\u{1b}') && !one.got.contains('\u{202e}')), "{:?}", seen.expectations);
}
