//! A server that goes away in the midst of an append.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use gonogo::model::Digest;

use super::{Ground, five, open, remark, stages::samples, unavailable, verified};
use crate::servers::postgres::{Database, ENCODED};

/// When the first connection ends.
#[derive(Clone, Copy, PartialEq)]
enum End {
    /// The commit reaches the server; its answer does not come back.
    AfterCommit,
    /// The commit does not reach the server.
    BeforeCommit,
    /// The entry itself does not.
    BeforeEntry,
}

#[tokio::test]
async fn a_commit_without_an_answer_is_looked_for() {
    let (ground, place) = behind_proxy(End::AfterCommit, false).await;
    let entry = open(&place).expect("a ledger").append(remark("six"), Vec::new(), super::now(), None).await.expect("it is there");
    assert_eq!(verified(ground.open().as_ref()).await.expect("a chain").last(), Some(&entry));
}

#[tokio::test]
async fn a_commit_that_never_arrived_is_a_failure() {
    for end in [End::BeforeCommit, End::BeforeEntry] {
        let (ground, place) = behind_proxy(end, false).await;
        let why = unavailable(open(&place).expect("a ledger").append(remark("six"), Vec::new(), super::now(), None).await);
        assert!(why.contains("closed the connection") && why.contains("nothing was added"), "{why}");
        assert_eq!(verified(ground.open().as_ref()).await.expect("a chain").len(), 6);
    }
}

/// Whoever watches a stage goes on: what may have been lost is given again, and stands there once.
#[tokio::test]
async fn samples_are_given_again() {
    let run = Digest::of(b"a beginning");
    for end in [End::AfterCommit, End::BeforeCommit] {
        let (ground, place) = behind_proxy(end, false).await;
        open(&place).expect("a ledger").add_samples(&run, 1, samples(&run, 2, "x")).await.expect("they are there");
        assert_eq!(ground.open().samples(&run, 1).await, Ok(samples(&run, 2, "x")));
    }
}

#[tokio::test]
async fn a_server_that_stays_away_leaves_it_open() {
    let (_ground, place) = behind_proxy(End::AfterCommit, true).await;
    let why = unavailable(open(&place).expect("a ledger").append(remark("six"), Vec::new(), super::now(), None).await);
    assert!(why.contains("whether the entry was added is not known: look with `gonogo log` before trying again"), "{why}");
}

#[tokio::test]
async fn a_session_that_died_meanwhile_is_replaced() {
    let ground = Ground::database().await;
    let store = ground.open();
    five(store.as_ref()).await;
    let Ground::Database(database) = &ground else { unreachable!("it is one") };
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'app'";
    database.client().await.batch_execute(end).await.expect("ended");
    store.append(remark("six"), Vec::new(), super::now(), None).await.expect("added");
    database.client().await.batch_execute(end).await.expect("ended");
    assert_eq!(verified(store.as_ref()).await.expect("a chain").len(), 7);
}

/// A ledger of five entries, and its place through a proxy that ends the first connection, and with `all` takes no other.
async fn behind_proxy(end: End, all: bool) -> (Ground, String) {
    let ground = Ground::database().await;
    five(ground.open().as_ref()).await;
    let Ground::Database(database) = &ground else { unreachable!("it is one") };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let place = address(database, listener.local_addr().expect("its address").port());
    let (server, ended) = (database.server.port, Arc::new(AtomicBool::new(false)));
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let over = ended.load(Ordering::Relaxed);
            if !(all && over) {
                tokio::spawn(pass(client, server, if over { None } else { Some(end) }, ended.clone()));
            }
        }
    });
    (ground, place)
}

fn address(database: &Database, port: u16) -> String {
    format!("postgres://app:{ENCODED}@127.0.0.1:{port}/{}?sslmode=disable", database.name)
}

async fn pass(client: TcpStream, server: u16, end: Option<End>, ended: Arc<AtomicBool>) {
    let server = TcpStream::connect(("127.0.0.1", server)).await.expect("the server");
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) = (client.into_split(), server.into_split());
    let back = tokio::spawn(async move { drop(tokio::io::copy(&mut from_server, &mut to_client).await) });
    let mut buffer = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from_client.read(&mut buffer).await {
        let bytes = &buffer[..count];
        let has = |word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
        let now = match end {
            Some(End::AfterCommit | End::BeforeCommit) => has(b"COMMIT\0"),
            Some(End::BeforeEntry) => has(b"INSERT INTO gonogo.chains"),
            None => false,
        };
        if now {
            ended.store(true, Ordering::Relaxed);
            back.abort();
            if end == Some(End::AfterCommit) {
                drop(to_server.write_all(bytes).await);
            }
            return;
        }
        if to_server.write_all(bytes).await.is_err() {
            break;
        }
    }
    back.abort();
}
