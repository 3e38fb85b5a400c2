//! The databases that a repository speaks of, each by the folder it belongs to, so that those of different services stay apart.

use std::collections::BTreeMap;

use super::{
    catalogue::Catalogue,
    detect::{Place, Said},
    found::Found,
    migrations::{self, Migrations},
    programs, sql,
};

/// By the folder that it belongs to.
#[derive(Default)]
pub(super) struct Databases(BTreeMap<String, Database>);

/// What is known of one.
#[derive(Default)]
pub(super) struct Database {
    pub(super) catalogue: Catalogue,
    pub(super) migrations: Option<Migrations>,
    /// The file that holds the schema as it is: nothing else is asked then.
    whole: bool,
    /// Migrations that are programs, to be applied in their order.
    programs: Vec<(String, String)>,
}

/// Where the folders of a database begin.
const OF_DATABASES: [&str; 17] = [
    "db",
    "database",
    "databases",
    "migrations",
    "migration",
    "migrate",
    "sql",
    "schema",
    "prisma",
    "drizzle",
    "alembic",
    "postgres",
    "postgresql",
    "flyway",
    "priv",
    "deploy",
    "docker",
];

/// Databases whose SQL is another.
const OTHERS: [&str; 12] =
    ["mysql", "mariadb", "sqlite", "sqlite3", "mssql", "sqlserver", "oracle", "h2", "hsqldb", "clickhouse", "cassandra", "cockroachdb"];

impl Databases {
    pub(super) fn is_empty(&self) -> bool {
        self.0.values().all(|database| database.catalogue.is_empty() && database.migrations.is_none())
    }

    /// Those of which something is known, that with the most first.
    pub(super) fn all(&self) -> Vec<(&str, &Database)> {
        let known = |database: &Database| !database.catalogue.is_empty() || database.migrations.is_some();
        let mut all: Vec<(&str, &Database)> =
            self.0.iter().filter(|(_, one)| known(one)).map(|(owner, one)| (owner.as_str(), one)).collect();
        all.sort_by_key(|(_, one)| std::cmp::Reverse((one.migrations.is_some(), one.catalogue.len())));
        all
    }

    fn of(&mut self, path: &str) -> &mut Database {
        let mut parts: Vec<&str> = path.split('/').collect();
        parts.pop();
        let end = parts.iter().position(|part| OF_DATABASES.contains(&part.to_ascii_lowercase().as_str())).unwrap_or(parts.len());
        self.0.entry(parts[..end].join("/")).or_default()
    }
}

/// The schema as it is, or as it begins: before the migrations.
pub(super) fn is_schema(place: &Place<'_>) -> bool {
    matches!(place.name, "schema.rb" | "structure.sql" | "schema.sql")
}

/// A schema or a migration in SQL; what takes one back is none.
pub(super) fn is_sql(place: &Place<'_>) -> bool {
    let back = ["down.sql", ".undo.sql", "rollback.sql"].iter().any(|end| place.name.ends_with(end));
    place.name.ends_with(".sql") && !back && !place.name.starts_with("undo") && !is_schema(place)
}

/// A migration that is a program.
pub(super) fn is_program(place: &Place<'_>) -> bool {
    !place.name.ends_with(".sql")
        && !place.name.ends_with(".designer.cs")
        && (programs::may_be(place.path) || migrations::may_be(place.path))
        && !is_schema(place)
}

/// Takes a schema or a migration.
pub(super) fn sql(found: &mut Found, path: &str, text: &str) -> Said {
    let lower = path.to_ascii_lowercase();
    if lower.split(['/', '.', '-', '_']).any(|word| OTHERS.contains(&word)) || is_foreign(text) {
        return Err("is SQL of another database than PostgreSQL".into());
    }
    let known = folder_of_migrations(found, path, text);
    let database = found.databases.of(path);
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    if name == "schema.rb" {
        let Some(dialect) = programs::dialect(path, text) else { return Ok(None) };
        database.whole = true;
        dialect.apply(&mut database.catalogue, path, text);
        return Ok(Some("the schema as it is: its tables and indexes"));
    }
    if database.whole {
        return Ok(known);
    }
    if sql::is_template(text) {
        return Err("is a template: what it makes is not known".into());
    }
    database.whole = name == "structure.sql";
    let any = sql::read(&mut database.catalogue, path, text);
    if sql::is_hidden(text) {
        database.catalogue.forget(text);
        return Err("drops or renames in a block of code: what that names is left out".into());
    }
    Ok(any.then_some("SQL: the tables and indexes it leaves in place").or(known))
}

/// Takes a migration that is a program.
pub(super) fn program(found: &mut Found, path: &str, text: &str) -> Said {
    let known = folder_of_migrations(found, path, text);
    if let Some(dialect) = programs::dialect(path, text) {
        let owner = if dialect.is_whole() { "" } else { path };
        found.databases.of(owner).programs.push((path.to_owned(), text.to_owned()));
    }
    Ok(known)
}

/// The folder of migrations that a file is in, once; of several the one above all, where the tool reads those below too.
fn folder_of_migrations(found: &mut Found, path: &str, text: &str) -> Option<&'static str> {
    let here = migrations::of(path, text)?;
    let is_django = here.tool == Some("django");
    let database = found.databases.of(if is_django { "" } else { path });
    match &mut database.migrations {
        Some(known) if is_django && known.tool == here.tool => known.widen(&here.folder),
        // A tool's folder may hold SQL beside its programs.
        Some(known) if known.folder == here.folder => known.tool = known.tool.or(here.tool),
        Some(_) => {}
        unknown => {
            *unknown = Some(here);
            return Some("a migration: its folder");
        }
    }
    None
}

/// Whether the text is of another database.
fn is_foreign(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["auto_increment", "autoincrement", "engine=", "engine ="].iter().any(|word| lower.contains(word)) || text.contains("TABLE `")
}

/// When all is read: applies the migrations that are programs, in their order. `left` is told what could not be read surely.
pub(super) fn finish(found: &mut Found, left: &mut impl FnMut(&str, &str)) {
    for database in found.databases.0.values_mut() {
        let mut programs = in_order(std::mem::take(&mut database.programs));
        if database.whole {
            programs.clear();
        }
        for (path, text) in &programs {
            if programs::dialect(path, text).is_some_and(|dialect| !dialect.apply(&mut database.catalogue, path, text)) {
                left(path, "says more in SQL or schemas of its own: what that names is left out");
            }
        }
        if database.catalogue.is_empty()
            && let Some(migrations) = &database.migrations
        {
            left(&migrations.folder, "holds migrations whose tables and indexes do not stand there in so many words");
        }
    }
}

/// Alembic's files follow what they build on; all others stand in their order.
fn in_order(all: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut waiting: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let (mut ready, mut ordered) = (Vec::new(), Vec::with_capacity(all.len()));
    for (path, text) in all {
        match programs::revisions(&text) {
            Some((_, Some(down))) => waiting.entry(down).or_default().push((path, text)),
            _ => ready.push((path, text)),
        }
    }
    ready.reverse();
    while let Some((path, text)) = ready.pop() {
        ready.extend(programs::revisions(&text).and_then(|(own, _)| waiting.remove(&own)).into_iter().flatten());
        ordered.push((path, text));
    }
    // What builds on a file that is not there.
    ordered.extend(waiting.into_values().flatten());
    ordered
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn names(found: &Found) -> Vec<(String, Vec<String>)> {
        let all = found.databases.all().into_iter();
        all.map(|(owner, one)| (owner.to_owned(), one.catalogue.indexes().values().flatten().map(|(name, _)| (*name).to_owned()).collect()))
            .collect()
    }

    #[test]
    fn databases_of_different_services_stay_apart() {
        let mut found = Found::new(Path::new("/x"));
        for (path, text) in [
            ("apps/a/migrations/001_a.sql", "CREATE INDEX one ON t (x); CREATE INDEX more ON t (y);"),
            ("apps/b/db/schema.sql", "CREATE INDEX two ON t (x);"),
            ("apps/a/migrations/002_b.sql", "DROP INDEX one;"),
        ] {
            assert!(sql(&mut found, path, text).is_ok_and(|said| said.is_some()), "{path}");
        }
        assert_eq!(names(&found), [("apps/a".into(), vec!["more".into()]), ("apps/b".into(), vec!["two".to_owned()])]);
        for (path, text) in [
            ("db/mysql/schema.sql", "CREATE INDEX a ON t (x);"),
            ("db/init.sql", "CREATE TABLE t (id INTEGER AUTO_INCREMENT);"),
            ("db/template.sql", "CREATE INDEX ${name} ON t (x);"),
            ("db/block.sql", "DO $$ BEGIN EXECUTE 'DROP INDEX more'; END $$;"),
        ] {
            assert!(sql(&mut found, path, text).is_err(), "{path}");
        }
    }

    #[test]
    fn alembic_s_files_follow_each_other() {
        let mut found = Found::new(Path::new("/x"));
        let file = |own: &str, down: &str, act: &str| format!("revision = '{own}'\ndown_revision = {down}\ndef upgrade():\n    {act}\n");
        for (path, text) in [
            ("alembic/versions/a.py", file("3", "'2'", "op.drop_index('ix', 't')")),
            ("alembic/versions/b.py", file("2", "'1'", "op.create_index('ix', 't', ['x'])")),
            ("alembic/versions/c.py", file("1", "None", "op.create_table('t')")),
        ] {
            drop(program(&mut found, path, &text));
        }
        finish(&mut found, &mut |_, _| {});
        assert_eq!(names(&found), [(String::new(), Vec::<String>::new())]);
    }
}
