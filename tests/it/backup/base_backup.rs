//! `pg_basebackup`, with its manifest.

use std::fs;

use gonogo::model::Outcome::{Fail, Pass, Unknown};
use serde_json::json;

use super::{Folder, run};
use crate::servers::postgres::Postgres;

fn pg_basebackup(server: &Postgres, to: &std::path::Path, arguments: &[&str]) {
    let (host, port) = (server.folder.to_str().expect("a plain path"), server.port.to_string());
    let mut all = vec!["-h", host, "-p", &port, "-U", "root", "-c", "fast", "-D", to.to_str().expect("a path")];
    all.extend(arguments);
    run("pg_basebackup", &all, &[]);
}

#[tokio::test]
async fn a_base_backup_is_what_its_manifest_says() {
    let (server, folder) = (Postgres::alone(), Folder::new());
    let plain = folder.path("plain");
    pg_basebackup(&server, &plain, &["-Fp"]);
    pg_basebackup(&server, &folder.path("sha"), &["-Fp", "--manifest-checksums=SHA256"]);
    pg_basebackup(&server, &folder.path("tar"), &["-Ft", "-z"]);
    pg_basebackup(&server, &folder.path("no-wal"), &["-Fp", "-X", "none"]);
    for name in ["plain", "plain/backup_manifest", "sha", "tar"] {
        assert_eq!(folder.says(name, json!({ "contents": "postgres" })).await, (Pass, "all 3 expectations are met".into()), "{name}");
    }
    let (outcome, reason) = folder.says("no-wal", json!({})).await;
    assert!(outcome == Unknown && reason.contains("holds no WAL"), "{reason}");

    let version = plain.join("PG_VERSION");
    fs::write(&version, "16\n").expect("written");
    let (outcome, reason) = folder.says("plain", json!({})).await;
    assert!(outcome == Fail && reason.contains("the checksum of PG_VERSION does not match"), "{reason}");
    fs::write(&version, "155\n").expect("written");
    let (outcome, reason) = folder.says("plain", json!({})).await;
    assert!(outcome == Fail && reason.contains("PG_VERSION has 4 bytes, the manifest says 3"), "{reason}");
    fs::remove_file(&version).expect("removed");
    let (outcome, reason) = folder.says("plain", json!({})).await;
    assert!(outcome == Fail && reason.contains("PG_VERSION is missing"), "{reason}");
    fs::write(&version, "15\n").expect("written");
    for entry in fs::read_dir(plain.join("pg_wal")).expect("WAL").flatten().filter(|entry| entry.file_name().len() == 24) {
        fs::rename(entry.path(), plain.join("pg_wal/0000000100000000000000FF")).expect("renamed");
    }
    let (outcome, reason) = folder.says("plain", json!({})).await;
    assert!(outcome == Fail && reason.contains("that a restore needs is missing"), "{reason}");

    let manifest = folder.path("sha/backup_manifest");
    let text = fs::read_to_string(&manifest).expect("a manifest");
    fs::write(&manifest, text.replacen("\"Size\": 3,", "\"Size\": 4,", 1)).expect("written");
    let (outcome, reason) = folder.says("sha", json!({})).await;
    assert!(outcome == Fail && (reason.contains("its own checksum does not match") || reason.contains("manifest says 4")), "{reason}");

    let base = folder.path("tar/base.tar.gz");
    let whole = fs::read(&base).expect("a tar");
    fs::write(&base, &whole[..whole.len() / 2]).expect("written");
    let (outcome, reason) = folder.says("tar", json!({})).await;
    assert!(outcome == Fail && reason.contains("base.tar.gz is truncated"), "{reason}");
}
