//! What a database says of its migrations and what the folder has, compared.

use serde::{Deserialize, Serialize};

/// What was seen.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// The database.
    pub database: String,
    /// The tool, as it is called; `None` where no table of it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// Its table, with its schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// How many migrations are applied.
    #[serde(default)]
    pub applied: u64,
    /// The newest of them; several where a history has several ends.
    #[serde(default)]
    pub newest: Vec<String>,
    /// Whether the one that the plan calls the newest is so; of a tool without an order, whether it is applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_named: Option<bool>,
    /// Failed, dirty, or begun and not ended.
    #[serde(default)]
    pub failed: Listed,
    /// What the tool's other table says is amiss, or why it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<Result<Listed, String>>,
    /// The folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<Folder>,
}

/// The release's migrations beside those applied.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Folder {
    /// How many it has.
    pub count: u64,
    /// The newest of them; nothing where they have no order.
    #[serde(default)]
    pub newest: Vec<String>,
    /// Whether the newest of both are the same; nothing where they have no order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same: Option<bool>,
    /// Those not applied.
    #[serde(default)]
    pub pending: Listed,
    /// Those not applied that may not be meant for this database.
    #[serde(default)]
    pub perhaps: Listed,
    /// Those applied that it does not have.
    #[serde(default)]
    pub strangers: Listed,
    /// Those changed after they were applied; nothing where the tool's sums are not compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Listed>,
    /// How many sums were compared.
    #[serde(default)]
    pub compared: u64,
    /// Files that were not understood.
    #[serde(default)]
    pub odd: Listed,
}

/// A list of which the first entries are kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Listed {
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub first: Vec<String>,
}

/// How many entries are kept.
const KEPT: usize = 10;

impl Listed {
    /// Of all of these.
    pub(super) fn of(all: impl IntoIterator<Item = String>) -> Self {
        let mut listed = Self::default();
        for one in all {
            listed.count += 1;
            if listed.first.len() < KEPT {
                listed.first.push(crate::model::excerpt(&crate::model::plain(&one), 200));
            }
        }
        listed
    }

    /// For a sentence.
    pub(super) fn said(&self) -> String {
        crate::model::first_of(&self.first, 4, usize::try_from(self.count).unwrap_or(usize::MAX), ", ")
    }
}
