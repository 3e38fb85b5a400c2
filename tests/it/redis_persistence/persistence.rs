//! What is on, what works, and how old it is.

use gonogo::model::Outcome::{Fail, Pass, Unknown};
use serde_json::json;

use super::outcome;
use crate::{look::Look, servers::redis::Redis};

#[tokio::test]
async fn the_append_only_file_is_on() {
    let redis = Redis::start("appendonly yes\nsave \"\"");
    assert_eq!(outcome(&redis, json!({})).await, (Pass, "all 4 expectations are met".into()));
    assert_eq!(outcome(&redis, json!({ "aof": true })).await, (Pass, "all 5 expectations are met".into()));
    let (outcome, reason) = outcome(&redis, json!({ "aof": false })).await;
    assert_eq!((outcome, reason.as_str()), (Fail, "append-only file: got on, wanted off"));
}

#[tokio::test]
async fn a_status_that_is_ok_while_off_proves_nothing() {
    let redis = Redis::start("appendonly no\nsave \"\"");
    let state = redis.say(&["INFO", "persistence"]).await;
    for trap in ["aof_last_write_status:ok", "aof_last_bgrewrite_status:ok", "rdb_last_bgsave_status:ok"] {
        assert!(state.contains(trap), "{state}");
    }
    let off = "append-only file: got off, wanted on";
    assert_eq!(outcome(&redis, json!({ "aof": true })).await, (Fail, off.into()));
    let off = "snapshots (`save`): got off, wanted scheduled";
    assert_eq!(outcome(&redis, json!({ "rdb": true })).await, (Fail, off.into()));
    let neither = "persistence: got neither is on: a restart loses everything, wanted the append-only file or snapshots on";
    assert_eq!(outcome(&redis, json!({})).await, (Fail, neither.into()));
    let (outcome, _) = outcome(&redis, json!({ "aof": false, "rdb": false })).await;
    assert_eq!(outcome, Pass);
}

#[tokio::test]
async fn a_loose_flush_is_red() {
    let redis = Redis::start("appendonly yes\nappendfsync no");
    let loose = "`appendfsync`: got no, wanted everysec or always";
    assert_eq!(outcome(&redis, json!({ "aof": true })).await, (Fail, loose.into()));
    assert_eq!(outcome(&redis, json!({ "aof": true, "appendfsync": "no" })).await.0, Pass);
}

#[tokio::test]
async fn a_server_that_never_saved_has_no_fresh_save() {
    let redis = Redis::start("save 3600 1");
    let fresh = outcome(&redis, json!({ "max-save-age": "1h" })).await;
    assert_eq!(fresh.0, Unknown);
    assert!(fresh.1.starts_with("age of the last snapshot: none was taken since the server started at "), "{}", fresh.1);
    redis.say(&["SET", "k", "v"]).await;
    let waiting = outcome(&redis, json!({ "rdb": true })).await;
    assert_eq!(waiting.0, Unknown);
    assert!(waiting.1.starts_with("last snapshot: none was taken since the server started at "), "{}", waiting.1);
    let later = redis.now().await + jiff::SignedDuration::from_hours(3);
    let settings = json!({ "url": redis.url(), "max-save-age": "1h" });
    let (outcome, reason) = Look::new("redis-persistence", settings).at(later).outcome().await;
    assert_eq!(outcome, Fail);
    assert!(reason.starts_with("age of the last snapshot: got none for the 3 h"), "{reason}");
}

#[tokio::test]
async fn a_snapshot_ages_while_changes_wait() {
    let redis = Redis::start("save 3600 1");
    redis.say(&["SET", "k", "v"]).await;
    redis.snapshot().await;
    let settings = json!({ "rdb": true, "max-save-age": "1h", "max-changes": 0 });
    assert_eq!(outcome(&redis, settings.clone()).await, (Pass, "all 5 expectations are met".into()));
    let later = redis.now().await + jiff::SignedDuration::from_hours(2);
    let mut aged = json!({ "url": redis.url(), "max-save-age": "1h" });
    assert_eq!(Look::new("redis-persistence", aged.clone()).at(later).outcome().await.0, Pass);
    redis.say(&["SET", "k", "w"]).await;
    aged["max-changes"] = json!(5);
    let (outcome, reason) = Look::new("redis-persistence", aged).at(later).outcome().await;
    assert_eq!(outcome, Fail);
    assert!(reason.ends_with("with 1 changes waiting, wanted at most 1 h while changes wait"), "{reason}");
    let (outcome, reason) = super::outcome(&redis, settings).await;
    assert_eq!((outcome, reason.as_str()), (Fail, "changes since the last snapshot: got 1, wanted at most 0"));
}

#[tokio::test]
async fn a_foreground_save_counts() {
    let redis = Redis::start("save 3600 1");
    tokio::time::sleep(std::time::Duration::from_millis(4100)).await;
    redis.say(&["SET", "k", "v"]).await;
    assert_eq!(redis.say(&["SAVE"]).await, "ok");
    assert_eq!(outcome(&redis, json!({ "max-save-age": "1h" })).await, (Pass, "all 4 expectations are met".into()));
}

#[tokio::test]
async fn a_failed_save_is_red() {
    let redis = Redis::start("save 3600 1");
    redis.say(&["SET", "k", "v"]).await;
    // Nothing can be renamed onto a folder: the snapshot is written and cannot be put in place.
    std::fs::create_dir(redis.folder.join("dump.rdb")).expect("a folder");
    redis.snapshot().await;
    assert!(redis.say(&["SET", "k", "w"]).await.contains("MISCONF"));
    let (outcome, reason) = outcome(&redis, json!({ "max-save-age": "1h" })).await;
    assert_eq!(outcome, Fail);
    assert_eq!(reason, "last snapshot: got failed (`rdb_last_bgsave_status:err`; the server's log says why), wanted succeeded");
}

#[tokio::test]
async fn eviction_suits_the_use() {
    let redis = Redis::start("appendonly yes\nmaxmemory-policy allkeys-lru");
    let red = "eviction policy: got allkeys-lru, wanted noeviction, for a queue";
    assert_eq!(outcome(&redis, json!({ "use": "queue" })).await, (Fail, red.into()));
    let red = "`maxmemory`: got none: nothing is ever evicted, wanted a limit, for a cache";
    assert_eq!(outcome(&redis, json!({ "use": "cache" })).await, (Fail, red.into()));
    redis.say(&["CONFIG", "SET", "maxmemory", "64mb"]).await;
    assert_eq!(outcome(&redis, json!({ "use": "cache" })).await, (Pass, "all 2 expectations are met".into()));
    redis.say(&["CONFIG", "SET", "maxmemory-policy", "volatile-lru"]).await;
    assert_eq!(outcome(&redis, json!({ "use": "cache" })).await.0, Fail);
    assert_eq!(outcome(&redis, json!({ "use": "cache", "eviction": ["volatile-lru", "allkeys-lru"] })).await.0, Pass);
    assert_eq!(outcome(&redis, json!({ "use": "store" })).await.0, Fail);
}

#[tokio::test]
async fn what_is_loading_is_not_judged() {
    let redis =
        Redis::start("save \"\"\nappendonly no\nenable-debug-command yes\nkey-load-delay 1000\nloading-process-events-interval-bytes 1024");
    redis.say(&["DEBUG", "POPULATE", "20000"]).await;
    let loading = tokio::spawn({
        let mut client = redis.client().await;
        async move { redis::cmd("DEBUG").arg("RELOAD").query_async::<()>(&mut client).await }
    });
    let mut seen = None;
    for _ in 0..200 {
        let (outcome, reason) = Look::new("redis-persistence", json!({ "url": redis.url() })).outcome().await;
        if reason.contains("still loading") {
            seen = Some((outcome, reason));
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    loading.abort();
    let (outcome, reason) = seen.expect("a look while the data is loaded");
    assert_eq!(outcome, Unknown);
    assert!(reason.contains("% done"), "{reason}");
}

/// B13: an append-only file that was switched on while the server runs works once its first rewrite has ended.
#[tokio::test]
async fn b13_a_first_rewrite_that_has_not_ended() {
    let redis = Redis::start("appendonly no\nsave \"\"\nrdb-key-save-delay 60000000");
    redis.say(&["SET", "k", "v"]).await;
    redis.say(&["CONFIG", "SET", "appendonly", "yes"]).await;
    let (seen, reason) = outcome(&redis, json!({ "aof": true })).await;
    assert!(seen == Unknown && reason.contains("its first rewrite has not ended"), "{reason}");
    assert_eq!(outcome(&redis, json!({})).await.0, Unknown);
    let quick = Redis::start("appendonly no\nsave \"\"");
    quick.say(&["SET", "k", "v"]).await;
    quick.say(&["CONFIG", "SET", "appendonly", "yes"]).await;
    for _ in 0..100 {
        if quick.say(&["INFO", "persistence"]).await.contains("aof_rewrite_in_progress:0") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    // It works, and would be gone with the next start.
    let (seen, reason) = outcome(&quick, json!({ "aof": true })).await;
    assert!(seen == Unknown && reason.contains("`appendonly` is `yes` now, but `no` in /"), "{reason}");
    quick.say(&["CONFIG", "REWRITE"]).await;
    assert_eq!(outcome(&quick, json!({ "aof": true })).await.0, Pass);
}

/// B13: snapshots scheduled in the running server alone; what is not demanded does not count.
#[tokio::test]
async fn b13_a_schedule_that_the_next_start_does_not_know() {
    let redis = Redis::start("appendonly yes\nsave \"\"");
    redis.say(&["SET", "k", "v"]).await;
    redis.snapshot().await;
    redis.say(&["CONFIG", "SET", "save", "60 1"]).await;
    let (seen, reason) = outcome(&redis, json!({ "rdb": true })).await;
    assert!(seen == Unknown && reason.contains("`save` is `60 1` now, but nothing in /"), "{reason}");
    assert_eq!(outcome(&redis, json!({ "aof": true })).await.0, Pass);
}

/// B13: what persistence rests on: a replica's link, a node's cluster.
#[tokio::test]
async fn b13_a_replica_without_its_primary_and_a_node_without_its_cluster() {
    let alone = Redis::start("appendonly yes");
    alone.say(&["REPLICAOF", "127.0.0.1", &crate::port::unused().to_string()]).await;
    let (seen, reason) = outcome(&alone, json!({ "aof": true })).await;
    assert!(seen == Fail && reason.contains("link of this replica to its primary: got down, wanted up"), "{reason}");
    let primary = Redis::start("appendonly yes");
    let replica = Redis::start(&format!("appendonly yes\nreplicaof 127.0.0.1 {}", primary.port));
    for _ in 0..100 {
        let (link, file) = (replica.say(&["INFO", "replication"]).await, replica.say(&["INFO", "persistence"]).await);
        // What came from the primary is written to the file anew.
        if link.contains("master_link_status:up") && file.contains("aof_rewrite_in_progress:0") && file.contains("aof_rewrite_scheduled:0")
        {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(outcome(&replica, json!({ "appendfsync": "everysec" })).await.0, Pass);
    let node = Redis::start("appendonly yes\ncluster-enabled yes");
    let (seen, reason) = outcome(&node, json!({ "aof": true })).await;
    assert!(seen == Fail && reason.contains("state of the cluster: got fail, wanted ok"), "{reason}");
    node.say(&["ACL", "SETUSER", "default", "-cluster"]).await;
    let (seen, reason) = outcome(&node, json!({ "aof": true })).await;
    assert!(seen == Unknown && reason.contains("grant +cluster|info"), "{reason}");
}

/// Trap 107: the link of a replica is down until the first copy has come; `--until-green` waits for that.
#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_has_just_started_is_asked_again() {
    let primary = Redis::start("appendonly yes\nrepl-diskless-sync-delay 2");
    let replica = Redis::start(&format!("appendonly yes\nreplicaof 127.0.0.1 {}", primary.port));
    let (seen, reason) = outcome(&replica, json!({ "aof": true })).await;
    assert!(seen != Pass && reason.contains("link of this replica to its primary"), "{seen} {reason}");
    let gonogo = crate::gonogo::Gonogo::new().plan(&format!(
        "project: p\nenvironments: {{ prod: {{}} }}\nchecks:\n  - {{ id: it, redis-persistence: {{ url: \"{}\", appendfsync: everysec }} }}\n",
        replica.url()
    ));
    let (ran, report) = tokio::task::spawn_blocking(move || gonogo.verify(&["--until-green", "1m"])).await.expect("it ran");
    assert_eq!(report.findings[0].outcome, Pass, "{}", ran.stdout);
}
