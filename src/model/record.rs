//! What the ledger says beside a report, verified: what the pages for people show of it. Nothing here decides anything.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Decision, Deployer, DeploymentStatus, Digest, Evidence, Method, Release, Reply, Verdict};

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
    /// Every required role, then those that signed without being required.
    pub roles: Vec<RoleRow>,
    /// The answers that manual items of the report rest on.
    pub answers: Vec<AnswerRow>,
    /// Accepted exceptions in force or just run out.
    pub waivers: Vec<WaiverRow>,
    /// Deployments to this environment, newest first.
    pub deployments: Vec<DeploymentRow>,
    /// Times the gate was passed in an emergency and the review is open, or this release's own.
    pub emergencies: Vec<EmergencyRow>,
    /// What changed since the last signed-off run, a sentence each; `None` where there is none to compare with.
    pub changes: Option<Vec<String>>,
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
}

/// A role and its signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleRow {
    /// The role.
    pub role: String,
    /// How many people of it must sign; 0 where it is not required.
    pub required: u32,
    /// What a signature in it means.
    pub meaning: String,
    /// Its signatures on this report, or the one it confirms, in the order of the ledger.
    pub sign_offs: Vec<SignOffRow>,
}

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOffRow {
    /// Whose decision it is: the name, or the id where the plan names nobody.
    pub name: String,
    /// What the person is in the team.
    pub title: Option<String>,
    /// The person's id.
    pub person: String,
    /// Whether it counts.
    pub state: SignOffState,
    /// Go or no-go.
    pub decision: Decision,
    /// How it was put on record. `recorded` is never a signature of the person's own.
    pub method: Method,
    /// Who entered it, where that is not the person.
    pub transcriber: Option<String>,
    /// What shows a decision that was entered for the person.
    pub evidence: Vec<Evidence>,
    /// The key's type and fingerprint: `ED25519 SHA256:…`.
    pub key: String,
    /// When, by the signer's clock.
    pub at: Timestamp,
    /// When it came into the ledger.
    pub recorded: Timestamp,
    /// The sentence that was signed.
    pub meaning: String,
    /// What the person adds.
    pub comment: Option<String>,
    /// Where it stands in the ledger.
    pub entry: u64,
}

/// Whether a signature counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignOffState {
    /// It does.
    Counts,
    /// It counts, and something is to be said: the key has expired since.
    Noted(String),
    /// It does not, and why: withdrawn, run out, a key that was not trusted.
    Void(String),
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
