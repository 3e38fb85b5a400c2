//! What was deployed, what began and did not end, and what went past the gate.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Deployer, DeploymentStatus, Digest, PolicyPlace, Release, Verdict};

/// A deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentRow {
    /// When it ended.
    pub at: Timestamp,
    /// What was deployed.
    pub release: Release,
    /// Who did it and how that is known.
    pub deployer: Deployer,
    /// How it went.
    pub status: DeploymentStatus,
    /// What people should know.
    pub notes: Option<String>,
    /// The verdict of the report it rests on.
    pub verdict: Option<Verdict>,
    /// Who had approved it.
    pub approvers: Vec<String>,
    /// How many exceptions were accepted.
    pub exceptions: usize,
    /// Past the gate.
    pub emergency: bool,
    /// The end of what it printed, for the newest.
    pub log_tail: Option<String>,
    /// The fingerprint of what it printed.
    pub log: Option<Digest>,
    /// Whether the entry is signed.
    pub signed: bool,
    /// Where it stands in the ledger.
    pub entry: u64,
    /// It was rolled out and could not be verified afterwards, and why.
    pub unverified: Option<String>,
    /// Where the policy that let it pass came from, where that was not the work tree.
    pub policy: Option<PolicyPlace>,
}

/// A deployment that began and has no end on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BegunRow {
    /// What is deployed.
    pub release: Release,
    /// Who deploys and how that is known.
    pub deployer: Deployer,
    /// The machine it runs on.
    pub host: Option<String>,
    /// The process that runs it.
    pub pid: u32,
    /// When it began.
    pub at: Timestamp,
    /// Past the gate.
    pub emergency: bool,
    /// Whether the entry is signed.
    pub signed: bool,
    /// Where it stands in the ledger.
    pub entry: u64,
}

/// The gate was passed in an emergency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyRow {
    /// What was deployed.
    pub release: Release,
    /// Who let it pass.
    pub name: String,
    /// In which role.
    pub role: String,
    /// Why.
    pub reason: String,
    /// Where it is tracked.
    pub ticket: String,
    /// When.
    pub at: Timestamp,
    /// By when it must be reviewed.
    pub review_by: Timestamp,
    /// What the review found; `None` while it is open.
    pub reviewed: Option<String>,
}

impl EmergencyRow {
    /// Whether the review should have been made by `now`, and was not.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.reviewed.is_none() && self.review_by < now
    }
}
