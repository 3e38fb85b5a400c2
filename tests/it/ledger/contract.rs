//! What both stores promise.

use gonogo::{
    ledger::{Blob, Draft, Entry, LedgerError, VERSION},
    model::Digest,
};
use jiff::ToSpan as _;

use super::{Ground, answer, five, instant, now, remark, remark_over, signed, unavailable, verified};

#[tokio::test]
async fn entries_come_back_as_they_were_added() {
    for ground in Ground::both().await {
        let added = five(ground.open().as_ref()).await;
        let again = verified(ground.open().as_ref()).await.expect("a chain");
        assert_eq!(again, added);
        assert_eq!(again.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        assert_eq!((again[0].version, &again[0].prev, again[0].recorded), (VERSION, &Digest::none(), now()));
        let blob = Blob::of(b"a scanned page".to_vec());
        assert_eq!(ground.open().blob(&blob.digest).await, Ok(Some(blob.bytes)));
        assert_eq!(ground.open().blob(&Digest::of(b"other")).await, Ok(None));
    }
}

#[tokio::test]
async fn a_signed_statement_is_added_once() {
    for ground in Ground::both().await {
        let store = ground.open();
        let plain = store.append(remark("x"), Vec::new(), now()).await.expect("added");
        let first = store.append(signed(remark("x")), Vec::new(), now()).await.expect("added");
        store.append(remark("y"), Vec::new(), now()).await.expect("added");
        assert_ne!(plain, first, "an unsigned copy is not taken for the signed one");
        assert_eq!(store.append(signed(remark("x")), Vec::new(), now()).await.as_ref(), Ok(&first));
        assert_eq!(store.append(remark("x"), Vec::new(), now()).await.as_ref(), Ok(&plain));
        assert_eq!(verified(store.as_ref()).await.expect("a chain").len(), 3);
    }
}

#[tokio::test]
async fn a_clock_that_is_behind_is_refused_or_held() {
    for ground in Ground::both().await {
        let store = ground.open();
        store.append(remark("one"), Vec::new(), now()).await.expect("added");
        let a_little = store.append(remark("two"), Vec::new(), now() - 60.seconds()).await.expect("within the tolerance");
        assert_eq!(a_little.recorded, now());
        let behind = now() - 61.seconds();
        let refused = store.append(remark("three"), Vec::new(), behind).await;
        assert_eq!(refused, Err(LedgerError::ClockBehind { now: behind, newest: now() }));
        let later = store.append(remark("four"), Vec::new(), instant("2026-11-20T12:00:00.123456789Z")).await.expect("added");
        assert_eq!(later.recorded.to_string(), "2026-11-20T12:00:00.123456789Z");
        assert_eq!(verified(store.as_ref()).await.expect("a chain").len(), 3);
    }
}

#[tokio::test]
async fn what_does_not_belong_here_is_refused() {
    for ground in Ground::both().await {
        let store = ground.open();
        let entries = five(store.as_ref()).await;
        let foreign = Digest::of(b"another ledger's");
        let result = store.append(remark_over("x", foreign.clone()), Vec::new(), now()).await;
        assert_eq!(result, Err(LedgerError::ForeignHead(foreign)));

        let (draft, blobs) = answer(b"not given");
        let why = unavailable(store.append(draft.clone(), Vec::new(), now()).await);
        assert!(why.contains(&format!("the bytes {} that the statement names were not given", blobs[0].digest)), "{why}");
        let swapped = vec![Blob { digest: blobs[0].digest.clone(), bytes: b"others".to_vec() }];
        let why = unavailable(store.append(draft, swapped, now()).await);
        assert!(why.contains("are others"), "{why}");

        let nonsense = Draft { payload: b"{}".to_vec(), signature: None };
        let why = unavailable(store.append(nonsense, Vec::new(), now()).await);
        assert!(why.contains("this is not a statement"), "{why}");
        let large = vec![Blob { digest: Digest::none(), bytes: vec![0; (256 << 20) + 1] }];
        let why = unavailable(store.append(remark("large"), large, now()).await);
        assert!(why.contains("more than 256 MiB"), "{why}");

        assert_eq!(verified(store.as_ref()).await.expect("a chain"), entries);
    }
}

#[tokio::test]
async fn bytes_given_earlier_need_not_be_given_again() {
    for ground in Ground::both().await {
        let store = ground.open();
        let (draft, blobs) = answer(b"a scanned page");
        store.append(draft.clone(), blobs, now()).await.expect("added");
        store.append(signed(draft), Vec::new(), now()).await.expect("added");
        assert_eq!(verified(store.as_ref()).await.expect("a chain").len(), 2);
    }
}

#[tokio::test]
async fn large_bytes_and_many_entries_come_back() {
    for ground in Ground::both().await {
        let store = ground.open();
        let large: Vec<u8> = (0..70_000_000_u32).map(|i| u8::try_from(i % 251).expect("small")).collect();
        let (draft, blobs) = answer(&large);
        store.append(draft, blobs, now()).await.expect("added");
        // More than one page by number, and by bytes.
        for i in 0..510 {
            store.append(remark(&i.to_string()), Vec::new(), now()).await.expect("added");
        }
        for i in 0..5 {
            store.append(remark(&i.to_string().repeat(9_000_000)), Vec::new(), now()).await.expect("added");
        }
        assert_eq!(verified(store.as_ref()).await.expect("a chain").len(), 516);
        assert_eq!(store.blob(&Digest::of(&large)).await, Ok(Some(large)));
    }
}

#[tokio::test]
async fn a_ledger_with_newer_entries_is_read_and_not_written() {
    for ground in Ground::both().await {
        let store = ground.open();
        let entries = five(store.as_ref()).await;
        let newer = Entry {
            version: 2,
            seq: 6,
            prev: entries[4].digest(),
            recorded: now(),
            payload: b"what version 2 writes".to_vec(),
            signature: None,
        };
        let (recorded, payload, statement) = (newer.recorded, ground.bytes(&newer.payload), newer.statement());
        let insert = format!(
            "INSERT INTO entries (seq, version, prev, recorded, payload, statement, digest) \
             VALUES (6, 2, '{}', '{recorded}', {payload}, '{statement}', '{}')",
            newer.prev,
            newer.digest()
        );
        ground.tamper(&insert).await;
        let read = verified(store.as_ref()).await.expect("readable");
        assert_eq!((read.len(), gonogo::ledger::chain::newer(&read)), (6, Some((6, 2))));
        let error = store.append(remark("x"), Vec::new(), now()).await.expect_err("refused");
        assert_eq!(error, LedgerError::Newer { seq: 6, version: 2 });
        assert_eq!(error.to_string(), "entry 6 has the version 2, this gonogo writes 1: add to this ledger with a newer gonogo");
        assert_eq!(verified(store.as_ref()).await.expect("readable").len(), 6);
    }
}

#[tokio::test]
async fn tables_of_a_newer_format_are_read_and_not_written() {
    for ground in Ground::both().await {
        five(ground.open().as_ref()).await;
        let newer = match &ground {
            Ground::File(_) => "PRAGMA user_version = 2",
            Ground::Database(_) => "COMMENT ON SCHEMA gonogo IS 'gonogo ledger, format 2'",
        };
        ground.tamper(newer).await;
        let store = ground.open();
        let why = unavailable(store.append(remark("x"), Vec::new(), now()).await);
        assert!(why.contains("the format 2, this gonogo writes 1: use a newer one"), "{why}");
        assert_eq!(verified(store.as_ref()).await.expect("readable").len(), 5);
    }
}

#[tokio::test]
async fn what_is_stored_cannot_be_changed_by_accident() {
    let file = Ground::file();
    five(file.open().as_ref()).await;
    let connection = rusqlite::Connection::open(file.place()).expect("opened");
    for statement in [
        "UPDATE entries SET recorded = recorded",
        "DELETE FROM entries WHERE seq = 5",
        "INSERT OR REPLACE INTO entries SELECT * FROM entries WHERE seq = 3",
        "INSERT INTO entries SELECT 9, version, digest, recorded, payload, signature, statement, 'x' FROM entries WHERE seq = 5",
        "UPDATE blobs SET bytes = x'00'",
        "DELETE FROM blobs",
        "INSERT OR REPLACE INTO blobs SELECT digest, x'00' FROM blobs",
    ] {
        let error = connection.execute(statement, []).expect_err(statement).to_string();
        assert!(error.contains("the ledger only grows") || error.contains("follows the newest one"), "{statement}: {error}");
    }
    let ground = Ground::database().await;
    five(ground.open().as_ref()).await;
    let Ground::Database(database) = &ground else { unreachable!("it is one") };
    let owner = database.client().await;
    for statement in [
        "UPDATE gonogo.entries SET recorded = recorded",
        "DELETE FROM gonogo.entries WHERE seq = 5",
        "TRUNCATE gonogo.entries",
        "INSERT INTO gonogo.entries SELECT 9, version, digest, recorded, payload, signature, statement, 'x' FROM gonogo.entries WHERE seq = 5",
        "UPDATE gonogo.blobs SET bytes = ''",
        "DELETE FROM gonogo.blobs",
        "TRUNCATE gonogo.blobs",
        "SET session_replication_role = replica; DELETE FROM gonogo.entries",
    ] {
        let error = owner.batch_execute(statement).await.expect_err(statement);
        let error = error.as_db_error().expect("the server's").message().to_owned();
        assert!(error.contains("the ledger only grows") || error.contains("follows the newest one"), "{statement}: {error}");
    }
}
