//! Deployments and what is said of them later: nothing is lost, nothing hangs, nobody approves who did not.

use std::{
    fs,
    time::{Duration, Instant},
};

use super::house::House;
use crate::gonogo::Gonogo;

const SUCCEEDED: [&str; 6] = ["deploy", "record", "--release", "1.4.2", "--status", "succeeded"];

/// Healthy, and signed by all who must.
async fn signed() -> House {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_without_checks_after_it_is_on_record() {
    let house = House::new().await.security_alone();
    house.write("gonogo.yaml", house.plan().replace("  - { id: ", "  - { phase: [pre-deploy], id: "));
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gonogo.run(["deploy", "--release", "1.4.2", "--", "touch", "moved"]).exits(0).says("not verified afterwards");
    assert!(house.gonogo.path("moved").exists());
    house.gonogo.run(["log"]).exits(0).says("succeeded").says("not verified afterwards");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verification_that_breaks_leaves_the_deployment_on_record() {
    let house = signed().await;
    let plan = house.plan();
    house.gonogo.run(["deploy", "--release", "1.4.2", "--", "sh", "-c", "printf 'checks: [' > gonogo.yaml"]).exits(2);
    house.write("gonogo.yaml", plan);
    house.gonogo.run(["log"]).exits(0).says("rolled out, not verified").says("could not be carried out");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_command_leaves_behind_holds_nothing_up() {
    let house = signed().await;
    let started = Instant::now();
    house.gonogo.run(["deploy", "--release", "1.4.2", "--", "sh", "-c", "sleep 20 & echo started"]).exits(0).says("still holds its output");
    assert!(started.elapsed() < Duration::from_secs(12), "{:?}", started.elapsed());
    house.gonogo.run(["log"]).exits(0).says("succeeded");
    assert!(house.shell("mkfifo", &["pipe"]).0);
    house.gonogo.run(["log", "import", &house.key("pipe")]).exits(2).says("is no regular file");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_whose_go_counted_then_have_approved() {
    let house = signed().await;
    house.sign("security", "sec", &["--withdraw", "--comment", "not yet"]).exits(0);
    house.gonogo.run(SUCCEEDED).exits(0);
    let csv = || house.gonogo.run(["log", "--format", "csv"]).exits(0).stdout;
    assert!(!csv().contains("Sepp Security"), "{}", csv());
    house.sign("security", "sec", &[]).exits(0);
    house.gonogo.run(SUCCEEDED).exits(0);
    house.sign("security", "sec", &["--withdraw", "--comment", "it smells"]).exits(0);
    assert_eq!(csv().matches("Sepp Security").count(), 1, "{}", csv());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_go_after_the_deployment_is_seen_and_a_failed_attempt_freezes_nothing() {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    house.gonogo.run(["deploy", "record", "--release", "1.4.2", "--status", "failed"]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    let audit = || {
        house.gonogo.run(["report", "-q", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(0);
        let auditor = Gonogo::new().file("trusted", &house.gonogo.read("signers")).file("law", &house.plan());
        fs::copy(house.gonogo.path("bundle.zip"), auditor.path("b")).expect("a copy");
        auditor.run(["audit", "b", "--signers", "trusted", "--policy", "law"])
    };
    audit().exits(0).says("go by Sepp Security");
    house.gonogo.run(SUCCEEDED).exits(0);
    audit().exits(0);
    house.sign("security", "sec", &["--no-go", "--comment", "it leaks"]).exits(0);
    audit().exits(1).says("after this moment: no-go by Sepp Security as security").says("it leaks");
    house.sign("security", "sec", &["--withdraw", "--comment", "it does not"]).exits(0);
    audit().exits(0).says("after this moment: Sepp Security withdrew");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_is_known_by_what_both_name_and_opens_the_gate_once() {
    let house = House::new().await.security_alone().policy(&[("break-glass", "{ roles: [engineering-manager] }")]);
    house.verify(&[]).exits(0);
    let key = house.key("boss");
    let glass = |reason: &str| {
        let words = ["gate", "--release", "1.4.2", "--break-glass", "--as", "engineering-manager", "--reason", reason, "--ticket", "I-7"];
        house.gonogo.run(words.iter().chain(&["--key", key.as_str()]))
    };
    glass("  ").exits(2).says("it says nothing");
    glass("down").exits(0);
    let commit = "0a1b2c3d4e".repeat(4);
    let with_commit =
        |release: &str| house.gonogo.run([&SUCCEEDED[..2], &["--release", release, "--commit", &commit], &SUCCEEDED[4..]].concat());
    // It is for what it names: not for another version, nor for a commit that it does not name.
    for release in ["1.4.3", "1.4.2"] {
        let other = with_commit(release).exits(0).stdout;
        assert!(!other.contains("EMERGENCY"), "{other}");
    }
    house.gonogo.run(SUCCEEDED).exits(0).says("EMERGENCY deployment");
    let deploy = ["deploy", "--release", "1.4.2", "--", "touch", "moved"];
    house.gonogo.run(deploy).exits(4);
    assert!(!house.gonogo.path("moved").exists());
    glass("down again").exits(0);
    house.gonogo.run(deploy).exits(0).says("EMERGENCY: past the gate by entry").says("EMERGENCY deployment");
    house.gonogo.run(deploy).exits(4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_shows_what_is_asked_for_or_says_why_not() {
    let house = House::new().await.checks("  - { id: drill, manual: { question: Was it?, evidence: the ticket } }\n");
    let answer = |more: &[&str]| house.gonogo.run(["answer", "drill", "--key", &house.key("sec")].iter().chain(more));
    answer(&[]).exits(2).says("asks for evidence, the ticket");
    answer(&["not-applicable", "--reason", " "]).exits(2).says("it says nothing");
    answer(&["--reason", "I was there"]).exits(0);
    answer(&["no"]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn revoked_keys_are_the_plans_or_the_auditors_own() {
    let house = House::new().await.security_alone().policy(&[("revoked-keys", "revoked")]);
    house.keygen("old", &["-t", "ed25519"]);
    let public = |id: &str| fs::read_to_string(house.key(&format!("{id}.pub"))).expect("a key");
    house.write("revoked", public("old"));
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gonogo.run(["report", "-q", "--bundle", "bundle.zip"]).exits(0);
    let sound = fs::read(house.gonogo.path("bundle.zip")).expect("a bundle");
    let trusted = ["--signers", "trusted", "--policy", "law.yaml"];
    super::audited::audit(&house, &sound, &trusted).exits(0);
    let mut bundle = super::audited::bundle(&house);
    bundle.files.remove("revoked_keys").expect("revoked keys");
    super::audited::audit(&house, &super::audited::packed_anew(bundle), &trusted)
        .exits(5)
        .says("its `revoked_keys` are not those of the plan");
    let auditor = Gonogo::new().file("trusted", &house.gonogo.read("signers")).file("gone", &public("sec"));
    fs::write(auditor.path("b"), &sound).expect("written");
    auditor.run(["audit", "b", "--signers", "trusted", "--revoked", "gone"]).exits(5).says("revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_key_and_another_environment_break_no_ledger() {
    let house = signed().await;
    house.keygen("new", &["-t", "ed25519"]);
    let others = ["lead", "dev", "boss", "ci"].map(|id| house.line(id, id, ""));
    house.signers(&[&others[..], &[house.line("sec", "new", "")]].concat());
    house.gonogo.run(["log", "verify"]).exits(0).says("by the signers kept with entry 2");
    house.gate(&[]).says("does not count");
    // Whom no signers ever knew is nobody.
    house.write("gonogo.yaml", house.plan().replace("{ prod:", "{ other:"));
    house.gonogo.run(["log", "verify"]).exits(0).says("2 entries of other projects or environments");
}
