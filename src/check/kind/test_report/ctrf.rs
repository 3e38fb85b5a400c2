//! CTRF, the Common Test Report Format (ctrf.io, specification 0.0 to 1.0).

use serde_json::Value;

use super::seen::{Came, Tests};
use crate::{
    check::evidence::{Claim, Said, number, texts, time},
    model::quote,
};

pub(super) fn read(values: &[Value], asked: &[String], said: &mut Said) -> Result<Tests, String> {
    let [value] = values else { return Err(format!("holds {} documents", values.len())) };
    let Some(list) = value.pointer("/results/tests").and_then(Value::as_array) else {
        return Err("has no list at `results.tests`".into());
    };
    let mut tests = Tests::default();
    let mut by_status = [("passed", 0), ("failed", 0), ("skipped", 0), ("pending", 0), ("other", 0)];
    for test in list {
        let (name, status) = (texts(test, "/name"), texts(test, "/status"));
        let known = by_status.iter_mut().find(|(known, _)| *known == status);
        let came = match status {
            "passed" if test["flaky"] == true => Came::Flaky,
            "passed" => Came::Passed,
            "failed" => Came::Failed,
            "skipped" | "pending" => Came::Skipped,
            other => {
                tests.odd(format!("the status {} of {}", quote(other), quote(name)));
                Came::Skipped
            }
        };
        if let Some((_, count)) = known {
            *count += 1;
        }
        let mut names = vec![name];
        match &test["suite"] {
            Value::String(suite) => names.push(suite),
            Value::Array(suites) => names.extend(suites.iter().filter_map(Value::as_str)),
            _ => {}
        }
        tests.count(came, &names, asked);
    }
    for (status, count) in by_status.into_iter().chain([("tests", list.len())]) {
        let count = count as f64;
        if let Some(told) = number(value, &format!("/results/summary/{status}")).filter(|told| *told != count) {
            tests.odd(format!("the summary's `{status}` is {told}, and {count} stand there"));
        }
    }
    if value.pointer("/results/environment/healthy") == Some(&Value::Bool(false)) {
        tests.odd("the environment was not healthy, as it says".into());
    }
    let commit = texts(value, "/results/environment/commit").trim();
    if !commit.is_empty() {
        said.claim(Claim::Commit(commit.to_owned()));
    }
    said.time(texts(value, "/timestamp"));
    if let Some(stop) = number(value, "/results/summary/stop").filter(|stop| *stop > 0.0).and_then(time) {
        said.time(&stop);
    }
    Ok(tests)
}
