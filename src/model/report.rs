//! The report: one run's result, in the public format `gonogo.report/v1`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Ambient, Digest, Exit, Finding, Json, Outcome, Phase, Release, Runbook, Severity, Shard, Share, Verdict, Window, listing::listing, when,
};

/// The name of the format. Within v1 fields are only added; readers ignore unknown ones.
pub const SCHEMA: &str = "gonogo.report/v1";

/// The result of one execution of a plan against one environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// The plan's project.
    pub project: String,
    /// The environment looked at.
    pub environment: String,
    /// Before or after the deployment.
    pub phase: Phase,
    /// Which window after the deployment; absent where it is the first, and before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// Which phase of a rollout; absent in a run before or after a deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// What a stage of a rollout has come to; the floor of rollouts reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<Json>,
    /// What is being released.
    pub release: Release,
    /// The instant everything was judged at.
    pub at: Timestamp,
    /// Judged as of another moment than the run's own: never signable as go.
    pub rehearsal: bool,
    /// Run for information: exits 0 whatever the verdict, never signable.
    pub advisory: bool,
    /// Warnings block too.
    pub strict: bool,
    /// Hold counted as success for the exit code.
    #[serde(default)]
    pub allow_hold: bool,
    /// The run was ended before every check had finished.
    #[serde(default)]
    pub interrupted: bool,
    /// What was left out on request; absent in a full run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partial: Option<Partial>,
    /// When the run began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
    /// The program.
    pub tool: Tool,
    /// Which plan.
    pub plan: PlanIdentity,
    /// Where it was run from.
    pub vantage: Vantage,
    /// The shares that were merged into this report; empty for the report of one run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<Share>,
    /// Names pinned to addresses for this run (`resolve`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub resolve: BTreeMap<String, String>,
    /// What of the machine decided what was seen. Absent from reports of older versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ambient: Option<Ambient>,
    /// Whom to reach and where to look when something goes wrong, as the plan says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<Runbook>,
    /// May we go?
    pub verdict: Verdict,
    /// The code `verify` exits with.
    pub exit: u8,
    /// How many of each outcome, by severity.
    pub counts: Counts,
    /// What people should know about the run itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Every check, in the plan's order.
    pub findings: Vec<Finding>,
}

/// What was left out of a run on request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct Partial {
    /// `--only`.
    pub only: Vec<String>,
    /// `--skip`.
    pub skip: Vec<String>,
    /// `--from`; of a shard what it is, so that no program takes it for a full run.
    pub from: Option<String>,
    /// Which part of a run it is that many machines share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
}

impl Partial {
    /// Each of these, for people.
    pub fn said(&self) -> Vec<String> {
        let lists = [("only", &self.only), ("without", &self.skip)].into_iter().filter(|(_, names)| !names.is_empty());
        let lists = lists.map(|(word, names)| format!("{word} {}", names.join(", ")));
        let from = match &self.shard {
            Some(shard) => Some(format!("only {shard}")),
            None => self.from.as_ref().map(|from| format!("only what is run from {from}")),
        };
        lists.chain(from).collect()
    }
}

/// The program that made a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Tool {
    /// `gonogo`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Which plan was run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PlanIdentity {
    /// Over the bytes of every file and the resolved non-secret variables.
    pub digest: Digest,
    /// Each file with its own fingerprint.
    pub files: BTreeMap<String, Digest>,
}

/// Where a run was made from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Vantage {
    /// `--from`.
    pub name: Option<String>,
    /// The host's name.
    pub host: Option<String>,
    /// The CI job's address.
    pub ci: Option<String>,
    /// The folder that it was started in, from the root of its repository; absent at the root, and outside of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}

impl Vantage {
    /// The file of a place from the root of the repository: what CI attaches its marks to.
    pub fn from_root(&self, file: &str) -> String {
        let Some(folder) = self.folder.as_ref().filter(|_| !file.is_empty() && !file.starts_with(['/']) && !file.starts_with("pack:"))
        else {
            return file.to_owned();
        };
        let mut parts: Vec<&str> = folder.split('/').collect();
        for part in file.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        parts.join("/")
    }
}

/// Tallies by severity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct Counts {
    /// Of the blockers.
    pub blocker: Tally,
    /// Of the warnings.
    pub warning: Tally,
    /// Of the informative checks.
    pub info: Tally,
}

/// How many findings of each outcome; `waived` and `flaky` are among them, not beside them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct Tally {
    /// Passed.
    pub pass: usize,
    /// Failed, waived ones included.
    pub fail: usize,
    /// Could not be checked.
    pub unknown: usize,
    /// Wait for an answer.
    pub pending: usize,
    /// Left out.
    pub skipped: usize,
    /// Failed under an accepted exception.
    pub waived: usize,
    /// Passed only after a retry.
    pub flaky: usize,
}

impl Counts {
    /// Counts `findings`.
    pub fn of(findings: &[Finding]) -> Self {
        let mut counts = Self::default();
        for finding in findings {
            let tally = match finding.severity {
                Severity::Blocker => &mut counts.blocker,
                Severity::Warning => &mut counts.warning,
                Severity::Info => &mut counts.info,
            };
            tally.add(finding);
        }
        counts
    }

    /// The tally of one severity.
    pub fn by(&self, severity: Severity) -> Tally {
        match severity {
            Severity::Blocker => self.blocker,
            Severity::Warning => self.warning,
            Severity::Info => self.info,
        }
    }

    /// Over all severities.
    pub fn total(&self) -> Tally {
        let sum = |of: fn(&Tally) -> usize| [self.blocker, self.warning, self.info].iter().map(of).sum();
        Tally {
            pass: sum(|tally| tally.pass),
            fail: sum(|tally| tally.fail),
            unknown: sum(|tally| tally.unknown),
            pending: sum(|tally| tally.pending),
            skipped: sum(|tally| tally.skipped),
            waived: sum(|tally| tally.waived),
            flaky: sum(|tally| tally.flaky),
        }
    }
}

impl Tally {
    fn add(&mut self, finding: &Finding) {
        *match finding.outcome {
            Outcome::Pass => &mut self.pass,
            Outcome::Fail => &mut self.fail,
            Outcome::Unknown => &mut self.unknown,
            Outcome::Pending => &mut self.pending,
            Outcome::Skipped => &mut self.skipped,
        } += 1;
        self.waived += usize::from(finding.is_waived());
        self.flaky += usize::from(finding.flaky);
    }

    /// The number of findings of one outcome.
    pub fn of(&self, outcome: Outcome) -> usize {
        match outcome {
            Outcome::Pass => self.pass,
            Outcome::Fail => self.fail,
            Outcome::Unknown => self.unknown,
            Outcome::Pending => self.pending,
            Outcome::Skipped => self.skipped,
        }
    }
}

impl Report {
    /// The phase, and which window of it; of a rollout the phase's name.
    pub fn when(&self) -> String {
        self.stage.clone().unwrap_or_else(|| when(self.phase, self.window))
    }

    /// Sets verdict, exit code and counts from the findings: the one place they are derived.
    #[must_use]
    pub fn concluded(mut self) -> Self {
        self.counts = Counts::of(&self.findings);
        self.verdict = Verdict::of(&self.findings, self.strict);
        if self.interrupted && self.verdict != Verdict::NoGo {
            // An interrupted run has seen less than was asked: never a go, never a hold.
            self.verdict = Verdict::NoGo;
        }
        let exit = match Exit::of(self.verdict, &self.findings, self.strict) {
            _ if self.advisory => Exit::Go,
            Exit::Hold if self.allow_hold => Exit::Go,
            exit => exit,
        };
        self.exit = exit.code();
        self
    }

    /// When the oldest of what it says was looked at: a merged report is as old as its oldest share.
    pub fn oldest_look(&self) -> Timestamp {
        self.merged.iter().map(|share| share.finished).min().unwrap_or(self.finished)
    }

    /// Which part it is of a run that many machines share.
    pub fn shard(&self) -> Option<&Shard> {
        self.partial.as_ref()?.shard.as_ref()
    }

    /// Whether it is a run of everything, at its own moment, that counts: what a gate may rely on and people may sign as go.
    pub fn is_full(&self) -> bool {
        self.partial.is_none() && !self.advisory && !self.rehearsal && !self.interrupted
    }

    /// The headline people read, with what weakens it: `GO with 1 exception`, `ADVISORY: NO-GO`.
    pub fn headline(&self) -> String {
        let said = self.verdict.headline(self.counts.blocker.waived);
        if self.advisory { format!("ADVISORY: {said}") } else { said }
    }

    /// The exact bytes of the report's JSON file, which its fingerprint covers: a line for each of its keys and each finding.
    pub fn to_json(&self) -> Vec<u8> {
        // Room for a usual report, so that a large one is not copied as it grows; room that is not used costs nothing.
        listing(self, self.findings.len() * 1_024)
    }
}
