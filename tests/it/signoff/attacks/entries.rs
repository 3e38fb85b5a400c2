//! A11: an entry that cannot be believed stops nobody but itself.

use std::fs;

use gonogo::model::{Act, Decision, SignOff, Statement};
use jiff::{SignedDuration, Timestamp};

use crate::{
    gonogo::Gonogo,
    signoff::{
        audited::{bundle, packed_anew},
        house::{House, now},
    },
};

fn in_2099() -> Timestamp {
    "2099-01-01T00:00:00Z".parse().expect("an instant")
}

async fn verified() -> House {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    house
}

/// The sign-off that `ssh-keygen` would be given for the newest run.
fn sign_off(house: &House, more: &[&str]) -> SignOff {
    let export = ["sign", "--as", "security", "--export", "s.dsse", "--signer", "sec"];
    house.gonogo.run(export.iter().chain(more)).exits(0);
    let bytes = fs::read(house.gonogo.path("s.dsse")).expect("a statement");
    let start = bytes.iter().position(|byte| *byte == b'{').expect("JSON");
    let Act::SignOff(said) = Statement::from_json(&bytes[start..]).expect("a statement").act else { panic!("a sign-off") };
    *said
}

#[tokio::test(flavor = "multi_thread")]
async fn a11_a_bundle_with_a_forged_entry_is_taken_in_by_nobody() {
    let house = verified().await;
    house.keygen("mallory", &["-t", "ed25519"]);
    // Mallory's copy of the ledger goes on with a word of the security officer, under another key.
    let mallory = house.copied();
    let said = sign_off(&mallory, &[]);
    let subject = vec![gonogo::model::Subject::sha256("report.json", &said.report)];
    mallory.put_with(Some("sec"), Some("mallory"), (subject, Act::SignOff(Box::new(said)), Vec::new()), now()).await;
    let ran = mallory.gonogo.run(["report", "-q", "--bundle", "bundle.zip"]);
    assert!(mallory.gonogo.path("bundle.zip").exists(), "{}", ran.stderr);
    fs::copy(mallory.gonogo.path("bundle.zip"), house.gonogo.path("bundle.zip")).expect("a copy");
    let before = house.entries().await;
    house.gate(&["--bundle", "bundle.zip"]).exits(5).says("nothing of it was taken in");
    assert_eq!(house.entries().await, before, "nothing was taken in");
    // Everybody goes on.
    house.gonogo.run(["log", "verify"]).exits(0);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a11_a_bundle_with_an_entry_of_a_program_to_come() {
    let house = verified().await;
    house.gonogo.run(["report", "-q", "--bundle", "bundle.zip"]).exits(0);
    let mut theirs = bundle(&house);
    let name = theirs.files.keys().find(|name| name.starts_with("ledger")).expect("a ledger").clone();
    let text = String::from_utf8(theirs.files[&name].clone()).expect("text");
    let newer = text.replace("\"version\":2", "\"version\":9").replace("\"version\": 2", "\"version\": 9");
    assert_ne!(newer, text, "{text}");
    theirs.files.insert(name, newer.into_bytes());
    let fresh = Gonogo::new().file("gonogo.yaml", &house.plan()).file("signers", &house.gonogo.read("signers"));
    fs::write(fresh.path("bundle.zip"), packed_anew(theirs)).expect("written");
    let ran = fresh.run(["gate", "--release", "1.4.2", "--bundle", "bundle.zip"]);
    assert_eq!(ran.code, 5, "{}{}", ran.stdout, ran.stderr);
    fresh.run(["verify", "-q", "--release", "1.4.2"]).exits(0);
    fresh.run(["gate", "--release", "1.4.2"]).exits(4).says("`security` has not signed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a11_a_run_of_a_machine_whose_clock_stands_in_2099() {
    let house = verified().await;
    house.sign("security", "sec", &[]).exits(0);
    house.in_2099(&["verify", "-q", "--release", "1.4.2"]);
    let gate = house.gate(&[]).exits(0).says("is set aside").stdout;
    assert!(gate.contains("2099"), "{gate}");
    house.service.first(500);
    house.verify(&[]).exits(1);
    house.gate(&[]).exits(1);
    house.service.first(200);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
    house.gonogo.run(["log", "verify"]).exits(0);
    house.gonogo.run(["log"]).exits(0);
    house.gonogo.run(["report", "-q", "--bundle", "b.zip"]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a11_what_an_entry_from_the_future_allows_and_what_it_forbids() {
    // A red run and a no of the future count, a yes does not.
    let house = verified().await;
    house.sign("security", "sec", &[]).exits(0);
    house.service.first(500);
    house.in_2099(&["verify", "-q", "--release", "1.4.2"]).exits(1);
    house.service.first(200);
    house.gate(&[]).exits(1).says("a newer full run of the same release");

    let house = verified().await;
    let key = house.key("sec");
    house.in_2099(&["sign", "--as", "security", "--key", &key]);
    house.gate(&[]).exits(4).says("`security` has not signed");
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);

    let house = verified().await;
    let said = sign_off(&house, &["--no-go", "--comment", "a hole"]);
    assert_eq!(said.decision, Decision::NoGo);
    let subject = vec![gonogo::model::Subject::sha256("report.json", &said.report)];
    house.put(Some("sec"), subject, Act::SignOff(Box::new(said)), in_2099()).await;
    house.gate(&[]).exits(1).says("says no-go: a hole");
}

#[tokio::test(flavor = "multi_thread")]
async fn a11_a_laptop_that_is_ten_minutes_fast() {
    let house = verified().await;
    house.sign("security", "sec", &[]).exits(0);
    let (run, report) = house.newest_run().await;
    let fast = now() + SignedDuration::from_mins(10);
    let subject = vec![gonogo::model::Subject::sha256("report.json", &run.report)];
    house.put(None, subject, Act::Run(Box::new(run)), fast).await;
    assert!(report.finished < fast);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
    house.gonogo.run(["log", "verify"]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a11_one_row_by_whoever_may_only_add() {
    let house = verified().await;
    house.sign("security", "sec", &[]).exits(0);
    let said = sign_off(&house, &[]);
    let subject = vec![gonogo::model::Subject::sha256("report.json", &said.report)];
    house.keygen("stranger", &["-t", "ed25519"]);
    house.put_with(Some("sec"), Some("stranger"), (subject, Act::SignOff(Box::new(said)), Vec::new()), now()).await;
    house.gate(&[]).exits(0).says("does not count: ");
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a11_what_is_broken_is_set_aside_by_two_people_and_the_release_looked_at_anew() {
    let house = House::new().await.policy(&[("require", "[security, devops]")]);
    let signed = || {
        house.verify(&[]).exits(0);
        house.sign("security", "sec", &[]).exits(0);
        house.sign("devops", "dev", &[]).exits(0);
    };
    signed();
    house.gate(&[]).exits(0);
    // Whoever may add writes a word of the security officer without any signature.
    let said = sign_off(&house, &["--no-go"]);
    let subject = vec![gonogo::model::Subject::sha256("report.json", &said.report)];
    house.put_with(Some("sec"), None, (subject, Act::SignOff(Box::new(said)), Vec::new()), now()).await;
    let broken = house.entries().await.last().expect("an entry").seq;
    house.gate(&[]).exits(5).says(&format!("entry {broken}"));
    let repair = |more: &[&str]| house.gonogo.run(["log", "repair"].iter().chain(more));
    repair(&[]).exits(5).says(&format!("entry {broken}: it names `sec` as its signer and bears no signature")).says("nothing was changed");
    let apply = |role: &str, key: &str| repair(&["--apply", "--as", role, "--comment", "a row by nobody", "--key", &house.key(key)]);
    apply("recorder", "ci").exits(2).says("is no role of people");
    apply("security", "dev").exits(5);
    apply("security", "sec").exits(4).says("somebody else, in another role, must say it too");
    house.gate(&[]).exits(5);
    apply("devops", "dev").exits(0);
    // Nobody knows what stood there: what was signed before it holds no more.
    house.gate(&[]).exits(4).says(&format!("entry {broken} was set aside")).says("have it signed anew");
    signed();
    house.gate(&[]).exits(0).says(&format!("entry {broken} is set aside"));
    repair(&[]).exits(0).says("there is nothing to repair");
    house.gonogo.run(["log", "verify"]).exits(0).says(&format!("entry {broken} is set aside"));
    assert!(house.log().contains("a row by nobody"), "{}", house.log());
    // A valid signature is never set aside, nor a key that has stopped counting since.
    house.signers(&[house.line("sec", "sec", "valid-before=\"20200101Z\""), house.line("dev", "dev", ""), house.line("ci", "ci", "")]);
    let after = repair(&[]);
    assert!(!after.stdout.contains("sign-off") && after.stdout.matches("row ").count() <= 1, "{}", after.stdout);
}
