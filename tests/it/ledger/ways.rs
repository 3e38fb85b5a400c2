//! The ways to a database: TLS, a pooler, a server that takes no writes, a lock that others hold.

use std::time::Instant;

use gonogo::ledger::postgres::schema_sql;

use super::{Ground, five, open, remark, unavailable, verified};
use crate::servers::{
    pgbouncer::PgBouncer,
    postgres::{ENCODED, NAME, Postgres},
};

#[tokio::test]
async fn over_verified_tls() {
    let database = Postgres::shared().database(&[&schema_sql(Some("tlsonly"))]).await;
    let server = database.server;
    let place = |ca: &str| {
        let roots = server.file(ca);
        let named = format!("{NAME}:{}/{}?hostaddr=127.0.0.1", server.port, database.name);
        open(&format!("postgres://tlsonly:{ENCODED}@{named}&sslmode=verify-full&sslrootcert={roots}")).expect("not asked yet")
    };
    five(place("ca.crt").as_ref()).await;
    let why = unavailable(place("other-ca.crt").entries().await);
    assert!(why.contains("its issuer is not trusted"), "{why}");
}

#[tokio::test]
async fn through_a_pooler_that_hands_each_transaction_to_any_session() {
    let database = Postgres::shared().database(&[&schema_sql(Some("app"))]).await;
    for more in ["", "ignore_startup_parameters = options"] {
        let pooler = PgBouncer::with(&database, None, more);
        let (one, other) = (open(&pooler.url(&database)).expect("a ledger"), open(&pooler.url(&database)).expect("a ledger"));
        for i in 0..10 {
            let (a, b) = (remark(&format!("{more} a {i}")), remark(&format!("{more} b {i}")));
            let (a, b) = tokio::join!(one.append(a, Vec::new(), super::now()), other.append(b, Vec::new(), super::now()));
            a.expect("added");
            b.expect("added");
        }
        verified(one.as_ref()).await.expect("a chain");
    }
    assert_eq!(verified(open(&database.url()).expect("a ledger").as_ref()).await.expect("a chain").len(), 40);
}

#[tokio::test]
async fn a_lock_is_waited_for_and_then_said() {
    let ground = Ground::database().await;
    let store = ground.open();
    let entry = store.append(remark("one"), Vec::new(), super::now()).await.expect("added");
    let Ground::Database(database) = &ground else { unreachable!("it is one") };
    let other = database.client().await;
    // The number is `gonogo` in ASCII.
    let lock = format!("BEGIN; SELECT pg_advisory_xact_lock({})", i64::from_be_bytes(*b"\0\0gonogo"));
    other.batch_execute(&lock).await.expect("locked");
    assert_eq!(store.entries().await, Ok(vec![entry]), "readable meanwhile");
    let started = Instant::now();
    let why = unavailable(store.append(remark("two"), Vec::new(), super::now()).await);
    assert!(why.contains("another process is adding to it: try again"), "{why}");
    assert!((8..20).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    other.batch_execute("COMMIT").await.expect("unlocked");
    store.append(remark("two"), Vec::new(), super::now()).await.expect("added");
}

#[tokio::test]
async fn a_standby_takes_nothing() {
    let standby = Postgres::standby();
    let place = format!("postgres://root@/postgres?host={}&port={}", standby.folder.display(), standby.port);
    let why = unavailable(open(&place).expect("not asked yet").append(remark("x"), Vec::new(), super::now()).await);
    assert!(why.contains("add `target_session_attrs=read-write` to the address"), "{why}");
}

#[tokio::test]
async fn tables_that_were_changed_are_not_believed() {
    let ground = Ground::database().await;
    five(ground.open().as_ref()).await;
    ground.tamper("ALTER TABLE entries RENAME COLUMN statement TO other").await;
    let error = ground.open().entries().await.expect_err("changed");
    assert_eq!(error.exit().code(), 5, "{error}");
}
