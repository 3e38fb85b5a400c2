//! What the ledger says beside a report, verified: what the pages for people show of it. Nothing here decides anything.

mod deployments;
mod sign_offs;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Digest, Evidence, PolicyPlace, Reply};

pub use deployments::{BegunRow, DeploymentRow, EmergencyRow};
pub use sign_offs::{AskedPerson, RoleRow, SignOffRow, SignOffState, SignatureRequest};

/// Sign-offs, answers, waivers and deployments around one report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The moment everything below was judged at.
    pub as_of: Timestamp,
    /// The fingerprint of the ledger's newest entry.
    pub head: Digest,
    /// How many entries the ledger has.
    pub entries: u64,
    /// How many of the newest entries no signature covers.
    pub unsigned: u64,
    /// Whether the report may be deployed as far as people are concerned.
    pub standing: RecordStanding,
    /// Every required role, then those that signed without being required. Of a report made after a deployment: those of
    /// the report made before it.
    pub roles: Vec<RoleRow>,
    /// The answers that manual items of the report rest on.
    pub answers: Vec<AnswerRow>,
    /// Accepted exceptions in force or just run out.
    pub waivers: Vec<WaiverRow>,
    /// Deployments to this environment, newest first.
    pub deployments: Vec<DeploymentRow>,
    /// Deployments to this environment that began and have no end on record, newest first; without the one whose own
    /// child made this report.
    #[serde(default)]
    pub begun: Vec<BegunRow>,
    /// Times the gate was passed in an emergency and the review is open, or this release's own.
    pub emergencies: Vec<EmergencyRow>,
    /// What changed since the last signed-off run, a sentence each; `None` where there is none to compare with.
    pub changes: Option<Vec<String>>,
    /// Where the policy came from, where that was not the work tree.
    pub policy: Option<PolicyPlace>,
    /// No recorder has signed the run, or not every share of it.
    #[serde(default)]
    pub unsigned_evidence: bool,
    /// Rows of the ledger that were set aside, a sentence each.
    #[serde(default)]
    pub repaired: Vec<String>,
}

/// Whether the people have decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordStanding {
    /// Everything that must be signed is.
    pub signed: bool,
    /// What stands in the way, or what is said of it beside: a sentence each, the gravest first.
    pub remarks: Vec<String>,
    /// The report that people signed, where it is an earlier one that this report confirms.
    pub confirms: Option<Digest>,
    /// What the gate says of this report; `None` where it was not asked: of a report that nobody signs, by older versions.
    pub gate: Option<GateAnswer>,
    /// Why nobody signs this report; `None` where people do.
    pub nobody_signs: Option<NobodySigns>,
}

/// What the gate says of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateAnswer {
    /// What it exits with.
    pub exit: u8,
    /// Nothing but signatures that were not given yet stands in the way. A yes that was taken back is none of those.
    pub waiting: bool,
}

/// Why nobody signs a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NobodySigns {
    /// The plan asks for no signature.
    NotAsked,
    /// It is no full run.
    NotFull,
    /// It was made after the deployment. The roles beside it are those of this report, made before it, and as they stood
    /// when the release was deployed; `None` where no such report is on record.
    Deployed(Option<Digest>),
}

/// An answer to a manual item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerRow {
    /// The check's id.
    pub check: String,
    /// The question.
    pub question: String,
    /// The answer.
    pub reply: Reply,
    /// Why.
    pub reason: Option<String>,
    /// Who gave it.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// Until when it is good.
    pub until: Option<Timestamp>,
    /// What shows it.
    pub evidence: Vec<Evidence>,
}

/// An accepted exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverRow {
    /// The check's id.
    pub check: String,
    /// Why.
    pub reason: String,
    /// Where it is tracked.
    pub ticket: String,
    /// Who answers for it.
    pub owner: String,
    /// Who accepted it.
    pub approver: String,
    /// Whether the approver signed it.
    pub signed: bool,
    /// Until when.
    pub expires: Timestamp,
}
