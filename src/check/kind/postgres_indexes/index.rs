//! One index as the catalogues describe it.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};

use super::{demand::listed, name::shown};
use crate::model::excerpt;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    pub schema: String,
    pub table: String,
    pub name: String,
    pub method: String,
    /// Its key columns, in order.
    pub keys: Vec<Element>,
    /// Columns it carries without ordering by them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Which rows it covers, if not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicate: Option<String>,
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
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partitioned: bool,
    /// Leaf partitions on which no usable index is attached to it; of many the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unattached: Vec<String>,
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
    /// A standby does not tell a build that its primary runs from one that failed there.
    Elsewhere,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Element {
    /// The column's name, or the expression as the server prints it.
    pub text: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expression: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opclass: Option<String>,
    /// Whether that is the default of its type.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub default_opclass: bool,
    /// Operators of the type's default class that its own does not serve.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unserved: Vec<String>,
    /// Its collation, if its type has one; `default` is the database's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// Whether that is another than the column's or expression's own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub other_collation: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub descending: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nulls_first: bool,
}

impl Index {
    /// Cuts expressions and conditions of more than `limit` bytes.
    pub(super) fn shorten(&mut self, limit: usize) {
        for text in self.keys.iter_mut().map(|key| &mut key.text).chain(&mut self.predicate) {
            if text.len() > limit {
                *text = excerpt(text, limit);
            }
        }
    }

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
        self.valid && self.ready && self.live && self.unattached.is_empty()
    }

    /// Why it cannot be used, readable after "which"; `None` when it can.
    pub(super) fn ails(&self) -> Option<Cow<'static, str>> {
        let why = self.ails_itself();
        match (why, self.unattached.as_slice()) {
            (why, []) => why.map(Cow::Borrowed),
            (None, parts) => Some(format!("has no usable part on {}: attach one", parts.join(", ")).into()),
            (Some(why), parts) => Some(format!("{why}: {} lacks it", parts.join(", ")).into()),
        }
    }

    fn ails_itself(&self) -> Option<&'static str> {
        match (self.live, self.valid, self.ready, self.building) {
            (true, true, true, _) => None,
            (false, ..) => Some("is being dropped, or its drop did not end (drop it again)"),
            (.., Some(Building::Surely)) => Some("is being built"),
            (.., Some(Building::Maybe)) => Some("is not valid (an index build runs on its table, perhaps of this one)"),
            (.., Some(Building::Elsewhere)) => Some(
                "is not valid (this is a standby, which does not tell a build that runs on the primary from one that failed: look there)",
            ),
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
        if let (true, Some(collation)) = (self.other_collation, &self.collation) {
            write!(f, " collate {}", shown(collation))?;
        }
        if let (false, Some(opclass)) = (self.default_opclass, &self.opclass) {
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
