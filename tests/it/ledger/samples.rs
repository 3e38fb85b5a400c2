//! Samples of stages in both stores (`crate::servers::postgres`): kept in order, never changed, seen when they were, and taken along.

use std::{io::Cursor, time::Instant};

use gonogo::{
    ledger::{Entry, History, LedgerError, Look, Memory, Rollouts, Store, VerifiedEntry, export, follow_samples, sample_faults},
    model::{Digest, RollbackBegun, RollbackEnded, RollbackKind, RollbackOutcome, StageStep},
};

use super::{
    Ground, Trusting, five, now,
    stages::{begun, evidence, put, release, sample, samples, step},
    unavailable,
};

/// A stage with five samples that evidence rests on.
async fn watched(store: &dyn Store) -> (Digest, Vec<Vec<u8>>, Entry) {
    five(store).await;
    let run = put(store, step(1, begun()), None).await.statement();
    let all = samples(&run, 5, "x");
    for (number, payload) in (1..).zip(&all) {
        store.add_sample(&run, number, payload.clone()).await.expect("added");
    }
    let shown = put(store, step(1, evidence(&run, &all, "earned", Some(b"evidence"))), Some(b"evidence")).await;
    (run, all, shown)
}

async fn history(store: &dyn Store) -> History {
    History::of(store.rows("api").await.expect("rows"), &Look::by(Trusting, now())).expect("a history")
}

async fn faults(store: &dyn Store) -> Vec<String> {
    let history = history(store).await;
    let entries: Vec<&VerifiedEntry> = history.entries().expect("entries");
    sample_faults(store, &entries).await.expect("looked at")
}

#[tokio::test]
async fn come_back_in_their_order() {
    let memory: Box<dyn Store> = Box::new(Memory::empty("a test"));
    let both = Ground::both().await;
    for store in both.iter().map(Ground::open).chain([memory]) {
        assert_eq!(store.newest_sample(&Digest::of(b"nothing")).await, Ok(None));
        let (run, all, _) = watched(store.as_ref()).await;
        assert_eq!(store.samples(&run, 1).await, Ok(all.clone()));
        assert_eq!(store.samples(&run, 4).await, Ok(all[3..].to_vec()));
        assert_eq!(store.samples(&run, 6).await, Ok(Vec::new()));
        assert_eq!(store.newest_sample(&run).await, Ok(Some((5, all[4].clone()))));
        assert_eq!(store.samples(&Digest::of(b"another"), 1).await, Ok(Vec::new()));
        assert_eq!(faults(store.as_ref()).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_second_watcher_is_told_and_changes_nothing() {
    let memory: Box<dyn Store> = Box::new(Memory::empty("a test"));
    let both = Ground::both().await;
    for store in both.iter().map(Ground::open).chain([memory]) {
        let (run, all, _) = watched(store.as_ref()).await;
        assert_eq!(store.add_sample(&run, 5, all[4].clone()).await, Ok(()), "whoever had no answer may ask again");
        let other = sample(5, &Digest::of(&all[3]), "another watcher");
        let error = store.add_sample(&run, 5, other).await.expect_err("taken");
        assert_eq!((&error, error.exit().code()), (&LedgerError::SampleTaken(5), 2));
        assert!(error.to_string().contains("another process watches the stage too"), "{error}");
        let newest = Digest::of(&all[4]);
        let why = unavailable(store.add_sample(&run, 7, sample(7, &newest, "x")).await);
        assert!(why.contains("sample 7 was given, and sample 6 is not on record"), "{why}");
        let why = unavailable(store.add_sample(&run, 6, sample(6, &Digest::of(&all[3]), "x")).await);
        assert!(why.contains("but what is before it is"), "{why}");
        let why = unavailable(store.add_sample(&run, 6, sample(6, &newest, &"x".repeat(256 << 10))).await);
        assert!(why.contains("more than 256"), "{why}");
        // All or none.
        let two = vec![sample(6, &newest, "x"), sample(7, &newest, "x")];
        unavailable(store.add_samples(&run, 6, two).await);
        assert_eq!(store.samples(&run, 1).await, Ok(all));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_watchers_at_once_one_gets_each_number() {
    for ground in Ground::both().await {
        let run = put(ground.open().as_ref(), step(1, begun()), None).await.statement();
        let watchers = (0..8).map(|who| {
            let (store, run) = (ground.open(), run.clone());
            tokio::spawn(async move { store.add_sample(&run, 1, sample(1, &run, &who.to_string())).await })
        });
        let mut added = 0;
        for watcher in watchers.collect::<Vec<_>>() {
            match watcher.await.expect("it ended") {
                Ok(()) => added += 1,
                other => assert_eq!(other, Err(LedgerError::SampleTaken(1))),
            }
        }
        assert_eq!((added, ground.open().samples(&run, 1).await.expect("samples").len()), (1, 1));
    }
}

#[tokio::test]
async fn only_grow() {
    let run = Digest::of(b"a beginning");
    let statements = [
        "UPDATE gonogo.samples SET payload = payload",
        "DELETE FROM gonogo.samples WHERE number = 1",
        "INSERT INTO gonogo.samples SELECT run, 9, payload FROM gonogo.samples WHERE number = 1",
        "INSERT OR REPLACE INTO gonogo.samples SELECT run, 1, payload FROM gonogo.samples WHERE number = 1",
        "TRUNCATE gonogo.samples",
        "SET session_replication_role = replica; DELETE FROM gonogo.samples",
    ];
    for ground in Ground::both().await {
        ground.open().add_samples(&run, 1, samples(&run, 2, "x")).await.expect("added");
        let statements = if matches!(ground, Ground::File(_)) { &statements[..4] } else { &statements[..] };
        for statement in statements.iter().filter(|one| matches!(ground, Ground::File(_)) || !one.contains("OR REPLACE")) {
            let error = match &ground {
                Ground::File(_) => {
                    let file = rusqlite::Connection::open(ground.place()).expect("opened");
                    file.execute(&statement.replace("gonogo.", ""), []).expect_err(statement).to_string()
                }
                Ground::Database(database) => {
                    let error = database.client().await.batch_execute(statement).await.expect_err(statement);
                    error.as_db_error().expect("the server's").message().to_owned()
                }
            };
            let known = ["the ledger only grows", "a sample of the ledger follows the newest one"];
            assert!(known.iter().any(|known| error.contains(known)), "{statement}: {error}");
        }
        assert_eq!(ground.open().samples(&run, 1).await, Ok(samples(&run, 2, "x")));
    }
}

#[tokio::test]
async fn what_was_done_to_them_is_found_and_named() {
    for ground in Ground::both().await {
        let store = ground.open();
        let (run, all, shown) = watched(store.as_ref()).await;
        let seq = shown.seq;
        let of = format!("stage `canary`, attempt 1 (entry {})", seq - 1);
        ground
            .tamper(&format!("UPDATE samples SET payload = {} WHERE number = 3", ground.bytes(&sample(3, &Digest::of(&all[1]), "y"))))
            .await;
        let found = faults(store.as_ref()).await;
        assert!(found.len() == 1 && found[0].starts_with(&format!("{of}: sample 4 follows {}", Digest::of(&all[2]))), "{found:?}");
        // Made anew by whoever knows the format, it still is not what the evidence rests on.
        for (number, payload) in (1..).zip(samples(&run, 5, "forged")) {
            ground.tamper(&format!("UPDATE samples SET payload = {} WHERE number = {number}", ground.bytes(&payload))).await;
        }
        let found = faults(store.as_ref()).await;
        assert!(
            found.len() == 1 && found[0].starts_with(&format!("{of}: the evidence in entry {seq} rests on another sample 5")),
            "{found:?}"
        );
        ground.tamper("DELETE FROM samples WHERE number > 3").await;
        assert_eq!(faults(store.as_ref()).await, [format!("{of}: the evidence in entry {seq} rests on 5 samples, and 3 are here")]);
        ground.tamper("DROP TABLE samples").await;
        assert_eq!(faults(store.as_ref()).await, [format!("{of}: the evidence in entry {seq} rests on 5 samples, and 0 are here")]);
        put(store.as_ref(), step(1, evidence(&Digest::of(b"elsewhere"), &[], "held", None)), None).await;
        assert!(faults(store.as_ref()).await[1].contains("the beginning of the stage that it is evidence of is not on record"));
    }
}

#[tokio::test]
async fn go_along_to_another_place() {
    for from in Ground::both().await {
        let store = from.open();
        let (run, all, _) = watched(store.as_ref()).await;
        let mut bytes = Vec::new();
        export::write(store.as_ref(), None, &mut bytes).await.expect("written");
        let read = || export::read(&mut Cursor::new(&bytes)).expect("read");
        for to in Ground::both().await {
            let there = to.open();
            assert_eq!(export::import(read(), there.as_ref()).await, Ok(8));
            assert_eq!(there.samples(&run, 1).await, Ok(all.clone()));
            there.add_sample(&run, 6, sample(6, &Digest::of(&all[4]), "x")).await.expect("it goes on there");
            assert_eq!(export::import(read(), there.as_ref()).await, Ok(0), "again, where it has gone on");
            assert_eq!(faults(there.as_ref()).await, Vec::<String>::new());
        }
        let text = String::from_utf8(bytes.clone()).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        let without = |line: usize| [&lines[..line], &lines[line + 1..]].concat().join("\n") + "\n";
        let error = export::read(&mut Cursor::new(without(lines.len() - 2))).expect_err("one is missing");
        assert!(error.to_string().contains("is sample 5 of a stage, and 3 stand before it"), "{error}");
    }
}

#[tokio::test]
async fn a_broken_export_is_taken_over_nowhere() {
    let store = Memory::empty("a test");
    let (run, mut all, _) = watched(&store).await;
    let mut bytes = Vec::new();
    export::write(&store, None, &mut bytes).await.expect("written");
    let mut exported = export::read(&mut Cursor::new(&bytes)).expect("read");
    all[1] = sample(2, &Digest::of(&all[0]), "y");
    exported.samples.insert(run, all);
    let to = Memory::empty("there");
    let error = export::import(exported, &to).await.expect_err("broken");
    assert!(error.exit().code() == 5 && error.to_string().contains("sample 3 follows"), "{error}");
    assert!(to.entries("api").await.expect("entries").is_empty());
}

/// A stage of six days with a sample a minute.
#[tokio::test]
async fn a_long_stage_is_read_at_once() {
    for ground in Ground::both().await {
        let store = ground.open();
        let run = put(store.as_ref(), step(1, begun()), None).await.statement();
        let all = samples(&run, 8640, &"x".repeat(900));
        store.add_samples(&run, 1, all.clone()).await.expect("added");
        let mut fastest = u128::MAX;
        for _ in 0..5 {
            let began = Instant::now();
            let read = store.samples(&run, 1).await.expect("read");
            fastest = fastest.min(began.elapsed().as_millis());
            assert_eq!(read.len(), all.len());
        }
        assert_eq!(follow_samples(&run, &store.samples(&run, 1).await.expect("read")), Ok(()));
        println!("8640 samples read in {fastest} ms");
        assert!(fastest < 400, "{fastest} ms in a debug build");
    }
}

#[tokio::test]
async fn what_began_and_what_became_of_it_is_told() {
    let store = Memory::empty("a test");
    let place = ("api", "prod");
    let (first, ..) = watched(&store).await;
    let second = put(&store, step(2, begun()), None).await.statement();
    let asked = gonogo::ledger::AskedRelease { project: "api".into(), environment: "prod".into(), release: release() };
    let read = history(&store).await;
    let rollouts = Rollouts::of(&read, place).expect("rollouts");
    assert_eq!(rollouts.stages.iter().map(|stage| &stage.run).collect::<Vec<_>>(), [&first, &second]);
    assert_eq!((rollouts.stages[0].evidence.len(), rollouts.stages[1].evidence.len()), (1, 0));
    assert_eq!(rollouts.newest(&asked, "canary").map(|stage| stage.step.attempt), Some(2));
    assert!(rollouts.newest(&asked, "half").is_none() && rollouts.open_rollback().is_none() && rollouts.drills().next().is_none());
    let mut other = asked.clone();
    other.release.commit = Some("decade".into());
    assert!(rollouts.newest(&other, "canary").is_none(), "it is another release");
    let back = |kind| {
        StageStep::RollbackBegun(RollbackBegun {
            began: Some(second.clone()),
            sample: Some(3),
            fired: now(),
            why: "errors above 2 %".into(),
            kind,
            host: "runner-7".into(),
            pid: 1,
        })
    };
    let ended = |begun: &Entry, outcome, took| {
        let (begun, way) = (begun.statement(), Some("flag off".to_owned()));
        step(2, StageStep::RollbackEnded(RollbackEnded { begun, outcome, took, way, notes: Vec::new(), report: None }))
    };
    let drill = put(&store, step(2, back(RollbackKind::Drill)), None).await;
    put(&store, ended(&drill, RollbackOutcome::Back, 41_000), None).await;
    let late = put(&store, step(2, back(RollbackKind::Drill)), None).await;
    put(&store, ended(&late, RollbackOutcome::Late, 99_000), None).await;
    let breach = put(&store, step(2, back(RollbackKind::Breach)), None).await;
    let read = history(&store).await;
    let rollouts = Rollouts::of(&read, place).expect("rollouts");
    let took: Vec<_> = rollouts.drills().map(|drill| drill.end.map(|(_, end)| end.took)).collect();
    assert_eq!(took, [Some(41_000), Some(99_000)]);
    let open = rollouts.open_rollback().expect("one is open");
    assert_eq!((open.entry.entry.seq, open.begun.kind), (breach.seq, RollbackKind::Breach));
    put(&store, ended(&breach, RollbackOutcome::Failed, 1_000), None).await;
    let read = history(&store).await;
    assert!(Rollouts::of(&read, place).expect("rollouts").open_rollback().is_none());
}
