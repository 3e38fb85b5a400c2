//! The files themselves: what they are, and what they do to whoever reads them.

use std::{
    fmt::Write as _,
    fs,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use gonogo::model::Outcome::{Pass, Unknown};
use serde_json::json;

use super::{bound, coverage, load_test, outcome, test_report, unbound, write};
use crate::look::Look;

#[tokio::test]
async fn what_is_another_format_is_named() {
    for (kind, text, said) in [
        ("test-report", r#"{"bomFormat":"CycloneDX","specVersion":"1.5"}"#, "is CycloneDX JSON, not a test report"),
        ("test-report", coverage::PYTHON, "is Cobertura XML, not a test report"),
        ("coverage", load_test::EXPORT, "is k6's summary export, not a coverage report"),
        ("coverage", test_report::CTRF, "is CTRF JSON, not a coverage report"),
        ("load-test", test_report::CTRF, "is CTRF JSON, not the report of a load test"),
        ("load-test", load_test::WRK, ""),
        ("load-test", r#"{"type":"Metric","data":{},"contains":"time","metric":"http_reqs"}"#, "is k6's stream of single points"),
        ("test-report", "<!DOCTYPE html><html><body>Login</body></html>", "is an HTML page, not a test report"),
        ("test-report", "<html><p>Not found<br></html>", "is an HTML page, not a test report"),
        ("test-report", r#"<test-run id="0" total="3"/>"#, "is NUnit 3 XML, not a test report: convert it to JUnit"),
        ("test-report", r#"{"numTotalTests":3,"testResults":[]}"#, "is Jest's JSON, not a test report"),
        ("test-report", "[]", "is an empty list"),
        ("test-report", "", "is empty"),
        ("test-report", "\n \n", "is empty"),
        (
            "test-report",
            "[INFO] Tests run: 3, Failures: 0",
            "is not a test report, nor another format that is known here: it begins with `[INFO]",
        ),
        ("test-report", "all is well", "it begins with `all is well`"),
        ("test-report", r#"{"ok":true}"#, "nor another format that is known here"),
        ("test-report", "\u{1f}\u{8b}", "nor another format"),
        ("coverage", "mode: atomic\na.go:1.1,2.2 1 1\n", "is Go's cover profile"),
    ] {
        let more = match kind {
            "coverage" => json!({ "lines": "1%" }),
            "load-test" => json!({ "p95": "300ms" }),
            _ => json!({}),
        };
        let (came, reason) = outcome(unbound(kind, ("report", text), more)).await;
        assert!(reason.contains(said) && (came == Unknown) != said.is_empty(), "{text}: {came:?} {reason}");
    }
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain("TAP version 13".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for (bytes, said) in [(utf16, "is UTF-16: save it as UTF-8"), (vec![0x1f, 0x8b, 8, 0], "is compressed: unpack it")] {
        let (came, reason) = test_report::look("report", bytes, json!({})).await;
        assert!(came == Unknown && reason.ends_with(said), "{reason}");
    }
    let (came, reason) = test_report::look("a.xml", coverage::PYTHON, json!({ "format": "junit" })).await;
    assert_eq!((came, reason.as_str()), (Unknown, "the file `a.xml` is Cobertura XML, not JUnit XML"));
}

#[tokio::test]
async fn every_file_of_a_pattern_counts_and_each_must_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = write(&folder.path().join("none"), "");
    let look = async || {
        let settings = json!({ "file": "r/**/*.xml", "min-tests": 4, "unbound": "accepted", "max-age": "1d" });
        Look::new("test-report", settings).root(folder.path()).at(at).outcome().await
    };
    assert_eq!(look().await, (Unknown, "there is no file `r/**/*.xml`: let it be made before this runs, or mend the path".into()));
    fs::create_dir_all(folder.path().join("r/b")).expect("a folder");
    write(&folder.path().join("r/a.xml"), "<testsuite><testcase name='a'/><testcase name='b'/></testsuite>");
    write(&folder.path().join("r/b/c.xml"), "<testsuite><testcase name='a'/><testcase name='b'/></testsuite>");
    let (came, reason) = look().await;
    assert_eq!(came, Pass, "{reason}");
    write(&folder.path().join("r/b/d.xml"), "<testsuite>");
    assert_eq!(
        look().await,
        (Unknown, "what cannot be read: the file `r/b/d.xml` is no XML: it ends within the element `testsuite`".into())
    );
}

#[tokio::test]
async fn hostile_files_are_refused() {
    let deep = "<testsuite>".repeat(10_000);
    let long = format!("<testsuite><testcase name=\"{}\"/></testsuite>", "x".repeat(2 << 20));
    for (text, said) in [
        (deep, "is nested more than 128 deep"),
        (long, "a tag is larger than 1 MiB"),
        ("<!DOCTYPE t [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><testsuite>&b;</testsuite>".into(), "declarations of its own"),
        ("<testsuite>&b;</testsuite>".into(), "an entity that is not known"),
        (format!("{{\"reportFormat\":\"CTRF\",\"results\":{}", "[".repeat(100_000)), "recursion limit"),
        (format!("{{\"reportFormat\":\"CTRF\",\"odd\":{}", "[".repeat(100_000)), "recursion limit"),
        (
            format!("{{\"reportFormat\":\"CTRF\",\"results\":{{\"tests\":[{}1]}}}}", "1,".repeat(300_000)),
            "more than 300000 values in it matter",
        ),
        (format!("1..1\nok 1 {}\n", "x".repeat(2 << 20)), "a line longer than 1 MiB"),
    ] {
        let (came, reason) = test_report::look("report", &text, json!({})).await;
        assert!(came == Unknown && reason.contains(said) && reason.len() < 600, "{said}: {reason}");
    }
    let (look, _folder) = bound("test-report", ("a.xml", "x"), json!({ "file": "/dev/zero" }));
    let (_, reason) = look.outcome().await;
    assert_eq!(reason, "the file `/dev/zero` is a device, not a regular file");
}

/// The most memory that the program takes for a check of this report, in KiB.
fn peak(name: &str, text: &str) -> u64 {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, text).expect("written");
    // By this process's clock, which may be moved; that of the file system is not.
    fs::File::options().write(true).open(path).expect("a file").set_modified(crate::gonogo::now().into()).expect("a date");
    let plan = format!(
        "project: p\nenvironments: {{ prod: {{}} }}\nchecks:\n\
        \x20 - {{ id: it, timeout: 5m, test-report: {{ file: {name}, unbound: accepted, max-age: 1d }} }}\n"
    );
    fs::write(folder.path().join("gonogo.yaml"), plan).expect("written");
    let mut child = Command::new(env!("CARGO_BIN_EXE_gonogo"))
        .args(["verify", "--env", "prod", "--release", "1", "--format", "json=report.json", "--no-record"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    let (status, mut most) = (format!("/proc/{}/status", child.id()), 0);
    let code = loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with("VmHWM:"));
        most = most.max(line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or_default());
        if let Some(code) = child.try_wait().expect("a child") {
            break code;
        }
        thread::sleep(Duration::from_millis(20));
    };
    assert!(code.success(), "{name}: {code}: {}", fs::read_to_string(folder.path().join("report.json")).unwrap_or_default());
    most
}

/// Files of 100 MB of each way to read: elements, one text, JSON that is not kept, lines.
#[test]
fn a_hundred_megabytes_are_streamed() {
    const SIZE: usize = 100 << 20;
    let log = "all is well &amp; good\n".repeat(SIZE / 23);
    let small = peak("small.xml", "<testsuite><testcase name=\"a\"/></testsuite>");
    let repeated = |begin: &str, piece: &str, end: &str| format!("{begin}{}{end}", piece.repeat(SIZE / piece.len()));
    let case = "<testcase classname=\"com.example.AnApiTestOfSomeLength\" name=\"it does what it should\" time=\"0.001\"/>\n";
    let skipped = r#"{"reportFormat":"CTRF","results":{"tests":[{"name":"a","status":"passed","trace":["#;
    let mut lines = String::new();
    let mut count = 0;
    while lines.len() < SIZE {
        count += 1;
        let _ = writeln!(lines, "ok {count} - a test with a name of some length, as they have it");
    }
    let _ = writeln!(lines, "1..{count}");
    let files: [(&str, &dyn Fn() -> String); 4] = [
        ("many.xml", &(|| repeated("<testsuite>", case, "</testsuite>"))),
        ("data.xml", &(|| format!("<testsuite><testcase name=\"a\"/><system-out><![CDATA[{log}]]></system-out></testsuite>"))),
        ("skipped.json", &(|| repeated(skipped, "\"at a line of a trace that nobody looks at\",", "1]}]}}"))),
        ("lines.tap", &(|| lines.clone())),
    ];
    for (name, text) in files {
        let taken = peak(name, &text());
        assert!(taken < small + (64 << 10), "{name}: {taken} KiB, and {small} KiB for a small one");
    }
}
