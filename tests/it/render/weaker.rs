//! A report that is less than it seems never looks like a full go, and a no-go never looks green.

use gonogo::{
    model::{Finding, Outcome, Partial, Report, Severity, Verdict},
    render::{FORMATS, Page, summary},
};
use serde_json::Value;

use super::sample::{finding, report, stored, waiver};

fn rendered(format: &str, report: &Report) -> String {
    (FORMATS.iter().find(|f| f.name == format).expect("a format").render)(&Page::new(report)).into_owned()
}

#[test]
fn what_weakens_a_go_is_loud() {
    let go = stored("go");
    assert!(rendered("html", &go).contains("class=\"verdict go\""));
    let weaker: [(&str, Report); 5] = [
        ("partial run", Report { partial: Some(Partial { only: vec!["tls".into()], ..Partial::default() }), ..go.clone() }),
        ("advisory", Report { advisory: true, ..go.clone() }),
        ("rehearsal", Report { rehearsal: true, ..go.clone() }),
        ("interrupted", Report { interrupted: true, ..go.clone() }),
        ("exception", report(vec![finding("a", Outcome::Pass, Severity::Blocker), waived()])),
    ];
    for (word, report) in weaker {
        assert_eq!(report.verdict, Verdict::Go);
        let html = rendered("html", &report);
        assert!(!html.contains("class=\"verdict go\""), "{word} looks like a full go");
        let heading = html.split("<h1>").nth(1).and_then(|rest| rest.split("</h1>").next()).expect("a heading");
        assert!(heading.to_lowercase().contains(word), "{heading} does not say {word}");
        for (format, line) in [("terminal", -1), ("markdown", 0), ("github", 0)] {
            let text = rendered(format, &report);
            let line = if line < 0 { text.lines().last() } else { text.lines().next() }.expect("a line");
            assert!(line.to_lowercase().contains(word), "{format}: {line}");
        }
        let brief = summary(&Page::new(&report), 1024);
        assert!(brief.lines().next().is_some_and(|line| line.to_lowercase().contains(word)), "{brief}");
    }
}

fn waived() -> Finding {
    Finding { waiver: Some(waiver()), ..finding("b", Outcome::Fail, Severity::Blocker) }
}

#[test]
fn a_no_go_without_anything_red_is_not_green_for_machines() {
    let nothing = report(vec![finding("a", Outcome::Pass, Severity::Warning)]);
    let cut_short = Report { interrupted: true, ..report(vec![finding("a", Outcome::Pass, Severity::Blocker)]) }.concluded();
    for report in [report(vec![]), nothing, cut_short] {
        assert_eq!(report.verdict, Verdict::NoGo);
        assert!(rendered("junit", &report).contains("failures=\"1\""));
        let sarif: Value = serde_json::from_str(&rendered("sarif", &report)).expect("JSON");
        assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
        assert!(rendered("github", &report).starts_with("::error title=NO-GO"));
    }
}

#[test]
fn sarif_takes_unseen_for_neither_success_nor_green() {
    let sarif = |findings| -> Value { serde_json::from_str(&rendered("sarif", &report(findings))).expect("JSON") };
    let green = finding("a", Outcome::Pass, Severity::Blocker);
    let seen = sarif(vec![green.clone(), finding("b", Outcome::Fail, Severity::Warning), waived()]);
    assert_eq!(seen["runs"][0]["invocations"][0]["executionSuccessful"], true);
    assert_eq!((&seen["runs"][0]["results"][0]["kind"], &seen["runs"][0]["results"][0]["level"]), (&"pass".into(), &"none".into()));
    assert_eq!((&seen["runs"][0]["results"][1]["kind"], &seen["runs"][0]["results"][1]["level"]), (&"fail".into(), &"warning".into()));
    assert_eq!(seen["runs"][0]["results"][2]["suppressions"][0]["status"], "accepted");
    let unseen = sarif(vec![green, finding("b", Outcome::Unknown, Severity::Blocker)]);
    assert_eq!(unseen["runs"][0]["invocations"][0]["executionSuccessful"], false);
    assert_eq!(unseen["runs"][0]["results"][1]["level"], "error");
}

#[test]
fn a_summary_keeps_its_limit_and_always_says_the_verdict() {
    for name in super::sample::NAMES {
        let report = stored(name);
        for limit in (200..3000).step_by(7) {
            let text = summary(&Page::new(&report), limit);
            assert!(text.chars().count() <= limit, "{} characters of {limit}:\n{text}", text.chars().count());
            assert!(text.contains(&report.headline()));
        }
        assert!(summary(&Page::new(&report), 0).contains(&report.headline()));
        assert!(!summary(&Page::new(&report), 100_000).contains("more line"));
    }
}
