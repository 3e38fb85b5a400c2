//! Reports to render: the stored samples, and small ones made for one question.

use std::path::PathBuf;

use gonogo::model::{Counts, Finding, Location, Outcome, Phase, Record, Report, Severity, Verdict, Waived};
use serde_json::json;

/// The stored samples.
pub(crate) const NAMES: [&str; 4] = ["go", "no-go", "hold", "partial"];

/// What the ledger says beside the sample `go`; `deployed` beside one like it, made after the deployment.
pub(crate) const RECORDS: [&str; 5] = ["signed", "refused", "confirmed", "held", "deployed"];

/// The sample `go` as it were after the deployment.
pub(crate) fn after_the_deployment() -> Report {
    let report = stored("go");
    let findings = report.findings.iter().filter(|finding| finding.outcome != Outcome::Skipped).cloned().collect();
    Report { phase: Phase::PostDeploy, findings, ..report }.concluded()
}

pub(crate) fn record(name: &str) -> Record {
    let path = path(&format!("{name}.record.json"));
    let json = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_slice(&json).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

pub(crate) fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/report").join(file)
}

pub(crate) fn bytes(name: &str) -> Vec<u8> {
    let path = path(&format!("{name}.json"));
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

pub(crate) fn stored(name: &str) -> Report {
    serde_json::from_slice(&bytes(name)).expect("a stored sample is a report")
}

/// The frame of the `go` sample around these findings, concluded.
pub(crate) fn report(findings: Vec<Finding>) -> Report {
    Report { findings, verdict: Verdict::NoGo, exit: 1, counts: Counts::default(), ..stored("go") }.concluded()
}

pub(crate) fn finding(id: &str, outcome: Outcome, severity: Severity) -> Finding {
    let finding = json!({
        "id": id, "title": format!("The {id} title"), "section": "Section", "kind": "http", "severity": severity, "outcome": outcome,
        "reason": format!("the {id} reason"), "location": { "file": "checks/a.yaml", "line": 7 },
    });
    serde_json::from_value::<Finding>(finding)
        .map(|f| Finding { location: Location { file: "checks/a.yaml".into(), line: 7, column: Some(5) }, ..f })
        .expect("a finding")
}

pub(crate) fn waiver() -> Waived {
    Waived {
        reason: "the waiver reason".into(),
        owner: "erin".into(),
        approver: "carol".into(),
        ticket: "OPS-1".into(),
        expires: "2026-12-15T23:59:59Z".parse().expect("an instant"),
    }
}

/// Every outcome in every severity: plain, waived, flaky, and (where it can be) only because of another check.
pub(crate) fn every_kind_of_finding() -> Vec<Finding> {
    let mut all = vec![finding("root-of-others", Outcome::Fail, Severity::Info)];
    for outcome in Outcome::ALL {
        for severity in Severity::ALL {
            let make = |what: &str| finding(&format!("{what}-{outcome}-{severity}"), outcome, severity);
            all.push(make("plain"));
            all.push(Finding { waiver: Some(waiver()), ..make("waived") });
            all.push(Finding { flaky: true, attempts: 2, ..make("flaky") });
            all.push(Finding { because: Some("root-of-others".into()), needs: vec!["root-of-others".into()], ..make("because") });
            all.push(Finding { because: Some(format!("because-{outcome}-{severity}")), ..make("because-of-because") });
            all.push(Finding { because: Some("no-such-check".into()), ..make("because-of-nothing") });
            all.push(Finding { because: Some(format!("circle-{outcome}-{severity}")), ..make("circle") });
        }
    }
    all
}
