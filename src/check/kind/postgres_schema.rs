//! A PostgreSQL database has the tables, columns and other things that the release needs.

mod column;
mod counterexamples;
mod judge;
mod observe;
mod seen;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;

use self::column::{Column, Function, Version};
use crate::{
    check::{
        Check, OneOrMore, Touch, database,
        sql_name::{Name, Qualified},
    },
    model::{Percent, ProcessEnv, Secret, without_contradiction},
    net::postgres,
};

/// A PostgreSQL database has the tables with their columns, the views, functions, extensions, constraints and triggers that are named,
/// and what its schemas have is in force.
///
/// By default every constraint of the schemas must be validated (what was added `NOT VALID` holds for new rows only) and every
/// trigger be enabled, those that keep foreign keys among them (`DISABLE TRIGGER ALL` switches these off). A name without a schema may stand in
/// any of the schemas, and must be as demanded in each where it stands. Types are compared as PostgreSQL names them, however they are
/// written: `varchar(20)`, `timestamptz`, `int[]`; one without `(…)` takes any.
///
/// It is read from the catalogues, which every login may read: a login that may connect is enough. Only how far a sequence is needs
/// a right on it (`SELECT` or `USAGE`); without, that is unknown. PostgreSQL 12 and later.
///
/// Not seen: whether the application's own login may use what is there, what a function does, and a sequence that a column draws from
/// without owning it, as far as the column's type ends before the sequence's.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct PostgresSchema {
    /// Where the database is, as in `postgres-indexes`: `${DATABASE_URL}`. Default: the PG* variables alone.
    pub database: Option<Secret>,
    /// The schema to look at, or several; those named elsewhere are added. Each must exist and hold a table. Default: as in `postgres-indexes`.
    pub schema: Option<OneOrMore<Name>>,
    /// Tables by name, each with columns that it must have: `users: { id: bigint, email: { type: text, nullable: false } }`, or
    /// `users: {}`.
    #[serde(default)]
    pub tables: BTreeMap<Qualified, BTreeMap<Name, Column>>,
    /// Views, materialized ones too.
    pub views: Option<OneOrMore<Qualified>>,
    /// Functions and procedures: `activity.distance`, or with the types of their arguments, `near(point, double precision)`.
    pub functions: Option<OneOrMore<Function>>,
    /// Extensions by name, each with the versions that will do (`postgis: ">=3.3"`, as of `version` in demands) or `any`.
    #[serde(default)]
    pub extensions: BTreeMap<String, Version>,
    /// Constraints that must exist and be validated: a name, or `table.name`.
    pub constraints: Option<OneOrMore<Qualified>>,
    /// Triggers that must exist and be enabled: a name, or `table.name`.
    pub triggers: Option<OneOrMore<Qualified>>,
    /// Tables and views that must be gone.
    pub absent: Option<OneOrMore<Qualified>>,
    /// Whether every constraint of the schemas must be validated. Default: true.
    #[serde(default = "crate::check::yes")]
    pub validated: bool,
    /// Whether every trigger of the schemas must be enabled. Default: true.
    #[serde(default = "crate::check::yes")]
    pub enabled: bool,
    /// How much of its numbers a sequence of the schemas may have used, as far as the type of the column that owns it goes: `80%`. Those that
    /// cycle are left out. Default: not demanded.
    pub sequences: Option<Percent>,
}

without_contradiction!(PostgresSchema);

impl PostgresSchema {
    fn contradiction(&self) -> Option<String> {
        let gone = self.absent.as_deref().unwrap_or_default();
        let both = gone.iter().find(|name| self.tables.contains_key(name) || self.views.as_deref().unwrap_or_default().contains(name));
        both.map(|name| format!("`{name}` must be there and be gone: take it out of `absent`, or out of the others"))
    }

    /// Tables and views that are asked for.
    fn relations(&self) -> impl Iterator<Item = &Qualified> {
        self.tables.keys().chain(self.views.as_deref().unwrap_or_default()).chain(self.absent.as_deref().unwrap_or_default())
    }

    /// The schemas to look at, each once.
    fn schemas(&self) -> Vec<String> {
        let listed = self.schema.as_deref().unwrap_or_default().iter().map(|name| name.as_str().to_owned());
        let mut all: BTreeSet<String> = listed.collect();
        if all.is_empty() {
            let home = self.database.as_ref().and_then(|database| postgres::schemas(database.expose()).into_iter().next());
            all.insert(home.unwrap_or_else(|| "public".into()));
        }
        let functions = self.functions.as_deref().unwrap_or_default().iter().map(|function| &function.name);
        all.extend(self.relations().chain(functions).filter_map(|name| Some(name.schema.as_ref()?.as_str().to_owned())));
        all.into_iter().collect()
    }
}

impl Check for PostgresSchema {
    rooms!();

    fn touches(&self, env: &ProcessEnv) -> Vec<Touch> {
        let schemas = self.schemas().join(", ");
        let mut touch = database::touch(self.database.as_ref(), env, format!("reads the catalogues about {schemas}"));
        if self.sequences.is_some() {
            touch
                .grants
                .extend(self.schemas().iter().map(|schema| format!("GRANT SELECT ON ALL SEQUENCES IN SCHEMA \"{schema}\" TO {{role}}")));
        }
        vec![touch]
    }
}
