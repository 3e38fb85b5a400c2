//! A disk with no room left.

use std::{fs, process::Command};

use tempfile::TempDir;

use super::{Ground, five, open, path_of, remark, unavailable, verified, worker::Worker};

/// Files may grow to 200 KiB in the process, as if the disk ended there.
#[tokio::test]
async fn a_full_disk_keeps_what_is_there() {
    let ground = Ground::file();
    five(ground.open().as_ref()).await;
    let folder = TempDir::new().expect("a folder");
    let worker =
        Worker { name: "x".repeat(2000), file: folder.path().join("done"), count: 10_000, until: "/".into(), place: ground.place() };
    let limited = ["/bin/sh", "-c", r#"trap "" XFSZ; ulimit -f 400; exec "$0" "$@""#];
    assert!(worker.start_through(&limited).wait().expect("ended").success());

    let done = worker.done();
    let entries = verified(ground.open().as_ref()).await.expect("a chain");
    assert!(done.len() > 5 && entries.len() == 6 + done.len(), "{} done, {} there", done.len(), entries.len());
    let why = worker.failures().pop().expect("it failed");
    assert!(why.contains("cannot be added to: the disk fails or has no room left"), "{why}");
    ground.open().append(remark("there is room again"), Vec::new(), super::now(), None).await.expect("added");
}

/// A real one, where this process may mount it.
#[tokio::test]
async fn a_full_file_system_keeps_what_is_there() {
    let folder = TempDir::new().expect("a folder");
    let Some(_mounted) = Mounted::small(folder.path().to_str().expect("a plain path")) else { return };
    let place = folder.path().join("ledger.db");
    let store = open(place.to_str().expect("a plain path")).expect("a ledger");
    let mut count = five(store.as_ref()).await.len();
    let why = loop {
        match store.append(remark(&format!("{count} {}", "x".repeat(20_000))), Vec::new(), super::now(), None).await {
            Ok(_) => count += 1,
            refused => break unavailable(refused),
        }
        assert!(count < 1000, "it never fills");
    };
    assert!(why.contains("there is no room left on its disk; what stands in it is as it was"), "{why}");
    assert_eq!(verified(store.as_ref()).await.expect("a chain").len(), count);
}

/// Unmounted when dropped.
struct Mounted(String);

impl Mounted {
    fn small(path: &str) -> Option<Self> {
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=512k", "none", path]).output();
        mounted.is_ok_and(|output| output.status.success()).then(|| Self(path.to_owned()))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test]
async fn a_write_ahead_log_that_was_torn_is_no_loss() {
    let ground = Ground::file();
    let store = ground.open();
    let entries = five(store.as_ref()).await;
    // A copy made while the ledger is open has a log beside it; its last bytes never reached the disk.
    let copy = TempDir::new().expect("a folder");
    let path = path_of(&ground);
    let log = fs::read(path.with_extension("db-wal")).expect("a log");
    fs::copy(&path, copy.path().join("ledger.db")).expect("copied");
    fs::write(copy.path().join("ledger.db-wal"), &log[..log.len() - 100]).expect("written");
    let read = verified(open(copy.path().join("ledger.db").to_str().expect("a plain path")).expect("a ledger").as_ref()).await;
    assert_eq!(read.as_deref(), Ok(&entries[..5]));
}
