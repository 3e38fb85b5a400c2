//! Several processes append at once, and are killed while they do.

use std::{
    collections::HashSet,
    fs,
    process::Child,
    thread::sleep,
    time::{Duration, Instant, SystemTime},
};

use gonogo::{ledger::postgres::schema_sql, model::Digest};
use tempfile::TempDir;

use super::{Ground, open, verified, worker::Worker};
use crate::servers::postgres::{ENCODED, Postgres};

const WORKERS: usize = 4;
const EACH: usize = 50;
/// On a fast machine there are more entries, so that there are as many kills.
const KILLS: usize = 15;
const TOGETHER: Duration = Duration::from_secs(120);

#[tokio::test]
async fn four_processes_append_at_once() {
    for ground in Ground::both().await {
        let folder = TempDir::new().expect("a folder");
        let workers = workers(&folder, &ground.place(), "");
        let children: Vec<Child> = workers.iter().map(Worker::start).collect();
        for mut child in children {
            assert!(child.wait().expect("ended").success());
        }
        for worker in &workers {
            assert_eq!(worker.failures(), [""; 0], "nobody has to try twice");
        }
        all_there(&ground.place(), &workers).await;
    }
}

#[tokio::test]
async fn kills_lose_nothing_in_a_file() {
    let ground = Ground::file();
    let folder = TempDir::new().expect("a folder");
    let workers = workers(&folder, &ground.place(), "enough");
    run_with_kills(&workers, |_| {});
    for worker in &workers {
        assert!(worker.failures().iter().all(|line| line.ends_with("(killed)")), "{:?}", worker.failures());
    }
    all_there(&ground.place(), &workers).await;
}

#[tokio::test]
async fn kills_and_restarts_lose_nothing_in_a_database() {
    let server = Postgres::alone();
    let name = server.named_database(&[&schema_sql(Some("app"))]).await;
    let place = format!("postgres://app:{ENCODED}@127.0.0.1:{}/{name}", server.port);
    let folder = TempDir::new().expect("a folder");
    let workers = workers(&folder, &place, "enough");
    let mut restarts = 0;
    run_with_kills(&workers, |kills| {
        if kills % 5 == 4 && restarts < 3 {
            server.crash();
            restarts += 1;
        }
    });
    assert_eq!(restarts, 3);
    all_there(&place, &workers).await;
}

/// They go on until there is a file of the name `until`, or stop when they have done their part.
fn workers(folder: &TempDir, place: &str, until: &str) -> Vec<Worker> {
    let worker = |i: usize| Worker {
        name: format!("worker {i}"),
        file: folder.path().join(i.to_string()),
        count: EACH,
        until: folder.path().join(until),
        place: place.into(),
    };
    (0..WORKERS).map(worker).collect()
}

/// Kills one of the processes at random moments and starts it again, until all have done their part.
fn run_with_kills(workers: &[Worker], mut after: impl FnMut(usize)) {
    let mut random = u64::from(SystemTime::UNIX_EPOCH.elapsed().expect("after 1970").subsec_nanos());
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let mut children: Vec<Child> = workers.iter().map(Worker::start).collect();
    let (mut kills, end) = (0, Instant::now() + TOGETHER);
    while kills < KILLS || workers.iter().any(|worker| worker.done().len() < EACH) {
        assert!(Instant::now() < end, "not done in time: {:?}", workers.iter().map(Worker::failures).collect::<Vec<_>>());
        sleep(Duration::from_millis(20 + next(120)));
        let i = usize::try_from(next(WORKERS as u64)).expect("small");
        if children[i].try_wait().expect("known").is_none() {
            children[i].kill().expect("killed");
            children[i].wait().expect("ended");
            kills += 1;
            after(kills);
        }
        children[i] = workers[i].start();
    }
    fs::write(&workers[0].until, "").expect("written");
    for mut child in children {
        assert!(child.wait().expect("ended").success());
    }
}

/// The chain holds, every entry that was reported done is there once, and there is nothing that nobody wanted.
async fn all_there(place: &str, workers: &[Worker]) {
    let entries = verified(open(place).expect("a ledger").as_ref()).await.expect("a chain");
    let there: HashSet<Digest> = entries.iter().map(|entry| entry.statement()).collect();
    for worker in workers {
        for draft in worker.done() {
            assert!(there.contains(&Digest::of(&draft.payload)), "an entry that was reported done is not there");
        }
    }
    assert_eq!(entries.len() - 1, workers.iter().map(|worker| worker.done().len()).sum::<usize>());
    assert!(entries.len() >= WORKERS * EACH);
}
