//! What can be put on record.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Digest, Finding, Outcome, Phase, Release, Report, Verdict, Waived, Waiver};

/// What is said in a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// A run of the plan.
    Run(Box<Run>),
    /// An answer to a manual item.
    Answer(Answer),
    /// An approver accepts an exception.
    Waiver(Waiver),
    /// A role holder's decision on one report.
    SignOff(Box<SignOff>),
    /// A sign-off is taken back.
    Withdrawal(Withdrawal),
    /// A deployment, however it went.
    Deployment(Box<Deployment>),
    /// The gate is passed in an emergency.
    Emergency(Emergency),
    /// An emergency was looked at afterwards.
    Review(Review),
    /// A deployment is about to begin.
    Begun(Box<Begun>),
    /// Who wrote a release, where git cannot tell.
    VouchedAuthors(VouchedAuthors),
    /// Broken rows are set aside.
    Repair(Repair),
    /// The heads of all chains of a database.
    Checkpoint(Checkpoint),
    /// The shared chain ends here; each project goes on with one of its own.
    Closing(Closing),
    /// Something a newer program says; its predicate type.
    Other(String),
}

impl Act {
    /// The release it is about, where it is about one.
    pub fn release(&self) -> Option<&Release> {
        match self {
            Self::Run(run) => Some(&run.release),
            Self::SignOff(sign_off) => Some(&sign_off.release),
            Self::Deployment(deployment) => Some(&deployment.release),
            Self::Emergency(emergency) => Some(&emergency.release),
            Self::Begun(begun) => Some(&begun.release),
            Self::VouchedAuthors(vouched) => Some(&vouched.release),
            Self::Answer(_)
            | Self::Waiver(_)
            | Self::Withdrawal(_)
            | Self::Review(_)
            | Self::Repair(_)
            | Self::Checkpoint(_)
            | Self::Closing(_)
            | Self::Other(_) => None,
        }
    }
}

/// A run of the plan. The report's own bytes are kept beside the ledger; these facts are for listing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The report's fingerprint.
    pub report: Digest,
    /// Before or after the deployment.
    pub phase: Phase,
    /// What was looked at.
    pub release: Release,
    /// The verdict.
    pub verdict: Verdict,
    /// What `verify` exited with.
    pub exit: u8,
    /// Whether nothing was left out and nothing makes it less than a run: not partial, advisory, rehearsed or interrupted.
    pub full: bool,
    /// The plan's fingerprint.
    pub plan: Digest,
    /// The name of the plan's main file among `files`.
    pub config: String,
    /// The bytes of each file of the plan that are kept with it, by name.
    pub files: BTreeMap<String, Digest>,
    /// Who wrote the release, where git could tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authors: Option<Authors>,
    /// When the oldest of what it says was looked at; absent from runs of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked: Option<Timestamp>,
}

impl Run {
    /// The facts of `report`, whose file has the fingerprint `digest`.
    pub fn of(report: &Report, digest: Digest, config: String, files: BTreeMap<String, Digest>, authors: Option<Authors>) -> Self {
        Self {
            report: digest,
            phase: report.phase,
            release: report.release.clone(),
            verdict: report.verdict,
            exit: report.exit,
            full: report.is_full(),
            plan: report.plan.digest.clone(),
            config,
            files,
            authors,
            looked: Some(report.oldest_look()),
        }
    }
}

/// Who wrote what is released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authors {
    /// Everybody who wrote a commit of it.
    pub people: Vec<Author>,
    /// The commit they are counted from (not included): the last recorded deployment's. `None`: from the beginning.
    pub since: Option<String>,
    /// The commit they are counted to.
    pub until: String,
    /// Why there may be more of them: a shallow clone, a commit that is not there. `None` when all are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incomplete: Option<String>,
}

/// Somebody who wrote a commit, as git knows them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Author {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// They committed what others wrote, and wrote nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub committer: bool,
}

/// An answer to a manual item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The check's id.
    pub check: String,
    /// The question as it was asked; another question is not answered by this.
    pub question: String,
    /// Yes, no, or neither.
    pub reply: Reply,
    /// Why; never empty for `not-applicable`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What shows it.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
}

/// The answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// The question does not apply here.
    NotApplicable,
}

/// A file or an address that shows something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The file's name or the address.
    pub name: String,
    /// The file's fingerprint; `None` for an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// A role holder's decision on one report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignOff {
    /// The report's fingerprint.
    pub report: Digest,
    /// What it is about.
    pub release: Release,
    /// Its verdict.
    pub verdict: Verdict,
    /// The role.
    pub role: String,
    /// What the signature means.
    pub meaning: String,
    /// Go or no-go.
    pub decision: Decision,
    /// What the person adds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// What stands against a plain go in the report, as the person was shown it.
    #[serde(default)]
    pub exceptions: Vec<SignedException>,
    /// Whose decision it is, by id; whoever signs, unless it was entered for them.
    pub person: String,
    /// What shows a decision that was entered for somebody.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
}

/// What a role holder decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// May be deployed.
    Go,
    /// May not.
    NoGo,
}

/// A finding that is not simply green, as it was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedException {
    /// The check's id.
    pub id: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
    /// The accepted exception that covers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Waived>,
}

impl SignedException {
    /// As the report has it.
    pub fn of(finding: &Finding) -> Self {
        Self { id: finding.id.clone(), outcome: finding.outcome, reason: finding.reason.clone(), waiver: finding.waiver.clone() }
    }
}

/// A sign-off is taken back. It stays on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// The fingerprint of the sign-off's statement.
    pub sign_off: Digest,
    /// Why.
    pub reason: String,
}

/// A deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deployment {
    /// What was deployed.
    pub release: Release,
    /// How it went.
    pub status: DeploymentStatus,
    /// What people should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Who deployed.
    pub deployer: Deployer,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Timestamp,
    /// What it printed, masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<Kept>,
    /// The fingerprint of the report that people had signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Digest>,
    /// The fingerprint of the report made after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<Digest>,
    /// The fingerprint of the statement that opened the gate in an emergency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<Digest>,
    /// The fingerprint of the statement with which it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Digest>,
    /// It was rolled out and could not be verified afterwards, and why. The status is `failed` then, which older programs
    /// know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unverified: Option<String>,
    /// Where the policy that let it pass came from, where that was not the work tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyPlace>,
}

/// A deployment is about to begin: on record before its command starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Begun {
    /// What is deployed.
    pub release: Release,
    /// The fingerprint of the report that people had signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Digest>,
    /// Where the policy that let it pass came from, where that was not the work tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyPlace>,
    /// The fingerprint of the statement that opened the gate in an emergency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<Digest>,
    /// Who deploys.
    pub deployer: Deployer,
    /// Who wrote the release, as the gate saw it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authors: Option<Authors>,
    /// The machine it runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The process that runs it.
    pub pid: u32,
    /// The SHA-256 of the token that its own children carry in `GONOGO_BEGUN`.
    pub token: Digest,
}

/// A policy's place in git.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyPlace {
    /// What was asked for, as the full name of a ref; the commit where that was named.
    pub reference: String,
    /// The full id of the commit it led to.
    pub commit: String,
}

/// Who wrote a release, said by somebody who vouches for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VouchedAuthors {
    /// What was written.
    pub release: Release,
    /// Everybody who wrote it, by address.
    pub people: Vec<Author>,
    /// Why this has to be said by hand.
    pub comment: String,
}

/// Rows of the ledger that cannot be believed are set aside: nothing in them counts, and the chain goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// Each of them.
    pub rows: Vec<Repaired>,
    /// The role of whoever says it; `None` where the plan has no `signoff`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// What happened.
    pub comment: String,
}

/// A row that is set aside, or a hole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Repaired {
    /// The number of the row, or of the row after the hole.
    pub seq: u64,
    /// The SHA-256 of the row's bytes as they are now; of a hole those of the row after it.
    pub row: Digest,
    /// Of a hole, the fingerprint of the entry before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Digest>,
    /// What is wrong with it.
    pub why: String,
}

/// The newest entry of every chain of a database at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The head of each chain, by the chain's name.
    pub heads: BTreeMap<String, Digest>,
}

/// The end of a chain that all projects shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// What comes after it: `by-project`.
    pub next: String,
}

/// How a deployment went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeploymentStatus {
    /// It is live.
    Succeeded,
    /// It is not.
    Failed,
    /// The version before it is live again.
    RolledBack,
}

/// Who deployed, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployer {
    /// The name or id.
    pub name: String,
    /// How it is known.
    pub source: DeployerSource,
}

/// How it is known who deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeployerSource {
    /// By the key the entry is signed with.
    Key,
    /// The CI says so.
    Ci,
    /// Somebody wrote it.
    Declared,
}

/// Bytes kept by fingerprint, with their end to read at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Their fingerprint.
    pub digest: Digest,
    /// How many.
    pub bytes: u64,
    /// The last lines.
    pub tail: String,
}

/// The gate is passed in an emergency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emergency {
    /// What is deployed.
    pub release: Release,
    /// The role that lets it pass.
    pub role: String,
    /// Why.
    pub reason: String,
    /// Where it is tracked.
    pub ticket: String,
    /// By when it must be reviewed.
    pub review_by: Timestamp,
}

/// An emergency was looked at afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The fingerprint of the emergency's statement.
    pub emergency: Digest,
    /// What was found.
    pub comment: String,
}
