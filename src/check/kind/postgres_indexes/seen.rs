//! What was seen of the indexes: the part of the catalogues that the demands are about.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::{demand::listed, name::shown};

/// The observation.
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
    /// The database's name.
    pub database: String,
    /// The login's name.
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

/// One schema.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// Its name.
    pub name: String,
    /// Whether it exists.
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
}

/// A list of which only the first entries are kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Listed<T> {
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub first: Vec<T>,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { count: 0, first: Vec::new() }
    }
}

impl<T> Listed<T> {
    /// Keeps at most `limit` of `all`.
    pub(super) fn of(mut all: Vec<T>, limit: usize) -> Self {
        let count = all.len() as u64;
        all.truncate(limit);
        Self { count, first: all }
    }
}

/// One index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Its schema.
    pub schema: String,
    /// Its table.
    pub table: String,
    /// Its name.
    pub name: String,
    /// Its access method.
    pub method: String,
    /// Its key columns, in order.
    pub keys: Vec<Element>,
    /// Columns it carries without ordering by them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Which rows it covers, if not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicate: Option<String>,
    /// Whether it is unique.
    pub unique: bool,
    /// Whether two nulls are equal for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nulls_not_distinct: bool,
    /// `indisvalid`: queries may use it.
    pub valid: bool,
    /// `indisready`: writes keep it up to date.
    pub ready: bool,
    /// `indislive`: it is not being dropped.
    pub live: bool,
    /// Whether it stands on a partitioned table.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partitioned: bool,
    /// Whether it is being built now, as far as the login may know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub building: Option<Building>,
}

/// Whether an index is the one that a running build is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Building {
    /// It is.
    Surely,
    /// A build runs on its table; which index it is about, only its owner and `pg_monitor` may see.
    Maybe,
}

/// One key column of an index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Element {
    /// The column's name, or the expression as the server prints it.
    pub text: String,
    /// Whether it is an expression.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expression: bool,
    /// Its operator class, if not its type's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opclass: Option<String>,
    /// Whether it is ordered downwards.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub descending: bool,
    /// Whether nulls come first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nulls_first: bool,
}

/// One running index build.
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

/// One foreign key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// The schema of the table that holds it.
    pub schema: String,
    /// The table that holds it.
    pub table: String,
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// The table it points to.
    pub references: String,
}

impl Index {
    /// `schema.table`.
    pub(super) fn on(&self) -> String {
        format!("{}.{}", shown(&self.schema), shown(&self.table))
    }

    /// `schema.name`.
    pub(super) fn called(&self) -> String {
        format!("{}.{}", shown(&self.schema), shown(&self.name))
    }

    /// Queries may use it and writes keep it.
    pub(super) fn sound(&self) -> bool {
        self.valid && self.ready && self.live
    }

    /// Why it cannot be used, readable after "which"; `None` when it can.
    pub(super) fn ails(&self) -> Option<&'static str> {
        match (self.live, self.valid, self.ready, self.building) {
            (true, true, true, _) => None,
            (false, ..) => Some("is being dropped, or its drop did not end (drop it again)"),
            (.., Some(Building::Surely)) => Some("is being built"),
            (.., Some(Building::Maybe)) => Some("is not valid (an index build runs on its table, perhaps of this one)"),
            (_, false, _, None) if self.partitioned => Some("is not valid (not every partition has its part attached)"),
            (_, false, true, None) => Some("is not valid (its build did not end well: drop it and build it again)"),
            (_, _, false, None) => Some("is neither valid nor ready (its build failed: drop it and build it again)"),
        }
    }
}

/// `idx_users_email on activity.users (email) unique where …`.
impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", shown(&self.name), self.on())?;
        if self.method != "btree" {
            write!(f, " using {}", self.method)?;
        }
        write!(f, " ({})", listed(&self.keys))?;
        if !self.include.is_empty() {
            write!(f, " include ({})", listed(self.include.iter().map(|name| shown(name))))?;
        }
        if self.unique {
            f.write_str(" unique")?;
        }
        if let Some(predicate) = &self.predicate {
            write!(f, " where {predicate}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.expression {
            f.write_str(&self.text)?
        } else {
            f.write_str(&shown(&self.text))?
        }
        if let Some(opclass) = &self.opclass {
            write!(f, " {opclass}")?;
        }
        match (self.descending, self.nulls_first) {
            (false, false) => Ok(()),
            (false, true) => f.write_str(" nulls first"),
            (true, true) => f.write_str(" desc"),
            (true, false) => f.write_str(" desc nulls last"),
        }
    }
}

impl fmt::Display for ForeignKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = listed(self.columns.iter().map(|name| shown(name)));
        write!(f, "{} on {}.{} ({columns})", shown(&self.name), shown(&self.schema), shown(&self.table))
    }
}
