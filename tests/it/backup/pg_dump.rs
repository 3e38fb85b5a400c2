//! Every format of `pg_dump`, whole and broken.

use std::fs;

use gonogo::model::Outcome::{Fail, Pass, Unknown};
use serde_json::json;

use super::{Folder, gzip, run};
use crate::servers::postgres::{Database, Postgres};

/// Two tables with rows and an empty one.
async fn database() -> Database {
    let statements = [
        "CREATE TABLE users (id int PRIMARY KEY, name text)",
        "INSERT INTO users SELECT i, repeat('name', 20) || i FROM generate_series(1, 5000) i",
        "CREATE TABLE orders (id int, note text)",
        "INSERT INTO orders VALUES (1, E'line\\nbreak'), (2, '\\.'), (3, '-- PostgreSQL database dump complete')",
        "CREATE TABLE nothing (id int)",
        "SELECT lo_from_bytea(0, decode(repeat('ab', 5000), 'hex'))",
    ];
    Postgres::shared().database(&statements).await
}

fn pg_dump(database: &Database, arguments: &[&str]) -> Vec<u8> {
    let (host, port) = (database.server.folder.to_str().expect("a plain path"), database.server.port.to_string());
    let mut all = vec!["-h", host, "-p", &port, "-U", "root"];
    all.extend(arguments);
    all.push(&database.name);
    run("pg_dump", &all, &[])
}

#[tokio::test]
async fn every_format_is_read_to_its_end() {
    let (database, folder) = (database().await, Folder::new());
    let plain = pg_dump(&database, &[]);
    assert!(plain.ends_with(b"\n\n") && plain.windows(12).any(|part| part == b"\\unrestrict "), "the marker is not the last line");
    folder.write("plain.sql", &plain);
    folder.write("plain.sql.gz", &gzip(&plain));
    run(
        "zstd",
        &["-q", folder.path("plain.sql").to_str().expect("a path"), "-o", folder.path("plain.sql.zst").to_str().expect("a path")],
        &[],
    );
    folder.write("inserts.sql", &pg_dump(&database, &["--inserts"]));
    folder.write("custom.dump", &pg_dump(&database, &["-Fc"]));
    folder.write("stored.dump", &pg_dump(&database, &["-Fc", "-Z0"]));
    folder.write("twice.dump.gz", &gzip(&pg_dump(&database, &["-Fc"])));
    folder.write("archive.tar", &pg_dump(&database, &["-Ft"]));
    for (name, level) in [("folder", "-Z6"), ("folder-stored", "-Z0")] {
        pg_dump(&database, &["-Fd", level, "-f", folder.path(name).to_str().expect("a path")]);
    }
    let seekable = folder.path("seekable.dump");
    pg_dump(&database, &["-Fc", "-f", seekable.to_str().expect("a path")]);
    for name in [
        "plain.sql",
        "plain.sql.gz",
        "plain.sql.zst",
        "inserts.sql",
        "custom.dump",
        "stored.dump",
        "twice.dump.gz",
        "archive.tar",
        "folder",
        "folder-stored",
        "seekable.dump",
    ] {
        let said = folder.says(name, json!({ "contents": "postgres", "tables": ["users", "public.orders"] })).await;
        assert_eq!(said, (Pass, "all 4 expectations are met".into()), "{name}");
        let (outcome, reason) = folder.says(name, json!({ "tables": ["users", "nothing", "invoices"] })).await;
        assert_eq!(
            (outcome, reason.split(": ").nth(1)),
            (Fail, Some("got no rows of nothing, invoices, wanted all that are named")),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_truncated_dump_is_red_wherever_it_ends() {
    let (database, folder) = (database().await, Folder::new());
    let custom = pg_dump(&database, &["-Fc"]);
    for (name, whole) in [
        ("plain.sql", pg_dump(&database, &[])),
        ("plain.sql.gz", gzip(&pg_dump(&database, &[]))),
        ("custom.dump", custom.clone()),
        ("stored.dump", pg_dump(&database, &["-Fc", "-Z0"])),
        ("archive.tar", pg_dump(&database, &["-Ft"])),
    ] {
        for part in [1, 30, 50, 90, 97] {
            folder.write(name, &whole[..whole.len() * part / 100]);
            let (outcome, reason) = folder.says(name, json!({})).await;
            assert_eq!(outcome, Fail, "{name} at {part} %: {reason}");
        }
    }
    // The table of contents stands at the front, so that listing it succeeds.
    let cut = folder.write("cut.dump", &custom[..custom.len() * 9 / 10]);
    run("pg_restore", &["-l", cut.to_str().expect("a path")], &[]);
    let (outcome, reason) = folder.says("cut.dump", json!({})).await;
    assert_eq!(outcome, Fail);
    assert!(reason.contains("newest backup: got cut.dump is truncated"), "{reason}");
}

#[tokio::test]
async fn a_changed_byte_is_red() {
    let (database, folder) = (database().await, Folder::new());
    for (name, mut whole) in [("custom.dump", pg_dump(&database, &["-Fc"])), ("plain.sql.gz", gzip(&pg_dump(&database, &[])))] {
        // In the midst of the compressed rows.
        let at = whole.len() * 8 / 10;
        whole[at] ^= 0x55;
        folder.write(name, &whole);
        let (outcome, reason) = folder.says(name, json!({})).await;
        assert_eq!(outcome, Fail, "{name}: {reason}");
    }
}

#[tokio::test]
async fn a_dump_without_rows_is_red() {
    let (database, folder) = (database().await, Folder::new());
    for (name, arguments) in [
        ("plain.sql", &["--schema-only"][..]),
        ("custom.dump", &["--schema-only", "-Fc"]),
        ("archive.tar", &["--schema-only", "-Ft"]),
        ("empty.sql", &["-t", "nothing"]),
        ("empty.dump", &["-Fc", "-t", "nothing"]),
        ("empty.tar", &["-Ft", "-t", "nothing"]),
    ] {
        folder.write(name, &pg_dump(&database, arguments));
        let (outcome, reason) = folder.says(name, json!({})).await;
        assert!(outcome == Fail && (reason.contains("holds no rows") || reason.contains("holds no table's data")), "{name}: {reason}");
    }
    pg_dump(&database, &["--schema-only", "-Fd", "-f", folder.path("folder").to_str().expect("a path")]);
    let (outcome, reason) = folder.says("folder", json!({})).await;
    assert!(outcome == Fail && reason.contains("only the schema was dumped"), "{reason}");
}

#[tokio::test]
async fn a_folder_without_one_of_its_files_is_red() {
    let (database, folder) = (database().await, Folder::new());
    let path = folder.path("folder");
    pg_dump(&database, &["-Fd", "-f", path.to_str().expect("a path")]);
    let data = fs::read_dir(&path).expect("a folder").flatten().map(|entry| entry.path());
    let files: Vec<_> = data.filter(|path| path.to_string_lossy().ends_with(".dat.gz")).collect();
    assert!(files.len() >= 4, "{files:?}");
    for file in files {
        let whole = fs::read(&file).expect("read");
        fs::remove_file(&file).expect("removed");
        let (outcome, reason) = folder.says("folder", json!({})).await;
        assert!(outcome == Fail && reason.contains("is missing"), "{}: {reason}", file.display());
        fs::write(&file, &whole[..whole.len() / 2]).expect("written");
        let (outcome, reason) = folder.says("folder", json!({})).await;
        assert!(outcome == Fail && reason.contains("is truncated"), "{}: {reason}", file.display());
        fs::write(&file, &whole).expect("written");
    }
    assert_eq!(folder.says("folder", json!({})).await.0, Pass);
}

#[tokio::test]
async fn a_cluster_dump_ends_with_its_own_marker() {
    let (database, folder) = (database().await, Folder::new());
    let (host, port) = (database.server.folder.to_str().expect("a plain path"), database.server.port.to_string());
    let whole = run("pg_dumpall", &["-h", host, "-p", &port, "-U", "root"], &[]);
    folder.write("all.sql", &whole);
    assert_eq!(folder.says("all.sql", json!({})).await.0, Pass);
    // Cut off after the end of its first database.
    let text = String::from_utf8_lossy(&whole);
    let end = text.find("-- PostgreSQL database dump complete").expect("a marker") + 60;
    folder.write("all.sql", &whole[..end]);
    let (outcome, reason) = folder.says("all.sql", json!({})).await;
    assert!(outcome == Fail && reason.contains("-- PostgreSQL database cluster dump complete"), "{reason}");
}

#[tokio::test]
async fn an_archive_of_a_newer_version_is_not_judged() {
    let (database, folder) = (database().await, Folder::new());
    let mut newer = pg_dump(&database, &["-Fc"]);
    newer[6] = 99;
    folder.write("newer.dump", &newer);
    let (outcome, reason) = folder.says("newer.dump", json!({})).await;
    assert!(outcome == Unknown && reason.contains("is an archive of version 1.99, which is not known here"), "{reason}");
}
