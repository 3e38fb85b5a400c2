//! The judges of files beside a bare reader of the same formats: what a team's pipeline leaves behind, in sizes that are usual.

use std::fs;

use tempfile::TempDir;

use crate::{
    plan,
    scenario::{Beside, Contest},
};

/// Test cases of a report, components of a bill, findings of a scan.
const MANY: usize = 2_000;

/// `checks` files in turn: JUnit, CycloneDX, SARIF and Kubernetes manifests.
pub(crate) fn files(checks: usize) -> anyhow::Result<Contest> {
    let folder = TempDir::new()?;
    let at = folder.path();
    let names: Vec<String> = (1..=checks).map(name).collect();
    for (number, name) in (1..).zip(&names) {
        fs::write(at.join(name), content(number))?;
    }
    plan::write(at, checks, |number| judged(number, &names[number - 1]))?;
    fs::write(at.join("asked"), names.join("\n"))?;
    let bare = vec!["bare-files".to_owned(), "asked".to_owned()];
    Ok(Contest { folder, beside: Beside::Verify, bare, keep: Box::new(()) })
}

fn name(number: usize) -> String {
    format!("{number}.{}", ["yaml", "xml", "json", "json"][number % 4])
}

fn judged(number: usize, file: &str) -> String {
    let report = format!("file: {file}, unbound: accepted, max-age: 1d");
    match number % 4 {
        0 => format!("kubernetes: {{ files: {file} }}"),
        1 => format!("test-report: {{ {report}, min-tests: 1 }}"),
        2 => format!("sbom: {{ {report}, min-components: 1, licences: {{ denied: [AGPL-3.0*] }} }}"),
        _ => format!("scan-report: {{ {report}, severity: high }}"),
    }
}

fn content(number: usize) -> String {
    match number % 4 {
        0 => include_str!("../it/kubernetes/good.yaml").to_owned(),
        1 => {
            let case = |case| format!("<testcase classname=\"shop.orders\" name=\"case {case}\" time=\"0.01\"/>\n");
            format!("<testsuite name=\"all\" tests=\"{MANY}\" failures=\"0\">\n{}</testsuite>\n", (1..=MANY).map(case).collect::<String>())
        }
        2 => {
            let component = |one| {
                format!(
                    "{{\"type\":\"library\",\"name\":\"part-{one}\",\"version\":\"1.{one}\",\"purl\":\"pkg:npm/part-{one}@1.{one}\",\
                     \"licenses\":[{{\"license\":{{\"id\":\"MIT\"}}}}]}}"
                )
            };
            let components: Vec<String> = (1..=MANY).map(component).collect();
            format!("{{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"version\":1,\"components\":[{}]}}", components.join(","))
        }
        _ => {
            let result = |one| {
                format!(
                    "{{\"ruleId\":\"style-{one}\",\"level\":\"note\",\"message\":{{\"text\":\"one of many\"}},\"locations\":[{{\
                     \"physicalLocation\":{{\"artifactLocation\":{{\"uri\":\"src/{one}.rs\"}},\"region\":{{\"startLine\":{one}}}}}}}]}}"
                )
            };
            let results: Vec<String> = (1..=MANY).map(result).collect();
            format!(
                "{{\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{{\"name\":\"scanner\"}}}},\"results\":[{}]}}]}}",
                results.join(",")
            )
        }
    }
}
