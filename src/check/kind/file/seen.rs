//! Files as they were found.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::words::Type;
use crate::model::Digest;

/// What the paths and patterns lead to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Seen {
    /// How many files each of them leads to, as the plan writes them.
    pub(super) found: BTreeMap<String, usize>,
    pub(super) files: Vec<FileSeen>,
    /// Where nobody could look, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) blind: Vec<Blind>,
    /// The numbers of the accounts and groups that the demands name, where they have one here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) owner: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) group: Option<u32>,
}

/// A place that could not be looked at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Blind {
    pub path: String,
    pub why: String,
}

/// One file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct FileSeen {
    pub path: String,
    /// Where a link leads, as it says itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Where it leads in the end, the whole path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// Why a link leads nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
    /// Why what a link leads to may not be looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<String>,
    /// `None` for pipes, sockets and devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Type>,
    #[serde(default)]
    pub mode: u32,
    #[serde(default)]
    pub owner: Owner,
    #[serde(default)]
    pub group: Owner,
    #[serde(default)]
    pub size: u64,
    #[serde(default)]
    pub modified: Option<Timestamp>,
    /// What was found in it, where that was looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
}

/// Who owns a file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Owner {
    pub id: u32,
    /// Its name on this machine, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What was found in a file; never what stands there.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Content {
    /// Why it was not read to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
    /// Why what was not found may be in it all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opaque: Option<String>,
    /// What was looked for, by the name of its demand, and the line of the first.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub found: BTreeMap<String, Option<usize>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
}
