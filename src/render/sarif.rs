//! SARIF 2.1.0 for code-scanning dashboards: a rule and a result for each check.
//!
//! | finding | `kind` | `level` |
//! | --- | --- | --- |
//! | passed | `pass` | `none` |
//! | failed | `fail` | by severity; with a `suppression` where the failure is accepted |
//! | could not be checked | `fail` | by severity |
//! | waits for an answer | `review` | `none` |
//! | left out | `notApplicable` | `none` |
//!
//! SARIF's own word for "could not be checked" is `open`, whose level must be `none` (3.27.10). A dashboard that counts
//! levels would take that for green, so the result is a `fail` that says what it is, and the invocation is marked as not
//! successful with a notification for each.

mod log;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::model::{Digest, Finding, Outcome, Report, Severity, Verdict};

use super::{Page, head, inert, proof, story};

use log::{
    ArtifactLocation, Driver, Invocation, Location, Log, Notification, Physical, Region, Rule, Run, SarifResult, Suppression, Text, Tool,
};

/// The whole log.
pub(super) fn render(page: &Page<'_>) -> String {
    of(page, |_| true)
}

/// What is red or unseen, and no more: for GitHub, which takes every result for an open alert, whatever its kind and suppressions.
pub(super) fn problems(page: &Page<'_>) -> String {
    of(page, |finding| matches!(finding.outcome, Outcome::Fail | Outcome::Unknown) && !finding.is_waived())
}

fn of(page: &Page<'_>, shows: impl Fn(&Finding) -> bool) -> String {
    let report = page.report;
    let shown = || report.findings.iter().filter(|finding| shows(finding));
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: inert::line(&report.tool.name),
                // Nobody has published this program: it has an address once its manifest names one.
                information_uri: Some(env!("CARGO_PKG_REPOSITORY")).filter(|address| !address.is_empty()),
                semantic_version: inert::line(&report.tool.version),
                rules: shown().map(rule).collect(),
            },
        },
        automation_details: json!({ "id": inert::line(&format!("gonogo/{}/{}/", report.project, report.environment)) }),
        invocations: [invocation(page)],
        column_kind: "unicodeCodePoints",
        results: shown().enumerate().map(|(place, finding)| result(report, place, finding)).collect(),
        properties: properties(page),
    };
    // Serialising these types cannot fail: all keys are strings, all numbers finite.
    let mut text = serde_json::to_string_pretty(&Log::of(run)).unwrap_or_default();
    text.push('\n');
    text
}

fn properties(page: &Page<'_>) -> Map<String, Value> {
    let report = page.report;
    let mut properties = Map::new();
    let shown = page.shown();
    properties.insert("verdict".into(), shown.verdict.word().into());
    properties.insert("headline".into(), inert::line(&shown.headline).into());
    properties.insert("fingerprint".into(), page.fingerprint().as_str().into());
    properties.insert("checks".into(), head::tally(report).into());
    for fact in head::facts(page) {
        properties.insert(fact.label.to_lowercase(), inert::line(&fact.text).into());
    }
    let caveats: Vec<String> = head::caveats(page).iter().map(|c| inert::line(&format!("{}: {}", c.word, c.text))).collect();
    properties.insert("caveats".into(), caveats.into());
    properties
}

fn invocation(page: &Page<'_>) -> Invocation {
    let (report, shown) = (page.report, page.shown());
    let unseen = report.findings.iter().filter(|f| f.outcome == Outcome::Unknown);
    let mut notifications: Vec<Notification> = unseen
        .map(|finding| Notification {
            level: level(finding.severity),
            message: Text::new(&format!("{}: could not be checked: {}", finding.id, finding.reason)),
            locations: location(report, finding).into_iter().collect(),
        })
        .collect();
    let red = report.findings.iter().any(|f| f.outcome == Outcome::Fail && !f.is_waived());
    let unfounded = shown.verdict == Verdict::NoGo && !red && notifications.is_empty();
    // What the record says against the checks is in no result.
    let told = shown.verdict != report.verdict || unfounded || report.interrupted;
    notifications.extend(told.then(|| Notification {
        level: if shown.verdict == Verdict::Hold { "warning" } else { "error" },
        message: Text::new(&format!("{}: {}", shown.headline, head::why(page))),
        locations: Vec::new(),
    }));
    Invocation {
        execution_successful: notifications.is_empty(),
        exit_code: shown.exit.code(),
        exit_code_description: inert::line(&shown.headline),
        start_time_utc: report.started.to_string(),
        end_time_utc: report.finished.to_string(),
        tool_execution_notifications: notifications,
    }
}

fn rule(finding: &Finding) -> Rule {
    let advice = [("Why: ", &finding.why), ("What to do: ", &finding.fix), ("Runbook: ", &finding.runbook)];
    let words = |text: &String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let help: Vec<String> = advice.iter().filter_map(|(label, text)| Some(format!("{label}{}", words(text.as_ref()?)))).collect();
    Rule {
        id: inert::line(&finding.id),
        name: pascal(&finding.kind),
        short_description: Text::new(&story::name(finding)),
        full_description: Text::new(&format!("{}. A check of kind `{}`.", story::name(finding).trim_end_matches('.'), finding.kind)),
        help: Text::new(&if help.is_empty() {
            format!("`gonogo explain {}` tells what it looks at.", finding.kind)
        } else {
            help.join(" · ")
        }),
        help_uri: finding.runbook.as_deref().and_then(inert::link),
        default_configuration: json!({ "level": level(finding.severity) }),
        properties: json!({ "tags": finding.tags.iter().map(|tag| inert::line(tag)).collect::<BTreeSet<_>>() }),
    }
}

fn result(report: &Report, place: usize, finding: &Finding) -> SarifResult {
    let (kind, level) = match finding.outcome {
        Outcome::Fail | Outcome::Unknown => ("fail", level(finding.severity)),
        Outcome::Pending => ("review", "none"),
        Outcome::Pass => ("pass", "none"),
        Outcome::Skipped => ("notApplicable", "none"),
    };
    let identity = [report.project.as_str(), &report.environment, &finding.id].join("\0");
    let suppression = finding.waiver.as_ref().filter(|_| finding.is_waived()).map(|waiver| Suppression {
        kind: "external",
        status: "accepted",
        justification: inert::line(&format!(
            "{} (owner {}, accepted by {}, {}, until {})",
            waiver.reason,
            waiver.owner,
            waiver.approver,
            waiver.ticket,
            story::moment(waiver.expires)
        )),
    });
    SarifResult {
        rule_id: inert::line(&finding.id),
        rule_index: place,
        kind,
        level,
        message: Text::new(&message(finding)),
        locations: location(report, finding).into_iter().collect(),
        partial_fingerprints: json!({ "gonogo/v1": Digest::of(identity.as_bytes()) }),
        // SARIF reads an empty list as "not suppressed", and an absent one as "not known" (3.27.23).
        suppressions: suppression.into_iter().collect(),
        properties: json!({
            "outcome": finding.outcome.word(),
            "severity": finding.severity.word(),
            "owner": finding.owner.as_deref().map(inert::line),
            "target": finding.target.as_deref().map(inert::line),
            "section": inert::line(&finding.section),
            "flaky": finding.flaky,
            "because": finding.because.as_deref().map(inert::line),
        }),
    }
}

fn message(finding: &Finding) -> String {
    let open: Vec<String> = finding.expectations.iter().filter(|e| e.met != Some(true)).map(crate::model::Expectation::line).collect();
    let more = if open.len() > 1 { format!(" [{}]", open.join("] [")) } else { String::new() };
    format!("{}: {}{more}", story::said(finding), proof::reason(finding))
}

/// The name of a kind as SARIF wants names, none of them an id: `RedisPersistenceCheck`.
fn pascal(kind: &str) -> String {
    let upper = |word: &str| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect::<String>();
    kind.split('-').chain(["check"]).map(|word| inert::line(&upper(word))).collect()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocker => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn location(report: &Report, finding: &Finding) -> Option<Location> {
    let place = &finding.location;
    (!place.file.is_empty()).then(|| Location {
        physical_location: Physical {
            artifact_location: ArtifactLocation { uri: uri(&report.vantage.from_root(&place.file)), uri_base_id: "%SRCROOT%" },
            // To the end of the line: what SARIF takes where no other end is named (3.30.8).
            region: (place.line > 0).then_some(Region { start_line: place.line, start_column: place.column.unwrap_or(1) }),
        },
    })
}

/// A path as a relative reference (RFC 3986): everything but unreserved characters and `/` percent-encoded.
fn uri(path: &str) -> String {
    let path = path.trim_start_matches("./").trim_start_matches('/');
    path.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
