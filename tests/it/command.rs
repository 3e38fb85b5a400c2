//! The kind `command`: real programs that end, print, fail, hang, flood and fork.

mod hostile;

use std::path::Path;

use gonogo::model::Outcome::{Fail, Pass, Unknown};
use serde_json::{Value, json};

use crate::{gonogo::Gonogo, look::Look};

/// The `PATH` of the tests: that of the system, whatever that of the developer.
pub(crate) const PATH: (&str, &str) = ("PATH", "/usr/local/bin:/usr/bin:/bin");

pub(crate) fn look(argv: &[&str], more: Value) -> Look {
    let mut settings = json!({ "argv": argv });
    settings.as_object_mut().expect("a map").extend(more.as_object().cloned().expect("a map"));
    Look::new("command", settings).env(&[PATH])
}

/// A program in `folder`, written by a process of its own: a file that a thread of ours still has open cannot be run.
pub(crate) fn program(folder: &Path, name: &str, text: &str, mode: &str) {
    let script = "mkdir -p \"$(dirname \"$2\")\"; printf %s \"$1\" > \"$2\"; chmod \"$3\" \"$2\"";
    let file = folder.join(name);
    let written = std::process::Command::new("sh").args(["-c", script, "sh", text]).arg(file).arg(mode).status().expect("sh runs");
    assert!(written.success());
}

async fn said(script: &str, more: Value) -> (gonogo::model::Outcome, String) {
    look(&["sh", "-c", script], more).outcome().await
}

#[tokio::test]
async fn the_exit_code_is_what_is_demanded() {
    for (script, more, outcome, reason) in [
        ("exit 0", json!({}), Pass, "exit code: 0"),
        ("echo no disk >&2; exit 7", json!({}), Fail, "exit code: got 7: `no disk`, wanted 0"),
        ("exit 7", json!({ "exit": 7 }), Pass, "exit code: 7"),
        ("exit 0", json!({ "exit": [7, 9] }), Fail, "exit code: got 0, wanted 7 or 9"),
        ("echo OK; exit 0", json!({ "exit": "nagios" }), Pass, "exit code: 0"),
        ("echo WARNING; exit 1", json!({ "exit": "nagios" }), Fail, "exit code: got 1 (warning): `WARNING`, wanted 0 (OK)"),
        ("echo CRITICAL; exit 2", json!({ "exit": "nagios" }), Fail, "exit code: got 2 (critical): `CRITICAL`, wanted 0 (OK)"),
        ("echo UNKNOWN; exit 3", json!({ "exit": "nagios" }), Unknown, "exit code: the plugin could not tell, exit code 3: `UNKNOWN`"),
        ("exit 127", json!({ "exit": "nagios" }), Unknown, "exit code: the plugin could not tell, exit code 127"),
    ] {
        assert_eq!(said(script, more).await, (outcome, reason.to_owned()), "{script}");
    }
}

#[tokio::test]
async fn the_output_is_what_is_demanded() {
    let status = "printf 'up 3\\nup 4\\nthe end'";
    for (script, more, outcome) in [
        (
            status,
            json!({ "contains": ["up 3", "end"], "not-contains": "down", "matches": "(?m)^up [0-9]$", "not-matches": "(?m)^down" }),
            Pass,
        ),
        (status, json!({ "contains": "Up" }), Fail),
        (status, json!({ "not-contains": "up 4" }), Fail),
        (status, json!({ "matches": "^the" }), Fail),
        (status, json!({ "not-matches": "up [4-9]" }), Fail),
        ("echo up >&2", json!({ "contains": "up" }), Fail),
        ("true", json!({ "not-contains": "down" }), Unknown),
        ("true", json!({ "not-matches": "down" }), Unknown),
        ("printf 'a\\377b'", json!({ "contains": "a" }), Unknown),
        ("printf 'a\\377b'", json!({ "not-matches": "x" }), Unknown),
        ("printf 'a\\377b'", json!({}), Pass),
        ("echo '{\"a\": [1, 2]}'", json!({ "json": { "$.a[*]": { "max": 2 } } }), Pass),
        ("echo '{\"a\": [1, 3]}'", json!({ "json": { "$.a[*]": { "max": 2 } } }), Fail),
        ("echo '{\"a\": 1, \"a\": 2}'", json!({ "json": { "$.a": { "max": 2 } } }), Unknown),
        ("echo '{\"a\": NaN}'", json!({ "json": { "$.a": { "exists": true } } }), Unknown),
        ("echo '{\"a\": 1'", json!({ "json": { "$.a": 1 } }), Unknown),
        ("true", json!({ "json": { "$.a": { "exists": false } } }), Unknown),
        ("sleep 0.2", json!({ "max-time": "100ms" }), Fail),
        ("true", json!({ "max-time": "5s" }), Pass),
    ] {
        let (found, reason) = said(script, more.clone()).await;
        assert_eq!(found, outcome, "{script} {more}: {reason}");
    }
}

#[tokio::test]
async fn the_environment_is_clean() {
    let script = "env | grep -v -e ^PWD= -e ^SHLVL= -e ^_= | sort | tr '\\n' ' '";
    let mut checked =
        look(&["sh", "-c", script], json!({ "env": ["HOME"], "contains": "HOME=/home/eve LANG=C.UTF-8 LC_ALL=C.UTF-8 PATH=" }));
    checked = checked.env(&[PATH, ("HOME", "/home/eve"), ("DB_PASSWORD", "hunter2hunter2"), ("TZ", "Asia/Tokyo")]);
    let seen = checked.look().await.expect("it ran");
    assert_eq!(seen.expectations[1].met, Some(true), "{:?}", seen.expectations[1]);
    let all = look(&["sh", "-c", script], json!({ "contains": "nothing of it" })).env(&[
        PATH,
        ("DB_PASSWORD", "hunter2hunter2"),
        ("TZ", "Asia/Tokyo"),
    ]);
    let (_, reason) = all.outcome().await;
    assert!(reason.contains("got `LANG=C.UTF-8 LC_ALL=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin TZ=UTC`"), "{reason}");
    let (outcome, reason) = look(&["true"], json!({ "env": ["AWS_PROFILE"] })).outcome().await;
    assert_eq!(outcome, Unknown);
    assert_eq!(
        reason,
        "the variable `AWS_PROFILE` is not set here, and `env` gives it to `true`: set it, take it out, or write `AWS_PROFILE?`"
    );
}

#[tokio::test]
async fn it_runs_in_the_folder_of_the_plan() {
    let folder = tempfile::tempdir().expect("a folder");
    program(folder.path(), "bin/here", "#!/bin/sh\nbasename \"$PWD\"; ls\n", "755");
    let name = folder.path().file_name().expect("a name").to_string_lossy().into_owned();
    let (outcome, reason) = look(&["bin/here"], json!({ "contains": [name, "bin"] })).root(folder.path()).outcome().await;
    assert_eq!(outcome, Pass, "{reason}");
    // Also where the program is told of it by a relative path.
    let gonogo = Gonogo::new().file(
        "deploy/gonogo.yaml",
        "project: p\nallow: [command]\nenvironments: { prod: {} }\nchecks:\n\
        \x20 - { id: it, command: { argv: bin/here, contains: gonogo.yaml } }\n",
    );
    program(&gonogo.path("deploy"), "bin/here", "#!/bin/sh\nls\n", "755");
    gonogo.run(["verify", "-c", "deploy/gonogo.yaml", "--release", "1"]).exits(0);
}

/// What a run of the whole program says of a plan with commands.
#[test]
fn every_command_is_shown_and_runs_once() {
    let plan = "project: p\nallow: [command]\nenvironments: { prod: {} }\nchecks:\n\
        \x20 - { id: one, command: { argv: [sh, -c, \"echo x >> ran; echo $API_TOKEN; echo pg://u:hunter4hunter4@h\"], env: [API_TOKEN], contains: no } }\n\
        \x20 - { id: two, command: { argv: [sh, -c, \"echo x >> ran; echo $API_TOKEN; echo pg://u:hunter4hunter4@h\"], env: [API_TOKEN], not-contains: no } }\n\
        \x20 - { id: three, command: { argv: [echo, --token, \"${MY_TOKEN}\", \"pass=${MY_TOKEN}\"], contains: no } }\n\
        \x20 - { id: four, document: { command: [echo, '{\"a\": 1}'], format: json, expect: { $.a: 1 } } }\n";
    let gonogo = Gonogo::new().plan(plan).env("API_TOKEN", "hunter2hunter2").env("MY_TOKEN", "hunter3hunter3");
    let planned = gonogo.run(["plan"]).exits(0).stdout;
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat(&planned).contains("command sh -c") && planned.contains("API_TOKEN"), "{planned}");
    let ran = gonogo.run(["verify", "--release", "1", "--format", "json=report.json", "--format", "markdown=report.md"]);
    let (json, markdown) = (gonogo.read("report.json"), gonogo.read("report.md"));
    for secret in ["hunter2hunter2", "hunter3hunter3", "hunter4hunter4"] {
        for (what, text) in [("plan", &planned), ("terminal", &ran.stdout), ("json", &json), ("markdown", &markdown)] {
            assert!(!text.contains(secret), "{secret} in {what}: {text}");
        }
    }
    let report = gonogo::model::Report::from_json(json.as_bytes()).expect("a report");
    let of = |id: &str| report.findings.iter().find(|finding| finding.id == id).expect("a finding");
    assert!(
        of("one").target.as_deref().is_some_and(|target| target.starts_with("command sh -c \"echo x >> ran")),
        "{:?}",
        of("one").target
    );
    assert_eq!(of("three").target.as_deref(), Some("command echo --token *** pass=***"));
    assert_eq!(of("four").target.as_deref(), Some(r#"command echo "{\"a\": 1}""#));
    assert_eq!((of("one").outcome, of("two").outcome, of("four").outcome), (Fail, Pass, Pass));
    assert_eq!(gonogo.read("ran"), "x\n", "it ran once");
}
