//! Time and work: locks, time-outs, and one catalogue query for many checks.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use gonogo::{
    check::{self, Context, Shared, Unseen},
    model::{Outcome, ProcessEnv},
    net::{Pins, Reach},
};
use serde_json::json;

use super::shop;
use crate::{look::Look, servers::postgres::Database};

#[tokio::test]
async fn a_table_locked_by_a_migration_is_said_and_nothing_is_left_behind() {
    let database = shop().await;
    let migration = database.client().await;
    migration.batch_execute("BEGIN; ALTER TABLE shop.users ADD COLUMN extra int").await.expect("a lock");
    let mut look = Look::new("postgres-indexes", json!({ "database": database.url(), "schema": "shop" }));
    look.timeout = Duration::from_secs(5);
    let started = Instant::now();
    let why = match look.look().await {
        Err(Unseen::Unreachable(why)) => why,
        other => panic!("{other:?}"),
    };
    assert!(why.contains("has a table locked by another session (a migration in progress?)"), "{why}");
    assert!(started.elapsed() < Duration::from_secs(5));
    none_left(&database).await;
    migration.batch_execute("ROLLBACK").await.expect("rolled back");
}

async fn none_left(database: &Database) {
    let client = database.server.client("postgres").await;
    let end = Instant::now() + Duration::from_secs(5);
    let query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gonogo' AND datname = $1";
    while client.query_one(query, &[&database.name]).await.expect("a row").get::<_, i64>(0) > 0 {
        assert!(Instant::now() < end, "a session is left on the server");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn shared() -> Arc<Shared> {
    Arc::new(Shared::of_look(
        ".".into(),
        ProcessEnv::default(),
        Arc::new(Reach::new(ProcessEnv::default(), Pins::default(), crate::scripted::instant())),
        Arc::default(),
    ))
}

#[tokio::test]
async fn two_hundred_checks_ask_once() {
    let database = shop().await;
    let shared = shared();
    let before = transactions(&database).await;
    let mut looks = tokio::task::JoinSet::new();
    for i in 0..200 {
        let name = ["idx_users_email", "idx_orders_user", "orders_pkey", "missing"][i % 4];
        let settings = json!({ "database": database.url(), "schema": "shop", "indexes": [name] });
        let cx = Context::new(shared.clone(), "it", Instant::now() + Duration::from_secs(10));
        looks.spawn(async move {
            let check = check::parse("postgres-indexes", &settings).expect("a kind").expect("valid");
            Outcome::of(&check.look(&cx).await.expect("a look").expectations)
        });
    }
    let outcomes = looks.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Pass).count(), 150);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Fail).count(), 50);
    shared.reach.close().await;
    none_left(&database).await;
    let asked = transactions(&database).await - before;
    assert!(asked <= 3, "{asked} transactions for one catalogue");
}

/// How many transactions the database has seen, once its sessions have reported.
async fn transactions(database: &Database) -> i64 {
    tokio::time::sleep(Duration::from_millis(300)).await;
    let client = database.server.client("postgres").await;
    let query = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = $1";
    client.query_one(query, &[&database.name]).await.expect("a row").get(0)
}

#[tokio::test]
async fn thousands_of_indexes_are_read_in_time() {
    let statements = ["CREATE SCHEMA big", "CREATE TABLE big.t (a int, b text, c int)"];
    let database = crate::servers::postgres::Postgres::shared().database(&statements).await;
    let client = database.client().await;
    let many = "DO $$ BEGIN FOR i IN 1..2000 LOOP EXECUTE format('CREATE INDEX idx_%s ON big.t (a, lower(b)) WHERE c = %s', i, i); END LOOP; END $$";
    client.batch_execute(many).await.expect("indexes");
    let settings = json!({ "database": database.url(), "schema": "big", "no-duplicates": true, "indexes": ["idx_1999"] });
    let started = Instant::now();
    assert_eq!(Look::new("postgres-indexes", settings).outcome().await, (Outcome::Pass, "all 4 expectations are met".into()));
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
}
