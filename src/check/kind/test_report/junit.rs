//! JUnit XML, as Surefire, Gradle, pytest, Jest, nextest, gotestsum, GoogleTest, Bazel and many more write it.

use super::seen::{Came, Tests};
use crate::{
    check::evidence::{Claim, Element, Event, Events, Said},
    model::quote,
};

/// Properties that name the commit, with every separator as a point.
const COMMIT: [&str; 13] = [
    "commit",
    "commit.id",
    "commit.sha",
    "git.commit",
    "git.commit.id",
    "git.commit.sha",
    "git.sha",
    "git.revision",
    "revision",
    "vcs.revision",
    "ci.commit.sha",
    "github.sha",
    "ci.commit.id",
];

/// Properties that name the artifact with its digest.
const ARTIFACT: [&str; 5] = ["artifact", "artifact.digest", "image", "image.digest", "digest"];

/// A suite that has not ended yet.
struct Suite {
    name: String,
    /// What its attributes tell: tests, and failures with errors.
    told: (Option<u64>, u64),
    /// What stood before it began.
    before: (u64, u64),
}

/// A test that has not ended yet.
struct Case {
    came: Came,
    name: String,
    class: String,
    depth: usize,
}

#[derive(Default)]
struct Reader<'n> {
    tests: Tests,
    asked: &'n [String],
    suites: Vec<Suite>,
    case: Option<Case>,
    depth: usize,
    /// `failure` and `error` elements so far.
    failures: u64,
}

pub(super) fn read(root: Element, events: &mut Events<'_>, asked: &[String], said: &mut Said) -> Result<Tests, String> {
    let mut reader = Reader { asked, ..Reader::default() };
    reader.open(&root, said);
    while let Some(event) = events.next()? {
        match event {
            Event::Open(element) => reader.open(&element, said),
            Event::Close(name) => reader.close(&name),
            Event::Text(_) => {}
        }
    }
    Ok(reader.tests)
}

impl Reader<'_> {
    fn open(&mut self, element: &Element, said: &mut Said) {
        self.depth += 1;
        let name = element.name.as_str();
        if let Some(depth) = self.case.as_ref().map(|case| case.depth) {
            if self.depth == depth + 1 {
                self.within(name);
            }
            return;
        }
        match name {
            "testsuite" | "testsuites" => self.suite(element, said),
            "testcase" => {
                let of = |name: &str| element.get(name).unwrap_or_default().to_owned();
                let came = self.told(element);
                self.case = Some(Case { came, name: of("name"), class: of("classname"), depth: self.depth });
            }
            "failure" | "error" => {
                let suite = self.suites.last().map(|suite| suite.name.clone()).unwrap_or_default();
                self.failures += 1;
                self.tests.count(Came::Failed, &[&suite], &[]);
            }
            "property" => property(element, said),
            "properties" | "system-out" | "system-err" => {}
            // What a property or an output holds is none of the tests'.
            _ if self.depth > self.suites.len() + 1 => {}
            other => self.tests.odd(format!("an element {} beside the tests", quote(other))),
        }
    }

    fn suite(&mut self, element: &Element, said: &mut Said) {
        let number = |name: &str| element.get(name).and_then(|text| text.trim().parse::<u64>().ok());
        if let Some(time) = element.get("timestamp") {
            said.time(time);
        }
        let told = (number("tests"), number("failures").unwrap_or_default() + number("errors").unwrap_or_default());
        let name = element.get("name").unwrap_or_default().to_owned();
        self.suites.push(Suite { name, told, before: (self.tests.all(), self.failures) });
    }

    /// What the attributes of a test say: GoogleTest and Bazel tell there what did not run.
    fn told(&mut self, element: &Element) -> Came {
        let mut came = Came::Passed;
        for name in ["status", "result"] {
            let Some(word) = element.get(name) else { continue };
            match word.to_ascii_lowercase().as_str() {
                "" | "run" | "completed" | "passed" | "pass" | "success" | "successful" | "ok" | "executed" | "finished" => {}
                "notrun" | "skipped" | "suppressed" | "disabled" | "ignored" | "pending" | "filtered" if came == Came::Passed => {
                    came = Came::Skipped
                }
                "failed" | "fail" | "failure" | "error" | "interrupted" | "timeout" | "aborted" => came = Came::Failed,
                "notrun" | "skipped" | "suppressed" | "disabled" | "ignored" | "pending" | "filtered" => {}
                _ => self.tests.odd(format!("the {name} {} of {}", quote(word), quote(element.get("name").unwrap_or_default()))),
            }
        }
        came
    }

    /// What stands in a test.
    fn within(&mut self, name: &str) {
        let Some(case) = &mut self.case else { return };
        match name {
            "failure" | "error" => {
                self.failures += 1;
                case.came = Came::Failed;
            }
            "skipped" | "disabled" | "ignored" if case.came != Came::Failed => case.came = Came::Skipped,
            "flakyFailure" | "flakyError" if case.came == Came::Passed => case.came = Came::Flaky,
            "skipped" | "disabled" | "ignored" | "flakyFailure" | "flakyError" | "rerunFailure" | "rerunError" => {}
            "system-out" | "system-err" | "properties" | "property" | "attachments" => {}
            other => self.tests.odd(format!("an element {} in a test", quote(other))),
        }
    }

    fn close(&mut self, name: &str) {
        if self.case.as_ref().is_some_and(|case| case.depth == self.depth) {
            self.end_of_case();
        } else if self.case.is_none() && matches!(name, "testsuite" | "testsuites") {
            self.end_of_suite();
        }
        self.depth -= 1;
    }

    fn end_of_case(&mut self) {
        let Some(Case { came, name, class, .. }) = self.case.take() else { return };
        let whole = if class.is_empty() { name.clone() } else { format!("{class}.{name}") };
        let mut names = vec![whole.as_str(), &name, &class];
        names.extend(self.suites.iter().map(|suite| suite.name.as_str()));
        self.tests.count(came, &names, self.asked);
    }

    fn end_of_suite(&mut self) {
        let Some(Suite { name, told, before }) = self.suites.pop() else { return };
        let (tests, failures) = (self.tests.all() - before.0, self.failures - before.1);
        let of = if name.is_empty() { "a suite".to_owned() } else { format!("the suite {}", quote(&name)) };
        if let Some(told) = told.0.filter(|told| *told > tests) {
            self.tests.odd(format!("{of} tells of {told} tests, and {tests} stand in it"));
        }
        if told.1 > failures {
            self.tests.odd(format!("{of} tells of {} failures and errors, and {failures} stand in it", told.1));
        }
    }
}

fn property(element: &Element, said: &mut Said) {
    let (Some(name), Some(value)) = (element.get("name"), element.get("value")) else { return };
    let name = name.to_ascii_lowercase().replace(['_', '-'], ".");
    if COMMIT.contains(&name.as_str()) && !value.trim().is_empty() {
        said.claim(Claim::Commit(value.trim().to_owned()));
    }
    if ARTIFACT.contains(&name.as_str()) {
        said.digest(value);
    }
}
