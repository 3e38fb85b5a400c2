//! A ledger as lines of JSON, there and back.

use std::io::{BufReader, Cursor};

use gonogo::ledger::{
    LedgerError, Memory, Store,
    export::{self, Exported},
};
use gonogo::model::Digest;

use super::{Ground, append, five, names, of_project, remark, shared_five, verified};

async fn exported(store: &dyn Store) -> Vec<u8> {
    let mut out = Vec::new();
    export::write(store, None, &mut out).await.expect("written");
    out
}

fn read(bytes: &[u8]) -> Result<Exported, LedgerError> {
    export::read(&mut BufReader::new(Cursor::new(bytes)))
}

#[tokio::test]
async fn goes_from_each_store_to_each_store() {
    for from in Ground::both().await {
        let entries = five(from.open().as_ref()).await;
        let bytes = exported(from.open().as_ref()).await;
        for to in Ground::both().await {
            let store = to.open();
            assert_eq!(export::import(read(&bytes).expect("read"), store.as_ref()).await, Ok(6));
            assert_eq!(verified(store.as_ref()).await.as_ref(), Ok(&entries));
            assert_eq!(exported(store.as_ref()).await, bytes);
            assert_eq!(export::import(read(&bytes).expect("read"), store.as_ref()).await, Ok(0), "again");
        }
        let memory = Memory::new("the export", read(&bytes).expect("read"));
        assert_eq!(verified(&memory).await, Ok(entries));
    }
}

#[tokio::test]
async fn an_export_of_a_shared_chain_begins_a_shared_one() {
    let from = Memory::empty("a test");
    let entries = shared_five(&from).await;
    let bytes = exported(&from).await;
    assert!(!String::from_utf8_lossy(&bytes).contains("\"chain\""), "older programs read it");
    for to in Ground::both().await {
        let store = to.open();
        assert_eq!(export::import(read(&bytes).expect("read"), store.as_ref()).await, Ok(6));
        assert_eq!(verified(store.as_ref()).await.as_ref(), Ok(&entries));
        append(store.as_ref(), remark("six"), Vec::new()).await.expect("it goes on");
        assert_eq!(verified(store.as_ref()).await.expect("a chain").last().map(|entry| entry.version), Some(1));
    }
}

#[tokio::test]
async fn every_chain_goes_along() {
    for from in Ground::both().await {
        let store = from.open();
        five(store.as_ref()).await;
        for project in ["web", "@org", "läden"] {
            append(store.as_ref(), of_project(project, "x"), Vec::new()).await.expect("added");
        }
        let bytes = exported(store.as_ref()).await;
        for to in Ground::both().await {
            let there = to.open();
            assert_eq!(export::import(read(&bytes).expect("read"), there.as_ref()).await, Ok(9));
            assert_eq!(exported(there.as_ref()).await, bytes);
            assert_eq!(there.chains().await, store.chains().await);
        }
        let names: Vec<String> = store.chains().await.expect("chains").into_keys().collect();
        assert_eq!(names, ["", "@@org", "api", "läden", "web"]);
    }
}

#[tokio::test]
async fn continues_where_the_ledger_ends() {
    for to in Ground::both().await {
        let from = Memory::empty("a test");
        five(&from).await;
        export::import(read(&exported(&from).await).expect("read"), to.open().as_ref()).await.expect("taken over");
        from.append(remark("six"), Vec::new(), super::now(), None).await.expect("added");
        assert_eq!(export::import(read(&exported(&from).await).expect("read"), to.open().as_ref()).await, Ok(1));
        assert_eq!(verified(to.open().as_ref()).await.expect("a chain").len(), 7);
    }
}

#[tokio::test]
async fn a_fork_names_the_first_entry_that_differs() {
    for ground in Ground::both().await {
        let from = Memory::empty("a test");
        five(&from).await;
        let store = ground.open();
        export::import(read(&exported(&from).await).expect("read"), store.as_ref()).await.expect("taken over");
        from.append(remark("here"), Vec::new(), super::now(), None).await.expect("added");
        store.append(remark("there"), Vec::new(), super::now(), None).await.expect("added");
        let result = export::import(read(&exported(&from).await).expect("read"), store.as_ref()).await;
        let why = names(result.map(|_| Vec::new()), 7);
        assert!(why.contains("the two have grown apart"), "{why}");
        assert_eq!(verified(store.as_ref()).await.expect("a chain").len(), 7);
    }
}

#[tokio::test]
async fn only_what_follows_is_adopted() {
    for ground in Ground::both().await {
        let store = ground.open();
        let entries = five(store.as_ref()).await;
        assert_eq!(store.adopt(entries[5].clone(), Vec::new()).await, Ok(()), "it stands here already");
        let follows = |seq, prev: &Digest| {
            let mut entry = entries[5].clone();
            (entry.seq, entry.prev, entry.payload) = (seq, prev.clone(), remark("six").payload);
            entry
        };
        let head = entries[5].digest();
        let mut foreign = follows(7, &head);
        foreign.chain = "web".into();
        let mut shared = follows(7, &head);
        (shared.version, shared.chain) = (1, String::new());
        let mut relabelled = follows(7, &head);
        relabelled.label.environment = "staging".into();
        for wrong in [follows(8, &head), follows(7, &entries[4].digest()), follows(6, &entries[4].digest()), foreign, shared, relabelled] {
            assert!(matches!(store.adopt(wrong, Vec::new()).await, Err(LedgerError::Broken { .. })));
        }
        let mut newer = follows(7, &head);
        newer.version = 3;
        assert_eq!(store.adopt(newer, Vec::new()).await, Err(LedgerError::Newer { seq: 7, version: 3 }));
        store.adopt(follows(7, &head), Vec::new()).await.expect("it follows");
        assert_eq!(verified(store.as_ref()).await.expect("a chain").len(), 7);
    }
}

/// Wherever an export is cut off, that is seen, but for the end of a line that could have been the last.
#[tokio::test]
async fn a_torn_tail_is_seen() {
    let store = Memory::empty("a test");
    five(&store).await;
    let bytes = exported(&store).await;
    for end in 0..bytes.len() {
        let whole = end == 0 || (bytes[end - 1] == b'\n' && !bytes[..end - 1].ends_with(b"\"bytes\":\"YSBzY2FubmVkIHBhZ2U=\"}"));
        let result = read(&bytes[..end]);
        assert_eq!(result.is_ok(), whole, "{end}: {result:?}");
        assert!(whole || matches!(result, Err(LedgerError::Cut(_))), "{end}: {result:?}");
    }
}

#[tokio::test]
async fn each_changed_line_names_its_entry() {
    let store = Memory::empty("a test");
    five(&store).await;
    let text = String::from_utf8(exported(&store).await).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.len() == 7 && lines[3].starts_with("{\"blob\""), "{text}");
    for (line, from, to, seq) in [
        (0, "\"version\":2", "\"version\":7", 1),
        (1, "\"version\":2", "\"version\":1", 2),
        (2, "\"seq\":3", "\"seq\":4", 3),
        (2, "BEGIN SSH", "BEGIN ssh", 3),
        (3, "YSBz", "YSBt", 4),
        (3, "\"blob\":", "\"blub\":", 4),
        (4, "\"seq\":4", "\"seq\":4,\"seq\":4", 4),
        (4, "\"act\":\"answer\"", "\"act\":\"waiver\"", 4),
        (5, "\"recorded\":\"2", "\"recorded\":\"1", 5),
        (6, "\"prev\":\"", "\"prev\":\"0", 6),
    ] {
        assert!(lines[line].contains(from), "{}", lines[line]);
        let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        changed[line] = changed[line].replacen(from, to, 1);
        let result = read(format!("{}\n", changed.join("\n")).as_bytes());
        names(result.map(|exported| exported.entries), seq);
    }
    let without_bytes = text.replacen(&format!("{}\n", lines[3]), "", 1);
    names(read(without_bytes.as_bytes()).map(|exported| exported.entries), 4);
}
