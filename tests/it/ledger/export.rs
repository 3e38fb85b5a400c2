//! A ledger as lines of JSON, there and back.

use std::io::{BufReader, Cursor};

use gonogo::ledger::{
    LedgerError, Memory, Store,
    export::{self, Exported},
};
use gonogo::model::Digest;

use super::{Ground, five, names, remark, verified};

async fn exported(store: &dyn Store) -> Vec<u8> {
    let mut out = Vec::new();
    export::write(store, &mut out).await.expect("written");
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
            assert_eq!(export::import(read(&bytes).expect("read"), store.as_ref()).await, Ok(5));
            assert_eq!(verified(store.as_ref()).await.as_ref(), Ok(&entries));
            assert_eq!(exported(store.as_ref()).await, bytes);
            assert_eq!(export::import(read(&bytes).expect("read"), store.as_ref()).await, Ok(0), "again");
        }
        let memory = Memory::new("the export", read(&bytes).expect("read"));
        assert_eq!(verified(&memory).await, Ok(entries));
    }
}

#[tokio::test]
async fn continues_where_the_ledger_ends() {
    for to in Ground::both().await {
        let from = Memory::empty("a test");
        five(&from).await;
        export::import(read(&exported(&from).await).expect("read"), to.open().as_ref()).await.expect("taken over");
        from.append(remark("six"), Vec::new(), super::now()).await.expect("added");
        assert_eq!(export::import(read(&exported(&from).await).expect("read"), to.open().as_ref()).await, Ok(1));
        assert_eq!(verified(to.open().as_ref()).await.expect("a chain").len(), 6);
    }
}

#[tokio::test]
async fn a_fork_names_the_first_entry_that_differs() {
    for ground in Ground::both().await {
        let from = Memory::empty("a test");
        five(&from).await;
        let store = ground.open();
        export::import(read(&exported(&from).await).expect("read"), store.as_ref()).await.expect("taken over");
        from.append(remark("here"), Vec::new(), super::now()).await.expect("added");
        store.append(remark("there"), Vec::new(), super::now()).await.expect("added");
        let result = export::import(read(&exported(&from).await).expect("read"), store.as_ref()).await;
        let why = names(result.map(|_| Vec::new()), 6);
        assert!(why.contains("the two have grown apart"), "{why}");
        assert_eq!(verified(store.as_ref()).await.expect("a chain").len(), 6);
    }
}

#[tokio::test]
async fn only_what_follows_is_adopted() {
    for ground in Ground::both().await {
        let store = ground.open();
        let entries = five(store.as_ref()).await;
        assert_eq!(store.adopt(entries[4].clone(), Vec::new()).await, Ok(()), "it stands here already");
        let follows = |seq, prev: &Digest| {
            let mut entry = entries[4].clone();
            (entry.seq, entry.prev, entry.payload) = (seq, prev.clone(), remark("six").payload);
            entry
        };
        let head = entries[4].digest();
        for wrong in [follows(7, &head), follows(6, &entries[3].digest()), follows(5, &entries[3].digest())] {
            assert!(matches!(store.adopt(wrong, Vec::new()).await, Err(LedgerError::Broken { .. })));
        }
        let mut newer = follows(6, &head);
        newer.version = 2;
        assert_eq!(store.adopt(newer, Vec::new()).await, Err(LedgerError::Newer { seq: 6, version: 2 }));
        store.adopt(follows(6, &head), Vec::new()).await.expect("it follows");
        assert_eq!(verified(store.as_ref()).await.expect("a chain").len(), 6);
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
    assert!(lines.len() == 6 && lines[2].starts_with("{\"blob\""), "{text}");
    for (line, from, to, seq) in [
        (0, "\"version\":1", "\"version\":7", 1),
        (1, "\"seq\":2", "\"seq\":3", 2),
        (1, "BEGIN SSH", "BEGIN ssh", 2),
        (2, "YSBz", "YSBt", 3),
        (2, "\"blob\":", "\"blub\":", 3),
        (3, "\"seq\":3", "\"seq\":3,\"seq\":3", 3),
        (4, "\"recorded\":\"2026", "\"recorded\":\"2025", 4),
        (5, "\"prev\":\"", "\"prev\":\"0", 5),
    ] {
        assert!(lines[line].contains(from), "{}", lines[line]);
        let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        changed[line] = changed[line].replacen(from, to, 1);
        let result = read(format!("{}\n", changed.join("\n")).as_bytes());
        names(result.map(|exported| exported.entries), seq);
    }
    let without_bytes = text.replacen(&format!("{}\n", lines[2]), "", 1);
    names(read(without_bytes.as_bytes()).map(|exported| exported.entries), 3);
}
