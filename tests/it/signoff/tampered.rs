//! Bytes changed in the ledger's file: whoever reads it next says which entry.

use rusqlite::{Connection, params};

use super::house::House;

/// A ledger with a run and four signatures; entry 4 is devops's.
async fn signed() -> House {
    let house = House::new().await;
    house.verify(&[]).exits(0);
    house.all_sign();
    house.gate(&[]).exits(0);
    house
}

#[track_caller]
fn refused(house: &House, about: &str, entry: &str) {
    for arguments in [&["gate", "--release", "1.4.2"][..], &["log", "verify"]] {
        let ran = house.gonogo.run(arguments);
        assert_eq!(ran.code, 5, "{about}, {arguments:?}:\n{}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(entry), "{about}, {arguments:?}: {}", ran.stderr);
    }
}

fn bytes(sql: &Connection, query: &str) -> Vec<u8> {
    sql.query_row(query, [], |row| row.get(0)).expect("a value")
}

#[tokio::test(flavor = "multi_thread")]
async fn one_byte_of_a_report_a_row_or_a_signature() {
    let house = signed().await;
    let sql = house.sql();
    // What is stored beside the entries.
    let report = "SELECT deflated FROM kept ORDER BY size DESC LIMIT 1";
    let whole = bytes(&sql, report);
    for at in [whole.len() / 3, whole.len() - 2] {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        let put = |bytes: &[u8]| {
            sql.execute(
                "UPDATE kept SET deflated = ?1 WHERE digest = (SELECT digest FROM kept WHERE length(deflated) = ?2)",
                params![bytes, whole.len() as i64],
            )
        };
        assert_eq!(put(&altered).expect("altered"), 1);
        refused(&house, "the report", "entry 2 ");
        put(&whole).expect("mended");
    }
    house.gate(&[]).exits(0);
    // Each column of a row, then every part of a signature.
    let text = |column: &str| -> String {
        sql.query_row(&format!("SELECT {column} FROM chains WHERE seq = 4"), [], |row| row.get(0)).expect("text")
    };
    for column in ["prev", "statement", "digest", "recorded", "signature"] {
        let whole = text(column);
        let mut altered = whole.clone().into_bytes();
        let middle = altered.len() / 2;
        altered[middle] = if altered[middle] == b'1' { b'2' } else { b'1' };
        let put = |text: &str| sql.execute(&format!("UPDATE chains SET {column} = ?1 WHERE seq = 4"), [text]).expect("changed");
        put(&String::from_utf8(altered).expect("text"));
        refused(&house, column, "entry 4 ");
        put(&whole);
    }
    let payload = bytes(&sql, "SELECT payload FROM chains WHERE seq = 4");
    let mut altered = payload.clone();
    altered[payload.len() / 2] ^= 1;
    sql.execute("UPDATE chains SET payload = ?1 WHERE seq = 4", [&altered]).expect("changed");
    refused(&house, "payload", "entry 4 ");
    sql.execute("UPDATE chains SET payload = ?1 WHERE seq = 4", [&payload]).expect("mended");
    for (column, value, back) in [("version", 3, 2), ("version", 0, 2), ("version", 1, 2), ("seq", 30, 4)] {
        sql.execute(&format!("UPDATE chains SET {column} = {value} WHERE seq = 4"), []).expect("changed");
        refused(&house, column, "entry 4 ");
        sql.execute(&format!("UPDATE chains SET {column} = {back} WHERE seq = {}", if column == "seq" { 30 } else { 4 }), [])
            .expect("mended");
    }
    house.gate(&[]).exits(0);
    sql.execute("UPDATE chains SET signature = NULL WHERE seq = 4", []).expect("changed");
    refused(&house, "no signature", "entry 4 ");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_taken_out_moved_or_cut_off() {
    let house = signed().await;
    let head = |ran: &str| ran.lines().find_map(|line| line.trim().strip_prefix("ledger head ")).expect("a head").to_owned();
    let kept = head(&house.gate(&[]).stdout);
    house.gonogo.run(["log", "verify", "--head", &kept]).exits(0);
    house.gonogo.run(["log", "verify", "--head", &"0".repeat(63)]).exits(2);
    let sql = house.sql();
    let newest: String = sql.query_row("SELECT signature FROM chains WHERE seq = 6", [], |row| row.get(0)).expect("a row");
    sql.execute_batch("CREATE TABLE aside AS SELECT * FROM chains").expect("a copy");
    let back = "DELETE FROM chains; INSERT INTO chains SELECT * FROM aside";
    sql.execute_batch("DELETE FROM chains WHERE seq = 4").expect("deleted");
    refused(&house, "one is gone", "entry 4 ");
    sql.execute_batch(back).expect("mended");
    sql.execute_batch(
        "UPDATE chains SET seq = 40 WHERE seq = 4; UPDATE chains SET seq = 4 WHERE seq = 5; UPDATE chains SET seq = 5 WHERE seq = 40",
    )
    .expect("swapped");
    refused(&house, "two change places", "entry 4 ");
    sql.execute_batch(back).expect("mended");
    sql.execute("UPDATE chains SET signature = ?1 WHERE seq = 4", [&newest]).expect("swapped");
    refused(&house, "somebody else's signature", "entry 4 ");
    sql.execute_batch(back).expect("mended");
    house.gate(&[]).exits(0);
    // A cut tail is a shorter ledger: the gate misses the signature, and whoever kept the head sees the rest.
    sql.execute_batch("DELETE FROM chains WHERE seq = 6").expect("cut");
    house.gate(&[]).exits(4).says("`engineering-manager` has not signed");
    house.gonogo.run(["log", "verify"]).exits(0);
    house.gonogo.run(["log", "verify", "--head", &kept]).exits(5).says("cut off");
}
