//! What a scan found.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{images, posture, sarif};
use crate::{
    check::evidence::{Content, Evidence, Facts, Format, Said, only_lists},
    model::{excerpt, one_line},
};

/// The files, and what they tell together.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// The files.
    pub evidence: Evidence,
    /// What they tell; of the findings the grave ones, and the exceptions.
    pub scan: Scan,
}

/// What one report tells.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Scan {
    /// Why nothing was scanned, as far as that shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub idle: Vec<String>,
    /// All findings.
    pub count: u64,
    /// Those that matter.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// Why it does not tell all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partial: Vec<String>,
    /// The checks that the plan asks for and that ran.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ran: Vec<String>,
    /// Accounts or hosts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<String>,
    /// When the database was built; the oldest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<Timestamp>,
    /// A distribution that is no longer kept up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// What is not understood.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub odd: Vec<String>,
}

/// One finding.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Finding {
    /// The vulnerability, rule or control.
    pub id: String,
    /// Where: a package, a file, a resource.
    pub at: String,
    /// How grave; nothing where nobody said.
    pub severity: Option<Severity>,
    /// There is no fix.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_fix: bool,
    /// What is with it.
    pub state: State,
}

/// What is with a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It stands.
    Open,
    /// The tool left it out, and why.
    Excepted(String),
    /// A person has to look.
    Manual,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Severity {
    /// For information.
    #[schemars(skip)]
    None,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(["no", "low", "medium", "high", "critical"][*self as usize])
    }
}

impl Severity {
    /// The severity by a scale of numbers.
    pub(super) fn scaled(number: f64, [critical, high, medium, low]: [f64; 4]) -> Self {
        match number {
            _ if number >= critical => Self::Critical,
            _ if number >= high => Self::High,
            _ if number >= medium => Self::Medium,
            _ if number >= low => Self::Low,
            _ => Self::None,
        }
    }
}

impl Scan {
    /// A finding whose severity is a word.
    pub(super) fn found(&mut self, (id, at): (&str, &str), word: &str, without_fix: bool, state: State) {
        let severity = match word.to_ascii_lowercase().as_str() {
            "critical" | "fatal" => Some(Severity::Critical),
            "high" => Some(Severity::High),
            "medium" | "moderate" => Some(Severity::Medium),
            "low" => Some(Severity::Low),
            "negligible" | "none" | "informational" | "info" => Some(Severity::None),
            _ => None,
        };
        self.add((id, at), severity, without_fix, state);
    }

    pub(super) fn add(&mut self, (id, at): (&str, &str), severity: Option<Severity>, without_fix: bool, state: State) {
        let short = |text: &str| excerpt(&one_line(text), 160);
        self.count += 1;
        self.findings.push(Finding { id: short(id), at: short(at), severity, without_fix, state });
    }

    /// Notes a check that ran.
    pub(super) fn ran(&mut self, id: &str, asked: &[String]) {
        if asked.iter().any(|name| name == id) && !self.ran.iter().any(|name| name == id) {
            self.ran.push(id.to_owned());
        }
    }

    /// Notes something once, up to 20 things.
    pub(super) fn note(list: &mut Vec<String>, what: impl Into<String>) {
        let what = excerpt(&one_line(&what.into()), 300);
        if list.len() < 20 && !list.contains(&what) {
            list.push(what);
        }
    }

    pub(super) fn merge(mut self, other: Self) -> Self {
        for (all, more) in [
            (&mut self.idle, other.idle),
            (&mut self.partial, other.partial),
            (&mut self.ran, other.ran),
            (&mut self.targets, other.targets),
            (&mut self.odd, other.odd),
        ] {
            all.extend(more);
        }
        self.findings.extend(other.findings);
        self.count += other.count;
        self.ended = self.ended.or(other.ended);
        // One that does not tell it makes it unknown.
        self.database = self.database.zip(other.database).map(|(one, other)| one.min(other));
        self
    }
}

/// What must be a list wherever it stands.
const LISTS: &str = "Results Vulnerabilities Misconfigurations Secrets Licenses ExperimentalModifiedFindings matches ignoredMatches knownExploited \
    runs rules extensions suppressions invocations toolExecutionNotifications versionControlProvenance profiles controls resources";

impl Facts for Scan {
    const NOUN: &'static str = "the report of a scan";
    const FORMATS: &'static [Format] = &[Format::Trivy, Format::Grype, Format::Sarif, Format::Gitleaks, Format::Hdf, Format::Ocsf];
    const KEYS: &'static str = "externalPropertyFileReferences SchemaVersion CreatedAt ArtifactName ArtifactType Metadata OS Family Name EOSL ImageID RepoDigests Commit Results \
        Target Class Type Vulnerabilities VulnerabilityID PkgName FixedVersion Severity Misconfigurations ID Status Secrets \
        RuleID Licenses ExperimentalModifiedFindings Finding Statement matches ignoredMatches vulnerability id severity fix \
        state knownExploited artifact name version source type target userInput imageID manifestDigest repoDigests descriptor \
        timestamp db built status configuration only-fixed only-notfixed appliedIgnoreRules* runs results tool driver \
        extensions rules defaultConfiguration level properties security-severity ruleId rule ruleIndex index kind suppressions \
        justification baselineState invocations executionSuccessful toolExecutionNotifications versionControlProvenance \
        revisionId endTimeUtc locations physicalLocation artifactLocation uri File Date profiles platform target_id controls \
        impact start_time waiver_data* backtrace class_uid severity_id status_code status_detail status_id finding_info uid \
        title event_code cloud account compliance resources time";

    fn read(format: Format, content: Content<'_, '_>, asked: &[String], said: &mut Said) -> Result<Self, String> {
        let Content::Json(values) = content else { return Err("is no JSON".into()) };
        values.iter().try_for_each(|value| only_lists(value, LISTS))?;
        let items = || values.iter().flat_map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice));
        match (format, values) {
            (Format::Ocsf, _) => Ok(posture::ocsf(items(), asked, said)),
            (Format::Gitleaks, _) => images::gitleaks(items()),
            (Format::Trivy, [value]) => images::trivy(value, asked, said),
            (Format::Grype, [value]) => images::grype(value, said),
            (Format::Sarif, [value]) => sarif::read(value, asked, said),
            (_, [value]) => posture::hdf(value, asked, said),
            _ => Err("holds several documents".into()),
        }
    }
}
