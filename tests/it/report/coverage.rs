//! The kind `coverage`.

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};

use super::{outcome, unbound};

/// As lcov 1.16 and Istanbul write it.
const LCOV: &str = "TN:\nSF:src/a.js\nFN:1,(anonymous_0)\nFNF:1\nFNH:1\nFNDA:3,(anonymous_0)\nDA:1,3\nDA:2,0\nLF:2\nLH:1\nBRDA:1,0,0,1\nBRDA:1,0,1,-\nBRF:2\nBRH:1\nend_of_record\n";

/// As lcov 2.x writes it, without sums of branches.
const LCOV2: &str = "TN:\nSF:/src/b.c\nVER:1\nFNL:0,1,9\nFNA:0,1,main\nFNF:1\nFNH:1\nDA:1,1\nDA:2,1,abc\nLF:2\nLH:2\nend_of_record\n";

/// As coverage.py writes it, with its document type as older versions have it.
pub(crate) const PYTHON: &str = r#"<?xml version="1.0" ?>
<!DOCTYPE coverage SYSTEM 'http://cobertura.sourceforge.net/xml/coverage-04.dtd'>
<coverage version="7.4.0" timestamp="1795168800000" lines-valid="4" lines-covered="3" line-rate="0.75" branches-covered="1" branches-valid="2" branch-rate="0.5" complexity="0">
	<sources><source>/app</source></sources>
	<packages><package name="." line-rate="0.75" branch-rate="0.5" complexity="0"><classes><class name="a.py" filename="a.py" complexity="0" line-rate="0.75" branch-rate="0.5">
		<methods/><lines><line number="1" hits="1"/><line number="2" hits="1" branch="true" condition-coverage="50% (1/2)" missing-branches="4"/><line number="3" hits="1"/><line number="4" hits="0"/></lines>
	</class></classes></package></packages>
</coverage>"#;

/// As Cobertura 1.9 writes it: no sums, the lines of methods twice.
const OLD: &str = r#"<?xml version="1.0"?><!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-03.dtd"><coverage line-rate="0.5" branch-rate="0.5" version="1.9" timestamp="1795168800"><packages><package name="p"><classes><class name="c" filename="c.java"><methods><method name="m"><lines><line number="1" hits="1" branch="false"/></lines></method></methods><lines><line number="1" hits="1" branch="true" condition-coverage="50% (1/2)"/><line number="2" hits="0" branch="false"/></lines></class></classes></package></packages></coverage>"#;

const JACOCO: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd"><report name="api"><sessioninfo id="ci-1" start="1795168700000" dump="1795168800000"/><package name="com/example"><counter type="LINE" missed="9" covered="1"/></package><counter type="INSTRUCTION" missed="1" covered="9"/><counter type="BRANCH" missed="1" covered="1"/><counter type="LINE" missed="1" covered="3"/><counter type="METHOD" missed="0" covered="2"/></report>"#;

pub(crate) async fn look(name: &str, text: impl AsRef<[u8]>, more: Value) -> (Outcome, String) {
    outcome(unbound("coverage", (name, text), more)).await
}

/// Files in order; each has half of its lines covered.
pub(crate) fn in_order() -> Vec<(&'static str, String)> {
    vec![
        ("lcov.info", LCOV.into()),
        ("lcov2.info", LCOV2.into()),
        ("windows.info", LCOV.replace('\n', "\r\n")),
        ("nosums.info", LCOV.replace("LF:2\nLH:1\n", "")),
        ("python.xml", PYTHON.into()),
        ("old.xml", OLD.into()),
        ("jacoco.xml", JACOCO.into()),
    ]
}

/// The same with something in it that nobody knows, or that contradicts the rest.
pub(crate) fn odd() -> Vec<(&'static str, String)> {
    vec![
        ("cut.info", LCOV.replace("end_of_record\n", "")),
        ("sums.info", LCOV.replace("LH:1", "LH:2")),
        ("more.info", LCOV.replace("LH:1", "LH:3")),
        ("twice.info", LCOV.repeat(2)),
        ("line.info", LCOV.replace("LF:2", "ODD:2\nLF:2")),
        ("words.info", format!("{LCOV}all is well\n")),
        ("rate.xml", PYTHON.replace("line-rate=\"0.75\" branches", "line-rate=\"0.99\" branches")),
        ("more.xml", PYTHON.replace("lines-covered=\"3\"", "lines-covered=\"5\"")),
        ("lines.xml", PYTHON.replacen("hits=\"1\"", "hits=\"0\"", 1)),
        ("hits.xml", OLD.replace("hits=\"0\"", "hits=\"odd\"")),
        ("cut.xml", PYTHON[..PYTHON.len() - 10].into()),
        ("entity.xml", PYTHON.replace(".dtd'>", ".dtd' [<!ENTITY a \"b\">]>")),
        ("sums.xml", JACOCO.replace("type=\"LINE\" missed=\"1\"", "type=\"ODD\" missed=\"1\"")),
    ]
}

#[tokio::test]
async fn shares_are_of_what_is_there() {
    let empty =
        PYTHON.replace("lines-valid=\"4\" lines-covered=\"3\" line-rate=\"0.75\"", "lines-valid=\"0\" lines-covered=\"0\" line-rate=\"1\"");
    for (name, text, more, outcome) in [
        ("a.info", LCOV, json!({ "lines": "50%", "branches": "50%", "functions": "100%" }), Pass),
        ("a.info", LCOV, json!({ "lines": "50.1%" }), Fail),
        ("a.info", LCOV2, json!({ "branches": "1%" }), Unknown),
        ("a.xml", PYTHON, json!({ "lines": "75%", "branches": "50%" }), Pass),
        ("a.xml", PYTHON, json!({ "lines": "75.1%" }), Fail),
        ("a.xml", PYTHON, json!({ "functions": "1%" }), Unknown),
        ("a.xml", OLD, json!({ "lines": "50%", "branches": "50%" }), Pass),
        ("a.xml", OLD, json!({ "lines": "51%" }), Fail),
        ("a.xml", JACOCO, json!({ "lines": "75%", "branches": "50%", "functions": "100%" }), Pass),
        ("a.xml", &empty, json!({ "lines": "1%" }), Unknown),
        ("a.info", "TN:\n", json!({ "lines": "1%" }), Unknown),
    ] {
        let (came, reason) = look(name, text, more.clone()).await;
        assert_eq!(came, outcome, "{text} {more}: {reason}");
    }
}

#[tokio::test]
async fn it_is_as_old_as_it_says() {
    let old = PYTHON.replace("1795168800000", "1794736000000");
    assert_eq!(look("a.xml", old, json!({ "lines": "50%" })).await.0, Fail);
    let ahead = PYTHON.replace("1795168800000", "1804736000000");
    assert_eq!(look("a.xml", ahead, json!({ "lines": "50%" })).await.0, Fail);
}
