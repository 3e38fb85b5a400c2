//! What the machines that read our formats take: Jenkins JUnit by its schema, GitHub SARIF without kinds and suppressions.

use gonogo::{
    model::{Finding, Outcome},
    render::{FORMATS, Page},
};
use quick_xml::{Reader, events::Event};
use serde_json::Value;

use super::sample;

type Words = &'static [&'static str];
type Rule = (&'static str, Words, Words, Words);

/// Elements of Jenkins' junit-10.xsd that we use: the attributes that one must have and may have, and what may stand in it.
const SCHEMA: [Rule; 10] = [
    ("testsuites", &[], &["name", "time", "tests", "failures", "errors"], &["testsuite"]),
    (
        "testsuite",
        &["name", "tests", "failures", "errors"],
        &["group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"],
        &["testsuite", "properties", "testcase", "system-out", "system-err"],
    ),
    ("properties", &[], &[], &["property"]),
    ("property", &["name", "value"], &[], &[]),
    (
        "testcase",
        &["name"],
        &["time", "classname", "group"],
        &["skipped", "error", "failure", "rerunFailure", "rerunError", "flakyFailure", "flakyError", "system-out", "system-err"],
    ),
    ("failure", &[], &["type", "message"], &[]),
    ("error", &[], &["type", "message"], &[]),
    ("skipped", &[], &["type", "message"], &[]),
    ("flakyFailure", &["type"], &["message"], &["stackTrace", "system-out", "system-err"]),
    ("system-out", &[], &[], &[]),
];

fn rendered(format: &str, page: &Page<'_>) -> String {
    (FORMATS.iter().find(|known| known.name == format).expect("a format").render)(page).into_owned()
}

#[test]
fn junit_is_as_jenkins_takes_it() {
    let seconds = regex::Regex::new(r"^(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?$").expect("a pattern");
    let silent = regex::Regex::new("<(failure|error)[^>]*/>").expect("a pattern");
    for name in sample::NAMES {
        let text = rendered("junit", &Page::new(&sample::stored(name)));
        let mut reader = Reader::from_str(&text);
        reader.config_mut().expand_empty_elements = true;
        let mut open: Vec<String> = Vec::new();
        loop {
            match reader.read_event().expect("XML") {
                Event::Start(element) => {
                    let own = String::from_utf8(element.name().as_ref().to_vec()).expect("text");
                    let (_, must, may, _) = SCHEMA.iter().find(|(known, ..)| *known == own).unwrap_or_else(|| panic!("{name}: <{own}>"));
                    let within = open.last().is_none_or(|parent| {
                        SCHEMA.iter().any(|(known, .., children)| known == parent && children.contains(&own.as_str()))
                    });
                    assert!(within, "{name}: <{own}> in {open:?}");
                    let attributes: Vec<(String, String)> = element
                        .attributes()
                        .map(|one| one.expect("an attribute"))
                        .map(|one| {
                            (String::from_utf8_lossy(one.key.as_ref()).into_owned(), String::from_utf8_lossy(&one.value).into_owned())
                        })
                        .collect();
                    for (key, value) in &attributes {
                        assert!(must.contains(&key.as_str()) || may.contains(&key.as_str()), "{name}: {key} of <{own}>");
                        assert!(key != "time" || seconds.is_match(value), "{name}: {value}");
                    }
                    assert!(must.iter().all(|key| attributes.iter().any(|(known, _)| known == key)), "{name}: <{own}> {attributes:?}");
                    open.push(own);
                }
                Event::End(_) => drop(open.pop()),
                Event::Eof => break,
                _ => {}
            }
        }
        assert!(text.contains("<testcase "), "{name}");
        // GitLab shows the text of what is red, and a hash where there is none.
        assert!(!silent.is_match(&text), "{name}");
    }
}

#[test]
fn sarif_for_github_has_what_is_open_and_nothing_else() {
    for name in sample::NAMES {
        let report = sample::stored(name);
        let log: Value = serde_json::from_str(&rendered("codescanning", &Page::new(&report))).expect("JSON");
        let run = &log["runs"][0];
        let ids = |list: &Value, key: &str| -> Vec<String> {
            list.as_array().expect("a list").iter().map(|one| one[key].as_str().expect("an id").to_owned()).collect()
        };
        let open = |finding: &&Finding| matches!(finding.outcome, Outcome::Fail | Outcome::Unknown) && !finding.is_waived();
        let wanted: Vec<String> = report.findings.iter().filter(open).map(|finding| finding.id.clone()).collect();
        assert_eq!(ids(&run["results"], "ruleId"), wanted, "{name}");
        assert_eq!(ids(&run["tool"]["driver"]["rules"], "id"), wanted, "{name}");
        for (place, result) in run["results"].as_array().expect("results").iter().enumerate() {
            assert_eq!((&result["ruleIndex"], &result["kind"], result["level"] != "none"), (&place.into(), &"fail".into(), true), "{name}");
            assert!(result["suppressions"].as_array().is_none_or(Vec::is_empty), "{name}");
            let rule = &run["tool"]["driver"]["rules"][place];
            for key in ["shortDescription", "fullDescription", "help"] {
                assert!(rule[key]["text"].as_str().is_some_and(|text| !text.is_empty()), "{name}: {key} of {rule}");
            }
            // A name is a word of its own, and not the id once more (SARIF1001, SARIF2012).
            assert!(rule["name"].as_str().is_some_and(|word| word.starts_with(char::is_uppercase) && !word.contains('-')), "{rule}");
            assert!(result["locations"][0]["physicalLocation"]["region"]["startColumn"].as_u64() > Some(0), "{name}: {result}");
        }
        // The verdict is told all the same.
        let whole: Value = serde_json::from_str(&rendered("sarif", &Page::new(&report))).expect("JSON");
        assert_eq!((&run["properties"], &run["invocations"]), (&whole["runs"][0]["properties"], &whole["runs"][0]["invocations"]));
    }
}
