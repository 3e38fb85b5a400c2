//! What both stores promise.

use gonogo::{
    ledger::{Blob, Draft, Entry, History, LedgerError, Look, ORG, Row, VERSION},
    model::{Act, Checkpoint, Digest, Made, Statement},
};
use jiff::ToSpan as _;

use super::{
    Ground, Trusting, answer, draft, first, five, made, now, of_project, remark, remark_over, said, shared_five, signed, unavailable,
    verified,
};

#[tokio::test]
async fn entries_come_back_as_they_were_added() {
    for ground in Ground::both().await {
        let added = five(ground.open().as_ref()).await;
        let again = verified(ground.open().as_ref()).await.expect("a chain");
        assert_eq!(again, added);
        assert_eq!(again.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
        assert_eq!(again.iter().map(|entry| entry.chain.as_str()).collect::<Vec<_>>(), ["", "api", "api", "api", "api", "api"]);
        assert_eq!((again[0].label.act.as_str(), again[3].label.act.as_str()), ("closing", "answer"));
        assert_eq!((again[0].version, &again[0].prev), (VERSION, &Digest::none()));
        let blob = Blob::of(b"a scanned page".to_vec());
        assert_eq!(ground.open().blob(&blob.digest).await, Ok(Some(blob.bytes)));
        assert_eq!(ground.open().blob(&Digest::of(b"other")).await, Ok(None));
    }
}

#[tokio::test]
async fn a_signed_statement_is_added_once() {
    for ground in Ground::both().await {
        let store = ground.open();
        let plain = store.append(remark("x"), Vec::new(), now(), None).await.expect("added");
        let first = store.append(signed(remark("x")), Vec::new(), now(), None).await.expect("added");
        store.append(remark("y"), Vec::new(), now(), None).await.expect("added");
        assert_ne!(plain, first, "an unsigned copy is not taken for the signed one");
        assert_eq!(store.append(signed(remark("x")), Vec::new(), now(), None).await.as_ref(), Ok(&first));
        assert_eq!(store.append(remark("x"), Vec::new(), now(), None).await.as_ref(), Ok(&plain));
        assert_eq!(verified(store.as_ref()).await.expect("a chain").len(), 4);
    }
}

#[tokio::test]
async fn a_shared_chain_goes_on_as_older_programs_want_it() {
    for ground in Ground::both().await {
        let added = shared_five(ground.open().as_ref()).await;
        let again = verified(ground.open().as_ref()).await.expect("a chain");
        assert_eq!((again.len(), &again), (6, &added));
        assert!(again.iter().all(|entry| entry.version == 1 && entry.chain.is_empty()));
        assert_eq!(ground.open().rows("web").await.expect("rows").len(), 6, "whatever the project");
    }
}

#[tokio::test]
async fn an_entry_has_the_time_of_whoever_added_it() {
    for ground in Ground::both().await {
        let (store, now) = (ground.open(), now());
        store.append(remark("one"), Vec::new(), now, None).await.expect("added");
        let behind = now - 40.seconds();
        let earlier = store.append(remark("two"), Vec::new(), behind, None).await.expect("added");
        assert_eq!(earlier.recorded, behind);
        let exact = now + 123_456_789.nanoseconds();
        let later = store.append(remark("four"), Vec::new(), exact, None).await.expect("added");
        assert_eq!(later.recorded, exact);
        assert_eq!(verified(store.as_ref()).await.expect("a chain").len(), 4);
    }
}

#[tokio::test]
async fn a_shared_chain_never_goes_back_in_time() {
    for ground in Ground::both().await {
        let (store, now) = (ground.open(), now());
        let mut ahead = first();
        ahead.recorded = now + 40.seconds();
        store.adopt(ahead.clone(), Vec::new()).await.expect("adopted");
        let next = store.append(remark("one"), Vec::new(), now, None).await.expect("added");
        assert_eq!(next.recorded, ahead.recorded);
    }
}

#[tokio::test]
async fn a_clock_that_a_database_contradicts_adds_nothing() {
    let ground = Ground::database().await;
    let store = ground.open();
    let said = store.clock().await.expect("asked").expect("a database has a clock");
    let now = now();
    assert!(said.duration_since(now).abs() < jiff::SignedDuration::from_hours(1), "{said}");
    for wrong in [now + 10.minutes(), now - 10.hours(), "2099-01-01T00:00:00Z".parse().expect("an instant")] {
        let error = store.append(remark("x"), Vec::new(), wrong, None).await.expect_err("refused");
        assert!(matches!(&error, LedgerError::ClocksApart { machine, .. } if *machine == wrong), "{error}");
        assert_eq!(error.exit().code(), 6);
        assert!(error.to_string().starts_with(&format!("the clock here says {wrong}, that of the ledger 2")), "{error}");
    }
    assert_eq!(store.rows("api").await, Ok(Vec::new()));
    assert_eq!(Ground::file().open().clock().await, Ok(None));
}

#[tokio::test]
async fn a_statement_that_is_still_to_come_is_refused() {
    for ground in Ground::both().await {
        let store = ground.open();
        let at = |at| Draft { payload: Statement { made: Made { at, ..made(Digest::none()) }, ..said("x") }.to_json(), signature: None };
        let why = unavailable(store.append(at(now() + 10.minutes()), Vec::new(), now(), None).await);
        assert!(why.contains("which is still to come"), "{why}");
        store.append(at(now() - 10.hours()), Vec::new(), now(), None).await.expect("what was made before is added");
    }
}

#[tokio::test]
async fn nothing_is_added_onto_another_head_than_the_one_that_was_judged() {
    for ground in Ground::both().await {
        let store = ground.open();
        let first = store.append(remark("one"), Vec::new(), now(), Some(&Digest::none())).await.expect("nothing was there");
        let judged = first.digest();
        let second = store.append(remark("two"), Vec::new(), now(), Some(&judged)).await.expect("that is the head");
        let error = store.append(remark("three"), Vec::new(), now(), Some(&judged)).await.expect_err("it has gone on");
        assert_eq!(error, LedgerError::Moved { onto: judged, head: second.digest() });
        assert_eq!(error.exit().code(), 6);
        assert_eq!(verified(store.as_ref()).await.expect("a chain").len(), 3);
        let again = store.append(remark("two"), Vec::new(), now(), Some(&Digest::none())).await;
        assert_eq!(again, Ok(second), "it stands there");
    }
}

#[tokio::test]
async fn what_does_not_belong_here_is_refused() {
    for ground in Ground::both().await {
        let store = ground.open();
        let entries = five(store.as_ref()).await;
        let foreign = Digest::of(b"another ledger's");
        let result = store.append(remark_over("x", foreign.clone()), Vec::new(), now(), None).await;
        assert_eq!(result, Err(LedgerError::ForeignHead(foreign)));

        let (draft, blobs) = answer(b"not given");
        let why = unavailable(store.append(draft.clone(), Vec::new(), now(), None).await);
        assert!(why.contains(&format!("the bytes {} that the statement names were not given", blobs[0].digest)), "{why}");
        let swapped = vec![Blob { digest: blobs[0].digest.clone(), bytes: b"others".to_vec() }];
        let why = unavailable(store.append(draft, swapped, now(), None).await);
        assert!(why.contains("are others"), "{why}");

        let nonsense = Draft { payload: b"{}".to_vec(), signature: None };
        let why = unavailable(store.append(nonsense, Vec::new(), now(), None).await);
        assert!(why.contains("this is not a statement"), "{why}");
        let large = vec![Blob { digest: Digest::none(), bytes: vec![0; (256 << 20) + 1] }];
        let why = unavailable(store.append(remark("large"), large, now(), None).await);
        assert!(why.contains("more than 256 MiB"), "{why}");

        assert_eq!(verified(store.as_ref()).await.expect("a chain"), entries);
    }
}

#[tokio::test]
async fn bytes_given_earlier_need_not_be_given_again() {
    for ground in Ground::both().await {
        let store = ground.open();
        let (draft, blobs) = answer(b"a scanned page");
        store.append(draft.clone(), blobs, now(), None).await.expect("added");
        store.append(signed(draft), Vec::new(), now(), None).await.expect("added");
        assert_eq!(verified(store.as_ref()).await.expect("a chain").len(), 3);
    }
}

#[tokio::test]
async fn large_bytes_and_many_entries_come_back() {
    for ground in Ground::both().await {
        let store = ground.open();
        let large: Vec<u8> = (0..70_000_000_u32).map(|i| u8::try_from(i % 251).expect("small")).collect();
        let (draft, blobs) = answer(&large);
        store.append(draft, blobs, now(), None).await.expect("added");
        // More than one page by number, and by bytes.
        for i in 0..510 {
            store.append(remark(&i.to_string()), Vec::new(), now(), None).await.expect("added");
        }
        for i in 0..5 {
            store.append(remark(&i.to_string().repeat(9_000_000)), Vec::new(), now(), None).await.expect("added");
        }
        assert_eq!(verified(store.as_ref()).await.expect("a chain").len(), 517);
        assert_eq!(store.blob(&Digest::of(&large)).await, Ok(Some(large)));
    }
}

#[tokio::test]
async fn a_ledger_with_newer_entries_is_read_and_not_written() {
    for ground in Ground::both().await {
        let store = ground.open();
        let entries = five(store.as_ref()).await;
        let newer = Row::of(Entry {
            version: 3,
            seq: 7,
            prev: entries[5].digest(),
            payload: b"what version 3 writes".to_vec(),
            signature: None,
            ..entries[5].clone()
        });
        let Row { chain, label, seq, version, prev, recorded, payload, statement, digest, .. } = newer;
        let insert = format!(
            "INSERT INTO chains (chain, label, seq, version, prev, recorded, payload, statement, digest) \
             VALUES ('{chain}', '{label}', {seq}, {version}, '{prev}', '{recorded}', {}, '{statement}', '{digest}')",
            ground.bytes(&payload)
        );
        ground.tamper(&insert).await;
        let read = verified(store.as_ref()).await.expect("readable");
        assert_eq!((read.len(), gonogo::ledger::chain::newer(&read)), (7, Some((7, 3))));
        let error = store.append(remark("x"), Vec::new(), now(), None).await.expect_err("refused");
        assert_eq!(error, LedgerError::Newer { seq: 7, version: 3 });
        assert_eq!(error.to_string(), "entry 7 has the version 3, this gonogo writes 2: add to this ledger with a newer gonogo");
        assert_eq!(verified(store.as_ref()).await.expect("readable").len(), 7);
        store.append(of_project("web", "x"), Vec::new(), now(), None).await.expect("another project's chain has none");
    }
}

#[tokio::test]
async fn tables_of_a_newer_format_are_read_and_not_written() {
    for ground in Ground::both().await {
        five(ground.open().as_ref()).await;
        let newer = match &ground {
            Ground::File(_) => "PRAGMA user_version = 3",
            Ground::Database(_) => "COMMENT ON SCHEMA gonogo IS 'gonogo ledger, format 3'",
        };
        ground.tamper(newer).await;
        let store = ground.open();
        let why = unavailable(store.append(remark("x"), Vec::new(), now(), None).await);
        assert!(why.contains("the format 3, this gonogo writes 2: use a newer one"), "{why}");
        assert_eq!(verified(store.as_ref()).await.expect("readable").len(), 6);
    }
}

#[tokio::test]
async fn what_is_stored_cannot_be_changed_by_accident() {
    let file = Ground::file();
    five(file.open().as_ref()).await;
    let connection = rusqlite::Connection::open(file.place()).expect("opened");
    for statement in [
        "UPDATE entries SET recorded = recorded",
        "DELETE FROM entries WHERE seq = 1",
        "INSERT OR REPLACE INTO entries SELECT * FROM entries WHERE seq = 1",
        "INSERT INTO entries SELECT 2, 1, digest, recorded, payload, signature, statement, 'x' FROM entries",
        "UPDATE chains SET recorded = recorded",
        "DELETE FROM chains WHERE seq = 6",
        "INSERT OR REPLACE INTO chains SELECT * FROM chains WHERE seq = 4",
        "INSERT INTO chains SELECT 'web', label, 9, version, prev, recorded, payload, signature, statement, 'x' FROM chains WHERE seq = 2",
        "UPDATE kept SET deflated = x'00'",
        "DELETE FROM kept",
        "INSERT OR REPLACE INTO kept SELECT digest, size, x'00' FROM kept",
    ] {
        refuses(statement, connection.execute(statement, []).expect_err(statement).to_string());
    }
    let ground = Ground::database().await;
    five(ground.open().as_ref()).await;
    let Ground::Database(database) = &ground else { unreachable!("it is one") };
    let owner = database.client().await;
    for statement in [
        "UPDATE gonogo.entries SET recorded = recorded",
        "DELETE FROM gonogo.entries WHERE seq = 1",
        "TRUNCATE gonogo.entries",
        "INSERT INTO gonogo.entries SELECT 9, version, digest, recorded, payload, signature, statement, 'x' FROM gonogo.entries WHERE seq = 1",
        "INSERT INTO gonogo.entries SELECT 2, 1, digest, recorded, payload, signature, statement, 'x' FROM gonogo.entries WHERE seq = 1",
        "UPDATE gonogo.chains SET recorded = recorded",
        "DELETE FROM gonogo.chains WHERE seq = 6",
        "TRUNCATE gonogo.chains",
        "INSERT INTO gonogo.chains SELECT 'web', label, 9, version, prev, recorded, payload, signature, statement, 'x' FROM gonogo.chains WHERE seq = 2",
        "UPDATE gonogo.kept SET deflated = ''",
        "DELETE FROM gonogo.kept",
        "TRUNCATE gonogo.kept",
        "SET session_replication_role = replica; DELETE FROM gonogo.chains",
    ] {
        let error = owner.batch_execute(statement).await.expect_err(statement);
        refuses(statement, error.as_db_error().expect("the server's").message().to_owned());
    }
}

#[track_caller]
fn refuses(statement: &str, error: String) {
    let known = ["the ledger only grows", "follows the newest one", "the shared chain of the ledger is closed"];
    assert!(known.iter().any(|known| error.contains(known)), "{statement}: {error}");
}

#[tokio::test]
async fn a_checkpoint_demands_every_head() {
    for ground in Ground::both().await {
        let store = ground.open();
        five(store.as_ref()).await;
        store.append(of_project("web", "x"), Vec::new(), now(), None).await.expect("added");
        let checkpoint = Checkpoint::of(store.as_ref()).await.expect("heads");
        assert_eq!(checkpoint.heads.keys().collect::<Vec<_>>(), ["", "api", "web"]);
        let added = store.append(draft(Act::Checkpoint(checkpoint.clone()), Digest::none()), Vec::new(), now(), None).await.expect("added");
        assert_eq!(added.chain, ORG, "it concerns all, whatever project it was made in");
        for chain in ["api", "web", "never heard of", ORG] {
            assert_eq!(checkpoint.demand(chain, &read(&ground, chain).await), Ok(()), "{chain}");
        }
        // A tail that is gone with everything that vouched for it.
        ground.tamper("DELETE FROM chains WHERE chain = 'api' AND seq > 4").await;
        let error = checkpoint.demand("api", &read(&ground, "api").await).expect_err("cut off");
        assert!(error.exit().code() == 5 && error.to_string().contains("as an entry of `api`"), "{error}");
        assert_eq!(checkpoint.demand("web", &read(&ground, "web").await), Ok(()));
    }
}

async fn read(ground: &Ground, chain: &str) -> History {
    History::of(ground.open().rows(chain).await.expect("rows"), &Look::by(Trusting, now())).expect("a history")
}
