//! Who answers, accepts and signs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Somebody who answers or signs; known by an id, usually an e-mail address, the principal of the signers' file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Person {
    /// The full name, as reports show it.
    pub name: String,
    /// What the person is in the team: `Security officer`.
    #[serde(default)]
    pub title: Option<String>,
    /// Other addresses the person commits and signs with.
    #[serde(default)]
    pub emails: Vec<String>,
}
