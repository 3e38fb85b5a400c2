//! What the rules found: no manifest, and no value of one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What the rules found.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// How many objects of each kind there are.
    pub kinds: BTreeMap<String, u64>,
    /// How many pods they describe.
    pub pods: u64,
    /// What was not read, or not understood, and why.
    #[serde(default, skip_serializing_if = "Places::is_empty")]
    pub unread: Places,
    /// Whether each object that the plan names is there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub objects: BTreeMap<String, bool>,
    /// What each rule found.
    pub rules: BTreeMap<String, Tally>,
}

/// What a rule found.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Tally {
    /// Where it holds.
    pub held: u64,
    /// Where it does not.
    #[serde(default, skip_serializing_if = "Places::is_empty")]
    pub broken: Places,
    /// Where that cannot be said.
    #[serde(default, skip_serializing_if = "Places::is_empty")]
    pub open: Places,
    /// Where it does not and need not.
    #[serde(default, skip_serializing_if = "Places::is_empty")]
    pub excepted: Places,
}

/// Places, the first of them with what is so there.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Places {
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub first: Vec<String>,
}

impl Places {
    /// Places that are kept.
    const MOST: usize = 20;

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn add(&mut self, place: String) {
        self.count += 1;
        if self.first.len() < Self::MOST {
            self.first.push(crate::model::excerpt(&crate::model::plain(&place), 300));
        }
    }
}
