//! A run of the plan on record, and who wrote what it looked at.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Digest, Phase, Release, Report, Verdict, Window};

/// A run of the plan. The report's own bytes are kept beside the ledger; these facts are for listing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The report's fingerprint.
    pub report: Digest,
    /// Before or after the deployment.
    pub phase: Phase,
    /// Which window after the deployment; absent where it is the first, and before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
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
    /// The bytes of evidence that are kept with it, as they were read; the report says which file each is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Digest>,
    /// Who wrote the release, where git could tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authors: Option<Authors>,
    /// When the oldest of what it says was looked at; absent from runs of older versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub looked: Option<Timestamp>,
}

impl Run {
    /// The facts of `report`, whose file has the fingerprint `digest`.
    pub fn of(report: &Report, digest: Digest, config: String, files: BTreeMap<String, Digest>, authors: Option<Authors>) -> Self {
        Self {
            report: digest,
            phase: report.phase,
            window: report.window,
            release: report.release.clone(),
            verdict: report.verdict,
            exit: report.exit,
            full: report.is_full(),
            plan: report.plan.digest.clone(),
            config,
            files,
            evidence: Vec::new(),
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incomplete: Option<String>,
    /// The paths that differ between the two commits; `None` where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paths: Option<Vec<String>>,
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
