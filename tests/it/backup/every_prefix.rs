//! No proper beginning of a backup is taken for a whole one, and no changed byte brings a reader down.

use std::{
    io::Cursor,
    time::{Duration, Instant},
};

use gonogo::check::kind::backup::dump::{Accepts, Fault, read_stream};

use super::{Folder, gzip, run};
use crate::servers::{postgres::Postgres, redis::Redis};

fn read(bytes: &[u8]) -> Result<(), Fault> {
    read_stream(Cursor::new(bytes), Accepts::Known, Instant::now() + Duration::from_secs(60)).map(drop)
}

/// A whole backup of each format, each of a few kilobytes, with how many bytes at its end may be missing.
async fn wholes() -> Vec<(&'static str, Vec<u8>, usize)> {
    let statements = ["CREATE TABLE t (id int, name text)", "INSERT INTO t SELECT i, md5(i::text) FROM generate_series(1, 20) i"];
    let database = Postgres::shared().database(&statements).await;
    let (host, port) = (database.server.folder.to_str().expect("a plain path").to_owned(), database.server.port.to_string());
    let dump = |format: &str| run("pg_dump", &["-h", &host, "-p", &port, "-U", "root", format, &database.name], &[]);
    let redis = Redis::start("save 3600 1\nappendonly yes\nappendfsync always");
    redis.say(&["SET", "key", &"value".repeat(30)]).await;
    redis.say(&["SAVE"]).await;
    let rdb = std::fs::read(redis.folder.join("dump.rdb")).expect("a snapshot");
    let plain = dump("-Fp");
    let folder = Folder::new();
    let file = folder.write("plain", &plain);
    let pack = |program: &str| run(program, &["-q", "-c", file.to_str().expect("a path")], &[]);
    // What follows the completion line may be missing.
    let marker = b"-- PostgreSQL database dump complete";
    let end = plain.windows(marker.len()).rposition(|part| part == marker).expect("a marker") + marker.len();
    let after = plain.len() - end;
    vec![
        ("plain", plain.clone(), after),
        ("plain, gzip", gzip(&plain), 0),
        ("plain, zstd", pack("zstd"), 0),
        ("plain, xz", pack("xz"), 0),
        ("plain, bzip2", pack("bzip2"), 0),
        ("plain, lz4", pack("lz4"), 0),
        ("custom", dump("-Fc"), 0),
        ("tar", dump("-Ft"), 0),
        ("RDB", rdb, 0),
    ]
}

#[tokio::test]
async fn no_beginning_is_a_whole() {
    for (name, whole, spare) in wholes().await {
        assert_eq!(read(&whole), Ok(()), "{name}");
        for length in 0..whole.len() - spare {
            let found = read(&whole[..length]);
            assert!(matches!(found, Err(Fault::Broken(_))), "{name}: {length} bytes of {}: {found:?}", whole.len());
        }
    }
}

#[tokio::test]
async fn no_changed_byte_brings_a_reader_down() {
    for (name, whole, _) in wholes().await {
        let compressed = name.contains("gzip") || name == "RDB";
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] = !changed[at];
            let found = read(&changed);
            // Where all is under a checksum, every change is seen; gzip's own head has bytes that mean nothing.
            assert!(!compressed || at < 10 || found.is_err(), "{name}: byte {at} of {}: {found:?}", whole.len());
        }
    }
}
