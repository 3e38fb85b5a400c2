//! What makes entries a chain, without a storage.

use gonogo::{
    ledger::{Entry, LedgerError, Memory, chain},
    model::Digest,
};
use jiff::ToSpan as _;

use super::{five, now, remark, shared_five};

#[tokio::test]
async fn a_ledger_in_memory_keeps_the_same_rules() {
    let store = Memory::empty("a test");
    let entries = five(&store).await;
    assert_eq!(chain::check(&entries), Ok(()));
}

#[tokio::test]
async fn each_entry_that_does_not_fit_is_named() {
    type Change = fn(&mut Vec<Entry>);
    let cases: [(u64, &str, Change); 6] = [
        (2, "it is missing: the one in its place says it is number 3", |entries| drop(entries.remove(1))),
        (3, "it follows", |entries| entries[2].prev = Digest::none()),
        (4, "before the entry before it", |entries| relink(entries, 3, |entry| entry.recorded = now() - 1.hour())),
        (5, "its version is 0", |entries| relink(entries, 4, |entry| entry.version = 0)),
        (2, "this is not a statement", |entries| relink(entries, 1, |entry| entry.payload = b"{}".to_vec())),
        (5, "it was replayed", |entries| relink(entries, 4, |entry| entry.payload = remark("one").payload)),
    ];
    for (seq, why, change) in cases {
        let mut entries = shared_five(&Memory::empty("a test")).await;
        change(&mut entries);
        broken(&entries, seq, why);
    }
    let cases: [(u64, &str, Change); 6] = [
        (2, "it does not belong in its chain", |entries| relink(entries, 1, |entry| entry.version = 1)),
        (3, "it does not belong in its chain", |entries| relink(entries, 2, |entry| entry.chain = "web".into())),
        (3, "it does not belong in its chain", |entries| relink(entries, 2, |entry| entry.label.project = "web".into())),
        (4, "its label says other things than its statement", |entries| relink(entries, 3, |entry| entry.label.act = "waiver".into())),
        (2, "it stands after the end of the shared chain", |entries| relink(entries, 1, |entry| entry.chain = String::new())),
        (1, "its chain begins although the shared one was never closed", |entries| {
            entries.remove(0);
            (entries[0].seq, entries[0].prev) = (1, Digest::none());
            entries.truncate(1);
        }),
    ];
    for (seq, why, change) in cases {
        let mut entries = five(&Memory::empty("a test")).await;
        change(&mut entries);
        broken(&entries, seq, why);
    }
}

#[track_caller]
fn broken(entries: &[Entry], seq: u64, why: &str) {
    match chain::check(entries) {
        Err(LedgerError::Broken { seq: named, why: said }) => assert!(named == seq && said.contains(why), "{named}: {said}"),
        other => panic!("{why}: {other:?}"),
    }
}

/// Changes one entry and makes the links after it anew.
fn relink(entries: &mut [Entry], index: usize, change: impl FnOnce(&mut Entry)) {
    change(&mut entries[index]);
    for after in index + 1..entries.len() {
        entries[after].prev = entries[after - 1].digest();
    }
}
