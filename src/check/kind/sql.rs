//! What a read-only query answers is as demanded.

mod counterexamples;
mod judge;
mod observe;
mod seen;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    check::{
        Check, Touch, database,
        demand::{Count, Fields, Text},
    },
    model::{ProcessEnv, Secret, without_contradiction},
};

/// The most rows that are read.
const MOST_ROWS: u64 = 1_000;

/// What a query answers in a PostgreSQL database is as demanded: its rows by their columns, and how many there are.
///
/// The query is one `SELECT` (or `VALUES`, `WITH … SELECT`, `TABLE`), asked in a read-only transaction with one snapshot; the
/// server itself refuses what would write. Its statement ends with the check, a lock is waited for two seconds. A column
/// stands in the rows as `to_json` writes it: numbers as numbers, instants as texts, `numeric` with more digits than can be
/// held exactly is undetermined, `NaN` and infinity meet no bound.
///
/// Unknown is a `NULL` that no demand names, since where a right is missing PostgreSQL shows `NULL` too; rows that are not
/// there, unless `rows` says that there may be none; more than 1,000 rows or 4 MiB; two columns of one name; a refused query.
///
/// Not seen: what the login may not see (a policy on rows hides them without a word), and what a function that the query
/// calls does outside the database. The values of demanded columns stand in the report, and with `rows` the first rows.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Sql {
    /// Where the database is, as in `postgres-indexes`: `${DATABASE_URL}`. Default: the PG* variables alone.
    pub database: Option<Secret>,
    /// The query. Give it values as variables only where they are not secret: it stands in the plan's report.
    pub query: Text,
    /// What the rows hold, by the name of a column: `{lag_bytes: {max: 1000000}, state: streaming}`. Every row must meet it;
    /// `any`, `none`, `count` and `same-as` are about all rows, and a key that begins with `$` is a JSONPath over the list of rows.
    pub columns: Option<Fields>,
    /// How many rows: a number, or `{min: …, max: …}`. Default: at least one. Where `min: 0` stands, no row at all is fine for
    /// `columns` too.
    pub rows: Option<Count>,
    /// The rights that the query needs, for `plan --grants`; `{role}` stands for the login: `GRANT pg_monitor TO {role}`.
    #[serde(default)]
    pub grants: Vec<String>,
}

without_contradiction!(Sql);

impl Sql {
    fn contradiction(&self) -> Option<&'static str> {
        if self.columns.is_none() && self.rows.is_none() {
            return Some("nothing is demanded of the answer: give `columns`, `rows` or both, as in `rows: 0`");
        }
        let none = self.rows.as_ref().is_some_and(|rows| !(1..=MOST_ROWS).any(|count| rows.takes(count)));
        if none && self.rows.as_ref().is_some_and(|rows| !rows.takes(0)) {
            return Some("`rows` can never be met: at most 1,000 rows are read");
        }
        (none && self.columns.is_some()).then_some("`rows: 0` leaves no row that `columns` could be about")
    }

    /// The demands on columns; a `NULL` that none of them names is open.
    fn columns(&self) -> Option<Fields> {
        self.columns.clone().map(Fields::with_open_nulls)
    }
}

impl Check for Sql {
    rooms!();

    fn touches(&self, env: &ProcessEnv) -> Vec<Touch> {
        let query = self.query.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
        let mut touch = database::touch(self.database.as_ref(), env, format!("asks, read-only: {query}"));
        touch.grants.extend(self.grants.iter().cloned());
        vec![touch]
    }
}
