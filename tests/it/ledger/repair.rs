//! Rows that cannot be believed: each is named, set aside by name and by nothing else, and the chain goes on.

use gonogo::{
    ledger::{Fault, FaultKind, History, LedgerError, Look, Repairs, Row},
    model::{Act, Digest, Repair, Repaired},
};

use super::{Ground, Trusting, append, as_app, draft, five, now, of_project, remark, verified};

/// The faults of the project's chain.
async fn faults(ground: &Ground) -> Vec<Fault> {
    let look = Look { repairs: Repairs::All, ..Look::by(Trusting, now()) };
    History::of(ground.open().rows("api").await.expect("rows"), &look).expect("a history").repaired().to_vec()
}

async fn read(ground: &Ground, repairs: &[Repaired]) -> Result<History, LedgerError> {
    let rows = ground.open().rows("api").await.expect("rows");
    let history = History::of(rows, &Look { repairs: Repairs::Named(repairs), ..Look::by(Trusting, now()) })?;
    history.entries()?;
    Ok(history)
}

fn numbers(history: &History) -> Vec<u64> {
    history.linked().iter().map(|linked| linked.entry.seq).collect()
}

/// A statement, the kinds of faults with the places they name, and the entries that are left.
type Damage = (&'static str, &'static [(FaultKind, u64)], &'static [u64]);

/// What is done to the ledger.
const DAMAGES: [Damage; 6] = [
    ("UPDATE chains SET recorded = 'yesterday' WHERE seq = 4", &[(FaultKind::Row, 4), (FaultKind::Head, 5)], &[1, 2, 3, 5, 6]),
    ("UPDATE chains SET label = replace(label, 'prod', 'staging') WHERE seq = 6", &[(FaultKind::Row, 6)], &[1, 2, 3, 4, 5]),
    ("UPDATE chains SET seq = -3 WHERE seq = 6", &[(FaultKind::Row, 2)], &[1, 2, 3, 4, 5]),
    ("DELETE FROM chains WHERE seq = 3", &[(FaultKind::Hole, 3)], &[1, 2, 4, 5, 6]),
    ("DELETE FROM chains WHERE seq IN (2, 3)", &[(FaultKind::Hole, 2)], &[1, 4, 5, 6]),
    (
        "UPDATE chains SET digest = 'x' WHERE seq = 2; DELETE FROM chains WHERE seq = 3",
        &[(FaultKind::Row, 2), (FaultKind::Hole, 3)],
        &[1, 4, 5, 6],
    ),
];

#[tokio::test]
async fn each_is_set_aside_by_its_name_and_the_chain_goes_on() {
    for (damage, wanted, left) in &DAMAGES {
        for ground in Ground::both().await {
            five(ground.open().as_ref()).await;
            assert_eq!(faults(&ground).await, [], "nothing is wrong yet");
            ground.tamper(damage).await;
            let found = faults(&ground).await;
            let kinds: Vec<(FaultKind, u64)> = found.iter().map(|fault| (fault.kind, fault.place)).collect();
            assert_eq!(kinds, *wanted, "{damage}");
            // Not with one of them left out.
            let named: Vec<Repaired> = found.iter().map(|fault| fault.row.clone()).collect();
            for index in 0..named.len() {
                let but_one: Vec<Repaired> = named.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, row)| row.clone()).collect();
                let error = read(&ground, &but_one).await.expect_err(damage);
                assert_eq!(error.exit().code(), 5, "{error}");
            }
            let history = read(&ground, &named).await.expect(damage);
            assert_eq!(numbers(&history), *left, "{damage}");
            assert_eq!(history.repaired(), found);
            // Nor after somebody has changed the row once more.
            if wanted == &[(FaultKind::Row, 6)] {
                ground.tamper(&format!("UPDATE chains SET payload = {} WHERE seq = 6", ground.bytes(b"{}"))).await;
                read(&ground, &named).await.expect_err("other bytes than those that were named");
            }
        }
    }
}

/// The one who says so has to be able to, also where the newest row is the broken one.
#[tokio::test]
async fn a_repair_is_added_after_the_row_that_it_names() {
    for ground in Ground::both().await {
        five(ground.open().as_ref()).await;
        ground.tamper("UPDATE chains SET signature = 'x' WHERE seq = 6").await;
        let named: Vec<Repaired> = faults(&ground).await.into_iter().map(|fault| fault.row).collect();
        let refused = append(ground.open().as_ref(), remark("six"), Vec::new()).await;
        assert!(matches!(refused, Err(LedgerError::Broken { seq: 6, .. })), "{refused:?}");
        let repair = draft(Act::Repair(Repair { rows: named.clone(), role: None, comment: "a disk".into() }), Digest::none());
        let added = append(ground.open().as_ref(), repair, Vec::new()).await.expect("added");
        assert_eq!((added.seq, &added.prev), (7, &named[0].row), "it follows the row's bytes as they are");
        append(ground.open().as_ref(), remark("six"), Vec::new()).await.expect("and others follow it");
        verified(ground.open().as_ref()).await.expect_err("by itself it mends nothing");
        assert_eq!(numbers(&read(&ground, &named).await.expect("set aside")), [1, 2, 3, 4, 5, 7, 8]);
    }
}

#[tokio::test]
async fn a_sound_row_is_never_set_aside() {
    for ground in Ground::both().await {
        let entries = five(ground.open().as_ref()).await;
        let all = entries.iter().flat_map(|entry| {
            let row = |row| Repaired { seq: entry.seq, row, after: None, why: "I do not like it".into() };
            [row(entry.digest()), row(Row::of(entry.clone()).name())]
        });
        let history = read(&ground, &all.collect::<Vec<_>>()).await.expect("a history");
        assert_eq!((history.len(), history.repaired()), (6, &[][..]));
    }
}

/// A label that says something else than the statement hides it from whoever goes by labels.
#[tokio::test]
async fn a_label_that_lies_is_seen_where_it_bears_and_in_its_fingerprint() {
    for ground in Ground::both().await {
        let entries = five(ground.open().as_ref()).await;
        let mut forged = entries[5].clone();
        forged.label.environment = "staging".into();
        let row = Row::of(forged);
        ground.tamper(&format!("UPDATE chains SET label = '{}', digest = '{}' WHERE seq = 6", row.label, row.digest)).await;
        let error = read(&ground, &[]).await.expect_err("it lies");
        assert_eq!(error.to_string(), "entry 6 of the ledger cannot be trusted: its label says other things than its statement");
        let head = entries[5].digest();
        let rows = ground.open().rows("api").await.expect("rows");
        let history = History::of(rows, &Look::by(Trusting, now())).expect("nothing there is read");
        assert!(history.said(("api", "prod"), &Act::WORDS).all(|said| said.is_ok()), "nobody reads what is said to be of staging");
        assert!(!history.holds(&head), "and the head that was kept is gone");
    }
}

/// Whoever may read and add puts a row there that is none: only its chain stops, and a repair is the way back.
#[tokio::test]
async fn one_row_by_somebody_who_may_add_stops_one_chain_and_not_for_ever() {
    let ground = Ground::database().await;
    five(ground.open().as_ref()).await;
    append(ground.open().as_ref(), of_project("web", "x"), Vec::new()).await.expect("added");
    let Ground::Database(database) = &ground else { unreachable!("it is one") };
    let app = as_app(database).await;
    let garbage = "INSERT INTO gonogo.chains SELECT chain, label, 7, version, digest, recorded, payload, signature, statement, 'garbage' \
        FROM gonogo.chains WHERE chain = 'api' AND seq = 6";
    app.batch_execute(garbage).await.expect("it may add");
    verified(ground.open().as_ref()).await.expect_err("it is no entry");
    assert_eq!(ground.open().entries("web").await.expect("another project's chain").len(), 2);
    append(ground.open().as_ref(), of_project("web", "y"), Vec::new()).await.expect("which goes on");
    let named: Vec<Repaired> = faults(&ground).await.into_iter().map(|fault| fault.row).collect();
    let repair = draft(Act::Repair(Repair { rows: named.clone(), role: None, comment: "a row of nobody".into() }), Digest::none());
    append(ground.open().as_ref(), repair, Vec::new()).await.expect("added");
    append(ground.open().as_ref(), remark("and on"), Vec::new()).await.expect("added");
    assert_eq!(numbers(&read(&ground, &named).await.expect("set aside")), [1, 2, 3, 4, 5, 6, 8, 9]);
}
