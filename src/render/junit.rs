//! JUnit XML: a test suite for each section of the plan, a test case for each check.
//!
//! | finding | test case |
//! | --- | --- |
//! | passed | success; after a retry with a `flakyFailure` |
//! | failed | `failure` of its severity's type |
//! | failed under an accepted exception | `skipped`, saying so |
//! | could not be checked | `error` |
//! | waits for an answer, left out | `skipped`, saying so |
//!
//! Nothing is in it that Jenkins' schema (junit-10.xsd) does not have: no sum of skipped tests over all suites, no properties of a test
//! case; what they would say stands in its output.
//!
//! A first suite holds the verdict as a test case of its own: a no-go with nothing red must not look green, whether it is
//! the checks' or the people's.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestRerun, TestSuite};

use crate::model::{Finding, Outcome, Verdict};

use super::{Page, head, inert, proof, story};

/// The whole document.
pub(super) fn render(page: &Page<'_>) -> String {
    let report = page.report;
    let mut junit = Junit::new(inert::line(&format!("gonogo {} {}", report.project, report.environment)));
    junit.time = Duration::try_from(report.finished.duration_since(report.started)).ok();
    junit.add_test_suite(verdict(page));
    let mut suites: Vec<TestSuite> = Vec::new();
    for finding in &report.findings {
        let name = inert::line(if finding.section.is_empty() { "Checks" } else { &finding.section });
        let place = suites.iter().position(|suite| suite.name.as_str() == name).unwrap_or_else(|| {
            suites.push(TestSuite::new(&name));
            suites.len() - 1
        });
        suites[place].add_test_case(case(page, finding));
    }
    junit.add_test_suites(suites);
    // Writing to memory cannot fail, and no text is left that XML forbids.
    let text = junit.to_string().unwrap_or_default();
    let sum = text.split_once(" skipped=\"").and_then(|(begin, rest)| Some(format!("{begin}{}", rest.split_once('"')?.1)));
    sum.unwrap_or(text)
}

fn verdict(page: &Page<'_>) -> TestSuite {
    let shown = page.shown();
    let mut status = match shown.verdict {
        Verdict::Go => TestCaseStatus::success(),
        Verdict::Hold => TestCaseStatus::skipped(),
        Verdict::NoGo => TestCaseStatus::non_success(NonSuccessKind::Failure),
    };
    let headline = inert::line(&shown.headline);
    let message = format!("{headline}: {}", inert::line(&head::why(page)));
    status.set_message(message.clone()).set_type("verdict").set_description(message);
    let mut case = TestCase::new("verdict", status);
    case.set_classname(class(page, "gonogo"));
    let mut suite = TestSuite::new("Verdict");
    suite.add_property(("verdict", headline.as_str())).add_property(("fingerprint", page.fingerprint().as_str()));
    suite.add_property(("checks", head::tally(page.report).as_str()));
    for fact in head::facts(page) {
        suite.add_property((fact.label.to_lowercase().as_str(), inert::line(&fact.text).as_str()));
    }
    for caveat in head::caveats(page) {
        suite.add_property((caveat.word.to_lowercase().as_str(), inert::line(&caveat.text).as_str()));
    }
    suite.add_test_case(case);
    suite
}

fn case(page: &Page<'_>, finding: &Finding) -> TestCase {
    let (mut status, text) = (status(finding), told(finding));
    let is_red = matches!(status, TestCaseStatus::NonSuccess { .. });
    if is_red {
        // GitLab and Jenkins show the text of the element, and its attributes not, or only beside it.
        status.set_description(text.clone());
    }
    let mut case = TestCase::new(inert::line(&story::name(finding)), status);
    case.set_classname(class(page, &finding.kind)).set_time(Duration::from_millis(finding.duration_ms));
    if !is_red {
        case.set_system_out(text);
    }
    case
}

/// The class name: dots part it for the tools that show a tree.
fn class(page: &Page<'_>, kind: &str) -> String {
    [&page.report.project, &page.report.environment, kind].map(|part| inert::line(part).replace('.', "-")).join(".")
}

fn status(finding: &Finding) -> TestCaseStatus {
    let message = format!("{}: {}", story::said(finding), inert::line(&proof::reason(finding)));
    let mut status = match finding.outcome {
        Outcome::Pass => {
            let mut status = TestCaseStatus::success();
            if finding.flaky {
                let mut rerun = TestRerun::new(NonSuccessKind::Failure);
                rerun.set_message(format!("passed only after a retry, tried {} times", finding.attempts)).set_type("flaky");
                status.add_rerun(rerun);
            }
            return status;
        }
        Outcome::Fail if finding.is_waived() => TestCaseStatus::skipped(),
        Outcome::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Outcome::Unknown => TestCaseStatus::non_success(NonSuccessKind::Error),
        Outcome::Pending | Outcome::Skipped => TestCaseStatus::skipped(),
    };
    status.set_message(message).set_type(finding.severity.word());
    status
}

/// What a person reads under the test case: a line for each demand, then what to do. No line is the target's own.
fn told(finding: &Finding) -> String {
    let mut lines = vec![format!("{}: {}", story::said(finding), proof::reason(finding))];
    for demand in &finding.expectations {
        let sign = match demand.met {
            Some(true) => "met",
            Some(false) => "not met",
            None => "could not be determined",
        };
        lines.push(format!("- {sign}: {}", demand.line()));
    }
    lines.extend(story::excepted(finding));
    for (label, text) in [
        ("why", &finding.why),
        ("fix", &finding.fix),
        ("runbook", &finding.runbook),
        ("because of", &finding.because),
        ("owner", &finding.owner),
        ("target", &finding.target),
    ] {
        lines.extend(text.iter().flat_map(|text| text.trim().lines()).map(|line| format!("{label}: {line}")));
    }
    lines.push(format!("id: {}", finding.id));
    lines.push(format!("outcome: {}", finding.outcome.word()));
    lines.push(format!("severity: {}, in {}:{}", finding.severity.word(), finding.location.file, finding.location.line));
    lines.iter().map(|line| inert::log_line(line)).collect::<Vec<_>>().join("\n")
}
