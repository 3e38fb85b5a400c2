//! One finding, as the templates of the reports for people are given it.

use minijinja::{context, value::Value};

use crate::model::{Expectation, Finding, Json, Outcome, Period, Waived, excerpt, one_line};

use super::{
    inert, proof,
    story::{self, moment, said},
};

/// An observation longer than this many bytes is cut; the JSON report holds all of it.
const LONGEST: usize = 32 * 1024;
/// So many characters tell why in a list.
const BRIEF: usize = 100;

pub(super) fn view(finding: &Finding) -> Value {
    let open = finding.expectations.iter().filter(|demand| demand.met != Some(true));
    context! {
        id => &finding.id,
        title => (finding.title != finding.id && !finding.title.is_empty()).then_some(&finding.title),
        section => &finding.section,
        kind => &finding.kind,
        severity => finding.severity.word(),
        owner => &finding.owner,
        tone => tone(finding),
        sign => story::sign(finding),
        said => said(finding),
        reason => proof::reason(finding),
        brief => proof::shortened(&proof::brief(finding), BRIEF),
        question => proof::question(finding),
        actor => proof::actor(finding),
        // Whether the open demands already say what the reason says.
        said_by_demands => story::said_by_demands(finding),
        open => open.map(demand).collect::<Vec<_>>(),
        evidence => evidence(finding),
        target => &finding.target,
        attempts => finding.attempts,
        took => Period::millis(finding.duration_ms).to_string(),
        plan => format!("{}:{}", finding.location.file, finding.location.line),
        advice => &finding.why,
        fix => &finding.fix,
        runbook => &finding.runbook,
        runbook_link => finding.runbook.as_deref().and_then(inert::link),
        waiver => finding.waiver.as_ref().map(|waived| waiver(waived, finding.outcome)),
    }
}

/// One that needs nobody's attention.
pub(super) fn quiet(finding: &Finding) -> Value {
    context! {
        id => &finding.id,
        title => (finding.title != finding.id && !finding.title.is_empty()).then_some(&finding.title),
        severity => finding.severity.word(),
        sign => story::sign(finding),
        said => said(finding),
        reason => proof::reason(finding),
        took => Period::millis(finding.duration_ms).to_string(),
        evidence => evidence(finding),
    }
}

/// What the finding rests on, line by line: what is met, where it was looked, what was seen there.
fn evidence(finding: &Finding) -> String {
    let mut text = String::new();
    for Expectation { what, got, wanted, .. } in finding.expectations.iter().filter(|demand| demand.met == Some(true)) {
        // A target's own line breaks begin no line here.
        let [what, got, wanted] = [what, got, wanted].map(|text| one_line(text));
        text.extend(["✓ ", &what, ": ", &got, "\n  wanted: ", &wanted, "\n"]);
    }
    let (needs, tags) = (finding.needs.join(", "), finding.tags.join(", "));
    let plan = format!("{}:{}", finding.location.file, finding.location.line);
    let facts = [
        ("Kind", Some(&finding.kind)),
        ("Target", finding.target.as_ref()),
        ("Owner", finding.owner.as_ref()),
        ("Run from", finding.vantage.as_ref()),
        ("Needs", Some(&needs)),
        ("Tags", Some(&tags)),
        ("Plan", Some(&plan)),
    ];
    for (label, fact) in facts {
        let fact = fact.map_or("", String::as_str);
        if !fact.is_empty() {
            text.extend([label, ": ", &one_line(fact), "\n"]);
        }
    }
    for (label, json) in [("What was seen", &finding.observation), ("Settings", &finding.settings)] {
        text.extend(pretty(json).into_iter().flat_map(|json| [label.to_owned(), ": ".to_owned(), json, "\n".to_owned()]));
    }
    text
}

/// The style of a finding; the words say the same.
fn tone(finding: &Finding) -> &'static str {
    match finding.outcome {
        Outcome::Fail if finding.is_waived() => "waived",
        Outcome::Pass if finding.flaky => "flaky",
        outcome => outcome.word(),
    }
}

fn demand(demand: &Expectation) -> Value {
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
    context! { what => &demand.what, wanted => &demand.wanted, got, sign, said, tone }
}

fn waiver(waiver: &Waived, outcome: Outcome) -> Value {
    let Waived { reason, owner, approver, ticket, expires } = waiver;
    let standing = match outcome {
        Outcome::Fail => "Accepted exception",
        Outcome::Pass => "Exception no longer needed",
        Outcome::Unknown | Outcome::Pending | Outcome::Skipped => "Exception does not count: only a failure can be accepted",
    };
    context! { standing, until => moment(*expires), reason, owner, approver, ticket }
}

/// JSON for reading; nothing where there is nothing.
fn pretty(json: &Json) -> Option<String> {
    let value = json.value();
    let empty = value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty);
    (!empty).then(|| excerpt(&format!("{value:#}"), LONGEST))
}
