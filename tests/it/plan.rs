//! Plans: every case of `fixtures/plan` says exactly what its `problems.txt` says, or nothing.
//!
//! A case is a folder: `gonogo.yaml` and what it includes; `process.env` is the process environment, `environment`
//! names the environment to load; `problems.txt` is what loading says, `lint.txt` what linting says.

use std::{
    fs,
    path::{Path, PathBuf},
};

use gonogo::{
    model::ProcessEnv,
    plan::{self, Plan, Problem, Request},
};

/// Every case, by name.
pub(crate) fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/plan");
    let mut cases: Vec<_> = fs::read_dir(folder).expect("fixtures/plan").map(|entry| entry.expect("an entry").path()).collect();
    cases.sort();
    cases
}

fn request(case: &Path) -> Request {
    let variables = fs::read_to_string(case.join("process.env")).unwrap_or_default();
    let variables = variables.lines().map(|line| line.split_once('=').expect("NAME=value"));
    Request {
        config: case.join("gonogo.yaml"),
        environment: fs::read_to_string(case.join("environment")).ok().map(|name| name.trim().to_owned()),
        env: variables.map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<ProcessEnv>(),
    }
}

fn told(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("{problem}\n\n")).collect()
}

/// What loading the case says; a good plan says nothing.
fn loaded(case: &Path) -> Option<String> {
    match plan::load(&request(case)) {
        Ok(_) => None,
        Err(problems) => Some(told(&problems)),
    }
}

/// What linting the case says.
fn linted(case: &Path) -> String {
    let lint = plan::lint(&request(case), "2026-11-20T12:00:00Z".parse().expect("an instant"));
    let untried: String = lint.untried.iter().map(|(id, why)| format!("not tried: {id}: {why}\n")).collect();
    told(&lint.problems) + &untried
}

#[test]
fn every_case_says_what_it_should() {
    let mut wrong = Vec::new();
    for case in cases() {
        let mut compare = |file: &str, actual: Option<String>| {
            let expected = fs::read_to_string(case.join(file)).ok();
            if expected.as_deref().map(str::trim_end) != actual.as_deref().map(str::trim_end) {
                wrong.push(format!("{}\n{}", case.join(file).display(), actual.unwrap_or_else(|| "(nothing: the plan is good)".into())));
            }
        };
        compare("problems.txt", loaded(&case));
        if case.join("lint.txt").exists() {
            compare("lint.txt", Some(linted(&case)));
        }
    }
    assert!(wrong.is_empty(), "these say something else:\n\n{}", wrong.join("\n"));
}

/// Writes down what the cases say now; to be read before it is committed.
#[test]
#[ignore = "overwrites the fixtures: cargo test --test it plan::write_down -- --ignored"]
fn write_down() {
    for case in cases() {
        let _ = fs::remove_file(case.join("problems.txt"));
        if let Some(said) = loaded(&case) {
            fs::write(case.join("problems.txt"), format!("{}\n", said.trim_end())).expect("written");
        }
        if case.join("lint.txt").exists() {
            fs::write(case.join("lint.txt"), format!("{}\n", linted(&case).trim_end())).expect("written");
        }
    }
}

/// The plan of a case that is good.
pub(crate) fn good(name: &str) -> Plan {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/plan").join(name);
    plan::load(&request(&case)).unwrap_or_else(|problems| panic!("{}", told(&problems)))
}
