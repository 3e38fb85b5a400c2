//! What people decide: answers, sign-offs, and sign-offs taken back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Digest, Finding, Outcome, Release, Verdict, Waived};

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
    #[serde(skip_serializing_if = "Option::is_none")]
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
    #[serde(skip_serializing_if = "Option::is_none")]
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// What stands against a plain go in the report, as the person was shown it.
    #[serde(default)]
    pub exceptions: Vec<SignedException>,
    /// Whose decision it is, by id; whoever signs, unless it was entered for them.
    pub person: String,
    /// What shows a decision that was entered for somebody.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// Whose deputy the person is here, by id: it counts as the decision of the two together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy_of: Option<String>,
    /// What else was signed with the same word: the other projects of a release train.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<SignedBeside>,
}

/// The report of another project that was signed with the same word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedBeside {
    /// The project.
    pub project: String,
    /// The report's fingerprint.
    pub report: Digest,
}

/// Somebody may sign for an approver who is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deputation {
    /// Who is absent, by id: whoever signs this.
    pub principal: String,
    /// Who may sign for them, by id.
    pub deputy: String,
    /// In which role.
    pub role: String,
    /// Until when; a time that has come ends an earlier one.
    pub until: Timestamp,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
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
