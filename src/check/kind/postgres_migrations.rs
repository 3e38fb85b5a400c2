//! The migrations of a release are applied, and none stopped half way.

mod counterexamples;
mod folder;
mod history;
mod judge;
mod layouts;
mod observe;
mod seen;
mod tool;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use self::tool::Tool;
use crate::{
    check::{Check, Touch, database, demand::Text, sql_name::Qualified},
    model::{ProcessEnv, Secret, without_contradiction},
};

/// A PostgreSQL database is where the release expects it: every migration of the release is applied, none failed or stopped half way,
/// and none is applied that the release does not know.
///
/// The tool is found by its table, in whatever schema that is, or named by `tool`: Flyway, Liquibase, Alembic, Django, sqlx, goose,
/// Prisma, golang-migrate, Ecto, Rails, dbmate, refinery, Diesel, Knex, Sequelize, TypeORM, MikroORM, EF Core, Laravel, Doctrine, Atlas, Drizzle,
/// SeaORM, node-pg-migrate, tern and Sqitch. Of each, what it calls failed, dirty or begun and not ended is red; so is a lock that is held
/// (Liquibase, Knex) and a Rails database that says it is for development. A later row about a migration counts (goose, Flyway, Prisma).
///
/// What the release has is read from its `folder`: names, of Alembic, Liquibase, Drizzle and Sqitch also what stands in the files. Where the
/// tool keeps a checksum that can be computed (Flyway, sqlx, Prisma, Drizzle), a file that was changed after it was applied is red.
///
/// Unknown is a table that the login may not read (its rights are then named) or whose rows a policy filters; several tables that could
/// be meant; a folder with files in it that are no migrations of the tool; a Liquibase change set for some contexts or labels that is not
/// applied; over 20,000 rows or files, or a file over 1 MiB.
///
/// Not seen: whether the folder is that of the release (kind `git` shows that the work tree is at its commit), what a migration did
/// beside what the tool notes, and, of Django, applications of which the folder has no migration. A tool whose table holds one version
/// (golang-migrate, tern) is believed that all before it were applied.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct PostgresMigrations {
    /// Where the database is, as in `postgres-indexes`: `${DATABASE_URL}`. Default: the PG* variables alone.
    pub database: Option<Secret>,
    /// The tool: `flyway`, `liquibase`, `alembic`, `django`, `sqlx`, `goose`, `prisma`, `golang-migrate`, `ecto`, `rails`, `dbmate`, `refinery`,
    /// `diesel`, `knex`, `sequelize`, `typeorm`, `mikro-orm`, `ef`, `laravel`, `doctrine`, `atlas`, `drizzle`, `sea-orm`, `node-pg-migrate`, `tern` or
    /// `sqitch`. Default: the one whose table is there.
    pub tool: Option<Tool>,
    /// Its table, with its schema where several have one: `billing.schema_migrations`. Default: the tool's own name for it.
    pub table: Option<Qualified>,
    /// The release's migrations: the folder that the tool is given, relative to the plan's. Every one must be applied, the newest of both
    /// be the same, and none be applied that is not there.
    pub folder: Option<PathBuf>,
    /// The migration that must be the newest one applied: its version, or its name where the tool counts by names. Instead of `folder`,
    /// where that is not at hand.
    pub newest: Option<Text>,
    /// Whether migrations of the folder may wait, for a look before a deployment that applies them. What is applied must still stand
    /// in the folder. Default: false.
    #[serde(default)]
    pub pending: bool,
    /// The oldest migration whose file is kept: applied ones before it need not stand in the folder, as after they were merged into one.
    /// Default: all must.
    pub since: Option<Text>,
}

without_contradiction!(PostgresMigrations);

impl PostgresMigrations {
    fn contradiction(&self) -> Option<&'static str> {
        match (&self.folder, &self.newest) {
            (None, None) => {
                Some("what the release has is not said, and without it every old database would do: give its `folder`, or `newest`")
            }
            (Some(_), Some(_)) => Some("`folder` says which is the newest: leave `newest` out"),
            (None, _) if self.pending || self.since.is_some() => Some("`pending` and `since` are about the files of `folder`"),
            _ => None,
        }
    }
}

impl Check for PostgresMigrations {
    rooms!();

    fn touches(&self, env: &ProcessEnv) -> Vec<Touch> {
        let called = self.tool.map_or_else(|| "the migration tool".to_owned(), |tool| tool.to_string());
        let mut touch = database::touch(self.database.as_ref(), env, format!("reads the table of {called}"));
        touch.grants.extend(self.tables().iter().flat_map(|table| {
            let schema = table.schema.as_ref().map_or_else(|| "public".to_owned(), ToString::to_string);
            [format!("GRANT USAGE ON SCHEMA {schema} TO {{role}}"), format!("GRANT SELECT ON {schema}.{} TO {{role}}", table.name)]
        }));
        let folder = self.folder.iter().map(|folder| Touch::new(format!("folder {}", folder.display()), "reads its migrations"));
        [touch].into_iter().chain(folder).collect()
    }
}

impl PostgresMigrations {
    /// The tables that are certainly read.
    fn tables(&self) -> Vec<Qualified> {
        let default = || self.tool.and_then(|tool| format!("\"{}\"", tool.facts().words("table").next()?).parse().ok());
        self.table.clone().or_else(default).into_iter().collect()
    }
}
