//! How the flags stand.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What was seen.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// The environment that answered, where it matters; an empty one is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The flags that are asked for.
    pub flags: BTreeMap<String, Flag>,
}

/// A flag.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Flag {
    /// Whether it is there; nothing where that is not known.
    pub exists: Option<bool>,
    /// Whether it is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<bool>,
    /// For what share of all it is on, from 0 to 1; nothing where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// Whether it was evaluated for one context alone.
    #[serde(default)]
    pub of_one: bool,
    /// Its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Why something is not known, or what else there is to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Flag {
    /// One that is not there.
    pub(super) fn absent() -> Self {
        Self { exists: Some(false), ..Self::default() }
    }

    /// One of which something is not known.
    pub(super) fn unknown(exists: Option<bool>, note: impl Into<String>) -> Self {
        Self { exists, note: Some(note.into()), ..Self::default() }
    }
}
