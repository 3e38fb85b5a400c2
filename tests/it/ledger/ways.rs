//! The ways to a database: TLS, a pooler, a server that takes no writes, a lock that others hold.

use std::time::Instant;

use gonogo::{ledger::postgres::schema_sql, model::Digest};

use super::{CHAIN, Ground, five, open, remark, unavailable, verified};
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
    let why = unavailable(place("other-ca.crt").entries(CHAIN).await);
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
            let (a, b) = tokio::join!(one.append(a, Vec::new(), super::now(), None), other.append(b, Vec::new(), super::now(), None));
            a.expect("added");
            b.expect("added");
        }
        verified(one.as_ref()).await.expect("a chain");
    }
    assert_eq!(verified(open(&database.url()).expect("a ledger").as_ref()).await.expect("a chain").len(), 41);
}

#[tokio::test]
async fn a_lock_is_waited_for_and_then_said() {
    let ground = Ground::database().await;
    let store = ground.open();
    store.append(remark("one"), Vec::new(), super::now(), None).await.expect("added");
    let entries = verified(store.as_ref()).await.expect("a chain");
    let Ground::Database(database) = &ground else { unreachable!("it is one") };
    let other = database.client().await;
    // The numbers are `gono` in ASCII, and the first four bytes of the SHA-256 of the chain's name.
    let of_chain = u32::from_str_radix(&Digest::of(b"api").as_str()[..8], 16).expect("digits").cast_signed();
    let lock = format!("BEGIN; SELECT pg_advisory_xact_lock({}, {of_chain})", i32::from_be_bytes(*b"gono"));
    other.batch_execute(&lock).await.expect("locked");
    assert_eq!(store.entries(CHAIN).await, Ok(entries), "readable meanwhile");
    let started = Instant::now();
    let why = unavailable(store.append(remark("two"), Vec::new(), super::now(), None).await);
    assert!(why.contains("another process is adding to it: try again"), "{why}");
    assert!((8..20).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    other.batch_execute("COMMIT").await.expect("unlocked");
    store.append(remark("two"), Vec::new(), super::now(), None).await.expect("added");
}

#[tokio::test]
async fn a_standby_takes_nothing() {
    let standby = Postgres::standby();
    let place = format!("postgres://root@/postgres?host={}&port={}", standby.folder.display(), standby.port);
    let why = unavailable(open(&place).expect("not asked yet").append(remark("x"), Vec::new(), super::now(), None).await);
    assert!(why.contains("add `target_session_attrs=read-write` to the address"), "{why}");
}

#[tokio::test]
async fn tables_that_were_changed_are_not_believed() {
    let ground = Ground::database().await;
    five(ground.open().as_ref()).await;
    ground.tamper("ALTER TABLE chains RENAME COLUMN statement TO other").await;
    let error = ground.open().entries(CHAIN).await.expect_err("changed");
    assert_eq!(error.exit().code(), 5, "{error}");
}
