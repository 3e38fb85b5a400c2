//! What was seen of the secrets: names, classes of flaw and steps of strength. Never a value, never a digest of one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    flaw::{Class, Flaw},
    inspect::shown,
    purpose::Use,
};
use crate::net::git::Tracking;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Seen {
    /// Where the values are from.
    pub source: String,
    /// How many keys it holds, judged or not.
    pub keys: u64,
    /// Each judged key.
    pub secrets: Vec<Inspected>,
    /// For each glob of the plan, how many keys it found.
    pub globs: BTreeMap<String, u64>,
    /// How many keys look secret, where those are asked for.
    pub looks_secret: Option<u64>,
    /// Keys whose name looks secret but says that it is a setting of one, `TOKEN_TTL`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<String>,
    /// What the other environment has in common.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Elsewhere>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git: Option<InGit>,
}

/// What was seen of one key.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Inspected {
    pub key: String,
    /// Why it could not be judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
    /// What it was judged as.
    #[serde(rename = "use", default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Use>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub length: String,
    /// How strong it is, in steps.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub strength: String,
    /// What is wrong with it.
    pub flaws: Vec<Flaw>,
    /// What weakens it without being a flaw.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// When it expires, if it is a token that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

/// What another environment has in common.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Elsewhere {
    pub source: String,
    /// How many of the judged keys are set there too.
    pub compared: u64,
    /// Keys that have the same value there, or nearly.
    pub same: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InGit {
    /// It knows the file.
    Known(Tracking),
    /// It could not be asked, and why.
    Unknown(String),
}

impl Inspected {
    /// A key with one flaw.
    pub(super) fn flawed(key: &str, flaw: Flaw) -> Self {
        Self { key: shown(key), flaws: vec![flaw], ..Self::default() }
    }

    /// A key that is not there.
    pub(super) fn missing(key: &str) -> Self {
        Self::flawed(key, Flaw::new(Class::Unset, "nothing: it is not set"))
    }
}
