//! Every format shows every finding, whatever its outcome, with what came of it.

use gonogo::{
    model::{Finding, Outcome, Severity},
    render::{
        FORMATS, Page,
        terminal::{self, Style},
    },
};
use serde_json::Value;

use super::sample::{every_kind_of_finding, finding, report, stored, waiver};

fn rendered(format: &str, findings: Vec<Finding>) -> String {
    let report = report(findings);
    let format = FORMATS.iter().find(|f| f.name == format).expect("a format");
    (format.render)(&Page::new(&report)).into_owned()
}

#[test]
fn every_finding_is_in_every_format() {
    let all = every_kind_of_finding();
    let ids: Vec<String> = all.iter().map(|f| f.id.clone()).collect();
    // One is for problems alone: `machines` says which.
    for format in FORMATS.iter().filter(|format| format.name != "codescanning") {
        let text = rendered(format.name, all.clone());
        // An id may be broken at the width of the terminal.
        let flat: String = text.replace("\n  │", "").split_whitespace().collect();
        for id in &ids {
            assert!(flat.contains(id.as_str()), "{} does not show `{id}`", format.name);
        }
    }
}

/// What tells the outcome where the id stands: the phrase, or the sign it is listed under.
fn marks(finding: &Finding) -> Vec<String> {
    match finding.outcome {
        Outcome::Fail if finding.waiver.is_some() => vec!["accepted exception until 2026-12-15".into()],
        Outcome::Fail => vec!["failed".into()],
        Outcome::Unknown => vec!["could not be checked".into()],
        Outcome::Pending => vec!["waits for an answer".into()],
        Outcome::Pass if finding.flaky => vec!["passed only after a retry".into()],
        Outcome::Pass => vec!["✓".into(), "passed".into()],
        Outcome::Skipped => vec!["skipped".into(), "- ".into(), "Skipped".into()],
    }
}

#[test]
fn formats_for_people_say_the_outcome_beside_the_id() {
    for subject in every_kind_of_finding() {
        for format in ["terminal", "markdown", "html", "github"] {
            let text = rendered(format, vec![subject.clone()]);
            let marks = marks(&subject);
            let found = text.match_indices(&subject.id).any(|(at, _)| {
                let mut from = at.saturating_sub(300);
                let mut to = (at + subject.id.len() + 300).min(text.len());
                while !text.is_char_boundary(from) {
                    from -= 1;
                }
                while !text.is_char_boundary(to) {
                    to += 1;
                }
                marks.iter().any(|mark| text[from..to].contains(mark))
            });
            assert!(found, "{format}: `{}` without any of {marks:?}:\n{text}", subject.id);
        }
    }
}

#[test]
fn formats_for_machines_say_the_outcome_with_the_id() {
    let all = every_kind_of_finding();
    let json: Value = serde_json::from_str(&rendered("json", all.clone())).expect("JSON");
    let sarif: Value = serde_json::from_str(&rendered("sarif", all.clone())).expect("SARIF is JSON");
    let junit = rendered("junit", all.clone());
    for (place, subject) in all.iter().enumerate() {
        assert_eq!(json["findings"][place]["outcome"], subject.outcome.word());
        let result = &sarif["runs"][0]["results"][place];
        assert_eq!((&result["ruleId"], &result["properties"]["outcome"]), (&subject.id.as_str().into(), &subject.outcome.word().into()));
        let case = junit.split("<testcase ").find(|case| case.contains(&format!("\nid: {}\n", subject.id))).expect("a test case");
        assert!(case.contains(&format!("\noutcome: {}\n", subject.outcome.word())), "{case}");
    }
}

#[test]
fn an_exception_carries_all_that_a_person_needs() {
    for format in ["terminal", "markdown", "html", "github"] {
        let report = stored("no-go");
        let text = (FORMATS.iter().find(|f| f.name == format).expect("a format").render)(&Page::new(&report));
        let text = text.replace("&#x2f;", "/").replace(['\u{200b}', '\\'], "");
        for needed in [
            "expires in 3 d",
            "at least 21 d",
            "security",
            "An expired certificate takes every client down at once.",
            "Renew with certbot and reload nginx.",
            "https://runbooks.example.com/tls",
            "api.example.com:443",
            "connection refused (tried 3 times)",
            "REDIS_URL",
            "OPS-2214",
        ] {
            assert!(text.contains(needed), "{format} lacks {needed:?}");
        }
        let place = if format == "github" { "file=checks/network.yaml,line=" } else { "checks/network.yaml:" };
        assert!(text.contains(place), "{format} lacks the place in the plan");
    }
}

#[test]
fn what_hangs_on_another_check_is_told_once_and_under_it() {
    let root = finding("database", Outcome::Unknown, Severity::Warning);
    let one = Finding { because: Some("database".into()), ..finding("indexes", Outcome::Unknown, Severity::Blocker) };
    let two = Finding { because: Some("indexes".into()), ..finding("queries", Outcome::Unknown, Severity::Blocker) };
    let findings = vec![one, two, root, finding("green", Outcome::Pass, Severity::Blocker)];
    let text = rendered("terminal", findings.clone());
    // Beside title and reason: the head of what is told of it, and its line at the end.
    assert_eq!(text.matches("database").count(), text.matches("database title").count() + text.matches("database reason").count() + 2);
    assert!(text.contains("could not be checked, only because of this: indexes (blocker), queries (blocker)"), "{text}");
    // A warning that blockers hang on stands in the way.
    assert!(text.contains("Stands in the way (3)"), "{text}");
    let github = rendered("github", findings);
    assert_eq!(github.lines().filter(|line| line.starts_with("::error file")).count(), 1, "{github}");
}

#[test]
fn a_line_of_progress_says_id_and_outcome_within_the_width_and_nothing_a_target_said() {
    for subject in every_kind_of_finding() {
        let line = terminal::line(&subject, Style { colour: false, width: 60, verbose: false });
        assert!(line.contains(&subject.id) && line.chars().count() <= 60 && !line.contains('\n'), "{line}");
    }
    let red = Finding { reason: "status: got 503, wanted 200".into(), ..finding("api", Outcome::Fail, Severity::Blocker) };
    assert_eq!(terminal::line(&red, terminal::PLAIN), "✗ api: failed");
    let waived = Finding { waiver: Some(waiver()), ..red };
    assert_eq!(terminal::line(&waived, terminal::PLAIN), "! api: failed, accepted exception until 2026-12-15 23:59:59 UTC");
}

#[test]
fn the_last_line_of_the_terminal_is_the_verdict() {
    for name in super::sample::NAMES {
        let report = stored(name);
        let text = terminal::render(&Page::new(&report), terminal::PLAIN);
        let last = text.lines().last().expect("a line");
        assert!(last.contains(&report.headline()), "{last}");
    }
}
