//! What was seen of the indexes: the part of the catalogues that the demands are about.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::{demand::listed, index::Index, name::shown};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Seen {
    /// Which server and database, and as whom.
    pub server: Server,
    /// Every schema that was looked at, also those that do not exist.
    pub schemas: Vec<Schema>,
    /// Other schemas of this database that hold indexes, with how many.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub elsewhere: BTreeMap<String, u64>,
    /// One entry a demanded index, by the demand's text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub wanted: BTreeMap<String, Found>,
    /// Indexes that are not valid, ready and live; those being built included.
    #[serde(default)]
    pub not_valid: Listed<Index>,
    /// Index builds running now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub builds: Vec<Build>,
    /// Foreign keys that no index serves; absent if that was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unindexed_foreign_keys: Option<Listed<ForeignKey>>,
    /// Groups of indexes that do the same; absent if that was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicates: Option<Listed<Vec<Index>>>,
}

/// Which server and database were looked at, and as whom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    pub database: String,
    pub user: String,
    /// The server's version: `15.20`.
    pub version: String,
    /// Whether the login is a superuser: more rights than a look needs.
    pub superuser: bool,
    /// Whether it is a standby.
    pub in_recovery: bool,
    /// The TLS version of the session as the server sees it (behind a pooler: the pooler's).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    pub name: String,
    pub exists: bool,
    /// Its tables, materialised views and partitioned tables.
    pub tables: u64,
    /// Their indexes, valid or not.
    pub indexes: u64,
    /// Their foreign keys; those that partitions inherit are not counted.
    pub foreign_keys: u64,
}

/// What was found for one demand.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Found {
    /// The tables of the demanded name, as `schema.table`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<String>,
    /// The indexes of the demanded name, or those of the tables, the nearest first.
    pub indexes: Vec<Index>,
    /// Names of indexes or tables much like the demanded one, when that does not exist.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub similar: Vec<String>,
    /// How the server reads the demanded expressions and the condition: by table (`schema.table`), then by the text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub readings: BTreeMap<String, BTreeMap<String, Reading>>,
}

/// How the server reads one expression or condition of the plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The stored spellings that mean the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same: Vec<String>,
    /// Why it can be no expression over this table, in the server's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Why it is not known whether a stored one means the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
}

/// A list of which only the first entries are kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Listed<T> {
    pub count: u64,
    pub first: Vec<T>,
}

impl<T> Listed<T> {
    /// Keeps at most `limit` of `all`.
    pub(super) fn of(mut all: Vec<T>, limit: usize) -> Self {
        let count = all.len() as u64;
        all.truncate(limit);
        Self { count, first: all }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// `schema.table`.
    pub table: String,
    /// The index, where the login may know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// How far it is, where the login may know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    pub schema: String,
    pub table: String,
    pub name: String,
    pub columns: Vec<String>,
    /// The table it points to.
    pub references: String,
}

impl fmt::Display for ForeignKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = listed(self.columns.iter().map(|name| shown(name)));
        write!(f, "{} on {}.{} ({columns})", shown(&self.name), shown(&self.schema), shown(&self.table))
    }
}
