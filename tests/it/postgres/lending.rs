//! Lent sessions: read-only, one check at a time, cancelled when nobody waits any more.

use std::time::{Duration, Instant};

use super::{Pins, Reach, Target, env, soon, value};
use crate::servers::postgres::{Database, Postgres};

async fn reach(database: &Database) -> (Reach, Target) {
    (
        Reach::new(env(&[]), Pins::default(), crate::scripted::instant()),
        Target::resolve(Some(&database.url()), &env(&[])).expect("a target"),
    )
}

/// How many sessions of the tool the server has, and how many of them are at work.
async fn sessions(database: &Database) -> (i64, i64) {
    let query =
        "SELECT count(*), count(*) FILTER (WHERE state <> 'idle') FROM pg_stat_activity WHERE application_name = 'gonogo' AND datname = $1";
    let row = database.server.client("postgres").await.query_one(query, &[&database.name]).await.expect("a row");
    (row.get(0), row.get(1))
}

async fn until_none(database: &Database) {
    let end = Instant::now() + Duration::from_secs(5);
    while sessions(database).await != (0, 0) {
        assert!(Instant::now() < end, "left on the server: {:?}", sessions(database).await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_session_cannot_write() {
    let database = Postgres::shared().database(&["CREATE TABLE t (a int)", "GRANT ALL ON t TO app"]).await;
    let (reach, target) = reach(&database).await;
    let mut loan = reach.postgres(&target, soon()).await.expect("a loan");
    for write in ["INSERT INTO t VALUES (1)", "CREATE TABLE u (a int)", "UPDATE t SET a = 2"] {
        let reading = loan.begin(soon()).await.expect("a transaction");
        let error = reading.run(write).await.expect_err(write).to_string();
        assert!(error.contains("SQLSTATE 25006"), "{error}");
        drop(loan);
        loan = reach.postgres(&target, soon()).await.expect("a loan");
    }
    drop(loan);
    reach.close().await;
    until_none(&database).await;
}

#[tokio::test]
async fn a_session_comes_back_clean_and_is_lent_again() {
    let database = Postgres::shared().database(&[]).await;
    let (reach, target) = reach(&database).await;
    let pid = async |reach: &Reach| {
        let mut loan = reach.postgres(&target, soon()).await.expect("a loan");
        value(&mut loan, "SELECT pg_backend_pid()::text").await.expect("a pid")
    };
    let first = pid(&reach).await;
    assert_eq!(pid(&reach).await, first);
    let mut loan = reach.postgres(&target, soon()).await.expect("a loan");
    let reading = loan.begin(soon()).await.expect("a transaction");
    assert!(reading.rows("SELECT 1/0", &[]).await.is_err());
    drop(loan);
    assert_ne!(pid(&reach).await, first);
    reach.close().await;
    until_none(&database).await;
}

#[tokio::test]
async fn a_session_that_the_server_ended_is_replaced() {
    let database = Postgres::shared().database(&[]).await;
    let (reach, target) = reach(&database).await;
    let mut loan = reach.postgres(&target, soon()).await.expect("a loan");
    value(&mut loan, "SELECT 'x'").await.expect("an answer");
    drop(loan);
    let client = database.client().await;
    client
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gonogo' AND datname = $1",
            &[&database.name],
        )
        .await
        .expect("done");
    let mut loan = reach.postgres(&target, soon()).await.expect("another loan");
    assert_eq!(value(&mut loan, "SELECT 'y'").await, Ok("y".into()));
}

#[tokio::test]
async fn at_most_four_at_once() {
    let database = Postgres::shared().database(&[]).await;
    let (reach, target) = reach(&database).await;
    let mut loans = Vec::new();
    for _ in 0..4 {
        loans.push(reach.postgres(&target, soon()).await.expect("a loan"));
    }
    let shortly = Instant::now() + Duration::from_millis(100);
    let trouble = reach.postgres(&target, shortly).await.err().expect("none left").to_string();
    assert!(trouble.contains("all 4 connections are in use"), "{trouble}");
    loans.pop();
    assert!(reach.postgres(&target, soon()).await.is_ok());
    assert_eq!(sessions(&database).await.0, 4);
    drop(loans);
    reach.close().await;
    until_none(&database).await;
}

#[tokio::test]
async fn a_query_nobody_waits_for_is_cancelled_on_the_server() {
    let database = Postgres::shared().database(&[]).await;
    let (reach, target) = reach(&database).await;
    let asked = async {
        let mut loan = reach.postgres(&target, soon()).await.expect("a loan");
        let reading = loan.begin(Instant::now() + Duration::from_secs(60)).await.expect("a transaction");
        reading.rows("SELECT pg_sleep(60)::text", &[]).await.map(|_| ())
    };
    assert!(tokio::time::timeout(Duration::from_millis(500), asked).await.is_err());
    until_none(&database).await;
}

#[tokio::test]
async fn a_panic_while_a_query_runs_leaves_nothing_either() {
    let database = Postgres::shared().database(&[]).await;
    let (reach, target) = reach(&database).await;
    let reach = std::sync::Arc::new(reach);
    let shared = reach.clone();
    let task = tokio::spawn(async move {
        let mut loan = shared.postgres(&target, soon()).await.expect("a loan");
        let reading = loan.begin(soon()).await.expect("a transaction");
        let slow = reading.rows("SELECT pg_sleep(60)::text", &[]);
        drop(tokio::time::timeout(Duration::from_millis(200), slow).await);
        panic!("on purpose");
    });
    assert!(task.await.is_err_and(|error| error.is_panic()));
    until_none(&database).await;
}

#[tokio::test]
async fn the_server_ends_a_statement_by_itself() {
    let database = Postgres::shared().database(&[]).await;
    let (reach, target) = reach(&database).await;
    let mut loan = reach.postgres(&target, soon()).await.expect("a loan");
    let reading = loan.begin(Instant::now() + Duration::from_secs(1)).await.expect("a transaction");
    let trouble = reading.rows("SELECT pg_sleep(60)::text", &[]).await.expect_err("too slow").to_string();
    assert!(trouble.contains("did not finish the query in time: canceling statement due to statement timeout"), "{trouble}");
}
