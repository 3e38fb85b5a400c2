//! What other tools write, or read, by names and marks: whose kind of check it is. A pipeline's line says where a report will be.

use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use super::{
    detect::{Place, Said},
    found::Found,
};
use crate::model::regex;

/// What a kind of check judges.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Judged {
    /// The file, the folder or the image.
    pub(super) place: String,
    /// What has a name in it.
    pub(super) names: Vec<String>,
    /// The file that says so.
    pub(super) file: String,
}

/// A path in lower case, and what stands there; the group is the report that it makes, an image, or the name of an alert.
static MARKS: LazyLock<Vec<(Regex, Regex, &'static str)>> = LazyLock::new(|| {
    let pipeline = r"(^|/)(\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.ya?ml|jenkinsfile|makefile|[^/]+\.sh)$";
    [
        (r"(rule|alert).*\.ya?ml$", r"(?m)^[ -]*alert: *(\w+)", "prometheus-rules"),
        (r"(^|/)alertmanager[^/]*\.ya?ml$", r"(?m)^receivers:", "alertmanager"),
        (r"(junit|test)[^/]*\.xml$", r"<testsuites?\b", "test-report"),
        (r"(cov|jacoco)[^/]*(\.xml|\.info)$", r"<coverage\b|<report name=|(?m)^SF:", "coverage"),
        (r"(bom|cyclonedx|spdx)[^/]*\.(json|xml)$", r#""bomFormat"|"spdxVersion"|<bom\b"#, "sbom"),
        (r"\.sarif$|(trivy|grype)[^/]*\.json$", r#""runs"|"SchemaVersion"|"matches""#, "scan-report"),
        (pipeline, r"--(?:junit-?xml|log-junit|junitfile)[= ]+([\w./-]+)", "test-report"),
        (pipeline, r"--cov-report[= ]+(?:xml|lcov):([\w./-]+)", "coverage"),
        (pipeline, r"(?:cyclonedx|spdx)\S*(?:=|.* (?:-o|--output)[= ]+)([\w./-]+\.(?:json|xml))", "sbom"),
        (pipeline, r"(?:trivy|grype) .*(?:-o|--output|--file)[= ]+([\w./-]+\.(?:json|sarif))", "scan-report"),
        (pipeline, r"k6 run .*--summary-export[= ]+([\w./-]+)", "load-test"),
    ]
    .into_iter()
    .map(|(path, mark, kind)| (regex(path), regex(mark), kind))
    .collect()
});

/// Whether a file may be one.
pub(super) fn may_be(place: &Place<'_>) -> bool {
    MARKS.iter().any(|(known, ..)| known.is_match(place.path))
}

/// Takes what a file is, or makes.
pub(super) fn take(found: &mut Found, path: &str, text: &str) -> Said {
    let known = found.judged.len();
    for (kind, one) in of(path, text) {
        found.judged.entry(kind).or_insert(one);
    }
    Ok((found.judged.len() > known).then_some("what a kind of check judges, or the pipeline that makes it"))
}

/// The kinds that judge what the file is, or what it makes.
fn of(path: &str, text: &str) -> Vec<(&'static str, Judged)> {
    let lower = path.to_ascii_lowercase();
    let marks = MARKS.iter().filter(|(known, mark, _)| known.is_match(&lower) && mark.is_match(text));
    marks
        .map(|(_, mark, kind)| {
            let names: Vec<String> =
                mark.captures_iter(text).take(20).filter_map(|found| Some(found.get(1)?.as_str().to_owned())).collect();
            let place = match (*kind, names.first()) {
                ("prometheus-rules", _) | (_, None) => path,
                (_, Some(name)) => name,
            };
            (*kind, Judged { place: place.to_owned(), names, file: path.to_owned() })
        })
        .collect()
}
