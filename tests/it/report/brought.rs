//! Reports that an address answers or a command prints, and lists of files of which some cannot be read.

use std::fs;

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};

use super::{COMMIT, DIGEST, coverage, load_test, release, sbom, scan_report, test_report, write};
use crate::{ca::Ca, command::PATH, hostile::Hostile, look::Look};

/// A day on which all the reports here are young.
const DAY: &str = "2026-11-20T12:00:00Z";

async fn at(kind: &'static str, settings: Value, more: Value) -> (Outcome, String) {
    let mut settings = settings;
    settings.as_object_mut().expect("a map").extend(more.as_object().cloned().expect("a map"));
    let mut look = Look::new(kind, settings).env(&[PATH, ("CI_JOB", "77")]).at(DAY.parse().expect("an instant"));
    look.release = release();
    look.timeout = std::time::Duration::from_secs(3);
    look.outcome().await
}

/// What comes of an address that answers so.
async fn asked(kind: &'static str, headers: &[&str], body: &str, more: Value) -> (Outcome, String) {
    let server = Hostile::answering(200, headers, body).await;
    at(kind, json!({ "url": server.url("/artifacts/report?job=7") }), more).await
}

#[tokio::test]
async fn every_kind_reads_what_an_address_answers_and_a_command_prints() {
    let young = "Last-Modified: Fri, 20 Nov 2026 11:00:00 GMT";
    let unbound = |more: Value| {
        let mut all = json!({ "unbound": "accepted", "max-age": "1d" });
        all.as_object_mut().expect("a map").extend(more.as_object().cloned().expect("a map"));
        all
    };
    for (kind, body, more) in [
        ("test-report", test_report::surefire(COMMIT), json!({})),
        ("coverage", coverage::PYTHON.to_owned(), unbound(json!({ "lines": "1%" }))),
        ("load-test", load_test::WRK.to_owned(), unbound(json!({ "p99": "10s" }))),
        ("scan-report", scan_report::in_order()[0].1.clone(), json!({})),
        ("sbom", sbom::in_order()[0].1.clone(), json!({})),
    ] {
        let (came, reason) = asked(kind, &[young], &body, more.clone()).await;
        assert_eq!(came, Pass, "{kind}: {reason}");
        // What a command prints has no date but its own.
        if more == json!({}) {
            let folder = tempfile::tempdir().expect("a folder");
            let file = folder.path().join("report");
            fs::write(&file, &body).expect("written");
            let (came, reason) = at(kind, json!({ "command": ["cat", file] }), more).await;
            assert_eq!(came, Pass, "{kind}: {reason}");
        }
    }
}

#[tokio::test]
async fn what_is_brought_is_bound_dated_and_named() {
    let ok = test_report::surefire(COMMIT);
    let other = test_report::surefire(&"f".repeat(40));
    let (came, reason) = asked("test-report", &[], &other, json!({})).await;
    assert!(came == Fail && reason.contains("/artifacts/report") && reason.contains("is of the commit `ffff"), "{reason}");
    for (modified, outcome, said) in [
        ("Fri, 20 Nov 2026 11:00:00 GMT", Pass, "met"),
        ("Wed, 18 Nov 2026 11:00:00 GMT", Fail, "2 d"),
        ("Sun, 22 Nov 2026 11:00:00 GMT", Fail, "in the future"),
        ("yesterday", Unknown, "does not say when it was made, and has no date"),
    ] {
        let header = format!("Last-Modified: {modified}");
        let (came, reason) = asked("test-report", &[&header], &ok, json!({ "max-age": "1d" })).await;
        assert!(came == outcome && reason.contains(said), "{modified}: {came:?} {reason}");
    }
    let script = json!({ "command": ["sh", "-c", "printf '1..1\\nok 1 %s' \"$CI_JOB\""], "env": "CI_JOB", "passed": "77" });
    let (came, reason) = at("test-report", script, json!({})).await;
    assert!(came == Unknown && reason.contains("what the file is of: `sh -c") && reason.contains("says neither a commit"), "{reason}");
    let young = json!({ "unbound": "accepted", "max-age": "1d" });
    let (came, reason) = at("test-report", json!({ "command": ["printf", "1..1\\nok 1 a\\n"] }), young).await;
    assert!(came == Unknown && reason.contains("has no date"), "{reason}");
}

#[tokio::test]
async fn what_is_no_report_is_told() {
    let ok = test_report::surefire(COMMIT);
    for (body, said) in [
        ("<!DOCTYPE html><html><body>Sign in</body></html>", "answers is an HTML page, not a test report: was it fetched without a login?"),
        ("<html><form/></html>", "is an HTML page, not a test report: was it fetched"),
        ("", "answers is empty"),
        (&ok[..ok.len() - 20], "is no XML"),
        ("{\"message\":\"Not Found\"}", "is not a test report, nor another format"),
        ("PK\u{3}\u{4}", "is compressed: unpack it"),
    ] {
        let (came, reason) = asked("test-report", &[], body, json!({})).await;
        assert!(came == Unknown && reason.contains(said) && reason.starts_with("what http://127.0.0.1:"), "{body}: {reason}");
    }
    for (script, said) in [
        ("echo '1..1'; echo no right >&2; exit 3", "`sh` ended with exit code 3: no right"),
        ("true", "what `sh` prints is empty"),
        ("echo '<html></html>'", "what `sh` prints is an HTML page"),
        ("sleep 9", "`sh`"),
        ("yes", "`sh` printed more than 64 MiB and was ended"),
    ] {
        let (came, reason) = at("test-report", json!({ "command": ["sh", "-c", script] }), json!({})).await;
        assert!(came == Unknown && reason.contains(said), "{script}: {reason}");
    }
}

#[tokio::test]
async fn only_a_whole_answer_with_200_is_a_report() {
    let ok = test_report::surefire(COMMIT);
    let elsewhere = Hostile::answering(200, &[], &ok).await;
    let to = format!("Location: {}", elsewhere.url("/storage?token=hunter2hunter2"));
    let login = json!({ "headers": { "Authorization": "Bearer hunter3hunter3" } });
    for (status, said) in [
        (301, "which is not followed: write that address"),
        (302, "which is not followed"),
        (401, "the login, a header or a right is missing"),
        (404, "answered with the status 404"),
        (503, "answered with the status 503"),
        (206, "answered with the status 206"),
    ] {
        let server = Hostile::answering(status, &[&to], &ok).await;
        let (came, reason) = at("test-report", json!({ "url": server.url("/a") }), login.clone()).await;
        assert!(came == Unknown && reason.contains(said) && !reason.contains("hunter"), "{status}: {reason}");
        assert!(server.heads()[0].contains("Bearer hunter3hunter3"));
    }
    assert_eq!(elsewhere.connections(), 0, "nobody was led there, and no token");
    for (server, said) in [
        (Hostile::dripping().await, "did not come whole"),
        (Hostile::endless().await, "is larger than 64 MiB"),
        (Hostile::silent().await, "did not answer within"),
        (Hostile::resetting().await, "reset the connection"),
    ] {
        let (came, reason) = at("sbom", json!({ "url": server.url("/") }), json!({})).await;
        assert!(came == Unknown && reason.contains(said), "{said}: {reason}");
    }
    let ca = Ca::new();
    let server = Hostile::tls(ca.demanding("127.0.0.1"), |mut visit| {
        Box::pin(async move { visit.answer(200, &[], test_report::surefire(COMMIT)).await })
    })
    .await;
    let (certificate, key) = ca.files("client");
    let url = server.url("/").replace("http:", "https:");
    let trusted = json!({ "ca-file": ca.file(), "cert-file": certificate, "key-file": key });
    assert_eq!(at("test-report", json!({ "url": url }), trusted).await.0, Pass);
    assert_eq!(at("test-report", json!({ "url": url }), json!({ "ca-file": ca.file() })).await.0, Unknown);
}

/// What a list of files comes to: each is a name with what stands in it, or nothing for one that is not there.
async fn listed(kind: &'static str, files: &[(&str, Option<&str>)], more: Value) -> (Outcome, String, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        text.map(|text| write(&folder.path().join(name), text));
    }
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    let mut settings = json!({ "file": names, "unbound": "accepted", "max-age": "1d" });
    settings.as_object_mut().expect("a map").extend(more.as_object().cloned().expect("a map"));
    let look = || {
        let mut look = Look::new(kind, settings.clone()).root(folder.path()).at(DAY.parse().expect("an instant"));
        look.release = release();
        look
    };
    let judged = look().look().await;
    let open = judged.map(|judged| judged.expectations.iter().filter(|one| one.met.is_none()).map(|one| one.line()).collect());
    let (came, reason) = look().outcome().await;
    (came, reason, open.unwrap_or_default())
}

#[tokio::test]
async fn a_red_file_stays_red_beside_one_that_cannot_be_read() {
    let red = "1..2\nok 1 a\nnot ok 2 b\n";
    for lost in [Some("<testsuite>"), Some(""), Some("all is well"), None] {
        let (came, reason, open) = listed("test-report", &[("a", Some(red)), ("b", lost)], json!({})).await;
        assert!(came == Fail && reason.starts_with("failed tests: got 1 of 2 tests: b"), "{came:?} {reason}");
        assert!(open.len() == 1 && open[0].starts_with("what cannot be read: ") && open[0].contains("`b`"), "{open:?}");
    }
    let green = "1..1\nok 1 a\n";
    let (came, reason, _) = listed("test-report", &[("a", Some(green)), ("b", None)], json!({})).await;
    assert!(came == Unknown && reason.starts_with("what cannot be read: there is no file `b`"), "{reason}");
    // What the missing file may hold is not missing.
    let more = json!({ "min-tests": 5, "passed": "z", "max-skipped": "0%" });
    let half = "1..2\nok 1 a\nok 2 b # SKIP\n";
    let (came, reason, open) = listed("test-report", &[("a", Some(half)), ("b", Some("{"))], more).await;
    assert!(came == Unknown && open.len() == 4, "{came:?} {reason} {open:?}");
    let (came, reason, _) = listed("test-report", &[("a", Some(half)), ("b", Some("{"))], json!({ "max-skipped": 0 })).await;
    assert!(came == Fail && reason.starts_with("skipped tests"), "{reason}");
    let grave = r#"[{"RuleID":"aws","Secret":"x","File":"a","Fingerprint":"f"}]"#;
    let (came, reason, open) = listed("scan-report", &[("a", Some(grave)), ("b", Some("{"))], json!({ "checks": "cis-1" })).await;
    assert!(came == Fail && reason.starts_with("open findings: got aws") && open.len() == 2, "{came:?} {reason} {open:?}");
    let other = sbom::in_order()[0].1.replace(DIGEST, &"e".repeat(64));
    let (came, reason, open) = listed("sbom", &[("a", Some(&other)), ("b", None)], json!({ "min-components": 999 })).await;
    assert!(came == Fail && reason.starts_with("what the file is of") && open.len() == 2, "{came:?} {reason} {open:?}");
    // A share may still become another one.
    let (came, reason, open) = listed("coverage", &[("a", Some(coverage::PYTHON)), ("b", None)], json!({ "lines": "100%" })).await;
    assert!(came == Unknown && open.len() == 2, "{came:?} {reason} {open:?}");
}

#[tokio::test]
async fn a_test_beyond_its_limit_stays_red_without_the_earlier_one() {
    let more = json!({ "p99": "1ms", "against": { "file": "none" } });
    let (came, reason, open) = listed("load-test", &[("a", Some(load_test::WRK))], more).await;
    assert!(came == Fail && reason.starts_with("response time of 99 %"), "{came:?} {reason}");
    assert!(open == ["the earlier test: there is no file `none`: let it be made before this runs, or mend the path"], "{open:?}");
}
