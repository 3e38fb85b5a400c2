//! Rollouts as people see them: finished, held, rolled back, empty, hostile, and within the report of a stage.
//!
//! `UPDATE=1 cargo test --test it render::rollout` writes the pages anew, for somebody to look at.

mod hostile;
mod made;

use std::path::PathBuf;

use gonogo::{
    model::Json,
    render::{
        FORMATS, Page,
        rollout::{html, live, markdown, terminal},
        terminal::{PLAIN, Style},
    },
    rollout::{Account, Progress, StageEvidence, Standing},
};

use super::sample;
use crate::golden;

const NARROW: Style = Style { width: 80, ..PLAIN };

fn compare(file: &str, got: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/rollout").join(file);
    assert!(got.ends_with('\n') && !got.ends_with("\n\n"), "{file} ends in one newline");
    assert_eq!(golden::difference(&path, got), None);
}

fn compare_all(name: &str, account: &Account) {
    compare(&format!("{name}.html"), &html(account));
    compare(&format!("{name}.md"), &markdown(account));
    compare(&format!("{name}.txt"), &terminal(account, NARROW));
}

#[test]
fn every_format_of_every_account() {
    let accounts = [("finished", made::finished()), ("held", made::held()), ("rolled-back", made::rolled_back()), ("empty", made::empty())];
    for (name, account) in accounts {
        compare_all(name, &account);
    }
}

#[test]
fn the_samples_are_what_they_are_called() {
    let standings = |account: &Account| account.stages.iter().map(|stage| stage.standing).collect::<Vec<_>>();
    assert_eq!(standings(&made::finished()), [Some(Standing::Earned); 3]);
    assert_eq!(standings(&made::held()), [Some(Standing::Earned), Some(Standing::Held), None]);
    assert_eq!(standings(&made::rolled_back()), [Some(Standing::Earned), Some(Standing::Breached), None]);
}

fn banner(account: &Account) -> String {
    let html = html(account);
    let (_, rest) = html.split_once("<header class=\"verdict ").expect("a banner");
    let (_, said) = rest.split_once("<h1>").expect("a headline");
    format!("{} {}", rest.split('"').next().unwrap_or_default(), said.split('<').next().unwrap_or_default())
}

#[test]
fn the_banner_says_where_it_stands() {
    assert_eq!(banner(&made::finished()), "go Finished");
    assert_eq!(banner(&made::held()), "caution Held");
    assert_eq!(banner(&made::rolled_back()), "no-go Rolled back");
    assert_eq!(banner(&Account { state: Progress::RollbackFailed, ..made::rolled_back() }), "no-go Rollback failed");
    assert_eq!(banner(&made::empty()), "hold Not begun");
    assert_eq!(banner(&made::soaking()), "hold Under way");
    // What was not shown, or shown only by an exception, is no green end.
    for met in [None, Some(false)] {
        let mut open = made::finished();
        open.success[0].met = met;
        assert_eq!(banner(&open), "caution Finished, with exceptions");
    }
    let mut excepted = made::finished();
    excepted.stages[1].decisions[0].exceptions = vec!["errors: cannot tell".into()];
    assert_eq!(banner(&excepted), "caution Finished, with exceptions");
}

#[test]
fn a_stage_that_only_waits_for_time_is_not_held_up() {
    let mut blind = made::soaking();
    let evidence = blind.stages[0].evidence.as_mut().expect("evidence");
    evidence.judgement.gaps.last_mut().expect("a gap").to = evidence.judgement.last.expect("a last sample");
    assert_eq!(banner(&blind), "caution Held");
    let mut void = made::soaking();
    void.stages[0].void = Some("the plan has changed".into());
    assert_eq!(banner(&void), "caution Held");
    assert!(terminal(&void, NARROW).contains("the plan has changed"));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for account in [made::finished(), made::held(), made::rolled_back(), made::empty()] {
        for line in terminal(&account, NARROW).lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

fn held_stage() -> StageEvidence {
    made::held().stages.swap_remove(1).evidence.map(|evidence| *evidence).expect("evidence")
}

#[test]
fn a_watcher_reads_it_in_few_lines() {
    let lines = live(&held_stage(), NARROW);
    compare("live.txt", &(lines.join("\n") + "\n"));
    assert!(lines.iter().all(|line| line.chars().count() <= 80));
    let coloured = live(&held_stage(), Style { colour: true, ..NARROW });
    assert_eq!(coloured.len(), lines.len());
    assert!(coloured[0].contains("\u{1b}["));
}

#[test]
fn the_report_of_a_stage_shows_it() {
    let mut report = sample::stored("hold").concluded();
    report.stage = Some("half".into());
    let rendered = |report: &_, name: &str| {
        let format = FORMATS.iter().find(|format| format.name == name).expect("a format");
        (format.render)(&Page::new(report)).into_owned()
    };
    let without = rendered(&report, "html");
    assert!(!without.contains("id=\"stage\""));
    report.rollout = Json::of(&held_stage()).ok();
    for (name, extension) in [("html", "html"), ("markdown", "md"), ("terminal", "txt")] {
        compare(&format!("report.{extension}"), &rendered(&report, name));
    }
    // What cannot be read is not passed over.
    report.rollout = Some(Json::from(serde_json::json!({ "stage": "half" })));
    for name in ["html", "markdown", "terminal"] {
        assert!(rendered(&report, name).to_lowercase().contains("stage not shown"), "{name}");
    }
}
