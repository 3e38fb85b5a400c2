//! One finding, as the templates of the reports for people are given it.

use serde::Serialize;
use serde_json::Value;

use crate::model::{Expectation, Finding, Json, Outcome, Period, Waived, excerpt};

use super::super::{
    inert,
    story::{self, moment, said},
};

/// An observation longer than this many bytes is cut; the JSON report holds all of it.
const LONGEST: usize = 32 * 1024;

#[derive(Serialize)]
pub(super) struct FindingView {
    id: String,
    title: Option<String>,
    section: String,
    kind: String,
    severity: &'static str,
    owner: Option<String>,
    tags: String,
    tone: &'static str,
    sign: char,
    said: String,
    reason: String,
    /// Whether the open demands already say what the reason says.
    said_by_demands: bool,
    open: Vec<DemandView>,
    met: Vec<DemandView>,
    observation: Option<String>,
    settings: Option<String>,
    target: Option<String>,
    vantage: Option<String>,
    needs: String,
    attempts: u32,
    took: String,
    plan: String,
    advice: Option<String>,
    fix: Option<String>,
    runbook: Option<String>,
    runbook_link: Option<String>,
    waiver: Option<WaiverView>,
}

#[derive(Serialize)]
struct DemandView {
    what: String,
    wanted: String,
    got: String,
    sign: char,
    said: &'static str,
    tone: &'static str,
}

#[derive(Serialize)]
struct WaiverView {
    standing: &'static str,
    until: String,
    reason: String,
    owner: String,
    approver: String,
    ticket: String,
}

impl FindingView {
    pub(super) fn of(finding: &Finding) -> Self {
        let (met, open) = finding.expectations.iter().partition::<Vec<&Expectation>, _>(|e| e.met == Some(true));
        Self {
            id: finding.id.clone(),
            title: (finding.title != finding.id && !finding.title.is_empty()).then(|| finding.title.clone()),
            section: finding.section.clone(),
            kind: finding.kind.clone(),
            severity: finding.severity.word(),
            owner: finding.owner.clone(),
            tags: finding.tags.join(", "),
            tone: tone(finding),
            sign: story::sign(finding),
            said: said(finding),
            reason: finding.reason.clone(),
            said_by_demands: story::said_by_demands(finding),
            open: open.into_iter().map(DemandView::of).collect(),
            met: met.into_iter().map(DemandView::of).collect(),
            observation: pretty(&finding.observation),
            settings: pretty(&finding.settings),
            target: finding.target.clone(),
            vantage: finding.vantage.clone(),
            needs: finding.needs.join(", "),
            attempts: finding.attempts,
            took: Period::millis(finding.duration_ms).to_string(),
            plan: format!("{}:{}", finding.location.file, finding.location.line),
            advice: finding.why.clone(),
            fix: finding.fix.clone(),
            runbook: finding.runbook.clone(),
            runbook_link: finding.runbook.as_deref().and_then(inert::link),
            waiver: finding.waiver.as_ref().map(|waiver| WaiverView::of(waiver, finding.outcome)),
        }
    }
}

/// The style of a finding; the words say the same.
fn tone(finding: &Finding) -> &'static str {
    match finding.outcome {
        Outcome::Fail if finding.is_waived() => "waived",
        Outcome::Fail => "fail",
        Outcome::Unknown => "unknown",
        Outcome::Pending => "pending",
        Outcome::Pass if finding.flaky => "flaky",
        Outcome::Pass => "pass",
        Outcome::Skipped => "skipped",
    }
}

impl DemandView {
    fn of(demand: &Expectation) -> Self {
        let (sign, said, tone) = match demand.met {
            Some(true) => ('✓', "met", "pass"),
            Some(false) => ('✗', "not met", "fail"),
            None => ('?', "could not be determined", "unknown"),
        };
        let got = match (&demand.met, &demand.why) {
            (None, Some(why)) => format!("could not be determined: {why}"),
            (None, None) => "could not be determined".into(),
            (Some(_), _) => demand.got.clone(),
        };
        Self { what: demand.what.clone(), wanted: demand.wanted.clone(), got, sign, said, tone }
    }
}

impl WaiverView {
    fn of(waiver: &Waived, outcome: Outcome) -> Self {
        Self {
            standing: match outcome {
                Outcome::Fail => "Accepted exception",
                Outcome::Pass => "Exception no longer needed",
                Outcome::Unknown | Outcome::Pending | Outcome::Skipped => "Exception does not count: only a failure can be accepted",
            },
            until: moment(waiver.expires),
            reason: waiver.reason.clone(),
            owner: waiver.owner.clone(),
            approver: waiver.approver.clone(),
            ticket: waiver.ticket.clone(),
        }
    }
}

/// JSON for reading; nothing where there is nothing.
fn pretty(json: &Json) -> Option<String> {
    let value = json.value();
    let empty = match &value {
        Value::Null => true,
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => false,
    };
    (!empty).then(|| excerpt(&format!("{value:#}"), LONGEST))
}
