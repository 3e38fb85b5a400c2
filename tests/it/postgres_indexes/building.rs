//! An index while it is being built, seen by a login that may know and by one that may not.

use std::time::{Duration, Instant};

use gonogo::model::Outcome;
use serde_json::json;
use tokio_postgres::Client;

use super::{got, shop};
use crate::{look::Look, servers::postgres::Database};

/// Starts `statement`, which an open transaction holds up, and waits until its build shows.
async fn begin(database: &Database, statement: &'static str) -> (Client, tokio::task::JoinHandle<()>) {
    let blocker = database.client().await;
    blocker.batch_execute("BEGIN; INSERT INTO shop.users VALUES (99, 'held')").await.expect("a transaction");
    let builder = database.client().await;
    let build = tokio::spawn(async move { builder.batch_execute(statement).await.expect(statement) });
    let watcher = database.client().await;
    let end = Instant::now() + Duration::from_secs(10);
    let query = "SELECT count(*) FROM pg_index i JOIN pg_stat_progress_create_index p ON p.index_relid = i.indexrelid WHERE p.datname = current_database()";
    while watcher.query_one(query, &[]).await.expect("a row").get::<_, i64>(0) == 0 {
        assert!(Instant::now() < end, "no build shows");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (blocker, build)
}

#[tokio::test]
async fn it_is_named_as_such_and_counts_as_neither_valid_nor_broken() {
    let database = shop().await;
    let (blocker, build) = begin(&database, "CREATE INDEX CONCURRENTLY idx_users_status ON shop.users (status)").await;
    let watcher = |settings: serde_json::Value| {
        let mut all = json!({ "database": database.url_as("watcher"), "schema": "shop" });
        all.as_object_mut().expect("a map").extend(settings.as_object().expect("a map").clone());
        Look::new("postgres-indexes", all).outcome()
    };
    let (outcome, reason) = watcher(json!({})).await;
    assert_eq!(outcome, Outcome::Unknown);
    assert!(
        reason.starts_with("Invalid indexes: idx_users_status on shop.users is being built now (waiting for writers before build)"),
        "{reason}"
    );
    assert!(reason.ends_with("look again when it has ended"), "{reason}");
    let (outcome, reason) = watcher(json!({ "valid": false, "indexes": ["idx_users_status"] })).await;
    assert_eq!(outcome, Outcome::Fail);
    assert!(reason.contains("is being built now"), "{reason}");
    // A login without grants sees that something is being built on the table, not what.
    let (outcome, why) = got(&database, json!({}), "valid").await;
    assert_eq!(outcome, Outcome::Unknown);
    assert!(why.contains("is not valid (an index build runs on its table, perhaps of this one)"), "{why}");
    let (outcome, why) = got(&database, json!({ "indexes": ["idx_users_status"] }), "index:idx_users_status").await;
    assert_eq!(outcome, Outcome::Fail, "{why}");
    blocker.batch_execute("COMMIT").await.expect("committed");
    build.await.expect("built");
    assert_eq!(got(&database, json!({ "indexes": ["idx_users_status"] }), "valid").await, (Outcome::Pass, "none of 7".into()));
}

#[tokio::test]
async fn what_is_broken_beside_it_stays_red() {
    let database = shop().await;
    let client = database.client().await;
    client
        .batch_execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'shop.idx_orders_user'::regclass")
        .await
        .expect("broken");
    let (blocker, build) = begin(&database, "REINDEX INDEX CONCURRENTLY shop.idx_users_name_status").await;
    let settings = json!({ "database": database.url_as("watcher"), "schema": "shop" });
    let (outcome, reason) = Look::new("postgres-indexes", settings).outcome().await;
    assert_eq!(outcome, Outcome::Fail);
    assert!(reason.contains("1 of 7: idx_orders_user on shop.orders is not valid (its build did not end well"), "{reason}");
    assert!(reason.contains("besides, idx_users_name_status_ccnew on shop.users is being built"), "{reason}");
    blocker.batch_execute("COMMIT").await.expect("committed");
    build.await.expect("built");
}
