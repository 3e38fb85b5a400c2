//! What to do and whom to reach when something goes wrong, as the plan says it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Period;

/// Whom to reach, how soon, and where to look. It checks nothing: it stands in the report, for the one who is woken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Runbook {
    /// Who is reached, in the order in which they are tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// How bad it can be, worst first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<IncidentLevel>,
    /// Where to look.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<Resource>,
}

/// Somebody to reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Contact {
    /// What they are: `On-call`.
    pub role: String,
    /// Who they are: a person or a team.
    pub name: String,
    /// How to reach them: an e-mail address, a telephone number, an `https` address, or a `#channel`.
    pub reach: String,
}

/// How bad it is, and what that asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct IncidentLevel {
    /// Its name: `P0`.
    pub level: String,
    /// What it means: `Total outage`.
    pub means: String,
    /// How soon somebody must be at it.
    pub respond: Period,
    /// What is done.
    pub action: String,
}

/// Somewhere to look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Resource {
    /// What is there: `Dashboards`.
    pub name: String,
    /// Its address, `https` or `http`.
    pub url: String,
}
