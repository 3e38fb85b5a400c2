//! Folders of migrations: where they are, and whose they are as far as names and marks tell.

use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use crate::model::regex;

/// A folder of migrations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Migrations {
    pub(super) folder: String,
    /// The tool; nothing where several write such files: its table then says it.
    pub(super) tool: Option<&'static str>,
}

impl Migrations {
    /// Takes in another folder: the one above both.
    pub(super) fn widen(&mut self, other: &str) {
        let both = self.folder.split('/').zip(other.split('/')).take_while(|(one, other)| one == other);
        let above: Vec<&str> = both.map(|(part, _)| part).collect();
        self.folder = if above.is_empty() { ".".into() } else { above.join("/") };
    }
}

/// What only one tool's files are called, by the path; the first group is the folder.
static NAMES: LazyLock<Vec<(Regex, Option<&'static str>)>> = LazyLock::new(|| {
    let names = [
        (r"^(?:(.*)/)?V[0-9][0-9._]*__[^/]+\.sql$", Some("flyway")),
        (r"^(?:(.*)/)?[0-9]+_[^/]+/migration\.sql$", Some("prisma")),
        (r"^(?:(.*)/)?[0-9-]+_[^/]+/up\.sql$", Some("diesel")),
        (r"^(.*\bmigrate)/[0-9]{14}_[^/]+\.rb$", Some("rails")),
        (r"^(.*\bversions)/[^/]+\.py$", Some("alembic")),
        (r"^(?:(.*)/)?[^/]+/migrations/[0-9]{4}_[^/]+\.py$", Some("django")),
        (r"^(.*\bmigrations)/[0-9]{14}_[^/]+\.exs$", Some("ecto")),
        (r"^(.*\bMigrations)/[0-9]{14}_[^/]+\.cs$", Some("ef")),
        (r"^(.*\bdatabase/migrations)/[0-9_]{17}[^/]+\.php$", Some("laravel")),
        (r"^(?:(.*)/)?[0-9]+_[^/]+\.up\.sql$", None),
        (r"^(.*\bmigrations?)/[0-9]+_[^/]+\.sql$", None),
    ];
    names.into_iter().map(|(name, tool)| (regex(name), tool)).collect()
});

/// What only one tool's files say.
const MARKS: [(&str, &str); 4] = [
    ("-- +goose up", "goose"),
    ("-- migrate:up", "dbmate"),
    ("--liquibase formatted sql", "liquibase"),
    ("--> statement-breakpoint", "drizzle"),
];

/// Whether a file that is no SQL may be a migration, by its path.
pub(super) fn may_be(path: &str) -> bool {
    NAMES.iter().any(|(name, _)| name.is_match(path))
}

/// The folder that a file is a migration of.
pub(super) fn of(path: &str, text: &str) -> Option<Migrations> {
    let lower = text.to_ascii_lowercase();
    let mark = MARKS.iter().find(|(mark, _)| lower.contains(mark)).map(|(_, tool)| *tool);
    let named =
        NAMES.iter().find_map(|(name, tool)| Some((name.captures(path)?.get(1).map_or("", |folder| folder.as_str()).to_owned(), *tool)));
    let (folder, tool) = match (named, mark) {
        (Some((folder, tool)), mark) => (folder, mark.or(tool)),
        (None, Some(tool)) => (path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned(), Some(tool)),
        (None, None) => return None,
    };
    // Others have folders called so.
    let own = match tool {
        Some("alembic") => text.contains("down_revision"),
        Some("django") => text.contains("migrations.Migration"),
        Some("ef") => text.contains("MigrationBuilder"),
        _ => true,
    };
    if !own {
        return None;
    }
    Some(Migrations { folder: if folder.is_empty() { ".".into() } else { folder }, tool })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_tools_are_told_by_names_and_marks() {
        for (path, text, said) in [
            ("db/V1__a.sql", "", Some(("db", Some("flyway")))),
            ("prisma/migrations/20260101000000_a/migration.sql", "", Some(("prisma/migrations", Some("prisma")))),
            ("migrations/2026-01-01-000000_a/up.sql", "", Some(("migrations", Some("diesel")))),
            ("db/migrate/20260101000000_a.rb", "", Some(("db/migrate", Some("rails")))),
            ("alembic/versions/1_a.py", "down_revision = None", Some(("alembic/versions", Some("alembic")))),
            ("app/versions/a.py", "", None),
            ("hc/api/migrations/0001_a.py", "class M(migrations.Migration)", Some(("hc", Some("django")))),
            ("api/migrations/0001_a.py", "migrations.Migration", Some((".", Some("django")))),
            ("priv/repo/migrations/20260101000000_a.exs", "", Some(("priv/repo/migrations", Some("ecto")))),
            ("Data/Migrations/20260101000000_A.cs", "MigrationBuilder", Some(("Data/Migrations", Some("ef")))),
            ("database/migrations/2026_01_01_000000_a.php", "", Some(("database/migrations", Some("laravel")))),
            ("drizzle/0000_a.sql", "--> statement-breakpoint", Some(("drizzle", Some("drizzle")))),
            ("migrations/001_a.sql", "", Some(("migrations", None))),
            ("migrations/001_a.sql", "-- +goose Up", Some(("migrations", Some("goose")))),
            ("001_a.up.sql", "", Some((".", None))),
            ("schema.sql", "", None),
            ("sql/001_a.sql", "", None),
        ] {
            let found = of(path, text);
            assert_eq!(found.as_ref().map(|found| (found.folder.as_str(), found.tool)), said, "{path}");
        }
    }
}
