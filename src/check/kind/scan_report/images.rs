//! Trivy's JSON (schema 2), grype's, and gitleaks'.

use serde_json::Value;

use super::seen::{Scan, Severity, State};
use crate::{
    check::evidence::{Claim, Said, list, texts},
    model::quote,
};

pub(super) fn trivy(value: &Value, asked: &[String], said: &mut Said) -> Result<Scan, String> {
    let mut scan = Scan::default();
    if value["SchemaVersion"] != 2 {
        Scan::note(&mut scan.odd, format!("the schema version {}, and 2 is known", value["SchemaVersion"]));
    }
    said.time(texts(value, "/CreatedAt"));
    said.digest(texts(value, "/ArtifactName"));
    let metadata = &value["Metadata"];
    list(metadata, "RepoDigests").iter().filter_map(Value::as_str).for_each(|digest| said.digest(digest));
    said.image(texts(metadata, "/ImageID"));
    let commit = texts(metadata, "/Commit");
    if !commit.is_empty() {
        said.claim(Claim::Commit(commit.to_owned()));
    }
    if metadata.pointer("/OS/EOSL") == Some(&Value::Bool(true)) {
        scan.ended = Some(format!("{} {}", texts(metadata, "/OS/Family"), texts(metadata, "/OS/Name")));
    }
    let results = list(value, "Results");
    let is_image = texts(value, "/ArtifactType") == "container_image";
    let of_packages = results.iter().any(|result| matches!(texts(result, "/Class"), "os-pkgs" | "lang-pkgs"));
    if results.is_empty() || (is_image && !of_packages) {
        Scan::note(&mut scan.idle, if is_image { "no packages of the image stand in it" } else { "no results stand in it" });
    }
    for result in results {
        let target = texts(result, "/Target");
        for found in list(result, "Vulnerabilities") {
            let at = (texts(found, "/VulnerabilityID"), texts(found, "/PkgName"));
            scan.found(at, texts(found, "/Severity"), texts(found, "/FixedVersion").is_empty(), State::Open);
        }
        for found in list(result, "Misconfigurations") {
            let id = texts(found, "/ID");
            scan.ran(id, asked);
            match texts(found, "/Status") {
                "FAIL" | "" => scan.found((id, target), texts(found, "/Severity"), false, State::Open),
                "PASS" => {}
                "EXCEPTION" => scan.found((id, target), texts(found, "/Severity"), false, State::Excepted("an exception".into())),
                other => Scan::note(&mut scan.odd, format!("the status {} of {}", quote(other), quote(id))),
            }
        }
        for (key, id) in [("Secrets", "/RuleID"), ("Licenses", "/Name")] {
            for found in list(result, key) {
                scan.found((texts(found, id), target), texts(found, "/Severity"), false, State::Open);
            }
        }
        for found in list(result, "ExperimentalModifiedFindings") {
            let finding = &found["Finding"];
            let id = ["/VulnerabilityID", "/RuleID", "/ID", "/Name"].map(|key| texts(finding, key)).into_iter().find(|id| !id.is_empty());
            let why = format!("{}: {}", texts(found, "/Status"), texts(found, "/Statement"));
            let why = why.trim_end_matches(": ").to_owned();
            scan.found((id.unwrap_or_default(), texts(finding, "/PkgName")), texts(finding, "/Severity"), false, State::Excepted(why));
        }
    }
    Ok(scan)
}

pub(super) fn grype(value: &Value, said: &mut Said) -> Result<Scan, String> {
    let mut scan = Scan::default();
    let target = &value["source"]["target"];
    list(target, "repoDigests").iter().filter_map(Value::as_str).for_each(|digest| said.digest(digest));
    said.digest(texts(target, "/userInput"));
    said.image(texts(target, "/imageID"));
    said.image(texts(target, "/manifestDigest"));
    let descriptor = &value["descriptor"];
    said.time(texts(descriptor, "/timestamp"));
    let built = ["/db/status/built", "/db/built"].map(|pointer| texts(descriptor, pointer).parse().ok());
    scan.database = built.into_iter().flatten().next();
    for filter in ["only-fixed", "only-notfixed"] {
        if descriptor.pointer(&format!("/configuration/{filter}")) == Some(&Value::Bool(true)) {
            Scan::note(&mut scan.partial, format!("it was made with `{filter}`, which leaves findings out"));
        }
    }
    if matches!(texts(value, "/source/type"), "" | "unknown") {
        Scan::note(&mut scan.idle, "its source is unknown");
    }
    for (key, is_open) in [("matches", true), ("ignoredMatches", false)] {
        for found in list(value, key) {
            let vulnerability = &found["vulnerability"];
            let at = format!("{} {}", texts(found, "/artifact/name"), texts(found, "/artifact/version"));
            let exploited = !list(vulnerability, "knownExploited").is_empty();
            let word = if exploited { "critical" } else { texts(vulnerability, "/severity") };
            let without_fix = texts(vulnerability, "/fix/state") != "fixed";
            let rules = found.get("appliedIgnoreRules").map(ToString::to_string).unwrap_or_default();
            let state = if is_open { State::Open } else { State::Excepted(format!("ignored by {}", quote(&rules))) };
            scan.found((texts(vulnerability, "/id"), &at), word, without_fix, state);
        }
    }
    if value["matches"].as_array().is_none() {
        return Err("has no list of `matches`".into());
    }
    Ok(scan)
}

/// Every finding is a secret; what it is stays unread.
pub(super) fn gitleaks<'v>(items: impl Iterator<Item = &'v Value>) -> Result<Scan, String> {
    let mut scan = Scan::default();
    for item in items {
        let id = texts(item, "/RuleID");
        if id.is_empty() {
            return Err("has an item without its `RuleID`".into());
        }
        scan.add((id, texts(item, "/File")), Some(Severity::High), false, State::Open);
    }
    Ok(scan)
}
