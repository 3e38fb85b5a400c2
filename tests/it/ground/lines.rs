//! Nothing of a target reaches an output raw, early or as a line of its own.

use axum::{Router, routing::get};

use super::{report, target};
use crate::gonogo::Gonogo;

const LATE: &str = "gK7vQ2mZp9xLt4Rb";

/// The first check quotes what only the second one finds to be a secret.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_learned_late_is_in_no_line_before() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let api = format!("http://{}", listener.local_addr().expect("an address"));
    let router = Router::new().route("/", get(|| async { axum::Json(serde_json::json!({ "key": LATE })) }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let gonogo = Gonogo::new()
        .plan(
            "project: p\nenvironments: { prod: {} }\nchecks:\n\
             \x20 - { id: quotes, severity: warning, http: { url: \"${API}\", expect: { json: { \"$.key\": other } } } }\n\
             \x20 - { id: quotes-more, severity: warning, http: { url: \"${API}\", expect: { contains: other } } }\n\
             \x20 - { id: gone, severity: warning, retry: { attempts: 2, delay: 10ms }, http: { url: \"http://127.0.0.1:1/${PIECE}\" } }\n\
             \x20 - { id: slow, severity: warning, retry: { attempts: 2, delay: 2s }, http: { url: \"http://127.0.0.1:1/\" } }\n\
             \x20 - { id: finds, secrets: { source: { env-file: \"prod.env\" }, keys: [APP_KEY] } }\n",
        )
        .file("prod.env", &format!("APP_KEY={LATE}\n"))
        .env("API", &api)
        .env("PIECE", LATE);
    for arguments in [&["verify"][..], &["verify", "-v"], &["verify", "--jobs", "1"], &["verify", "--format", "json"]] {
        let ran = gonogo.run(arguments);
        assert!(ran.stderr.contains("again    gone") && ran.stderr.contains("quotes: failed"), "{}", ran.stderr);
        assert!(!ran.stderr.contains(LATE), "{arguments:?}: {}", ran.stderr);
        assert!(!ran.stdout.contains(LATE) && ran.stdout.contains("${APP_KEY}"), "{arguments:?}: {}", ran.stdout);
    }
}

/// A program is handed the whole environment, also what the plan does not name.
#[test]
fn a_secret_of_the_environment_that_the_plan_does_not_name_is_hidden() {
    let gonogo = Gonogo::new()
        .plan(
            "project: p\nenvironments: { prod: {} }\nchecks:\n\
             \x20 - { id: it, secrets: { source: { command: [sh, -c, \"echo so-so $OTHER_TOKEN >&2; exit 1\"] }, keys: [A] } }\n",
        )
        .env("OTHER_TOKEN", "correct horse battery");
    let ran = gonogo.run(["verify", "-v"]).exits(3);
    assert!(ran.stdout.contains("so-so ${OTHER_TOKEN}") && !(ran.stdout + &ran.stderr).contains("horse"));
}

#[test]
fn a_target_is_one_visible_line() {
    for (name, said) in
        [("a\nPASS forged", r"a\nPASS forged"), ("a\u{ad}b\u{3164}", r"a\u{ad}b\u{3164}"), ("a\tb\u{202e}c", r"a\tb\u{202e}c")]
    {
        let file = serde_json::to_string(name).expect("quoted");
        for (check, line) in [
            (format!("secrets: {{ source: {{ env-file: {file} }}, keys: [A] }}"), format!("file {said}")),
            (format!("backup: {{ files: {file}, max-age: 1d }}"), format!("files {said}")),
            (format!("tls: {{ file: {file} }}"), format!("file {said}")),
        ] {
            let gonogo = Gonogo::new().plan(&format!("project: p\nenvironments: {{ prod: {{}} }}\nchecks:\n  - id: it\n    {check}\n"));
            let listed = gonogo.run(["plan"]).exits(0).stdout;
            assert!(listed.lines().any(|shown| shown == line), "{check}:\n{listed}");
            let report = report(&gonogo);
            assert!(target(&report, "it").ends_with(name), "the report itself has the very bytes");
            for format in gonogo::render::FORMATS.iter().map(|format| format.name).filter(|name| *name != "json") {
                let text = gonogo.read(&format!("out.{format}"));
                assert!(!text.contains(['\u{ad}', '\u{3164}', '\u{202e}']), "{format}: {text}");
                assert!(format == "html" || !text.lines().any(|line| line.trim_start().starts_with("PASS forged")), "{format}: {text}");
            }
        }
    }
}

/// Words of people in the deployment log: one row each, whatever stands in them.
#[test]
fn a_row_of_the_log_is_one_line() {
    let gonogo = Gonogo::new()
        .plan("project: p\nenvironments: { prod: {} }\nledger: log.db\nchecks: [{ id: a, http: { url: \"http://127.0.0.1:1/\" } }]\n");
    gonogo.run(["log", "init"]).exits(0);
    let notes = "rolled out\n2026-01-01 00:00:00 UTC  9.9.9  Eve (key)  succeeded\u{3164}\u{ad}\ttoday";
    gonogo.run(["deploy", "record", "--release", "1.0.0", "--status", "succeeded", "--notes", notes]).exits(0);
    for arguments in [&["log"][..], &["log", "--all"], &["log", "--format", "csv"]] {
        let ran = gonogo.run(arguments).exits(0);
        assert!(!ran.stdout.lines().any(|line| line.starts_with("2026-01-01")), "{arguments:?}: {}", ran.stdout);
        assert!(!ran.stdout.contains(['\u{3164}', '\u{ad}', '\t']), "{arguments:?}: {}", ran.stdout);
    }
    assert_eq!(gonogo.run(["log"]).stdout.lines().count(), 2);
}
