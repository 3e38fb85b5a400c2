//! An answer to a manual item as it stands on record, its signature verified.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Evidence, Period, Reply};

/// What somebody answered, and who that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenAnswer {
    /// The answer.
    pub reply: Reply,
    /// The question as it was asked; another one is not answered by this.
    pub question: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who gave it, by id.
    pub by: String,
    /// The name as reports show it.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// The key's type and fingerprint: `ED25519 SHA256:…`.
    pub key: String,
    /// What shows it.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// Where it stands in the ledger.
    pub entry: u64,
}

impl GivenAnswer {
    /// The first instant at which an answer that is good for `valid_for` no longer is; the end of time where that is
    /// beyond it.
    pub fn until(&self, valid_for: Period) -> Timestamp {
        valid_for.after(self.at)
    }

    /// Whether it answers `question`: line breaks and spaces may differ.
    pub fn answers(&self, question: &str) -> bool {
        self.question.split_whitespace().eq(question.split_whitespace())
    }
}
