//! Paths that are no ledger, or may only be read.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use gonogo::ledger::{LedgerError, Sqlite, Store as _};
use tempfile::TempDir;

use super::{Ground, five, open, path_of, remark, unavailable, verified};

#[tokio::test]
async fn what_is_no_ledger_is_said() {
    let folder = TempDir::new().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let error = Sqlite::open(&path("none")).err().expect("there is none");
    assert_eq!((error.exit().code(), error), (2, LedgerError::Missing(path("none").display().to_string())));

    fs::write(path("text"), "x".repeat(5000)).expect("written");
    fs::write(path("empty"), "").expect("written");
    assert!(Command::new("mkfifo").arg(path("pipe")).status().expect("mkfifo, of coreutils").success());
    rusqlite::Connection::open(path("other")).expect("opened").execute_batch("CREATE TABLE t (x)").expect("made");
    let started = Instant::now();
    for (name, why) in [
        ("text", "the file is no ledger (not an SQLite database)"),
        (".", "it is a folder"),
        ("pipe", "it is no regular file"),
        ("other", "the file is an SQLite database, but no ledger"),
    ] {
        for opened in [Sqlite::open(&path(name)), Sqlite::open_or_create(&path(name))] {
            let said = unavailable(opened);
            assert!(said.contains(&path(name).display().to_string()) && said.contains(why), "{said}");
        }
    }
    assert!(started.elapsed() < Duration::from_secs(5), "nothing was waited for");
    assert!(matches!(Sqlite::open(&path("empty")), Err(LedgerError::Missing(_))), "a start that was killed");
    Sqlite::open_or_create(&path("empty")).expect("started");
    let said = unavailable(Sqlite::open_or_create(&path("text/ledger.db")));
    assert!(said.contains("cannot be"), "{said}");
}

#[tokio::test]
async fn a_damaged_file_is_not_believed() {
    let ground = Ground::file();
    five(ground.open().as_ref()).await;
    ground.tamper("DROP TABLE entries").await;
    let error = verified(ground.open().as_ref()).await.expect_err("damaged");
    assert_eq!(error.exit().code(), 5, "{error}");

    let ground = Ground::file();
    five(ground.open().as_ref()).await;
    let mut bytes = fs::read(path_of(&ground)).expect("read");
    let half = bytes.len() / 2;
    bytes[4096..half].fill(0xff);
    fs::write(path_of(&ground), bytes).expect("written");
    let error = match open(&ground.place()) {
        Ok(store) => verified(store.as_ref()).await.expect_err("damaged"),
        Err(error) => error,
    };
    assert_eq!(error.exit().code(), 5, "{error}");
}

#[tokio::test]
async fn a_lock_is_waited_for_and_then_said() {
    let ground = Ground::file();
    let store = ground.open();
    five(store.as_ref()).await;
    let other = rusqlite::Connection::open(ground.place()).expect("opened");
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    assert_eq!(verified(store.as_ref()).await.expect("readable meanwhile").len(), 6);
    let started = Instant::now();
    let why = unavailable(store.append(remark("x"), Vec::new(), super::now(), None).await);
    assert!(why.contains("another process has held it for more than 10 s; try again"), "{why}");
    assert!((8..20).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    other.execute_batch("COMMIT").expect("unlocked");
    store.append(remark("x"), Vec::new(), super::now(), None).await.expect("added");
}

/// Permissions do not bind root, so the reader is a process of another user where this one is root's.
#[tokio::test]
async fn a_copy_that_may_only_be_read_is_read() {
    let ground = Ground::file();
    let entries = five(ground.open().as_ref()).await;
    let copy = TempDir::new().expect("a folder");
    let path = copy.path().join("ledger.db");
    fs::copy(path_of(&ground), &path).expect("copied");
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("mode");
    mode(&path, 0o444);
    mode(copy.path(), 0o555);
    let root = fs::metadata("/proc/self").is_ok_and(|about| std::os::unix::fs::MetadataExt::uid(&about) == 0);
    let read = if root {
        as_nobody(&path, copy.path())
    } else {
        let store = Sqlite::open(&path).expect("opened");
        let why = unavailable(store.append(remark("x"), Vec::new(), super::now(), None).await);
        assert!(why.contains("the file or its folder may only be read"), "{why}");
        verified(&store).await.expect("a chain").len()
    };
    assert_eq!(read, entries.len());
    assert_eq!(fs::read_dir(copy.path()).expect("listed").count(), 1, "nothing was left beside it");
    mode(copy.path(), 0o755);
}

/// How many entries the program exports there as another user.
fn as_nobody(path: &Path, folder: &Path) -> usize {
    let program = TempDir::new().expect("a folder");
    let copy = program.path().join("gonogo");
    fs::copy(env!("CARGO_BIN_EXE_gonogo"), &copy).expect("copied");
    fs::set_permissions(program.path(), fs::Permissions::from_mode(0o755)).expect("mode");
    let output = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(&copy)
        .args(["log", "export", "--ledger"])
        .arg(path)
        .current_dir(folder)
        .output()
        .expect("setpriv, of util-linux");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{\"version\"")).count()
}
