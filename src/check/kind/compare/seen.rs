//! How the answers differed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::latency::Paired;

/// What was seen.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// How many requests the file has.
    pub recorded: u64,
    /// Those left out for their method, by it.
    #[serde(default)]
    pub left_out: BTreeMap<String, u64>,
    /// Those over `most`.
    #[serde(default)]
    pub over: u64,
    /// How many pairs of answers were compared.
    pub compared: u64,
    /// Requests without a pair that could be: which, and why.
    #[serde(default)]
    pub open: Told,
    /// Pairs that differ, by the class.
    #[serde(default)]
    pub differences: BTreeMap<String, Told>,
    /// What could differ without being told.
    #[serde(default)]
    pub ignored: Vec<String>,
    #[serde(default)]
    pub tolerances: Vec<String>,
    /// The times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<Paired>,
}

/// How many, and the first of them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Told {
    pub count: u64,
    pub first: Vec<String>,
}

impl Told {
    pub(super) fn add(&mut self, what: &str) {
        self.count += 1;
        if self.first.len() < 10 {
            self.first.push(crate::model::excerpt(&crate::model::plain(what), 240));
        }
    }

    pub(super) fn said(&self) -> String {
        crate::model::first_of(&self.first, 3, usize::try_from(self.count).unwrap_or(usize::MAX), "; ")
    }
}
