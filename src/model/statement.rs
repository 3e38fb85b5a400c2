//! What a person or a machine puts on record: an in-toto Statement v1
//! (<https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md>), one predicate type for each act.
//!
//! The bytes of a statement are made once and kept as they are; nothing ever serialises one again to check it.

mod act;
mod decision;
mod deployment;
mod passkey;
mod rollout;
mod run;
mod upkeep;
mod wire;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Digest, Method};

pub use act::Act;
pub use decision::{Answer, Decision, Deputation, Evidence, Reply, SignOff, SignedBeside, SignedException, Withdrawal};
pub use deployment::{Begun, Deployer, DeployerSource, Deployment, DeploymentStatus, Emergency, Kept, PolicyPlace, Review};
pub use passkey::{Invitation, Offer, Passkey, PasskeyStep, Revocation};
pub use rollout::{
    AfterWayBack, Choice, RecordedEvidence, RollbackBegun, RollbackEnded, RollbackKind, RollbackOutcome, RolloutStep, StageBegun,
    StageDecision, StageStarted, StageStep,
};
pub use run::{Author, Authors, Run, VouchedAuthors};
pub use upkeep::{Checkpoint, Closing, Repair, Repaired};
pub use wire::StatementError;

/// An act with what it is about and who says it.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// What it is about, by digest: the report, the commit, the artifact, evidence.
    pub subject: Vec<Subject>,
    /// Who says it, where and when.
    pub made: Made,
    /// What is said.
    pub act: Act,
}

impl Statement {
    /// How it contradicts itself: a run or a decision is about the report that it names.
    pub fn contradiction(&self) -> Option<&'static str> {
        let about = |digest: &Digest| self.subject.iter().any(|it| it.digest.get("sha256").is_some_and(|other| other == digest.as_str()));
        let report = match &self.act {
            Act::Run(run) => &run.report,
            Act::SignOff(sign_off) => &sign_off.report,
            Act::Rollout(rollout) => rollout.report()?,
            Act::StageDecision(decision) => &decision.evidence,
            _ => return None,
        };
        (!about(report)).then_some("the report it names is not what it is about")
    }
}

/// Something a statement is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// What people call it.
    pub name: String,
    /// Its digests by algorithm: `sha256`, `gitCommit`.
    pub digest: BTreeMap<String, String>,
}

impl Subject {
    /// Bytes with this SHA-256.
    pub fn sha256(name: impl Into<String>, digest: &Digest) -> Self {
        Self { name: name.into(), digest: BTreeMap::from([("sha256".into(), digest.to_string())]) }
    }

    /// A commit.
    pub fn commit(id: &str) -> Self {
        Self { name: "commit".into(), digest: BTreeMap::from([("gitCommit".into(), id.to_owned())]) }
    }
}

/// Who says something, where and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// The plan's project.
    pub project: String,
    /// The environment.
    pub environment: String,
    /// When, by the clock of whoever says it.
    pub at: Timestamp,
    /// The newest entry of the ledger that whoever says it had before them: it and all before it are vouched for too.
    pub head: Digest,
    /// The newest entry of the chain `@org` that whoever says it had before them; `None` where there is no such chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<Digest>,
    /// Who signs, by id; `None` where nobody does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// How it was put on record.
    pub method: Method,
    /// The program that wrote it.
    pub tool: String,
}

impl Made {
    /// By nobody who signs, about no project.
    pub fn by_nobody(at: Timestamp, head: Digest, tool: String) -> Self {
        let (project, environment) = (String::new(), String::new());
        Self { project, environment, at, head, org: None, by: None, method: Method::Recorded, tool }
    }
}
