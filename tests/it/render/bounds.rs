//! What stands where somebody looks first, and how much: comments, annotations, the last lines of a terminal.

use gonogo::{
    model::{Expectation, Finding, Outcome, Severity, Verdict},
    render::{
        FORMATS, Page,
        terminal::{self, Style},
    },
};
use serde_json::json;

use super::sample::{finding, report, stored};

const PLAIN_80: Style = Style { colour: false, width: 80, verbose: false };

fn red(number: usize) -> Finding {
    let id = format!("check-{number:03}");
    let demand = Expectation::new("status", "HTTP `status`").got("`503`, which is a | b").wanted("200").met(false);
    let reason = Finding::reason_of(Outcome::Fail, std::slice::from_ref(&demand));
    let owner = Some(if number.is_multiple_of(2) { "platform" } else { "security" }.to_owned());
    Finding {
        expectations: vec![demand],
        reason,
        owner,
        fix: Some("Restart it. ".repeat(20)),
        ..finding(&id, Outcome::Fail, Severity::Blocker)
    }
}

fn rendered(format: &str, findings: Vec<Finding>) -> String {
    (FORMATS.iter().find(|f| f.name == format).expect("a format").render)(&Page::new(&report(findings))).into_owned()
}

#[test]
fn a_comment_fits_and_says_what_it_leaves_out() {
    let all: Vec<Finding> = (0..300).map(red).chain([finding("green", Outcome::Pass, Severity::Info)]).collect();
    let (whole, comment) = (rendered("markdown", all.clone()), rendered("comment", all));
    assert!(whole.chars().count() > 65_536 && comment.chars().count() <= 65_536 && comment.chars().count() > 60_000);
    let told = comment.matches("\n### ✗ `check-").count();
    let top: Vec<&str> = comment.lines().take(20).collect();
    let note = top.iter().find(|line| line.starts_with("> **Left out**")).expect("a line that says so, high up");
    assert!(note.contains(&format!("{} under “Stands in the way”", 300 - told)), "{told}: {note}");
    assert!(note.contains("`sha256:") && note.contains("`gonogo report FILE"), "{note}");
    // What is there is whole.
    assert!(comment.lines().all(|line| whole.contains(line) || line == *note));
    let few = vec![red(1)];
    assert_eq!(rendered("comment", few.clone()), rendered("markdown", few));
}

#[test]
fn the_first_lines_of_markdown_tell_verdict_reasons_and_who_must_act() {
    let text = rendered("markdown", (0..30).map(red).collect());
    let top = text.lines().take(20).collect::<Vec<_>>().join("\n");
    for said in ["# ✗ NO-GO", "30 blockers failed", "platform (15 checks), security (15 checks)", "`check-000`", "and 24 more, below"] {
        assert!(top.contains(said), "{said}:\n{top}");
    }
    // Sentences are prose; code is what stands between backticks.
    assert!(text.contains("* ✗ HTTP `status`: **`503`, which is a \\| b**; wanted 200") && !text.contains("\\`"), "{text}");
}

#[test]
fn github_gets_ten_of_a_level_the_worst_first_and_the_rest_in_one() {
    let unknown = (0..40).map(|n| finding(&format!("unseen-{n}"), Outcome::Unknown, Severity::Blocker));
    let lesser = (0..60).map(|n| finding(&format!("lesser-{n}"), Outcome::Fail, Severity::Warning));
    let info = (0..10).map(|n| finding(&format!("info-{n}"), Outcome::Fail, Severity::Info));
    let text = rendered("github", unknown.chain(lesser).chain(info).chain((0..90).map(red)).collect());
    let of = |level: &str| text.lines().filter(|line| line.starts_with(&format!("::{level} "))).collect::<Vec<_>>();
    let (errors, warnings, notices) = (of("error"), of("warning"), of("notice"));
    assert_eq!((errors.len(), warnings.len(), notices.len()), (10, 10, 10));
    // What failed comes before what could not be looked at, although the plan has it last.
    assert!(errors[0].contains("NO-GO") && errors[1..9].iter().all(|line| line.contains("title=check-")), "{errors:#?}");
    assert!(errors[9].contains("122 checks more") && errors[9].contains("check-008, check-009") && errors[9].contains(" more: the step"));
    assert!(warnings[9].contains("51 checks more") && notices[9].contains("title=info-9"));
    let log = text.split("::group::Named in one annotation (173)\n").nth(1).expect("a group");
    assert!(log.contains("? unseen-39") && log.contains("✗ lesser-59") && log.contains("✗ check-089"));
}

#[test]
fn a_no_go_ends_with_a_line_for_each_red_id() {
    for (blockers, more) in [(1, None), (99, None), (100, Some("  … and 1 more red, above")), (300, Some("  … and 201 more red, above"))]
    {
        let lesser = Finding { severity: Severity::Warning, ..red(999) };
        let report = report([lesser].into_iter().chain((0..blockers).map(red)).collect());
        let text = terminal::render(&Page::new(&report), PLAIN_80);
        assert!(text.lines().all(|line| line.chars().count() <= 80));
        let mut last = text.lines().rev().skip(1);
        for number in 0..blockers.min(100) {
            let line = last.next().expect("a line");
            assert!(line.starts_with(&format!("  ✗ check-{number:03}: HTTP `status`: got `503`, which is")), "the gravest last: {line}");
        }
        match more {
            Some(more) => assert_eq!(last.next(), Some(more)),
            None => assert!(last.next().is_some_and(|line| line.starts_with("  ✗ check-999 (warning): "))),
        }
    }
    let go = report(vec![finding("a", Outcome::Pass, Severity::Blocker), Finding { severity: Severity::Warning, ..red(1) }]);
    assert_eq!(go.verdict, Verdict::Go);
    assert!(!terminal::render(&Page::new(&go), PLAIN_80).contains("  ✗ check-001 (warning)"));
}

#[test]
fn what_waits_is_told_with_its_question_and_who_is_asked() {
    let settings = serde_json::from_value(json!({ "question": "Was the way back tried?", "by": ["devops", "eve"] })).expect("settings");
    let waits = Finding { kind: "manual".into(), settings, ..finding("way-back", Outcome::Pending, Severity::Blocker) };
    for format in ["terminal", "markdown", "comment", "html", "github"] {
        let text = rendered(format, vec![waits.clone()]);
        assert!(text.contains("Was the way back tried?"), "{format}: {text}");
        assert!(format == "github" || text.contains("devops or eve (1 check)"), "{format}: {text}");
    }
    let html = rendered("html", vec![waits.clone()]);
    let (face, _) = html.split_once("</header>").expect("a face");
    assert!(face.contains("Was the way back tried?"), "{face}");
    assert!(rendered("terminal", vec![waits]).contains("\n  … way-back: Was the way back tried?\n"));
}

#[test]
fn what_is_green_says_what_was_proven_with_its_margin() {
    for format in ["terminal", "markdown", "html", "github", "junit", "sarif"] {
        let page = stored("go");
        let text = (FORMATS.iter().find(|f| f.name == format).expect("a format").render)(&Page::new(&page)).into_owned();
        assert!(text.contains("expires in 61 d (at least 21 d wanted)") && !text.contains("expectations are met"), "{format}");
    }
    let verbose = terminal::render(&Page::new(&stored("go")), Style { verbose: true, ..PLAIN_80 });
    assert!(verbose.contains("  │   names: api.example.com\n"), "{verbose}");
}
