//! The kind `postgres-migrations` on a real PostgreSQL, with the tables as the tools make them.

mod hostile;
pub(crate) mod tools;

use std::{fs, path::Path};

use gonogo::model::Outcome;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    look::Look,
    servers::postgres::{Database, Postgres},
};
use tools::{TOOLS, Tool};

/// A folder with these files.
pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = folder.path().join("db").join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }
    folder
}

pub(crate) async fn outcome(database: &Database, root: &Path, settings: Value) -> (Outcome, String) {
    let mut all = json!({ "database": database.url() });
    all.as_object_mut().expect("a map").extend(settings.as_object().expect("a map").clone());
    match Look::new("postgres-migrations", all).root(root).look().await {
        Ok(judged) => {
            let amiss = judged.expectations.iter().filter(|expectation| expectation.met != Some(true));
            let lines: Vec<String> = amiss.map(gonogo::model::Expectation::line).collect();
            (Outcome::of(&judged.expectations), lines.join("; "))
        }
        Err(unseen) => (Outcome::Unknown, unseen.to_string()),
    }
}

/// A database in which the tool has applied its files.
pub(crate) async fn migrated(tool: &Tool) -> Database {
    let grants = "DO $$ DECLARE s text; BEGIN FOR s IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' LOOP \
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA %I TO PUBLIC', s, s); END LOOP; END $$";
    let statements: Vec<&str> = tool.made.iter().copied().chain([grants]).collect();
    Postgres::shared().database(&statements).await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_tool_is_found_and_its_bad_states_are_red() {
    for tool in TOOLS {
        let (database, files) = (migrated(tool).await, folder(tool.files));
        for settings in [json!({ "folder": "db" }), json!({ "folder": "db", "tool": tool.name }), json!({ "newest": tool.newest })] {
            let (outcome, reason) = outcome(&database, files.path(), settings.clone()).await;
            assert_eq!(outcome, Outcome::Pass, "{}, {settings}: {reason}", tool.name);
        }
        let other = outcome(&database, files.path(), json!({ "newest": "209912312359" })).await;
        assert!(other.0 == Outcome::Fail && other.1.contains("Newest migration applied: got"), "{}: {}", tool.name, other.1);

        let mut more = tool.files.to_vec();
        more.extend(tool.one_more);
        let (outcome_of_more, reason) = outcome(&database, folder(&more).path(), json!({ "folder": "db" })).await;
        assert_eq!(outcome_of_more, Outcome::Fail, "{} with one more: {reason}", tool.name);
        assert!(reason.contains("not applied: got 1: "), "{} with one more: {reason}", tool.name);
        let (waiting, reason) = outcome(&database, folder(&more).path(), json!({ "folder": "db", "pending": true })).await;
        assert_eq!(waiting, Outcome::Pass, "{} with one that may wait: {reason}", tool.name);

        for (statement, wanted, said) in tool.bad {
            let database = migrated(tool).await;
            database.client().await.batch_execute(statement).await.expect(statement);
            let (outcome, reason) = outcome(&database, files.path(), json!({ "folder": "db" })).await;
            assert_eq!(outcome, *wanted, "{}, {statement}: {reason}", tool.name);
            assert!(reason.contains(said), "{}, {statement}: {reason}", tool.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_out_of_sight_is_no_empty_one() {
    let tool = TOOLS.iter().find(|tool| tool.name == "goose").expect("goose");
    let (database, files) = (Postgres::shared().database(tool.made).await, folder(tool.files));
    let (hidden, reason) = outcome(&database, files.path(), json!({ "folder": "db" })).await;
    assert!(hidden == Outcome::Unknown && reason.contains("GRANT SELECT ON public.goose_db_version"), "{reason}");
    let client = database.client().await;
    client
        .batch_execute("GRANT SELECT ON goose_db_version TO PUBLIC; ALTER TABLE goose_db_version ENABLE ROW LEVEL SECURITY")
        .await
        .expect("done");
    let (filtered, reason) = outcome(&database, files.path(), json!({ "folder": "db" })).await;
    assert!(filtered == Outcome::Unknown && reason.contains("a policy on public.goose_db_version may hide rows"), "{reason}");

    let empty = Postgres::shared().database(&[]).await;
    let (none, reason) = outcome(&empty, files.path(), json!({ "folder": "db" })).await;
    assert!(none == Outcome::Unknown && reason.contains("no table of a migration tool that is known here"), "{reason}");
    let (none, reason) = outcome(&empty, files.path(), json!({ "folder": "db", "tool": "goose" })).await;
    assert!(none == Outcome::Fail && reason.contains("got none in any schema"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn which_table_is_meant_is_never_guessed() {
    let two = Postgres::shared()
        .database(&[
            "CREATE SCHEMA billing",
            "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)",
            "CREATE TABLE billing.schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)",
            "INSERT INTO schema_migrations VALUES (2, false)",
            "INSERT INTO billing.schema_migrations VALUES (1, false)",
            "CREATE TABLE odd (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)",
            "GRANT USAGE ON SCHEMA billing TO PUBLIC; GRANT SELECT ON schema_migrations, billing.schema_migrations, odd TO PUBLIC",
        ])
        .await;
    let files = folder(&[("1_a.up.sql", ""), ("2_b.up.sql", ""), ("1_a.down.sql", "")]);
    for (settings, wanted, said) in [
        (
            json!({}),
            Outcome::Unknown,
            "it could be billing.schema_migrations (golang-migrate) or public.schema_migrations (golang-migrate)",
        ),
        (json!({ "table": "public.schema_migrations" }), Outcome::Pass, ""),
        (json!({ "table": "billing.schema_migrations" }), Outcome::Fail, "got 1: 2, wanted none"),
        (json!({ "table": "odd", "tool": "golang-migrate" }), Outcome::Fail, "got none, wanted the release's newest, `2`"),
        (json!({ "table": "odd", "tool": "flyway" }), Outcome::Unknown, "public.odd has not the columns of a table of Flyway"),
        (json!({ "table": "missing" }), Outcome::Fail, "by the name missing"),
    ] {
        let mut settings = settings;
        settings["folder"] = json!("db");
        let (outcome, reason) = outcome(&two, files.path(), settings.clone()).await;
        assert_eq!(outcome, wanted, "{settings}: {reason}");
        assert!(reason.contains(said), "{settings}: {reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_release_does_not_know_is_a_hazard_unless_merged() {
    let tool = TOOLS.iter().find(|tool| tool.name == "rails").expect("rails");
    let database = migrated(tool).await;
    let files = folder(&[("20260201000000_b.rb", "")]);
    let (gone, reason) = outcome(&database, files.path(), json!({ "folder": "db" })).await;
    assert!(gone == Outcome::Fail && reason.contains("the release does not have: got 1: 20260101000000"), "{reason}");
    let (merged, reason) = outcome(&database, files.path(), json!({ "folder": "db", "since": "20260201000000" })).await;
    assert_eq!(merged, Outcome::Pass, "{reason}");
    for (files, said) in [
        (&[("20260101000000_a.rb", ""), ("20260201000000_b.rb", ""), ("odd.rb", "")][..], "not understood: odd.rb"),
        (&[("20260101000000_a.rb", ""), ("20260201000000_b.rb", ""), ("20260201000000_c.rb", "")], "another file has `20260201000000` too"),
        (&[("a.sql", "")], "holds no migration of Rails in 1 files"),
        (&[], "cannot be read"),
    ] {
        let (odd, reason) = outcome(&database, folder(files).path(), json!({ "folder": "db" })).await;
        assert!(odd == Outcome::Unknown && reason.contains(said), "{said}: {reason}");
    }
}
