//! One index that is wanted: by its name, or by what it has to serve.

use std::fmt;

use schemars::{JsonSchema, json_schema};
use serde::Deserialize;

use super::{
    column::{Column, Key},
    name::{Name, Qualified, shown},
};
use crate::{
    check::OneOrMore,
    model::{from_forms, schema},
};

/// An index that is wanted.
#[derive(Debug)]
pub enum Demand {
    /// By its name.
    Named(Qualified),
    /// By what it has to serve.
    Serving(Box<Serving>),
}

/// An index that serves these columns, whatever its name.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Serving {
    /// The table, with or without its schema: `users`, `activity.users`. Without it, the table of this name in every
    /// schema under `schema` needs the index.
    pub table: Qualified,
    /// The key columns, in the order in which the index has to begin with them; more may follow. Expressions as
    /// `CREATE INDEX` takes them: `lower(email)`, in whatever spelling: the server says whether the stored one means the
    /// same, with functions found by the login's `search_path`, in the table's schema, or where the text says
    /// (`app.norm(email)`). A direction (`created_at desc`) counts only where it is written; an index read backwards
    /// serves too. Where no operator class (`title gin_trgm_ops`) is written, the index must serve what the type's default
    /// class serves; where no collation (`name collate "C"`) is, it must have the column's own.
    pub columns: OneOrMore<Column>,
    /// Whether it has to be unique, over exactly these columns. Default: false, then a unique one serves too.
    #[serde(default)]
    pub unique: bool,
    /// Whether two nulls count as equal for it (PostgreSQL 15 and later); it is unique then. Default: false.
    #[serde(default)]
    pub nulls_not_distinct: bool,
    /// The access method: `btree`, `hash`, `gin`, `gist`, `brin`, … Default: `btree`.
    #[serde(default = "btree")]
    pub method: String,
    /// The collation that the queries name, of every key column that has one: `C`, `de-x-icu`; as the catalogues call it.
    /// Default: the column's own, which queries use that name none.
    pub collate: Option<String>,
    /// The condition of a partial index: `deleted_at IS NULL`, in any order and spelling that covers the same rows as far as
    /// the server can prove it. Without it a partial index does not serve, since it lacks rows.
    #[serde(default, rename = "where")]
    pub condition: Option<String>,
    /// Columns it has to carry for index-only scans, by `INCLUDE` or as further key columns. Default: none.
    pub include: Option<OneOrMore<Name>>,
    /// The name it has to have. Default: any.
    pub name: Option<Name>,
}

fn btree() -> String {
    "btree".into()
}

impl Serving {
    /// The expressions among its columns.
    pub(super) fn expressions(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().filter_map(|column| match &column.key {
            Key::Expression(text) => Some(text.as_str()),
            Key::Column(_) => None,
        })
    }

    /// Those and the condition: what only the server can read.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.expressions().chain(self.condition.as_deref())
    }
}

impl Demand {
    /// What it has to serve, where it says that.
    pub(super) fn serving(&self) -> Option<&Serving> {
        match self {
            Self::Named(_) => None,
            Self::Serving(serving) => Some(serving),
        }
    }

    /// The schema it names, if it does.
    pub(super) fn schema(&self) -> Option<&Name> {
        match self {
            Self::Named(name) => name.schema.as_ref(),
            Self::Serving(serving) => serving.table.schema.as_ref(),
        }
    }
}

/// Tells demands apart and names their expectation: `idx_users_email`, `users (email) unique`.
impl fmt::Display for Demand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => name.fmt(f),
            Self::Serving(serving) => serving.fmt(f),
        }
    }
}

impl fmt::Display for Serving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "{name} on ")?;
        }
        write!(f, "{} ({})", self.table, listed(self.columns.iter()))?;
        if self.method != "btree" {
            write!(f, " using {}", self.method)?;
        }
        if let Some(collation) = &self.collate {
            write!(f, " collate {}", shown(collation))?;
        }
        if self.nulls_not_distinct {
            f.write_str(" unique nulls not distinct")?;
        } else if self.unique {
            f.write_str(" unique")?;
        }
        if let Some(include) = &self.include {
            write!(f, " include ({})", listed(include.iter()))?;
        }
        if let Some(condition) = &self.condition {
            write!(f, " where {condition}")?;
        }
        Ok(())
    }
}

/// The items with commas between.
pub(super) fn listed<T: fmt::Display>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

from_forms!(
    Demand,
    "the name of an index, or `{ table: …, columns: […] }`",
    text |name| name.parse().map(Demand::Named),
    map |mut serving: Serving| {
        if serving.condition.as_ref().is_some_and(|condition| condition.trim().is_empty()) {
            return Err("`where` is empty: leave it out for an index over all rows".into());
        }
        serving.method = serving.method.trim().to_ascii_lowercase();
        Ok(Demand::Serving(Box::new(serving)))
    },
);

schema!(Demand, |generator| {
    let named = generator.subschema_for::<Qualified>();
    let serving = generator.subschema_for::<Serving>();
    json_schema!({ "description": "the name of an index, or the table and columns it has to serve", "anyOf": [named, serving] })
});
