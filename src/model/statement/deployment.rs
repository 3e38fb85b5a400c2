//! Deployments on record, and those past the gate.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Authors;
use crate::model::{Digest, Release};

/// A deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deployment {
    /// What was deployed.
    pub release: Release,
    /// How it went.
    pub status: DeploymentStatus,
    /// What people should know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Who deployed.
    pub deployer: Deployer,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Timestamp,
    /// What it printed, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<Kept>,
    /// The fingerprint of the report that people had signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Digest>,
    /// The fingerprint of the report made after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<Digest>,
    /// The fingerprint of the statement that opened the gate in an emergency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emergency: Option<Digest>,
    /// The fingerprint of the statement with which it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begun: Option<Digest>,
    /// It was rolled out and could not be verified afterwards, and why. The status is `failed` then, which older programs
    /// know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unverified: Option<String>,
    /// Where the policy that let it pass came from, where that was not the work tree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyPlace>,
}

/// A deployment is about to begin: on record before its command starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Begun {
    /// What is deployed.
    pub release: Release,
    /// The fingerprint of the report that people had signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Digest>,
    /// Where the policy that let it pass came from, where that was not the work tree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyPlace>,
    /// The fingerprint of the statement that opened the gate in an emergency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emergency: Option<Digest>,
    /// Who deploys.
    pub deployer: Deployer,
    /// Who wrote the release, as the gate saw it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authors: Option<Authors>,
    /// The machine it runs on.
    #[serde(skip_serializing_if = "Option::is_none")]
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
