//! Which backups there are, as data.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// The backups, newest first; absent where only a restore drill is demanded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backups: Option<Vec<Copy>>,
    /// How many more usable ones there are, between the first and the last hundred that are listed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u64,
    /// The widest gap between two usable ones; absent where that is not demanded, or there are no two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
    /// What the tool says is wrong with its repository as a whole; absent where it says nothing about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<Vec<String>>,
    /// The tables demanded that have no rows in the newest usable backup; absent where that was not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_tables: Option<Vec<String>>,
    /// The record of the last restore.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<Drill>,
}

/// One backup.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Copy {
    /// The file, or the tool's label.
    pub name: String,
    /// When it was finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Its bytes, in whatever way the source counts them; absent where that says nothing about the data it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// What it is: `pg_dump custom`, `diff`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Whether it builds on another one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
    /// Why it cannot be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flaw: Option<String>,
    /// Why it is not known whether it can be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<String>,
    /// The newer one that has the same content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    /// Still being made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unfinished: bool,
}

/// A time without a usable backup between two that are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Gap {
    /// When the one before it was finished.
    pub from: Timestamp,
    /// When the one after it was.
    pub until: Timestamp,
    /// One between them of which it is not known whether it can be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<String>,
}

/// The record of a restore.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Drill {
    /// When it was restored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<Timestamp>,
    /// Whether what was restored was found good.
    #[serde(default)]
    pub ok: bool,
    /// Which backup, who, how long: what the record says besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What is wrong with the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flaw: Option<String>,
    /// Why the file could not be looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<String>,
}

/// How many backups are listed from each end.
const LISTED: usize = 100;

impl Seen {
    /// Leaves the middle of a long list out: usable ones are counted, the others change nothing there.
    pub(super) fn shortened(mut self) -> Self {
        if let Some(backups) = self.backups.as_mut().filter(|backups| backups.len() > 2 * LISTED) {
            let end = backups.len() - LISTED;
            let left_out = backups.drain(LISTED..end);
            self.left_out = left_out
                .filter(|copy| {
                    copy.flaw.is_none() && copy.unseen.is_none() && copy.same_as.is_none() && !copy.unfinished && copy.at.is_some()
                })
                .count() as u64;
        }
        self
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}
