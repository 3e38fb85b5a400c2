//! Indexes of a PostgreSQL database exist, serve what they are for, and are usable.

mod catalogue;
mod column;
mod counterexamples;
mod demand;
mod index;
mod judge;
mod matching;
mod meaning;
mod observe;
mod query;
mod seen;

use schemars::JsonSchema;
use serde::Deserialize;

use self::{demand::Demand, name::Name};
use crate::{
    check::{Check, OneOrMore, Touch, database, sql_name as name},
    model::{ProcessEnv, Secret},
    net::postgres,
};

/// Indexes of a PostgreSQL database exist and are usable.
///
/// They are read from `pg_index`, where an index counts only if it is valid, ready and live: the view `pg_indexes`
/// lists what a failed `CREATE INDEX CONCURRENTLY` left behind as if it worked. Every role may read these catalogues,
/// so a login that may connect is enough; with `pg_monitor` it can also tell which index is being built.
/// The session is read-only and its statements end with the check; PgBouncer may stand between. PostgreSQL 12 and later.
///
/// Demanded expressions and conditions are read by the server itself: it plans (`EXPLAIN`), and does not run, a question over a
/// row with the table's columns that stands nowhere, and both spellings must come to the same. So a function is the one
/// that the login's `search_path`, the table's schema or the text itself names. Where the login may not use a schema whose
/// functions or types a text names, what it means is unknown: `GRANT USAGE ON SCHEMA`, or write it as it is stored.
///
/// An index of a partitioned table needs a valid part on every leaf. On a standby, what is not valid may be being built on
/// the primary, so that is unknown there. What queries are sent, and whether the planner finds an index cheaper, is not seen.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PostgresIndexes {
    /// Where the database is: `${DATABASE_URL}`, as a `postgres://` URL or libpq's `key=value` settings. Prisma's `?schema=`,
    /// what Rails and others write about pools, and `jdbc:postgresql://` are understood. What it leaves out comes from
    /// `PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD`, `PGSSLMODE` and the other PG* variables, and the password also from
    /// `PGPASSFILE` or `~/.pgpass`. Default: the PG* variables alone.
    pub database: Option<Secret>,
    /// The schema to look at, or several. Those named under `indexes` are added. Each must exist and hold an index.
    /// Default: the schemas named under `indexes`, and where one is named without, that of the URL's `?schema=`, else
    /// `public`.
    pub schema: Option<OneOrMore<Name>>,
    /// The indexes there must be: names (`idx_users_email`, `activity.idx_users_email`; folded to lower case unless
    /// quoted, as in SQL), or what they have to serve (`{ table: users, columns: [email], unique: true }`). A name
    /// without its schema may stand in any of the schemas, and must be valid in each where it stands.
    pub indexes: Option<OneOrMore<Demand>>,
    /// Whether every index of the schemas must be valid, ready and live. One that is being built now, or may be on a
    /// standby's primary, can neither pass nor fail that: the check is then unknown. Default: true.
    #[serde(default = "crate::check::yes")]
    pub valid: bool,
    /// Whether every foreign key must have an index that begins with its columns: without one, each delete in the table it
    /// points to reads the whole table. Default: false.
    #[serde(default)]
    pub foreign_keys: bool,
    /// Whether no two indexes may do the same. Default: false.
    #[serde(default)]
    pub no_duplicates: bool,
}

impl PostgresIndexes {
    fn demands(&self) -> &[Demand] {
        self.indexes.as_deref().unwrap_or_default()
    }

    /// The schemas to look at, each once.
    fn schemas(&self) -> Vec<String> {
        let listed = self.schema.as_deref().unwrap_or_default().iter();
        let mut all: Vec<String> = listed.map(|name| name.as_str().to_owned()).collect();
        let unqualified = self.demands().iter().any(|demand| demand.schema().is_none());
        if all.is_empty() && (unqualified || self.demands().is_empty()) {
            let home = self.database.as_ref().and_then(|database| postgres::schemas(database.expose()).into_iter().next());
            all.push(home.unwrap_or_else(|| "public".into()));
        }
        all.extend(self.demands().iter().filter_map(|demand| Some(demand.schema()?.as_str().to_owned())));
        all.sort();
        all.dedup();
        all
    }
}

impl Check for PostgresIndexes {
    rooms!();

    fn touches(&self, env: &ProcessEnv) -> Vec<Touch> {
        let action =
            format!("reads pg_index, pg_class, pg_constraint and pg_stat_progress_create_index about {}", self.schemas().join(", "));
        let mut touch = database::touch(self.database.as_ref(), env, action);
        if self.demands().iter().filter_map(Demand::serving).any(|serving| serving.texts().next().is_some()) {
            let schemas = self.schemas().iter().map(|name| name::quoted(name)).collect::<Vec<_>>().join(", ");
            touch.action += ", and has the server read expressions, with EXPLAIN and without a table";
            touch.grants.push(format!("GRANT USAGE ON SCHEMA {schemas} TO {{role}}"));
        }
        vec![touch]
    }
}
