//! Somebody with all rights on the storage: whatever they do to an entry, that entry is named.

use gonogo::{
    ledger::{Entry, LedgerError, chain},
    model::Digest,
};

use super::{Ground, five, names, remark, verified};

/// What is done, and which entry must be named.
fn changes(ground: &Ground, entries: &[Entry]) -> Vec<(String, u64)> {
    let mut payload = entries[2].payload.clone();
    let middle = payload.len() / 2;
    payload[middle] ^= 1;
    let third = |change: &str| format!("UPDATE entries SET {change} WHERE seq = 3");
    let zero = Digest::of(b"something else");
    vec![
        (third("version = 2"), 3),
        (third("version = -1"), 3),
        (third("seq = 30"), 3),
        (third("seq = -3"), 1),
        (third(&format!("prev = '{zero}'")), 3),
        (third("prev = ''"), 3),
        (third("recorded = '2026-11-20T12:00:01Z'"), 3),
        (third("recorded = '2026-11-20T12:00:00.0Z'"), 3),
        (third("recorded = 'yesterday'"), 3),
        (third(&format!("payload = {}", ground.bytes(&payload))), 3),
        (third(&format!("payload = {}", ground.bytes(b""))), 3),
        (third("signature = 'x'"), 3),
        ("UPDATE entries SET signature = NULL WHERE seq = 2".into(), 2),
        ("UPDATE entries SET signature = lower(signature) WHERE seq = 2".into(), 2),
        (third(&format!("statement = '{zero}'")), 3),
        (third(&format!("digest = '{zero}'")), 3),
        (third("digest = upper(digest)"), 3),
        ("DELETE FROM entries WHERE seq = 1".into(), 1),
        ("DELETE FROM entries WHERE seq = 3".into(), 3),
        ("UPDATE entries SET seq = 99 WHERE seq = 2; UPDATE entries SET seq = 2 WHERE seq = 3; UPDATE entries SET seq = 3 WHERE seq = 99".into(), 2),
        ("DELETE FROM entries WHERE seq = 3; UPDATE entries SET seq = 3 WHERE seq = 4; UPDATE entries SET seq = 4 WHERE seq = 5".into(), 3),
        (format!("UPDATE blobs SET bytes = {}", ground.bytes(b"a scanned pagE")), 3),
        (format!("UPDATE blobs SET bytes = {}", ground.bytes(b"")), 3),
        ("DELETE FROM blobs".into(), 3),
        (format!("UPDATE blobs SET digest = '{zero}'"), 3),
    ]
}

#[tokio::test]
async fn each_change_of_a_file_names_its_entry() {
    let sample = Ground::file();
    let entries = five(sample.open().as_ref()).await;
    for (change, seq) in changes(&sample, &entries) {
        let ground = Ground::file();
        five(ground.open().as_ref()).await;
        ground.tamper(&change).await;
        let why = names(verified(ground.open().as_ref()).await, seq);
        assert!(!why.is_empty(), "{change}");
    }
}

#[tokio::test]
async fn each_change_of_a_database_names_its_entry() {
    let ground = Ground::database().await;
    let entries = five(ground.open().as_ref()).await;
    let Ground::Database(database) = &ground else { unreachable!("it is one") };
    let owner = database.client().await;
    for (change, seq) in changes(&ground, &entries) {
        // What is done is taken back, so that one database will do.
        owner
            .batch_execute(
                "CREATE TABLE IF NOT EXISTS e AS SELECT * FROM gonogo.entries; CREATE TABLE IF NOT EXISTS b AS SELECT * FROM gonogo.blobs",
            )
            .await
            .expect("kept");
        ground.tamper(&change).await;
        let why = names(verified(ground.open().as_ref()).await, seq);
        assert!(!why.is_empty(), "{change}");
        ground
            .tamper("DELETE FROM entries; INSERT INTO entries SELECT * FROM public.e; DELETE FROM blobs; INSERT INTO blobs SELECT * FROM public.b")
            .await;
        assert_eq!(verified(ground.open().as_ref()).await.as_ref(), Ok(&entries), "taken back: {change}");
    }
}

#[tokio::test]
async fn a_tail_that_was_cut_off_shows_by_a_kept_head() {
    for ground in Ground::both().await {
        let entries = five(ground.open().as_ref()).await;
        let kept = chain::head(&entries);
        assert_eq!(chain::holds(&entries, &kept), Ok(()));
        ground.tamper("DELETE FROM entries WHERE seq > 3").await;
        let left = verified(ground.open().as_ref()).await.expect("a chain, as far as it goes");
        let error = chain::holds(&left, &kept).expect_err("cut off");
        assert_eq!(error.exit().code(), 5);
        assert!(error.to_string().contains("entries have been cut off or replaced; its newest entry is 3"), "{error}");
    }
}

/// The attacker has this program: every fingerprint from the second entry on is made anew.
#[tokio::test]
async fn a_rewritten_history_shows_where_a_later_statement_vouched_for_it() {
    for ground in Ground::both().await {
        let store = ground.open();
        let mut entries = five(store.as_ref()).await;
        entries[1].payload = remark("never said").payload;
        rewrite(&ground, &mut entries).await;
        let why = names(verified(store.as_ref()).await, 4);
        assert!(why.contains("its statement was made over the ledger head"), "{why}");
    }
}

#[tokio::test]
async fn a_statement_said_twice_is_a_replay() {
    for ground in Ground::both().await {
        let store = ground.open();
        let mut entries = five(store.as_ref()).await;
        entries.push(Entry { seq: 6, ..entries[1].clone() });
        rewrite(&ground, &mut entries).await;
        let why = names(verified(store.as_ref()).await, 6);
        assert!(why.contains("replayed"), "{why}");
    }
}

#[tokio::test]
async fn nothing_is_added_after_a_changed_entry() {
    for ground in Ground::both().await {
        let store = ground.open();
        five(store.as_ref()).await;
        ground.tamper("UPDATE entries SET recorded = '2020-01-01T00:00:00Z' WHERE seq = 5").await;
        let refused = store.append(remark("six"), Vec::new(), super::now()).await;
        assert!(matches!(refused, Err(LedgerError::Broken { seq: 5, .. })), "{refused:?}");
    }
}

/// Stores these entries instead, each link and fingerprint made anew.
async fn rewrite(ground: &Ground, entries: &mut [Entry]) {
    let (mut prev, mut statements) = (Digest::none(), String::from("DELETE FROM entries;"));
    for entry in entries {
        entry.prev = prev;
        prev = entry.digest();
        let signature = entry.signature.as_ref().map_or("NULL".into(), |signature| format!("'{signature}'"));
        statements.push_str(&format!(
            "INSERT INTO entries (seq, version, prev, recorded, payload, signature, statement, digest) \
             VALUES ({}, {}, '{}', '{}', {}, {signature}, '{}', '{prev}');",
            entry.seq,
            entry.version,
            entry.prev,
            entry.recorded,
            ground.bytes(&entry.payload),
            entry.statement()
        ));
    }
    ground.tamper(&statements).await;
}
