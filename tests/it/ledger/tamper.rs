//! Somebody with all rights on the storage: whatever they do to an entry, that entry is named.

use gonogo::{
    ledger::{Entry, History, LedgerError, Look, Row},
    model::Digest,
};

use super::{Ground, Trusting, first, five, names, now, remark, shared_five, verified};

/// What is done to a ledger of the six, by its tables, and which entry must be named; the fourth is the one with bytes.
fn changes(ground: &Ground, entries: &[Entry], (table, blobs): (&str, &str)) -> Vec<(String, u64)> {
    let mut payload = entries[3].payload.clone();
    let middle = payload.len() / 2;
    payload[middle] ^= 1;
    let set = |change: &str, seq: u64| format!("UPDATE {table} SET {change} WHERE seq = {seq}");
    let fourth = |change: &str| set(change, 4);
    let zero = Digest::of(b"something else");
    let bytes = if blobs == "kept" { "deflated" } else { "bytes" };
    let mut changes = vec![
        (fourth("version = 3"), 4),
        (fourth("version = 0"), 4),
        (fourth("version = -1"), 4),
        (fourth("seq = 30"), 4),
        (fourth("seq = -3"), if table == "chains" { 2 } else { 1 }),
        (fourth(&format!("prev = '{zero}'")), 4),
        (fourth("prev = ''"), 4),
        (fourth("recorded = '2026-11-20T12:00:01Z'"), 4),
        (fourth("recorded = '2026-11-20T12:00:00.0Z'"), 4),
        (fourth("recorded = 'yesterday'"), 4),
        (fourth(&format!("payload = {}", ground.bytes(&payload))), 4),
        (fourth(&format!("payload = {}", ground.bytes(b""))), 4),
        (fourth("signature = 'x'"), 4),
        (set("signature = NULL", 3), 3),
        (set("signature = lower(signature)", 3), 3),
        (fourth(&format!("statement = '{zero}'")), 4),
        (fourth(&format!("digest = '{zero}'")), 4),
        (fourth("digest = upper(digest)"), 4),
        (format!("DELETE FROM {table} WHERE seq = 2"), 2),
        (format!("DELETE FROM {table} WHERE seq = 4"), 4),
        (format!("{}; {}; {}", set("seq = 99", 3), set("seq = 3", 4), set("seq = 4", 99)), 3),
        (format!("DELETE FROM {table} WHERE seq = 4; {}; {}", set("seq = 4", 5), set("seq = 5", 6)), 4),
        (format!("UPDATE {blobs} SET {bytes} = {}", ground.bytes(b"a scanned pagE")), 4),
        (format!("UPDATE {blobs} SET {bytes} = {}", ground.bytes(b"")), 4),
        (format!("DELETE FROM {blobs}"), 4),
        (format!("UPDATE {blobs} SET digest = '{zero}'"), 4),
    ];
    if table == "chains" {
        changes.extend([
            (fourth("label = '{}'"), 4),
            (fourth("label = replace(label, 'prod', 'staging')"), 4),
            (fourth("label = label || ' '"), 4),
            (fourth("chain = 'web'"), 4),
            ("UPDATE kept SET size = 0".into(), 4),
            ("UPDATE entries SET recorded = '2020-01-01T00:00:00Z'".into(), 1),
        ]);
    }
    changes
}

/// A chain of a project, and one that all share.
const TABLES: [(&str, &str); 2] = [("chains", "kept"), ("entries", "blobs")];

async fn six(ground: &Ground, table: &str) -> Vec<Entry> {
    let store = ground.open();
    if table == "chains" { five(store.as_ref()).await } else { shared_five(store.as_ref()).await }
}

#[tokio::test]
async fn each_change_of_a_file_names_its_entry() {
    for tables in TABLES {
        let sample = Ground::file();
        let entries = six(&sample, tables.0).await;
        for (change, seq) in changes(&sample, &entries, tables) {
            let ground = Ground::file();
            six(&ground, tables.0).await;
            ground.tamper(&change).await;
            let why = names(verified(ground.open().as_ref()).await, seq);
            assert!(!why.is_empty(), "{change}");
        }
    }
}

#[tokio::test]
async fn each_change_of_a_database_names_its_entry() {
    for tables in TABLES {
        let ground = Ground::database().await;
        let entries = six(&ground, tables.0).await;
        let Ground::Database(database) = &ground else { unreachable!("it is one") };
        let owner = database.client().await;
        let all = ["entries", "blobs", "chains", "kept"];
        for (change, seq) in changes(&ground, &entries, tables) {
            // What is done is taken back, so that one database will do.
            let keep = all.map(|table| format!("CREATE TABLE IF NOT EXISTS {table} AS SELECT * FROM gonogo.{table};")).concat();
            owner.batch_execute(&keep).await.expect("kept");
            ground.tamper(&change).await;
            let why = names(verified(ground.open().as_ref()).await, seq);
            assert!(!why.is_empty(), "{change}");
            let back = all.map(|table| format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM public.{table};")).concat();
            ground.tamper(&back).await;
            assert_eq!(verified(ground.open().as_ref()).await.as_ref(), Ok(&entries), "taken back: {change}");
        }
    }
}

/// Half of what a migration does, and a chain whose beginning was taken away.
#[tokio::test]
async fn what_is_half_migrated_is_said() {
    for ground in Ground::both().await {
        let entries = five(ground.open().as_ref()).await;
        let closing = entries[0].digest();
        ground.tamper("DELETE FROM entries").await;
        for error in [
            verified(ground.open().as_ref()).await.expect_err("no end"),
            ground.open().append(remark("x"), Vec::new(), now(), None).await.expect_err("no end"),
        ] {
            assert_eq!(error.exit().code(), 5);
            assert!(error.to_string().contains("the entry that closed the shared chain before them is gone"), "{error}");
        }
        five_after(&ground, &entries, &closing).await;
        ground.tamper("DROP TABLE kept").await;
        for error in [
            verified(ground.open().as_ref()).await.expect_err("no table"),
            ground.open().append(remark("x"), Vec::new(), now(), None).await.expect_err("no table"),
        ] {
            assert_eq!(error.exit().code(), 5);
            assert!(error.to_string().contains("the tables `chains` and `kept`, in which they stand, are not there"), "{error}");
        }
    }
}

/// Puts the end of the shared chain back.
async fn five_after(ground: &Ground, entries: &[Entry], closing: &Digest) {
    let Row { seq, version, prev, recorded, payload, statement, digest, .. } = Row::of(entries[0].clone());
    assert_eq!(digest, closing.as_str());
    let insert = format!(
        "INSERT INTO entries (seq, version, prev, recorded, payload, statement, digest) \
         VALUES ({seq}, {version}, '{prev}', '{recorded}', {}, '{statement}', '{digest}')",
        ground.bytes(&payload)
    );
    ground.tamper(&insert).await;
    assert_eq!(verified(ground.open().as_ref()).await.as_deref(), Ok(entries));
}

/// Whoever may add rows adds some to the shared chain after its end, to hide what the projects have since.
#[tokio::test]
async fn nothing_counts_after_the_end_of_the_shared_chain() {
    for ground in Ground::both().await {
        let entries = five(ground.open().as_ref()).await;
        let late = Entry { seq: 2, prev: entries[0].digest(), ..first() };
        let Row { seq, version, prev, recorded, payload, statement, digest, .. } = Row::of(late);
        let insert = format!(
            "INSERT INTO entries (seq, version, prev, recorded, payload, statement, digest) \
             VALUES ({seq}, {version}, '{prev}', '{recorded}', {}, '{statement}', '{digest}')",
            ground.bytes(&payload)
        );
        ground.tamper(&insert).await;
        let rows = ground.open().rows("api").await.expect("rows");
        let error = History::of(rows, &Look::by(Trusting, now())).expect_err("it stands after the end");
        assert!(error.to_string().contains("it stands after the end of the shared chain"), "{error}");
    }
}

#[tokio::test]
async fn a_tail_that_was_cut_off_shows_by_a_kept_head() {
    for ground in Ground::both().await {
        let entries = five(ground.open().as_ref()).await;
        let kept = entries[5].digest();
        let read = async || {
            let rows = ground.open().rows("api").await.expect("rows");
            History::of(rows, &Look::by(Trusting, now())).expect("a chain, as far as it goes")
        };
        assert!(read().await.holds(&kept));
        ground.tamper("DELETE FROM chains WHERE seq > 4").await;
        let left = read().await;
        assert!(!left.holds(&kept) && left.holds(&entries[3].digest()) && left.len() == 4);
    }
}

/// The attacker has this program: every fingerprint from the second entry on is made anew.
#[tokio::test]
async fn a_rewritten_history_shows_where_a_later_statement_vouched_for_it() {
    for ground in Ground::both().await {
        let store = ground.open();
        let mut entries = five(store.as_ref()).await;
        entries[2].payload = remark("never said").payload;
        rewrite(&ground, &mut entries).await;
        let why = names(verified(store.as_ref()).await, 5);
        assert!(why.contains("its statement was made over the ledger head"), "{why}");
    }
}

#[tokio::test]
async fn a_statement_said_twice_is_a_replay() {
    for ground in Ground::both().await {
        let store = ground.open();
        let mut entries = five(store.as_ref()).await;
        entries.push(Entry { seq: 7, ..entries[2].clone() });
        rewrite(&ground, &mut entries).await;
        let why = names(verified(store.as_ref()).await, 7);
        assert!(why.contains("replayed"), "{why}");
    }
}

#[tokio::test]
async fn nothing_is_added_after_a_changed_entry() {
    for ground in Ground::both().await {
        let store = ground.open();
        five(store.as_ref()).await;
        ground.tamper("UPDATE chains SET recorded = '2020-01-01T00:00:00Z' WHERE seq = 6").await;
        let refused = store.append(remark("six"), Vec::new(), super::now(), None).await;
        assert!(matches!(refused, Err(LedgerError::Broken { seq: 6, .. })), "{refused:?}");
    }
}

/// Stores these entries instead, each link and fingerprint made anew.
async fn rewrite(ground: &Ground, entries: &mut [Entry]) {
    let mut prev = entries[0].digest();
    let mut statements = String::from("DELETE FROM chains;");
    for entry in &mut entries[1..] {
        entry.prev = prev;
        prev = entry.digest();
        let Row { chain, label, seq, version, prev, recorded, payload, signature, statement, digest, .. } = Row::of(entry.clone());
        let signature = signature.map_or("NULL".into(), |signature| format!("'{signature}'"));
        statements.push_str(&format!(
            "INSERT INTO chains (chain, label, seq, version, prev, recorded, payload, signature, statement, digest) \
             VALUES ('{chain}', '{label}', {seq}, {version}, '{prev}', '{recorded}', {}, {signature}, '{statement}', '{digest}');",
            ground.bytes(&payload)
        ));
    }
    ground.tamper(&statements).await;
}
