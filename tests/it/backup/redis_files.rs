//! What Redis writes: snapshots, append-only files, the folder of both.

use std::{fs, path::Path};

use gonogo::model::Outcome::{Fail, Pass};
use serde_json::json;

use super::Folder;
use crate::servers::redis::Redis;

async fn filled(settings: &str) -> Redis {
    let redis = Redis::start(settings);
    for i in 0..50 {
        redis.say(&["SET", &format!("key{i}"), &"value".repeat(50)]).await;
    }
    redis.say(&["RPUSH", "list", "a", "b"]).await;
    redis.say(&["ZADD", "scores", "1.5", "x"]).await;
    redis
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
    }
}

#[tokio::test]
async fn a_snapshot_is_whole_to_its_checksum() {
    let (redis, folder) = (filled("save 3600 1").await, Folder::new());
    redis.snapshot().await;
    let whole = fs::read(redis.folder.join("dump.rdb")).expect("a snapshot");
    folder.write("dump.rdb", &whole);
    assert_eq!(folder.says("*.rdb", json!({ "contents": "redis" })).await, (Pass, "all 3 expectations are met".into()));
    let (outcome, reason) = folder.says("*.rdb", json!({ "contents": "postgres" })).await;
    assert!(outcome == Fail && reason.contains("is Redis RDB, not PostgreSQL's"), "{reason}");
    for part in [5, 20, 50, 80, 99] {
        folder.write("dump.rdb", &whole[..whole.len() * part / 100]);
        let (outcome, reason) = folder.says("*.rdb", json!({})).await;
        assert_eq!(outcome, Fail, "at {part} %: {reason}");
    }
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 1;
    folder.write("dump.rdb", &changed);
    let (outcome, reason) = folder.says("*.rdb", json!({})).await;
    assert!(outcome == Fail && reason.contains("no end with a matching checksum"), "{reason}");
}

#[tokio::test]
async fn an_empty_database_is_no_backup() {
    let (redis, folder) = (Redis::start("save 3600 1\nappendonly yes"), Folder::new());
    redis.say(&["SAVE"]).await;
    fs::copy(redis.folder.join("dump.rdb"), folder.path("dump.rdb")).expect("copied");
    let (outcome, reason) = folder.says("dump.rdb", json!({})).await;
    assert!(outcome == Fail && reason.contains("dump.rdb holds no keys"), "{reason}");
    copied(&redis.folder.join("appendonlydir"), &folder.path("aof"));
    let (outcome, reason) = folder.says("aof", json!({})).await;
    assert!(outcome == Fail && reason.contains("aof holds no keys"), "{reason}");
}

#[tokio::test]
async fn a_snapshot_without_checksum_ends_at_its_end() {
    let (redis, folder) = (filled("save 3600 1\nrdbchecksum no").await, Folder::new());
    redis.snapshot().await;
    let whole = fs::read(redis.folder.join("dump.rdb")).expect("a snapshot");
    folder.write("dump.rdb", &whole);
    assert_eq!(folder.says("*.rdb", json!({})).await.0, Pass);
    folder.write("dump.rdb", &whole[..whole.len() - 9]);
    assert_eq!(folder.says("*.rdb", json!({})).await.0, Fail);
}

#[tokio::test]
async fn an_append_only_folder_is_read_part_by_part() {
    let (redis, folder) = (filled("save \"\"\nappendonly yes\nappendfsync always").await, Folder::new());
    copied(&redis.folder.join("appendonlydir"), &folder.path("aof"));
    assert_eq!(folder.says("aof", json!({ "contents": "redis" })).await, (Pass, "all 3 expectations are met".into()));
    let part = folder.path("aof").join("appendonly.aof.1.incr.aof");
    let whole = fs::read(&part).expect("a part");
    fs::copy(&part, folder.path("single.aof")).expect("copied");
    assert_eq!(folder.says("single.aof", json!({})).await.0, Pass);
    fs::write(&part, &whole[..whole.len() - 7]).expect("written");
    let (outcome, reason) = folder.says("aof", json!({})).await;
    assert!(outcome == Fail && reason.contains("appendonly.aof.1.incr.aof is truncated within its last command"), "{reason}");
    fs::remove_file(&part).expect("removed");
    let (outcome, reason) = folder.says("aof", json!({})).await;
    assert!(outcome == Fail && reason.contains("appendonly.aof.1.incr.aof does not exist"), "{reason}");
}

#[tokio::test]
async fn a_snapshot_may_be_followed_by_commands() {
    let (redis, folder) = (filled("save 3600 1").await, Folder::new());
    redis.snapshot().await;
    let mut whole = fs::read(redis.folder.join("dump.rdb")).expect("a snapshot");
    // As Redis before 7 writes its append-only file.
    whole.extend(b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n");
    folder.write("appendonly.aof", &whole);
    assert_eq!(folder.says("*.aof", json!({})).await.0, Pass);
    folder.write("appendonly.aof", &whole[..whole.len() - 3]);
    let (outcome, reason) = folder.says("*.aof", json!({})).await;
    assert!(outcome == Fail && reason.contains("truncated within its last command"), "{reason}");
}
