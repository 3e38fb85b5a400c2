//! Controls that passed or failed: MITRE's Heimdall Data Format (InSpec's `exec-json`), and OCSF events of findings (1.x).

use serde_json::Value;

use super::seen::{Scan, Severity, State};
use crate::{
    check::evidence::{Said, list, number, texts, time},
    model::quote,
};

/// The outcome of a control is Heimdall's: an error counts most, then that it does not apply (impact 0), then a failure.
pub(super) fn hdf(value: &Value, asked: &[String], said: &mut Said) -> Result<Scan, String> {
    let mut scan = Scan::default();
    let target = texts(value, "/platform/target_id");
    if !target.is_empty() {
        scan.targets.push(target.to_owned());
    }
    let mut controls = 0;
    for profile in list(value, "profiles") {
        if matches!(texts(profile, "/status"), "skipped" | "failed") {
            Scan::note(&mut scan.partial, format!("the profile {} was not run", quote(texts(profile, "/name"))));
        }
        for control in list(profile, "controls") {
            controls += 1;
            of_control(control, texts(profile, "/name"), asked, &mut scan, said);
        }
    }
    if controls == 0 {
        Scan::note(&mut scan.idle, "it has no controls");
    }
    Ok(scan)
}

fn of_control(control: &Value, profile: &str, asked: &[String], scan: &mut Scan, said: &mut Said) {
    let id = texts(control, "/id");
    let results = list(control, "results");
    results.iter().for_each(|result| said.time(texts(result, "/start_time")));
    let is = |status: &str| results.iter().any(|result| texts(result, "/status") == status);
    let known = |result: &Value| matches!(texts(result, "/status"), "passed" | "failed" | "skipped");
    let waived = match control.pointer("/waiver_data/skipped_due_to_waiver") {
        Some(Value::Bool(waived)) => *waived,
        Some(Value::String(words)) => !words.is_empty(),
        _ => false,
    };
    let Some(impact) = number(control, "/impact") else {
        return Scan::note(&mut scan.odd, format!("the control {} has no impact", quote(id)));
    };
    let severity = Some(Severity::scaled(impact, [0.9, 0.7, 0.4, 0.01]));
    if waived {
        let why = format!("waived: {}", texts(control, "/waiver_data/justification"));
        return scan.add((id, profile), severity, false, State::Excepted(why.trim_end_matches(": ").to_owned()));
    }
    let broken = results.iter().any(|result| !known(result) || result.get("backtrace").is_some_and(|trace| !trace.is_null()));
    if broken || results.is_empty() {
        return Scan::note(&mut scan.partial, format!("the control {} ended in an error, or in nothing", quote(id)));
    }
    match impact {
        0.0 => scan.ran(id, asked),
        _ if is("failed") => {
            scan.ran(id, asked);
            scan.add((id, profile), severity, false, State::Open);
        }
        _ if is("passed") => scan.ran(id, asked),
        _ => scan.add((id, profile), severity, false, State::Manual),
    }
}

/// What a status says that stands for a missing right.
const DENIED: [&str; 5] = ["accessdenied", "access denied", "not authorized", "unauthorizedoperation", "permission denied"];

pub(super) fn ocsf<'v>(items: impl Iterator<Item = &'v Value>, asked: &[String], said: &mut Said) -> Scan {
    let (mut scan, mut events) = (Scan::default(), 0);
    for event in items {
        events += 1;
        if let Some(time) = number(event, "/time").and_then(time) {
            said.time(&time);
        }
        let account = texts(event, "/cloud/account/uid");
        if !account.is_empty() {
            Scan::note(&mut scan.targets, account);
        }
        of_event(event, asked, &mut scan);
    }
    if events == 0 {
        Scan::note(&mut scan.idle, "it has no events");
    }
    scan
}

fn of_event(event: &Value, asked: &[String], scan: &mut Scan) {
    let ids = ["/metadata/event_code", "/finding_info/uid", "/finding_info/title"].map(|pointer| texts(event, pointer));
    let id = ids.into_iter().find(|id| !id.is_empty()).unwrap_or_default();
    let at =
        [texts(event, "/resources/0/uid"), texts(event, "/resources/0/name")].into_iter().find(|at| !at.is_empty()).unwrap_or_default();
    let detail = texts(event, "/status_detail").to_ascii_lowercase();
    if DENIED.iter().any(|word| detail.contains(word)) {
        return Scan::note(&mut scan.partial, format!("{} lacked a right: {}", quote(id), quote(&detail)));
    }
    let suppressed = event["status_id"] == 3 || texts(event, "/status").eq_ignore_ascii_case("suppressed");
    let class = event["class_uid"].as_u64().unwrap_or_default();
    let code = texts(event, "/status_code").to_ascii_uppercase();
    let state = match (code.as_str(), event.pointer("/compliance/status_id").and_then(Value::as_u64)) {
        ("PASS", _) | ("", Some(1)) => None,
        ("MUTED", _) => Some(State::Excepted("muted".into())),
        ("FAIL", _) | ("", Some(2 | 3)) if suppressed => Some(State::Excepted("suppressed".into())),
        ("FAIL", _) | ("", Some(2 | 3)) => Some(State::Open),
        ("MANUAL", _) => Some(State::Manual),
        // Vulnerabilities and detections are findings by being there; 4 is resolved.
        ("", None) if matches!(class, 2001 | 2002 | 2004..=2007) && event["status_id"] != 4 => {
            Some(if suppressed { State::Excepted("suppressed".into()) } else { State::Open })
        }
        ("", None) if matches!(class, 2001 | 2002 | 2004..=2007) => None,
        _ => return Scan::note(&mut scan.odd, format!("the status {} of {} in an event of class {class}", quote(&code), quote(id))),
    };
    let severity = match event["severity_id"].as_u64() {
        Some(1) => Some(Severity::None),
        Some(2) => Some(Severity::Low),
        Some(3) => Some(Severity::Medium),
        Some(4) => Some(Severity::High),
        Some(5 | 6) => Some(Severity::Critical),
        _ => None,
    };
    if state != Some(State::Manual) {
        scan.ran(id, asked);
    }
    if let Some(state) = state {
        scan.add((id, at), severity, false, state);
    }
}
