//! What somebody has seen in a ledger must be in it for ever.

use std::fs;

use crate::{gonogo::Ran, signoff::house::House};

/// What stands in the ledger's folder.
fn ledger(house: &House) -> Vec<u8> {
    fs::read(house.gonogo.path(".gonogo/ledger.db")).expect("a ledger")
}

fn put_back(house: &House, bytes: &[u8]) {
    fs::remove_dir_all(house.gonogo.path(".gonogo")).expect("removed");
    house.write(".gonogo/ledger.db", bytes);
}

/// Somebody with a home, where what they have seen is kept.
fn at_home(house: &House, arguments: &[&str]) -> Ran {
    let home = house.keys.path().join("home").display().to_string();
    house.gonogo.run_with(&[("HOME", &home)], arguments)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_that_was_cut_off_is_missed_by_whoever_saw_it() {
    let house = House::new().await.security_alone();
    let gate = ["gate", "--release", "1.4.2"];
    house.verify(&[]).exits(0);
    let before = ledger(&house);
    house.sign("security", "sec", &["--no-go", "--comment", "a hole"]).exits(0);
    at_home(&house, &gate).exits(1).says("a hole");
    put_back(&house, &before);
    house.sign("security", "sec", &[]).exits(0);
    // Who has seen nothing misses nothing.
    let head = house.gate(&[]).exits(0).stdout;
    let head = head.lines().find_map(|line| line.trim().strip_prefix("ledger head ")).expect("a head").to_owned();
    for arguments in [&gate[..], &["log"], &["log", "verify"], &["verify", "-q", "--release", "1.4.2"], &["report"]] {
        at_home(&house, arguments).exits(5).says("is not in it any more").says(&format!("--accept-head {head}"));
    }
    at_home(&house, &["deploy", "--release", "1.4.2", "--", "touch", "moved"]).exits(5);
    assert!(!house.gonogo.path("moved").exists());
    // Another head than the one of today accepts nothing.
    at_home(&house, &[&gate[..], &["--accept-head", &"0".repeat(64)]].concat()).exits(5);
    at_home(&house, &[&gate[..], &["--accept-head", &head]].concat()).exits(0);
    at_home(&house, &gate).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_was_started_anew_is_not_the_one_that_was_seen() {
    let house = House::new().await.security_alone();
    at_home(&house, &["verify", "-q", "--release", "1.4.2"]).exits(0);
    house.sign("security", "sec", &["--no-go", "--comment", "a hole"]).exits(0);
    at_home(&house, &["log"]).exits(0);
    fs::remove_dir_all(house.gonogo.path(".gonogo")).expect("removed");
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    at_home(&house, &["gate", "--release", "1.4.2"]).exits(5).says("is not in it any more");
}
