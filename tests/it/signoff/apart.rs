//! People with no common disk or database: a bundle goes out, small signature files come back.

use std::{fs, path::Path};

use gonogo::{
    ledger::{Envelope, pae},
    model::{Act, Digest, Statement, Subject},
};

use super::house::{House, TEAM, shell};
use crate::gonogo::{Gonogo, Ran};

/// A folder that has the plan's files and nothing else.
fn copy(house: &House, bundle: &str) -> Gonogo {
    let fifth = Gonogo::new().plan(&house.gonogo.read("gonogo.yaml")).file("signers", &house.gonogo.read("signers"));
    fs::copy(house.gonogo.path(bundle), fifth.path("bundle")).expect("a copy");
    fs::create_dir(fifth.path("signatures")).expect("a folder");
    fifth
}

fn gate(folder: &Gonogo) -> Ran {
    folder.run(["gate", "--release", "1.4.2", "--bundle", "bundle", "--signatures", "signatures"])
}

/// Somebody at home with the bundle and a key: signs, and sends the file to the gate.
fn sign_at_home(house: &House, id: &str, role: &str, to: &Gonogo, more: &[&str]) -> Ran {
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
    fifth.run(["log", "verify"]).exits(0).says("5 entries");
    // The ledger of the run takes the same files in.
    let files = fifth.path("signatures").display().to_string();
    house.gonogo.run(["sign", "--add", &files]).exits(0).says("on record: entry 5");
    house.gate(&[]).exits(0);
    // A name of its own where none is said.
    let home = Gonogo::new();
    fs::copy(fifth.path("bundle"), home.path("b")).expect("a copy");
    home.run(["sign", "b", "--as", "security", "--key", &house.key("sec")]).exits(0).says(".security.sec.sig.json");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_signature_on_this_report_is_not_taken_in() {
    let house = House::new().await.security_alone();
    house.keygen("stranger", &["-t", "ed25519"]);
    house.keygen("old", &["-t", "ed25519"]);
    house.keygen("stolen", &["-t", "ed25519"]);
    house.verify(&["--bundle", "other"]).exits(0);
    house.verify(&["--bundle", "bundle"]).exits(0);
    let fifth = copy(&house, "bundle");
    let sound = fifth.path("signatures/a-lead.json");
    sign_at_home(&house, "lead", "deployment-lead", &fifth, &[]).exits(0);
    sign_at_home(&house, "sec", "security", &fifth, &[]).exits(0);
    let good = fs::read(fifth.path("signatures/sec.json")).expect("a signature");
    fs::rename(fifth.path("signatures/lead.json"), &sound).expect("renamed");
    let bad = |folder: &Gonogo, bytes: &[u8], said: &str| {
        fs::write(folder.path("signatures/sec.json"), bytes).expect("written");
        let ran = gate(folder).exits(5);
        assert!(ran.stderr.contains(said) && ran.stderr.contains("sec.json"), "{said}: {}", ran.stderr);
        let log = folder.run(["log", "--all"]).exits(0).stdout;
        assert!(!log.contains("sign-off"), "{said}: not even the sound one is taken in:\n{log}");
    };
    let envelope = Envelope::from_json(&good).expect("an envelope");
    let signed = |payload: &[u8], key: &str, namespace: &str| {
        let file = house.keys.path().join("statement");
        fs::write(&file, pae(payload)).expect("written");
        let _ = fs::remove_file(house.keys.path().join("statement.sig"));
        assert!(house.shell("ssh-keygen", &["-q", "-Y", "sign", "-n", namespace, "-f", key, "statement"]).0);
        let signature = fs::read_to_string(house.keys.path().join("statement.sig")).expect("a signature");
        Envelope { payload: payload.to_vec(), signature }.to_json("")
    };
    let altered = |change: &dyn Fn(&mut Statement)| {
        let mut statement = Statement::from_json(&envelope.payload).expect("a statement");
        change(&mut statement);
        statement.to_json()
    };
    // Over the report of a ledger that this one is not.
    let elsewhere = house.elsewhere().await;
    elsewhere.write("gonogo.yaml", house.gonogo.read("gonogo.yaml"));
    elsewhere.verify(&["--bundle", "bundle"]).exits(0);
    fs::copy(elsewhere.gonogo.path("bundle"), house.gonogo.path("elsewhere")).expect("a copy");
    let sixth = copy(&house, "elsewhere");
    sign_at_home(&house, "sec", "security", &sixth, &[]).exits(0);
    bad(&fifth, &fs::read(sixth.path("signatures/sec.json")).expect("a signature"), "which is not in this ledger");
    // Over a report that nobody recorded.
    let invented = altered(&|statement| {
        let Act::SignOff(said) = &mut statement.act else { panic!("a sign-off") };
        said.report = Digest::of(b"another");
        statement.subject = vec![Subject::sha256("report.json", &said.report)];
    });
    bad(&fifth, &signed(&invented, "sec", "gonogo"), "of which no run is on record here");
    let for_staging = altered(&|statement| statement.made.environment = "staging".into());
    bad(&fifth, &signed(&for_staging, "sec", "gonogo"), "about shop in staging");
    let of_nobody = altered(&|statement| statement.made.by = None);
    bad(&fifth, &signed(&of_nobody, "sec", "gonogo"), "does not say who signed it");
    // Swapped: the lead's signature under security's statement.
    let lead = Envelope::from_json(&fs::read(&sound).expect("a file")).expect("an envelope");
    bad(&fifth, &Envelope { signature: lead.signature, ..envelope.clone() }.to_json(""), "is not over this statement");
    bad(
        &fifth,
        &Envelope { payload: altered(&|statement| statement.made.at = lead_time()), ..envelope.clone() }.to_json(""),
        "is not over this",
    );
    bad(&fifth, &signed(&envelope.payload, "sec", "file"), "signed this for `file`, not for `gonogo`");
    bad(&fifth, &signed(&envelope.payload, "stranger", "gonogo"), "is not among the allowed signers");
    bad(&fifth, &signed(&envelope.payload, "lead", "gonogo"), "belongs to lead, not to sec");
    bad(&fifth, b"{}", "this is no signature file");
    // The run's own statement, signed by a person, is no decision.
    let run = fs::read(fifth.path("signatures/a-lead.json")).map(|_| house.entries()).expect("a file").await[0].payload.clone();
    let by_sec = String::from_utf8(run).expect("text").replace("\"method\":", "\"by\":\"sec\",\"method\":");
    bad(&fifth, &signed(by_sec.as_bytes(), "sec", "gonogo"), "it is no decision on a report but `run`");
    // Keys that count no more; the signers' file is part of the plan, so each has a run of its own.
    for (options, revoked, said) in [
        ("valid-before=\"20200101Z\"", "", "it expired at"),
        ("valid-after=\"20990101Z\"", "", "it is valid after"),
        ("namespaces=\"git\"", "", "may only sign for `git`"),
        ("", "stolen.pub", "it is revoked"),
    ] {
        let policy: &[(&str, &str)] = if revoked.is_empty() { &[] } else { &[("revoked-keys", "revoked")] };
        let house = house.elsewhere().await.security_alone().policy(policy);
        house.write("revoked", fs::read(house.keys.path().join("stolen.pub")).expect("a key"));
        house.signers(&[house.line("sec", "stolen", options), house.line("lead", "lead", "")]);
        house.verify(&["--bundle", "bundle"]).exits(0);
        let folder = copy(&house, "bundle");
        folder_file(&folder, "revoked", &house.gonogo.path("revoked"));
        sign_at_home(&house, "lead", "deployment-lead", &folder, &[]).exits(0);
        let ran = sign_at_home(&house, "stolen", "security", &folder, &[]).exits(5);
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
        let lead = Envelope::from_json(&fs::read(folder.path("signatures/lead.json")).expect("a file")).expect("an envelope");
        let text = String::from_utf8(lead.payload).expect("text");
        let by_sec = text.replace("\"by\":\"lead\"", "\"by\":\"sec\"").replace("\"person\":\"lead\"", "\"person\":\"sec\"");
        bad(&folder, &signed(by_sec.as_bytes(), "stolen", "gonogo"), said);
    }
    // What was wrong is gone: the sound ones are taken in.
    fs::write(fifth.path("signatures/sec.json"), &good).expect("written");
    gate(&fifth).exits(0);
}

fn lead_time() -> jiff::Timestamp {
    "2026-01-01T00:00:00Z".parse().expect("an instant")
}

fn folder_file(folder: &Gonogo, name: &str, from: &Path) {
    fs::copy(from, folder.path(name)).expect("a copy");
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
