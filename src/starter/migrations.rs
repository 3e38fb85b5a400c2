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

/// What only one tool's files are called, by the path; the first group is the folder.
static NAMES: LazyLock<Vec<(Regex, Option<&'static str>)>> = LazyLock::new(|| {
    let names = [
        (r"^(?:(.*)/)?V[0-9][0-9._]*__[^/]+\.sql$", Some("flyway")),
        (r"^(?:(.*)/)?[0-9]{14}_[^/]+/migration\.sql$", Some("prisma")),
        (r"^(?:(.*)/)?[0-9-]+_[^/]+/up\.sql$", Some("diesel")),
        (r"^(.*\bmigrate)/[0-9]{14}_[^/]+\.rb$", Some("rails")),
        (r"^(.*\bversions)/[^/]+\.py$", Some("alembic")),
        (r"^(?:(.*)/)?[0-9]+_[^/]+\.up\.sql$", None),
        (r"^(.*\bmigrations?)/[0-9]+_[^/]+\.sql$", None),
    ];
    names.into_iter().map(|(name, tool)| (regex(name), tool)).collect()
});

/// What only one tool's files say.
const MARKS: [(&str, &str); 3] = [("-- +goose up", "goose"), ("-- migrate:up", "dbmate"), ("--liquibase formatted sql", "liquibase")];

/// Whether a file that is no SQL may be a migration, by its path in lower case.
pub(super) fn may_be(path: &str) -> bool {
    (path.ends_with(".rb") || path.ends_with(".py")) && NAMES.iter().any(|(name, _)| name.is_match(path))
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
    if tool == Some("alembic") && !text.contains("down_revision") {
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
