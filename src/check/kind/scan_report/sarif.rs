//! SARIF 2.1.0 (OASIS), as linters and scanners write it.

use std::collections::HashMap;

use serde_json::Value;

use super::seen::{Scan, Severity, State};
use crate::{
    check::evidence::{Claim, Said, list, texts},
    model::quote,
};

pub(super) fn read(value: &Value, asked: &[String], said: &mut Said) -> Result<Scan, String> {
    if value["version"] != "2.1.0" {
        return Err(format!("is SARIF {}, and 2.1.0 is read", value["version"]));
    }
    let mut scan = Scan::default();
    if list(value, "runs").is_empty() {
        Scan::note(&mut scan.idle, "it has no runs");
    }
    list(value, "runs").iter().for_each(|run| of_run(run, asked, &mut scan, said));
    Ok(scan)
}

fn of_run(run: &Value, asked: &[String], scan: &mut Scan, said: &mut Said) {
    let tool = texts(run, "/tool/driver/name");
    for provenance in list(run, "versionControlProvenance") {
        if !texts(provenance, "/revisionId").is_empty() {
            said.claim(Claim::Commit(texts(provenance, "/revisionId").to_owned()));
        }
    }
    list(&run["properties"], "repoDigests").iter().filter_map(Value::as_str).for_each(|digest| said.digest(digest));
    said.image(texts(run, "/properties/imageID"));
    for invocation in list(run, "invocations") {
        said.time(texts(invocation, "/endTimeUtc"));
        let failed = list(invocation, "toolExecutionNotifications").iter().any(|notification| notification["level"] == "error");
        if invocation["executionSuccessful"] == false || failed {
            Scan::note(&mut scan.partial, format!("{} did not end well, as it says", quote(tool)));
        }
    }
    if !run["externalPropertyFileReferences"].is_null() {
        Scan::note(&mut scan.partial, "parts of it stand in other files, which are not read");
    }
    let components = std::iter::once(&run["tool"]["driver"]).chain(list(&run["tool"], "extensions"));
    let listed: Vec<&Value> = components.flat_map(|component| list(component, "rules")).collect();
    let rules: HashMap<&str, &Value> = listed.iter().map(|rule| (texts(rule, "/id"), *rule)).collect();
    if !run["results"].is_array() {
        return Scan::note(&mut scan.idle, format!("{} has no list of results: it did not run", quote(tool)));
    }
    rules.keys().for_each(|id| scan.ran(id, asked));
    for result in list(run, "results") {
        let named = [texts(result, "/ruleId"), texts(result, "/rule/id")].into_iter().find(|id| !id.is_empty());
        let driver = list(&run["tool"]["driver"], "rules");
        let index = [&result["ruleIndex"], &result["rule"]["index"]].into_iter().find_map(Value::as_u64);
        let indexed = index.and_then(|index| driver.get(usize::try_from(index).ok()?));
        let id = named.or(indexed.map(|rule| texts(rule, "/id"))).unwrap_or_default();
        // `ruleId` may have a part of its own behind a slash.
        let rule = rules.get(id).or_else(|| rules.get(id.rsplit_once('/')?.0)).copied().or(indexed);
        scan.ran(id, asked);
        of_result(result, id, rule.unwrap_or(&Value::Null), scan);
    }
}

fn of_result(result: &Value, id: &str, rule: &Value, scan: &mut Scan) {
    let at = texts(result, "/locations/0/physicalLocation/artifactLocation/uri");
    let kind = result.get("kind").map_or("fail", |kind| kind.as_str().unwrap_or_default());
    let mut state = match kind {
        "fail" => State::Open,
        "open" | "review" => State::Manual,
        "pass" | "notApplicable" | "informational" => return,
        other => return Scan::note(&mut scan.odd, format!("the kind {} of {}", quote(other), quote(id))),
    };
    match texts(result, "/baselineState") {
        "absent" => return,
        "" | "new" | "unchanged" | "updated" => {}
        other => Scan::note(&mut scan.odd, format!("the baseline state {} of {}", quote(other), quote(id))),
    }
    let suppressions = list(result, "suppressions");
    // One that is rejected or under review leaves the result as it is (3.27.23).
    let accepted = suppressions.iter().all(|one| matches!(texts(one, "/status"), "" | "accepted"));
    if let (Some(first), true) = (suppressions.first(), accepted) {
        state = State::Excepted(format!("suppressed: {}", texts(first, "/justification")).trim_end_matches(": ").to_owned());
    }
    let score = [result, rule].into_iter().find_map(|holder| match &holder["properties"]["security-severity"] {
        Value::String(text) => text.parse::<f64>().ok(),
        other => other.as_f64(),
    });
    let level =
        [texts(result, "/level"), texts(rule, "/defaultConfiguration/level"), "warning"].into_iter().find(|level| !level.is_empty());
    let severity = match (score, level.unwrap_or_default()) {
        (Some(score), _) => Some(Severity::scaled(score, [9.0, 7.0, 4.0, 0.1])),
        (None, "error") => Some(Severity::High),
        (None, "warning") => Some(Severity::Medium),
        (None, "note") => Some(Severity::Low),
        (None, "none") => Some(Severity::None),
        (None, _) => None,
    };
    scan.add((id, at), severity, false, state);
}
