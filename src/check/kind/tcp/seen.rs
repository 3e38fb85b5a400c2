//! What came of each connection.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::check::demand::Hits;

/// What came of the connections to each address of the plan.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// By address, as the plan writes it.
    pub targets: Vec<Target>,
    /// The address that must be open from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<Target>,
}

/// One `host:port`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Target {
    /// As the plan writes it.
    pub address: String,
    /// Why its name led nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
    /// What each of its addresses answered.
    #[serde(default)]
    pub places: Vec<Place>,
    /// How many more addresses there are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub beyond: usize,
}

/// One address.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Place {
    /// Address and port.
    pub at: String,
    /// The address of this machine that looked, where it has a route.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What came back.
    pub answer: Answer,
    /// What the server said first, where that is demanded.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub banner: BTreeMap<String, Hits>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// A connection was made.
    Open,
    /// It was refused.
    Refused,
    /// Nothing.
    Silent,
    /// It could not be asked from here, and why; reads after the address.
    Unknown(String),
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}
