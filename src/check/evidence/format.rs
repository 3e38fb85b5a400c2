//! The formats of reports, and how each is known by what stands in it: the one place for all kinds.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{json::texts, xml::Element};

macro_rules! formats {
    ($($name:ident $word:literal $said:literal),* $(,)?) => {
        /// A format that some kind reads.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[schemars(inline)]
        pub enum Format {
            $(#[doc = $said] #[serde(rename = $word)] $name,)*
        }

        impl Format {
            /// As the plan writes it.
            pub(crate) fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }

        impl fmt::Display for Format {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$name => $said,)* })
            }
        }
    };
}

formats! {
    Junit "junit" "JUnit XML",
    Ctrf "ctrf" "CTRF JSON",
    Tap "tap" "TAP",
    Lcov "lcov" "lcov",
    Cobertura "cobertura" "Cobertura XML",
    Jacoco "jacoco" "JaCoCo XML",
    K6Export "k6-export" "k6's summary export",
    K6Summary "k6-summary" "k6's handleSummary data",
    K6Report "k6-report" "k6's machine-readable summary",
    Vegeta "vegeta" "vegeta's JSON report",
    Wrk "wrk" "wrk's output",
    Hey "hey" "hey's output",
    Jtl "jmeter" "a JMeter JTL file",
    Trivy "trivy" "Trivy JSON",
    Grype "grype" "Grype JSON",
    Sarif "sarif" "SARIF",
    Gitleaks "gitleaks" "gitleaks JSON",
    Hdf "hdf" "HDF JSON",
    Ocsf "ocsf" "OCSF JSON",
    CycloneDx "cyclonedx" "CycloneDX JSON",
    CycloneDxXml "cyclonedx-xml" "CycloneDX XML",
    Spdx "spdx" "SPDX 2 JSON",
    Spdx3 "spdx-3" "SPDX 3 JSON-LD",
}

/// What a file is: a format that some kind reads, or the name of another.
pub(super) type Known = Result<Format, &'static str>;

/// By keys that must all be there.
const BY_KEYS: [(&[&str], Known); 31] = [
    (&["bomFormat"], Ok(Format::CycloneDx)),
    (&["spdxVersion"], Ok(Format::Spdx)),
    (&["@context", "@graph"], Ok(Format::Spdx3)),
    (&["reportFormat", "results"], Ok(Format::Ctrf)),
    (&["SchemaVersion", "ArtifactName"], Ok(Format::Trivy)),
    (&["matches", "descriptor"], Ok(Format::Grype)),
    (&["profiles", "statistics"], Ok(Format::Hdf)),
    (&["class_uid"], Ok(Format::Ocsf)),
    (&["latencies", "status_codes"], Ok(Format::Vegeta)),
    (&["RuleID", "Fingerprint"], Ok(Format::Gitleaks)),
    (&["RuleID", "Secret"], Ok(Format::Gitleaks)),
    (&["artifacts", "artifactRelationships"], Err("Syft's own JSON: write `-o cyclonedx-json` or `spdx-json`")),
    (&["ClusterName", "Resources"], Err("Trivy's Kubernetes report")),
    (&["predicateType", "subject"], Err("an in-toto statement: take its `predicate` out")),
    (&["payloadType", "signatures"], Err("a signed envelope (DSSE): take its payload out")),
    (&["dsseEnvelope"], Err("a Sigstore bundle")),
    (&["auditReportVersion"], Err("npm's audit report")),
    (&["AwsAccountId", "ProductArn"], Err("findings in ASFF: let the tool write OCSF")),
    (&["Findings"], Err("findings in ASFF: let the tool write OCSF")),
    (&["scan", "vulnerabilities", "version"], Err("a GitLab security report")),
    (&["Controls", "Totals"], Err("kube-bench's own JSON: convert it to HDF")),
    (&["vulnerabilities", "packageManager"], Err("Snyk's JSON: write `--sarif`")),
    (&["DetectorName", "SourceMetadata"], Err("TruffleHog's JSON")),
    (&["numTotalTests", "testResults"], Err("Jest's JSON: use the reporter `jest-junit` or CTRF")),
    (&["suites", "stats"], Err("Playwright's or Cypress's JSON: use the reporter `junit`")),
    (&["stats", "tests", "passes"], Err("Mocha's JSON: use a JUnit or CTRF reporter")),
    (&["tests", "summary", "exitcode"], Err("pytest's JSON report: write `--junitxml`")),
    (&["meta", "files", "totals"], Err("coverage.py's JSON: write `coverage xml` or `coverage lcov`")),
    (&["total"], Err("Istanbul's JSON summary: use the reporter `lcov` or `cobertura`")),
    (&["metric", "data", "type"], Err("k6's stream of single points: write `--summary-export`")),
    (&["type", "contains", "data"], Err("k6's stream of single points: write `--summary-export`")),
];

/// What servers answer instead of a report, and pipelines then keep as one.
const PAGE: &str = "an HTML page: was it fetched without a login?";

impl Format {
    /// By the first value of a JSON file.
    pub(super) fn of_json(value: &Value) -> Option<Known> {
        let value = value.as_array().map_or(Some(value), |items| items.first())?;
        let object = value.as_object()?;
        let has = |key: &str| object.contains_key(key);
        if has("runs") && (has("version") || texts(value, "/$schema").contains("sarif")) {
            return Some(Ok(Self::Sarif));
        }
        if has("results") && value.pointer("/metadata/k6Version").is_some() {
            return Some(Ok(Self::K6Report));
        }
        if has("metrics") && has("root_group") {
            let metrics = object["metrics"].as_object().into_iter().flat_map(|metrics| metrics.values());
            let nested = metrics.into_iter().any(|metric| metric.get("values").is_some());
            return Some(Ok(if nested { Self::K6Summary } else { Self::K6Export }));
        }
        BY_KEYS.into_iter().find(|(keys, _)| keys.iter().all(|key| has(key))).map(|(_, known)| known)
    }

    /// By the root element of an XML file.
    pub(super) fn of_root(root: &Element) -> Option<Known> {
        let has = |name: &str| root.get(name).is_some();
        Some(match root.name.as_str() {
            "testsuites" | "testsuite" => Ok(Self::Junit),
            "coverage" if has("line-rate") || has("lines-valid") => Ok(Self::Cobertura),
            "coverage" if has("clover") || has("generated") => Err("Clover XML: let the tool write Cobertura or lcov"),
            "coverage" if has("version") => Err("SonarQube's generic coverage: let the tool write Cobertura or lcov"),
            "report" if has("name") => Ok(Self::Jacoco),
            "bom" => Ok(Self::CycloneDxXml),
            "testResults" => Err("JMeter's XML: write the JTL file as CSV (`jmeter.save.saveservice.output_format=csv`)"),
            "test-run" => Err("NUnit 3 XML: convert it to JUnit"),
            "test-results" => Err("NUnit 2 XML: convert it to JUnit"),
            "assemblies" | "assembly" => Err("xUnit.net XML: convert it to JUnit"),
            "TestRun" => Err("a TRX file: use the logger `junit`"),
            "testng-results" => Err("TestNG XML: take its `junitreports`"),
            "robot" => Err("Robot Framework's XML: write `--xunit`"),
            "RDF" => Err("SPDX RDF: write SPDX JSON"),
            "OWASPZAPReport" => Err("ZAP's XML: write SARIF"),
            "Benchmark" | "TestResult" => Err("XCCDF: convert it to HDF"),
            "html" | "HTML" => Err(PAGE),
            _ => return None,
        })
    }

    /// By the beginning of any other text.
    pub(super) fn of_text(head: &str) -> Option<Known> {
        let mut lines = head.lines().map(str::trim_end).filter(|line| !line.is_empty());
        let first = lines.next()?;
        let begins = |starts: &[&str]| starts.iter().any(|start| first.starts_with(start));
        let is_plan = first.strip_prefix("1..").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        Some(match first {
            _ if begins(&["TAP version ", "ok ", "not ok ", "Bail out!"]) || is_plan => Ok(Self::Tap),
            _ if begins(&["TN:", "SF:"]) => Ok(Self::Lcov),
            _ if begins(&["Running "]) && first.contains(" test @ ") => Ok(Self::Wrk),
            _ if first.contains("timeStamp") && first.contains("elapsed") && first.contains("label") => Ok(Self::Jtl),
            "Summary:" => Ok(Self::Hey),
            _ if begins(&["SPDXVersion:"]) => Err("SPDX tag-value: write SPDX JSON"),
            _ if begins(&["Requests      [total"]) => Err("vegeta's text: write `vegeta report -type=json`"),
            _ if begins(&["mode: "]) => Err("Go's cover profile: convert it to Cobertura or lcov"),
            _ if begins(&["This is ApacheBench"]) => Err("ApacheBench's output"),
            _ if begins(&["metric_name,timestamp,"]) => Err("k6's CSV stream: write `--summary-export`"),
            _ if first.to_ascii_lowercase().starts_with("<!doctype html") => Err(PAGE),
            _ => return None,
        })
    }
}
