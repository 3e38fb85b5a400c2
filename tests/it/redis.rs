//! The kind `redis` on real servers: one, a primary with replicas, Sentinels, a cluster.

use std::time::Duration;

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};

use crate::{look::Look, redis_persistence::hostile::liar, servers::redis::Redis};

async fn outcome(server: &Redis, settings: Value) -> (Outcome, String) {
    said(&server.url(), settings).await
}

async fn said(url: &str, mut settings: Value) -> (Outcome, String) {
    settings["url"] = json!(url);
    Look::new("redis", settings).outcome().await
}

/// Asks again until the server says so: what it was told takes a moment.
async fn until(server: &Redis, words: &[&str], wanted: &str) {
    for _ in 0..300 {
        if server.say(words).await.contains(wanted) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{words:?} never says {wanted}: {}", server.say(words).await);
}

/// A primary with two replicas that follow it.
async fn group() -> (Redis, [Redis; 2]) {
    let primary = Redis::start("maxmemory 10mb");
    let replicas = [(); 2].map(|()| Redis::start(&format!("replicaof 127.0.0.1 {}", primary.port)));
    for replica in &replicas {
        until(replica, &["INFO", "replication"], "master_link_status:up").await;
    }
    while primary.say(&["INFO", "replication"]).await.matches("state=online").count() < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (primary, replicas)
}

#[tokio::test]
async fn every_node_of_a_group_is_asked() {
    let (primary, replicas) = group().await;
    let states = json!({ "$[*].replicas[*].state": "online", "connected_slaves": 2, "role": "master" });
    assert_eq!(outcome(&primary, json!({ "ask": "INFO replication", "fields": states })).await.0, Pass);
    let limit = json!({ "ask": "CONFIG GET maxmemory", "fields": { "maxmemory": { "min": 1 } } });
    assert_eq!(outcome(&primary, limit.clone()).await.0, Pass);
    let mut all = limit;
    (all["all"], all["rows"]) = (json!(true), json!(3));
    let (outcome_of_all, reason) = outcome(&primary, all.clone()).await;
    assert!(outcome_of_all == Fail && reason.contains("got `0` at row 2"), "{reason}");
    for replica in &replicas {
        replica.say(&["CONFIG", "SET", "maxmemory", "10mb"]).await;
    }
    // From a replica the primary is found, and from that the other replica.
    for from in [&primary, &replicas[1]] {
        assert_eq!(outcome(from, all.clone()).await, (Pass, "all 2 expectations are met".into()));
    }
}

#[tokio::test]
async fn a_node_that_does_not_answer_leaves_it_unknown() {
    let (primary, [replica, other]) = group().await;
    drop(other);
    let ask = json!({ "ask": "DBSIZE", "all": true, "fields": { "answer": 0 } });
    let (outcome_of_all, reason) = outcome(&replica, ask).await;
    // The primary may have noticed already that one is gone: then it names two nodes, which the number of rows would tell.
    assert!(outcome_of_all == Pass || reason.contains("refused the connection"), "{reason}");
    let rows = json!({ "ask": "DBSIZE", "all": true, "rows": 3 });
    assert_ne!(outcome(&primary, rows).await.0, Pass);
}

#[tokio::test]
async fn sentinels_say_whether_they_can_fail_over() {
    let primary = Redis::start("");
    let sentinels = [(); 3].map(|()| Redis::sentinel(&primary));
    for sentinel in &sentinels {
        until(sentinel, &["SENTINEL", "CKQUORUM", "app"], "OK 3 usable").await;
    }
    let quorum = json!({ "ask": "SENTINEL CKQUORUM app", "fields": { "answer": { "matches": "OK .*" } } });
    let mut all = quorum.clone();
    (all["all"], all["rows"]) = (json!(true), json!(3));
    assert_eq!(outcome(&sentinels[0], quorum.clone()).await.0, Pass);
    assert_eq!(outcome(&sentinels[0], all).await, (Pass, "all 2 expectations are met".into()));
    let watched = json!({ "ask": "SENTINEL MASTERS", "fields": { "flags": "master", "num-other-sentinels": 2, "quorum": { "min": 2 } } });
    assert_eq!(outcome(&sentinels[0], watched).await.0, Pass);
    let (outcome_of_none, reason) =
        outcome(&sentinels[0], json!({ "ask": "SENTINEL CKQUORUM other", "fields": { "answer": { "exists": true } } })).await;
    assert!(outcome_of_none == Unknown && reason.contains("refuses SENTINEL CKQUORUM other"), "{reason}");
    let alone = Redis::sentinel(&Redis::start(""));
    let (outcome_alone, reason) = outcome(&alone, quorum).await;
    assert!(outcome_alone == Fail && reason.contains("NOQUORUM"), "{reason}");
}

#[tokio::test]
async fn a_cluster_is_asked_node_by_node() {
    let nodes = [(); 3].map(|()| Redis::start("cluster-enabled yes"));
    for (at, node) in nodes.iter().enumerate() {
        let (from, to) = ([0, 5_461, 10_923][at].to_string(), [5_460, 10_922, 16_383][at].to_string());
        node.say(&["CLUSTER", "ADDSLOTSRANGE", &from, &to]).await;
        node.say(&["CLUSTER", "MEET", "127.0.0.1", &nodes[0].port.to_string()]).await;
    }
    for node in &nodes {
        until(node, &["CLUSTER", "INFO"], "cluster_state:ok").await;
        until(node, &["CLUSTER", "INFO"], "cluster_known_nodes:3").await;
    }
    let state =
        json!({ "ask": "CLUSTER INFO", "all": true, "rows": 3, "fields": { "cluster_state": "ok", "cluster_slots_assigned": 16_384 } });
    assert_eq!(outcome(&nodes[1], state).await, (Pass, "all 3 expectations are met".into()));
    let seen =
        json!({ "ask": "CLUSTER NODES", "rows": 3, "fields": { "link_state": "connected", "flags": { "not": { "contains": "fail" } } } });
    assert_eq!(outcome(&nodes[0], seen).await.0, Pass);
    let shards = json!({ "ask": "CLUSTER SHARDS", "fields": { "$[*].nodes[*].health": "online" } });
    assert_eq!(outcome(&nodes[0], shards).await.0, Pass);
}

#[tokio::test]
async fn a_missing_right_is_named_and_no_hash_shown() {
    let users = "user default off\nuser reader on >s3cr3t/p@ss:w0rd% -@all +info\nuser boss on >s3cr3t/p@ss:w0rd% ~* +@all";
    let server = Redis::start(users);
    let (outcome_of_reader, reason) = said(&server.url_as("reader"), json!({ "ask": "CONFIG GET maxmemory", "rows": 1 })).await;
    assert!(outcome_of_reader == Unknown && reason.contains("grant +config|get"), "{reason}");
    let (outcome_of_nobody, reason) = said(&server.url_as("nobody"), json!({ "ask": "INFO", "rows": 1 })).await;
    assert!(outcome_of_nobody == Unknown && reason.contains("refuses the login of `nobody`"), "{reason}");
    let rules = json!({ "url": server.url_as("boss"), "ask": "ACL LIST", "fields": { "rules": { "length": { "max": 1 } } } });
    let judged = Look::new("redis", rules).look().await.expect("a look");
    let said = format!("{:?}", judged.expectations);
    assert!(said.contains("#…") && !said.contains("#a") && !said.contains("s3cr3t"), "{said}");
}

#[tokio::test]
async fn what_is_no_answer_is_unknown() {
    for (answer, wanted) in [
        (&b":1\r\n"[..], "something other than a text"),
        (b"$-1\r\n", "something other than a text"),
        (b"*1\r\n$1\r\na\r\n", "something other than a text"),
        (b"$3\r\nfoo\r\n", "no fields"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "does not speak Redis"),
        (b"$999999999999\r\nx", "did not answer INFO"),
        (b"-LOADING Redis is loading\r\n", "is loading its data"),
        (b"-ERR unknown command\r\n", "refuses INFO"),
    ] {
        let url = format!("redis://127.0.0.1:{}", liar(vec![answer.to_vec()]).await);
        let mut look = Look::new("redis", json!({ "url": url, "ask": "INFO", "fields": { "role": "master" } }));
        look.timeout = Duration::from_secs(2);
        let (outcome, reason) = look.outcome().await;
        assert!(outcome == Unknown && reason.contains(wanted), "{:?}: {reason}", String::from_utf8_lossy(answer));
    }
}
