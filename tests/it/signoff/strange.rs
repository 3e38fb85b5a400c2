//! Ledgers of tomorrow, ledgers that are not there, clocks that are wrong.

use std::time::Duration;

use gonogo::model::Digest;

use super::house::{House, now};

/// The fingerprint of a row in the project's chain, as the format says: made here without the program.
fn digest(version: u32, seq: u64, prev: &str, recorded: &str, payload: &[u8]) -> String {
    let label = serde_json::json!(["run", "shop", "prod", version_of(payload), null, null]);
    let line = serde_json::json!(["gonogo.entry", version, "shop", seq, prev, recorded, label, Digest::of(payload), null]);
    Digest::of(line.to_string().as_bytes()).to_string()
}

/// The release's version, as the statement says.
fn version_of(payload: &[u8]) -> Option<String> {
    let statement: serde_json::Value = serde_json::from_slice(payload).ok()?;
    Some(statement.pointer("/predicate/act/release/version")?.as_str()?.to_owned())
}

fn add(house: &House, version: u32, recorded: &str, payload: &[u8]) {
    let sql = house.sql();
    let (seq, prev): (i64, String) = sql
        .query_row("SELECT seq, digest FROM chains WHERE chain = 'shop' ORDER BY seq DESC LIMIT 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .expect("a head");
    let digest = digest(version, seq as u64 + 1, &prev, recorded, payload);
    let statement = Digest::of(payload).to_string();
    let named = version_of(payload).map_or_else(String::new, |version| format!(r#","version":"{version}""#));
    let label = format!(r#"{{"act":"run","project":"shop","environment":"prod"{named}}}"#);
    let row = rusqlite::params![seq + 1, version, prev, recorded, payload, statement, digest, "shop", label];
    let insert = "INSERT INTO chains (seq, version, prev, recorded, payload, statement, digest, chain, label) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    sql.execute(insert, row).expect("a row");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_of_a_newer_program_is_read_and_never_believed_or_added_to() {
    for payload in [&b"\x00\xffa format to come"[..], b"{}"] {
        let house = House::new().await.security_alone();
        house.verify(&[]).exits(0);
        house.sign("security", "sec", &[]).exits(0);
        add(&house, 3, &now().to_string(), payload);
        house.gate(&[]).exits(5).says("entry 4 of the ledger was written by a newer gonogo (version 3)");
        let ran = house.verify(&["--format", "json=report.json"]).exits(6);
        assert!(ran.stderr.contains("the run is not on record") && ran.stderr.contains("newer gonogo"), "{}", ran.stderr);
        assert!(house.gonogo.read("report.json").contains("\"go\""));
        house.sign("security", "sec", &[]).exits(6).says("newer gonogo");
        assert!(house.log().contains("sign-off"));
        house.gonogo.run(["log"]).exits(0);
        house.gonogo.run(["log", "verify"]).exits(5).says("newer");
        assert_eq!(house.entries().await.len(), 4);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_there_hides_nothing_that_is_red() {
    let house = House::new().await;
    let gone = ["--ledger", "postgres://gonogo@127.0.0.1:1/ledger"];
    house.gate(&gone).exits(3).says("127.0.0.1:1");
    house.verify(&gone).exits(6).says("the run will not be on record");
    house.service.first(500);
    let ran = house.gonogo.run(["verify", "--release", "1.4.2"].iter().chain(&gone)).exits(1);
    assert!(ran.stdout.contains("NO-GO"), "{}", ran.stdout);
    house.sign("security", "sec", &gone).exits(3);
    house.gonogo.run(["log"].iter().chain(&gone)).exits(3);
    assert!(!house.gonogo.path(".gonogo").exists(), "no other ledger was started");
    house.gonogo.run(["gate", "--release", "1.4.2", "--ledger", "no/such/ledger.db"]).exits(3).says("there is no ledger");
    house.gonogo.run(["log", "--ledger", "http://127.0.0.1/"]).exits(2).says("no `postgres://` one");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_of_a_machine_whose_clock_is_ahead_stops_nobody() {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    // An entry of a machine whose clock is a day ahead.
    let ahead = now() + jiff::SignedDuration::try_from(Duration::from_secs(86_400)).expect("a day");
    let first = house.entries().await[1].payload.clone();
    // Another statement about the same run.
    let payload = String::from_utf8(first).expect("text").replace("\"tool\":\"gonogo ", "\"tool\":\"gonogo at ");
    add(&house, 2, &ahead.to_string(), payload.as_bytes());
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    assert_eq!(house.entries().await.len(), 5);
    house.gonogo.run(["log", "verify"]).exits(0);
}
