//! A scan found nothing grave.

mod counterexamples;
mod images;
mod judge;
mod observe;
mod posture;
mod sarif;
mod seen;

use schemars::JsonSchema;
use serde::Deserialize;

use self::seen::{Scan, Severity};
use crate::{
    check::{
        Check, OneOrMore, Touch,
        demand::Text,
        evidence::{Keys, Unbound, report_kind},
    },
    model::{Period, ProcessEnv},
};

/// What may be without a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum WithoutFix {
    /// Shown, and not red.
    Accepted,
}

report_kind! {
    /// A scan of this release found nothing grave: Trivy, grype, SARIF 2.1.0, gitleaks, and whatever writes MITRE's HDF or OCSF (InSpec,
    /// Prowler and many more).
    ///
    /// Red is every open finding of `severity` or more. A vulnerability that is known to be exploited (KEV) counts as critical, a finding
    /// of gitleaks as high; of SARIF `security-severity` decides (9, 7, 4), else the level: error is high, warning medium; of HDF the
    /// impact (0.9, 0.7, 0.4). What the tool ignored, suppressed, waived or muted is no open finding, and is shown as an exception; a
    /// suppression that was rejected, or is under review, is none. A distribution beyond its end of life is red.
    ///
    /// Unknown is a severity that nobody gave, a finding that a person has to look at, a check that ended in an error or lacked a right, a
    /// scan that failed or ran over nothing, a grype report that left findings out (`only-fixed`), and a status that is not known here.
    ///
    /// The report must be of this release: its commit or the artifact's digest (SARIF's `revisionId`, `RepoDigests`, …). An image's id is
    /// not its digest: scan what was pushed. With `target` an account or host binds it instead.
    ///
    /// Not seen: what a filter left out before the report was written (Trivy's `--severity` and `--ignore-unfixed` leave no trace: scan
    /// without them), how old Trivy's database was, and whether gitleaks, which writes `[]`, looked at all of the history.
    pub struct ScanReport {
        /// From which severity on a finding is red: `low`, `medium`, `high` or `critical`. Default: `high`.
        pub severity: Option<Severity>,
        /// `accepted`: a vulnerability without a fix is shown as an exception. Default: it is red like any other.
        pub without_fix: Option<WithoutFix>,
        /// How old the scanner's database may be. Only grype tells it.
        pub max_database_age: Option<Period>,
        /// Checks that must have run, by the id of the control or rule.
        pub checks: Option<OneOrMore<Text>>,
        /// The account, subscription or host that it must be of, as OCSF (`cloud.account.uid`) and HDF (`platform.target_id`) name it. Goes
        /// with `max-age`.
        pub target: Option<Text>,
    }
}

impl ScanReport {
    fn contradiction(&self) -> Option<String> {
        if self.target.is_some() && self.max_age.is_none() {
            return Some("`target` goes with `max-age`: what is of an account and of no release must at least be young".into());
        }
        self.keys().contradiction::<Scan>()
    }

    /// What is bound to a target needs no commit.
    fn bound(&self) -> Keys<'_> {
        let keys = self.keys();
        Keys { unbound: keys.unbound.or(self.target.as_ref().map(|_| Unbound::Accepted)), ..keys }
    }

    fn names(&self) -> Vec<String> {
        self.checks.iter().flat_map(|names| names.iter()).map(|name| name.as_str().to_owned()).collect()
    }

    fn severity(&self) -> Severity {
        self.severity.unwrap_or(Severity::High)
    }
}

impl Check for ScanReport {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        self.keys().touches()
    }
}
