//! The kind `document`: files, commands and servers that hold documents of every format.

mod formats;
mod hostile;
mod paged;
mod served;

use std::{
    fs,
    time::{Duration, SystemTime},
};

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};

use crate::{command::PATH, look::Look};

/// What a check of these bytes in a file of this name comes to.
pub(crate) async fn filed(name: &str, bytes: impl AsRef<[u8]>, more: Value) -> (Outcome, String) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(name), bytes).expect("written");
    let mut settings = json!({ "file": name });
    settings.as_object_mut().expect("a map").extend(more.as_object().cloned().expect("a map"));
    let mut look = Look::new("document", settings).root(folder.path());
    // The tests' build reads a million values slowly.
    look.timeout = Duration::from_secs(60);
    look.outcome().await
}

/// Its reason, where it is unknown.
pub(crate) async fn unread(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let (outcome, reason) = filed(name, bytes, json!({ "expect": { "$": { "exists": true } } })).await;
    assert_eq!(outcome, Unknown, "{name}: {reason}");
    reason.strip_prefix("`$`: the document ").unwrap_or(&reason).to_owned()
}

#[tokio::test]
async fn a_file_is_young_and_the_one_that_was_reviewed() {
    let at = crate::scripted::instant();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.bin");
    fs::write(&file, "abc").expect("written");
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let look = async |more: Value| {
        let mut settings = json!({ "file": "a.bin" });
        settings.as_object_mut().expect("a map").extend(more.as_object().cloned().expect("a map"));
        Look::new("document", settings).root(folder.path()).at(at).outcome().await.0
    };
    let written = |seconds: i64| {
        let time =
            SystemTime::from(at) + Duration::from_secs(10_000) - Duration::from_secs(u64::try_from(10_000 - seconds).expect("small"));
        fs::File::options().write(true).open(&file).expect("a file").set_modified(time).expect("a date");
    };
    for (seconds, outcome) in [(-3_599, Pass), (-3_601, Fail), (200, Pass), (301, Fail), (9_000, Fail)] {
        written(seconds);
        assert_eq!(look(json!({ "max-age": "1h" })).await, outcome, "{seconds}");
    }
    assert_eq!(look(json!({ "sha256": digest })).await, Pass);
    assert_eq!(look(json!({ "sha256": digest.replace("ba", "ab") })).await, Fail);
}

#[tokio::test]
async fn what_is_not_there_is_unknown() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("d.json")).expect("a folder");
    let expect = json!({ "$": { "exists": true } });
    for (settings, wanted) in [
        (json!({ "file": "none.json" }), "the file `none.json` does not exist"),
        (json!({ "file": "d.json" }), "the file `d.json` is a folder, not a regular file"),
        (json!({ "file": "/dev/zero", "format": "json" }), "the file `/dev/zero` is a device, not a regular file"),
        (
            json!({ "command": ["sh", "-c", "echo '{}'; echo no right >&2; exit 3"], "format": "json" }),
            "`sh` ended with exit code 3: no right",
        ),
        (
            json!({ "command": ["no-such-program"], "format": "json" }),
            "`no-such-program` is not installed or not in PATH: install it where gonogo runs, or write its whole path",
        ),
    ] {
        let mut settings = settings;
        settings["expect"] = expect.clone();
        assert_eq!(Look::new("document", settings).env(&[PATH]).root(folder.path()).outcome().await, (Unknown, wanted.to_owned()));
    }
}

#[tokio::test]
async fn what_a_command_prints_is_a_document() {
    let look = |argv: Value, more: Value| {
        let mut settings = json!({ "command": argv });
        settings.as_object_mut().expect("a map").extend(more.as_object().cloned().expect("a map"));
        Look::new("document", settings).env(&[PATH, ("REGION", "eu")])
    };
    let printed = json!(["sh", "-c", "printf 'region: %s\\nready: [true, true]\\n' \"$REGION\""]);
    let demands = json!({ "format": "yaml", "env": "REGION", "expect": { "$.region": "eu", "$.ready[*]": true } });
    assert_eq!(look(printed, demands).outcome().await.0, Pass);
    let flood = look(json!(["yes"]), json!({ "format": "yaml", "expect": { "$": { "exists": true } } }));
    assert_eq!(flood.outcome().await, (Unknown, "`yes` printed more than 64 MiB and was ended".into()));
}

#[tokio::test]
async fn what_stands_under_a_secret_name_is_never_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("prod.env"), "DB_PASSWORD=hunter2hunter2\nMODE=fast\n").expect("written");
    let gonogo = crate::gonogo::Gonogo::new()
        .plan(
            "project: p\nenvironments: { prod: {} }\nchecks:\n\
            \x20 - { id: env, document: { file: prod.env, expect: { $.DB_PASSWORD: other, $.MODE: fast } } }\n\
            \x20 - { id: json, document: { file: a.json, expect: { $: 1 } } }\n",
        )
        .file("prod.env", "DB_PASSWORD=hunter2hunter2\nMODE=fast\n")
        .file("a.json", &format!(r#"{{"pad": "{}", "env": [{{"name": "API_KEY", "value": "hunter3hunter3hunter3"}}]}}"#, "x".repeat(90)));
    let ran = gonogo.run(["verify", "--release", "1", "--format", "json=report.json"]);
    let json = gonogo.read("report.json");
    for secret in ["hunter2", "hunter3"] {
        assert!(!ran.stdout.contains(secret) && !json.contains(secret), "{json}");
    }
    assert!(json.contains("${DB_PASSWORD}"), "{json}");
}
