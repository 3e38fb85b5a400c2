//! Every `fixtures/<kind>/*.yaml` of a kind: the observation judged again gives the outcome and the reason it names.

use std::path::{Path, PathBuf};

use gonogo::{
    check::{self, KINDS},
    model::{Finding, Outcome},
};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixture {
    about: String,
    at: jiff::Timestamp,
    check: Value,
    observation: Value,
    outcome: Outcome,
    reason: String,
}

fn files(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(kind);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files
}

#[test]
fn are_judged_as_they_say() {
    let mut wrong = Vec::new();
    for kind in KINDS {
        let mut seen = Vec::new();
        for file in files(kind.name) {
            let fixture: Fixture = serde_yaml::from_str(&std::fs::read_to_string(&file).expect("text"))
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            assert!(!fixture.about.is_empty(), "{}", file.display());
            let check =
                check::parse(kind.name, &fixture.check).expect("a kind").unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let expectations =
                check.judge_value(fixture.observation, fixture.at).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let outcome = Outcome::of(&expectations);
            let reason = Finding::reason_of(outcome, &expectations);
            if (outcome, &reason) != (fixture.outcome, &fixture.reason) {
                wrong.push(format!("{}\n  says {}: {}\n   got {outcome}: {reason}", file.display(), fixture.outcome, fixture.reason));
            }
            seen.push(outcome);
        }
        assert!(seen.contains(&Outcome::Pass) && seen.contains(&Outcome::Fail), "{}: a passing and a failing fixture", kind.name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn examples_can_go_red_in_every_expectation() {
    for kind in KINDS {
        let example: Value = serde_yaml::from_str(kind.example).unwrap_or_else(|error| panic!("checks/{}.yaml: {error}", kind.name));
        for item in example["checks"].as_array().expect("a list of checks") {
            let check =
                check::parse(kind.name, &item[kind.name]).expect("a kind").unwrap_or_else(|error| panic!("{}: {error}", item["id"]));
            let judged = check.counterexamples(jiff::Timestamp::UNIX_EPOCH);
            let all: Vec<_> = judged.iter().flat_map(|seen| &seen.expectations).collect();
            assert!(!all.is_empty(), "{}: no counterexample", item["id"]);
            for expectation in &all {
                let red = all.iter().any(|other| other.name == expectation.name && other.met == Some(false));
                assert!(red, "{}: {} never goes red", item["id"], expectation.name);
            }
        }
    }
}
