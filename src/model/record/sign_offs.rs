//! The sign-offs of a report by role, and what they come to.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Decision, Evidence, Method};

/// A role and its signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleRow {
    /// The role.
    pub role: String,
    /// How many people of it must sign; 0 where it is not required.
    pub required: u32,
    /// Why it is, where that depends on what changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_because: Option<String>,
    /// Who is asked for what is missing, where the policy says how people are asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<SignatureRequest>,
    /// What a signature in it means.
    pub meaning: String,
    /// Its signatures on this report, or the one it confirms, in the order of the ledger.
    pub sign_offs: Vec<SignOffRow>,
}

/// A request for the signatures of a role that are missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureRequest {
    /// Who is asked so far.
    pub asked: Vec<AskedPerson>,
    /// When it timed out, which is no refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timed_out: Option<Timestamp>,
}

/// Somebody who is asked to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedPerson {
    /// The id.
    pub person: String,
    /// Since when.
    pub at: Timestamp,
    /// Whether the time for a reminder has come.
    pub is_reminded: bool,
}

impl RoleRow {
    /// How many people's go counts; somebody who signed twice is one.
    pub fn approvals(&self) -> usize {
        people(self.sign_offs.iter().filter(|row| row.approves()))
    }

    /// How many more people must sign as go.
    pub fn missing(&self) -> usize {
        self.wanted().saturating_sub(self.approvals())
    }

    /// How many more people must decide at all; somebody who said no has decided.
    pub fn undecided(&self) -> usize {
        self.wanted().saturating_sub(people(self.sign_offs.iter().filter(|row| row.counts())))
    }

    /// Whether it must sign, and somebody in it says no.
    pub fn refuses(&self) -> bool {
        self.required > 0 && self.sign_offs.iter().any(SignOffRow::refuses)
    }

    fn wanted(&self) -> usize {
        usize::try_from(self.required).unwrap_or(usize::MAX)
    }
}

fn people<'a>(rows: impl Iterator<Item = &'a SignOffRow>) -> usize {
    rows.map(|row| &row.person).collect::<BTreeSet<_>>().len()
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
    /// For whom they sign who is absent: the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy_of: Option<String>,
    /// The other projects for which it was said with the same word.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<String>,
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

impl SignOffRow {
    /// Whose decision it is, with for whom, and for what else: `Eve Else, deputy for Bob Brown`, `Bob Brown, with pay and web`.
    pub fn who(&self) -> String {
        let deputy = self.deputy_of.as_ref().map(|principal| format!(", deputy for {principal}")).unwrap_or_default();
        let train = if self.beside.is_empty() { String::new() } else { format!(", one word with {}", self.beside.join(", ")) };
        format!("{}{deputy}{train}", self.name)
    }

    /// Whether it counts.
    pub fn counts(&self) -> bool {
        !matches!(self.state, SignOffState::Void(_))
    }

    /// Whether it counts as go.
    pub fn approves(&self) -> bool {
        self.counts() && self.decision == Decision::Go
    }

    /// Whether it counts as no-go.
    pub fn refuses(&self) -> bool {
        self.counts() && self.decision == Decision::NoGo
    }
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
