//! The kind `test-report`.

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};

use super::{COMMIT, bound, outcome, unbound};

/// As pytest writes it.
const PYTEST: &str = r#"<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="0" failures="0" skipped="1" tests="3" time="0.041" timestamp="2026-11-20T09:12:44.100000+00:00" hostname="ci"><testcase classname="tests.test_api" name="test_get[a-1]" time="0.001" /><testcase classname="tests.test_api" name="test_put" time="0.001" /><testcase classname="tests.test_api" name="test_old" time="0.000"><skipped type="pytest.skip" message="no longer">/srv/t.py:9: no longer</skipped></testcase></testsuite></testsuites>"#;

/// As Surefire 3 writes it: one suite as the root, its properties in it, a flaky test.
pub(crate) fn surefire(commit: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0.2" name="com.example.ApiTest" time="0.2" tests="2" errors="0" skipped="0" failures="0" flakes="1">
  <properties>
    <property name="java.version" value="21.0.4"/>
    <property name="git.commit.id" value="{commit}"/>
  </properties>
  <testcase name="get" classname="com.example.ApiTest" time="0.1"/>
  <testcase name="put" classname="com.example.ApiTest" time="0.1">
    <flakyFailure message="expected: &lt;1&gt;" type="org.opentest4j.AssertionFailedError"><stackTrace><![CDATA[at x]]></stackTrace><system-out>x</system-out></flakyFailure>
    <system-out><![CDATA[<testcase><failure/></testcase>]]></system-out>
  </testcase>
</testsuite>"#
    )
}

/// Nested suites, as Jest's and Bazel's are.
const NESTED: &str = r#"<testsuites><testsuite name="outer"><testsuite name="inner" tests="1"><testcase name="a" status="run" result="completed"/></testsuite><testcase name="b"/></testsuite></testsuites>"#;

pub(crate) const CTRF: &str = r#"{"reportFormat":"CTRF","specVersion":"0.0.0","results":{"tool":{"name":"playwright"},"summary":{"tests":2,"passed":2,"failed":0,"pending":0,"skipped":0,"other":0,"start":1795165200000,"stop":1795165260000},"tests":[{"name":"logs in","status":"passed","duration":801,"suite":"login"},{"name":"logs out","status":"passed","duration":20,"retries":1,"flaky":true}],"environment":{"commit":"COMMIT","branchName":"main"}}}"#;

const TAP13: &str =
    "TAP version 13\n1..3\nok 1 - boots\n# a note\nok 2 reads # SKIP no disk\nnot ok 3 writes # TODO later\n  ---\n  message: odd\n  ...\n";
const TAP14: &str =
    "TAP version 14\n# Subtest: users\n    ok 1 - lists\n    ok 2 - adds\n    1..2\nok 1 - users # time=3ms\n1..1\n# tests 1\n# pass 1\n";

pub(crate) async fn look(name: &str, text: impl AsRef<[u8]>, more: Value) -> (Outcome, String) {
    outcome(unbound("test-report", (name, text), more)).await
}

/// Reports in order, as many tools write them.
pub(crate) fn in_order() -> Vec<(&'static str, String)> {
    vec![
        ("pytest.xml", PYTEST.into()),
        ("surefire.xml", surefire(COMMIT)),
        ("jest.xml", NESTED.into()),
        ("bom.xml", format!("\u{feff}{NESTED}")),
        ("ctrf.json", CTRF.replace("COMMIT", &COMMIT[..8])),
        ("a.tap", TAP13.into()),
        ("b.tap", TAP14.into()),
        ("gtest.xml", r#"<testsuites tests="2" failures="0" disabled="1" errors="0" timestamp="2026-11-20T09:00:00.12" name="AllTests"><testsuite name="S" tests="2" failures="0" disabled="1" skipped="0" errors="0"><testcase name="A" file="a.cc" line="3" status="run" result="completed" time="0." classname="S"/><testcase name="B" status="notrun" result="suppressed" time="0." classname="S"/></testsuite></testsuites>"#.into()),
        ("nextest.xml", r#"<testsuites name="nextest-run" tests="1" failures="0" errors="0" uuid="1" timestamp="2026-11-20T09:00:00.000+00:00" time="0.1"><testsuite name="app" tests="1" disabled="0" errors="0" failures="0"><testcase name="t" classname="app" timestamp="2026-11-20T09:00:00.000+00:00" time="0.01"><flakyFailure timestamp="2026-11-20T09:00:00.000+00:00" message="m" type="t">x<system-out>y</system-out></flakyFailure></testcase></testsuite></testsuites>"#.into()),
    ]
}

/// The same with something in it that nobody knows, or that contradicts the rest.
pub(crate) fn odd() -> Vec<(&'static str, String)> {
    vec![
        ("more.xml", PYTEST.replace("tests=\"3\"", "tests=\"4\"")),
        ("told.xml", PYTEST.replace("errors=\"0\"", "errors=\"1\"")),
        ("status.xml", NESTED.replace("completed", "odd-ish")),
        ("element.xml", NESTED.replace("<testcase name=\"b\"/>", "<testcase name=\"b\"><odd/></testcase>")),
        ("beside.xml", NESTED.replace("<testcase name=\"b\"/>", "<testcase name=\"b\"/><odd/>")),
        ("cut.xml", PYTEST[..PYTEST.len() - 20].into()),
        ("entity.xml", NESTED.replace("<testsuites>", "<!DOCTYPE t [<!ENTITY a \"b\">]><testsuites>")),
        ("status.json", CTRF.replace("COMMIT", COMMIT).replacen("\"status\":\"passed\"", "\"status\":\"odd\"", 1)),
        ("counts.json", CTRF.replace("COMMIT", COMMIT).replace("\"failed\":0", "\"failed\":1")),
        ("twice.json", CTRF.replace("COMMIT", COMMIT).replace("\"specVersion\"", "\"reportFormat\":\"CTRF\",\"specVersion\"")),
        ("cut.json", CTRF[..CTRF.len() - 1].into()),
        ("noplan.tap", TAP13.replace("1..3\n", "")),
        ("block.tap", "1..1\nok 1\n  ---\nnot ok 2\n".into()),
        ("line.tap", format!("{TAP13}all is well\n")),
        ("order.tap", TAP13.replace("ok 2", "ok 7")),
    ]
}

#[tokio::test]
async fn what_stands_there_counts_and_not_what_is_told() {
    let failing = |child: &str| NESTED.replace("<testcase name=\"b\"/>", &format!("<testcase name=\"b\">{child}</testcase>"));
    for (name, text, outcome, said) in [
        ("f.xml", failing("<failure message=\"m\"/>"), Fail, "1 of 2 tests: b"),
        ("e.xml", failing("<error>x</error><flakyFailure/>"), Fail, "1 of 2 tests: b"),
        ("r.xml", failing("<failure/><rerunFailure message=\"again\"/>"), Fail, "1 of 2 tests: b"),
        ("s.xml", failing("<skipped/>"), Pass, ""),
        ("i.xml", NESTED.replace("completed", "interrupted"), Fail, "1 of 2 tests: a"),
        ("suite.xml", NESTED.replace("<testcase name=\"b\"/>", "<error/>"), Fail, "1 of 2 tests: outer"),
        ("none.xml", "<testsuites tests=\"0\"/>".into(), Fail, "tests that ran: got 0, wanted at least 1"),
        ("skipped.xml", "<testsuite><testcase name=\"a\"><skipped/></testcase></testsuite>".into(), Fail, "got 0, wanted at least 1"),
        ("f.json", CTRF.replace("COMMIT", COMMIT).replacen("passed\",\"duration", "failed\",\"duration", 1), Fail, "1 of 2 tests: logs in"),
        ("f.tap", TAP13.replace("ok 1", "not ok 1"), Fail, "1 of 3 tests: boots"),
        ("short.tap", "1..3\nok 1\nok 2\n".into(), Fail, "1 of the 3 planned tests, which did not run"),
        ("bail.tap", "1..1\nok 1\nBail out! no database\n".into(), Fail, "bailed out: no database"),
        ("empty.tap", "TAP version 13\n1..0 # SKIP no tests here\n".into(), Fail, "tests that ran: got 0"),
    ] {
        let (came, reason) = look(name, text, json!({})).await;
        assert!(came == outcome && reason.contains(said), "{name}: {came:?} {reason}");
    }
}

#[tokio::test]
async fn how_many_may_be_skipped_or_flaky_and_which_must_have_run() {
    let surefire = surefire(COMMIT);
    for (name, text, more, outcome) in [
        ("a.xml", PYTEST, json!({ "max-skipped": 1, "min-tests": 2 }), Pass),
        ("a.xml", PYTEST, json!({ "max-skipped": 0 }), Fail),
        ("a.xml", PYTEST, json!({ "max-skipped": "33%" }), Fail),
        ("a.xml", PYTEST, json!({ "max-skipped": "34%" }), Pass),
        ("a.xml", PYTEST, json!({ "min-tests": 3 }), Fail),
        ("a.xml", PYTEST, json!({ "passed": ["pytest", "tests.test_api", "tests.test_api.test_put"] }), Pass),
        ("a.xml", PYTEST, json!({ "passed": "test_old" }), Fail),
        ("a.xml", PYTEST, json!({ "passed": "test" }), Fail),
        ("b.xml", &surefire, json!({ "max-flaky": 1 }), Pass),
        ("b.xml", &surefire, json!({ "max-flaky": 0 }), Fail),
        ("b.tap", TAP14, json!({ "passed": "users" }), Pass),
    ] {
        let (came, reason) = look(name, text, more.clone()).await;
        assert_eq!(came, outcome, "{name} {more}: {reason}");
    }
}

#[tokio::test]
async fn a_report_is_of_this_release_or_it_is_none() {
    let ctrf = |commit: &str| CTRF.replace("COMMIT", commit);
    for (name, text, outcome) in [
        ("a.xml", surefire(COMMIT), Pass),
        ("a.xml", surefire(&COMMIT[..9]), Pass),
        ("a.xml", surefire(&COMMIT.to_uppercase()), Pass),
        ("a.xml", surefire(&COMMIT[..6]), Fail),
        ("a.xml", surefire(&COMMIT.replace('0', "1")), Fail),
        ("a.xml", surefire("${git.commit.id}"), Fail),
        ("a.xml", surefire(""), Unknown),
        ("a.xml", PYTEST.into(), Unknown),
        ("a.json", ctrf(COMMIT), Pass),
        ("a.json", ctrf("deadbeefdeadbeef"), Fail),
        ("a.json", ctrf(""), Unknown),
        ("a.tap", TAP13.into(), Unknown),
    ] {
        let (came, reason) = super::outcome(bound("test-report", (name, text), json!({}))).await;
        assert_eq!(came, outcome, "{name}: {reason}");
    }
    // What names another commit is red, whatever the plan accepts.
    assert_eq!(look("a.xml", surefire(&COMMIT.replace('0', "1")), json!({})).await.0, Fail);
}
