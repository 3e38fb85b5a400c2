//! The database's roles: what the application may do, and what it is told when it may not.

use gonogo::ledger::{LedgerError, place, postgres::schema_sql};

use super::{CHAIN, Ground, as_app, five, names, open, remark, unavailable, verified};
use crate::servers::postgres::{PASSWORD, Postgres};

#[tokio::test]
async fn the_role_may_read_and_add_and_nothing_else() {
    let ground = Ground::database().await;
    five(ground.open().as_ref()).await;
    let Ground::Database(database) = &ground else { unreachable!("it is one") };
    let client = as_app(database).await;
    for statement in [
        "UPDATE gonogo.entries SET recorded = recorded",
        "DELETE FROM gonogo.entries",
        "TRUNCATE gonogo.entries",
        "UPDATE gonogo.blobs SET bytes = ''",
        "UPDATE gonogo.chains SET recorded = recorded",
        "DELETE FROM gonogo.chains",
        "TRUNCATE gonogo.chains",
        "UPDATE gonogo.kept SET deflated = ''",
        "DELETE FROM gonogo.kept",
        "UPDATE gonogo.samples SET payload = ''",
        "DELETE FROM gonogo.samples",
        "TRUNCATE gonogo.samples",
        "ALTER TABLE gonogo.chains DISABLE TRIGGER ALL",
        "DELETE FROM gonogo.blobs",
        "ALTER TABLE gonogo.entries DISABLE TRIGGER ALL",
        "DROP TABLE gonogo.entries",
        "CREATE TABLE gonogo.x (y int)",
        "CREATE OR REPLACE FUNCTION gonogo.only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    ] {
        let error = client.batch_execute(statement).await.expect_err(statement);
        assert_eq!(error.code().map(|code| code.code()), Some("42501"), "{statement}: {error}");
    }
    verified(ground.open().as_ref()).await.expect("as it was");
}

#[tokio::test]
async fn another_role_is_told_what_it_lacks() {
    let database = Postgres::plain().database(&[&schema_sql(None)]).await;
    let store = open(&database.url()).expect("not asked yet");
    for why in [unavailable(store.entries(CHAIN).await), unavailable(store.append(remark("x"), Vec::new(), super::now(), None).await)] {
        assert!(why.contains("denies permission") && why.contains("`gonogo log init --role NAME` prints the grants"), "{why}");
        assert!(!why.contains(PASSWORD) && why.contains(&format!("/{}", database.name)), "{why}");
    }
}

#[tokio::test]
async fn a_database_without_tables_has_no_ledger() {
    let database = Postgres::plain().database(&[]).await;
    let store = open(&database.url()).expect("not asked yet");
    let error = store.entries(CHAIN).await.expect_err("none");
    assert!(matches!(error, LedgerError::Missing(_)) && error.exit().code() == 2, "{error}");
    assert!(matches!(store.append(remark("x"), Vec::new(), super::now(), None).await, Err(LedgerError::Missing(_))));
}

#[tokio::test]
async fn the_statements_may_run_twice() {
    let ground = Ground::database().await;
    let entries = five(ground.open().as_ref()).await;
    let Ground::Database(database) = &ground else { unreachable!("it is one") };
    database.client().await.batch_execute(&schema_sql(Some("app"))).await.expect("again");
    assert_eq!(verified(ground.open().as_ref()).await, Ok(entries));
}

#[tokio::test]
async fn a_role_that_may_insert_cannot_make_a_gap() {
    let ground = Ground::database().await;
    five(ground.open().as_ref()).await;
    ground.tamper("DELETE FROM chains WHERE seq = 3").await;
    names(verified(ground.open().as_ref()).await, 3);
}

#[tokio::test]
async fn no_password_is_ever_told() {
    for place in [
        format!("postgres://app:{PASSWORD}@127.0.0.1:1/x"),
        "postgres://app:hunter2hunter2@127.0.0.1:1/x?sslmodes=require".into(),
        "postgres://app:wrong-hunter2hunter2@127.0.0.1:1/x".into(),
        "mysql://app:hunter2hunter2@db/x".into(),
    ] {
        let said = match open(&place) {
            Ok(store) => format!("{} {}", store.place(), unavailable(store.entries(CHAIN).await)),
            Err(error) => {
                assert_eq!(error.exit().code(), 2, "{error}");
                error.to_string()
            }
        };
        assert!(!said.contains("hunter2") && !said.contains(PASSWORD), "{said}");
    }
    let empty = place::open("", std::path::Path::new("/"), &gonogo::model::ProcessEnv::default(), super::now(), true);
    assert!(matches!(empty, Err(LedgerError::Place(_))));
}
