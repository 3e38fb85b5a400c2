//! People with no common disk or database: a bundle goes out, small signature files come back.

use std::fs;

use super::house::{House, TEAM, shell};
use crate::gonogo::{Gonogo, Ran};

/// A folder that has the plan's files and nothing else.
pub(super) fn copy(house: &House, bundle: &str) -> Gonogo {
    let fifth = Gonogo::new().plan(&house.gonogo.read("gonogo.yaml")).file("signers", &house.gonogo.read("signers"));
    fs::copy(house.gonogo.path(bundle), fifth.path("bundle")).expect("a copy");
    fs::create_dir(fifth.path("signatures")).expect("a folder");
    fifth
}

pub(super) fn gate(folder: &Gonogo) -> Ran {
    folder.run(["gate", "--release", "1.4.2", "--bundle", "bundle", "--signatures", "signatures"])
}

/// Somebody at home with the bundle and a key: signs, and sends the file to the gate.
pub(super) fn sign_at_home(house: &House, id: &str, role: &str, to: &Gonogo, more: &[&str]) -> Ran {
    let home = Gonogo::new();
    fs::copy(to.path("bundle"), home.path("b")).expect("a copy");
    let out = to.path(&format!("signatures/{id}.json")).display().to_string();
    home.run(["sign", "b", "--as", role, "--key", &house.key(id), "--out", &out].iter().chain(more))
}

#[tokio::test(flavor = "multi_thread")]
async fn four_homes_and_a_gate_that_started_empty() {
    let house = House::new().await;
    house.verify(&["--bundle", "bundle"]).exits(0);
    let fifth = copy(&house, "bundle");
    gate(&fifth).exits(4);
    for (id, _, _, role) in TEAM {
        sign_at_home(&house, id, role, &fifth, &[]).exits(0).says("fingerprint").says("signs GO as");
    }
    fifth.run(["gate", "--release", "1.4.2"]).exits(4);
    gate(&fifth).exits(0).says("GO: shop 1.4.2");
    // Again, and without the files: it has them.
    gate(&fifth).exits(0);
    fifth.run(["gate", "--release", "1.4.2"]).exits(0);
    fifth.run(["log", "verify"]).exits(0).says("6 entries");
    // The ledger of the run takes the same files in.
    let files = fifth.path("signatures").display().to_string();
    house.gonogo.run(["sign", "--add", &files]).exits(0).says("on record: entry 6");
    house.gate(&[]).exits(0);
    // A name of its own where none is said.
    let home = Gonogo::new();
    fs::copy(fifth.path("bundle"), home.path("b")).expect("a copy");
    home.run(["sign", "b", "--as", "security", "--key", &house.key("sec")]).exits(0).says(".security.sec.sig.json");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_that_was_changed_is_not_signed() {
    let house = House::new().await;
    house.verify(&["--bundle", "bundle"]).exits(0);
    let home = Gonogo::new();
    let mut bytes = fs::read(house.gonogo.path("bundle")).expect("a bundle");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(home.path("b"), &bytes).expect("written");
    home.run(["sign", "b", "--as", "security", "--key", &house.key("sec")]).exits(5);
    home.run(["sign", "missing", "--as", "security", "--key", &house.key("sec")]).exits(2).says("missing");
    fs::copy(house.gonogo.path("bundle"), home.path("c")).expect("a copy");
    home.run(["sign", "c", "--as", "securty", "--key", &house.key("sec")]).exits(2).says("no role `securty`");
    home.run(["sign", "c", "--as", "security", "--key", &house.key("dev")]).exits(5).says("belongs to dev, not to sec");
    assert!(shell(&home.path("."), "ls", &[]).1.lines().all(|file| ["b", "c"].contains(&file)), "nothing was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_release_by_files_alone() {
    let house = House::new().await.security_alone();
    house.verify(&["--bundle", "bundle"]).exits(0);
    let fifth = copy(&house, "bundle");
    sign_at_home(&house, "sec", "security", &fifth, &[]).exits(0);
    gate(&fifth).exits(0);
    // The ledger of the run never hears of the signature that the gate took in.
    house.verify(&["--bundle", "bundle"]).exits(0);
    fs::copy(house.gonogo.path("bundle"), fifth.path("bundle")).expect("a copy");
    fs::remove_file(fifth.path("signatures/sec.json")).expect("a file");
    gate(&fifth).exits(4).says("has gone another way since entry 3, nothing was added to it");
    sign_at_home(&house, "sec", "security", &fifth, &[]).exits(0);
    gate(&fifth).exits(0).says("judged by the files alone");
    // A no that stands here is still a no.
    fifth.run(["sign", "--as", "security", "--key", &house.key("sec"), "--no-go", "--comment", "a hole"]).exits(0);
    gate(&fifth).exits(1).says("says no-go (in the ledger here)");
}
