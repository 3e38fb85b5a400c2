//! A20: could not look is not looked and fine.

use crate::signoff::house::{House, shell};

async fn signed() -> House {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house
}

fn log(house: &House) -> String {
    house.gonogo.run(["log"]).exits(0).stdout
}

#[track_caller]
fn is_no_success(house: &House, said: &str) {
    let log = log(house);
    assert!(!log.contains("succeeded"), "{log}");
    let flat = log.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(said), "{said}: {log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a20_a_plan_that_cannot_be_read_afterwards() {
    let house = signed().await;
    let plan = house.plan();
    house.gonogo.run(["deploy", "--release", "1.4.2", "--", "sh", "-c", "printf 'checks: [' > gonogo.yaml"]).exits(2);
    house.write("gonogo.yaml", plan);
    is_no_success(&house, "rolled out, not verified");
    is_no_success(&house, "could not be carried out");
}

#[tokio::test(flavor = "multi_thread")]
async fn a20_signers_that_are_gone_and_a_plan_without_a_check_left() {
    let house = signed().await;
    let signers = house.gonogo.read("signers");
    house.gonogo.run(["deploy", "--release", "1.4.2", "--", "rm", "signers"]).exits(2);
    house.write("signers", signers);
    is_no_success(&house, "rolled out, not verified");
    is_no_success(&house, "could not be carried out");

    let house = signed().await;
    let plan = house.plan();
    let edit = "sed -i 's/  - { id: /  - { phase: [pre-deploy], id: /' gonogo.yaml";
    house.gonogo.run(["deploy", "--release", "1.4.2", "--", "sh", "-c", edit]).exits(2);
    house.write("gonogo.yaml", plan);
    is_no_success(&house, "rolled out, not verified");
    is_no_success(&house, "could not be carried out");
}

#[tokio::test(flavor = "multi_thread")]
async fn a20_a_service_that_is_red_or_cannot_be_reached_afterwards() {
    let house = signed().await;
    let edit = "sed -i 's#api: \"[^\"]*\"#api: \"http://127.0.0.1:1\"#' gonogo.yaml";
    let plan = house.plan();
    house.gonogo.run(["deploy", "--release", "1.4.2", "--", "sh", "-c", edit]).exits(3);
    house.write("gonogo.yaml", plan);
    is_no_success(&house, "failed");
    let log = house.gonogo.run(["log", "--format", "csv"]).exits(0).stdout;
    assert!(!log.contains("succeeded"), "{log}");
}

/// What is added to a ledger that was moved away is lost, and what stands in its place is another: the deployment has no
/// end on record, and is in the way.
#[tokio::test(flavor = "multi_thread")]
async fn a20_a_ledger_that_is_gone_or_another_afterwards() {
    for command in ["true", "mkdir .gonogo", "mkdir .gonogo; echo nonsense > .gonogo/ledger.db", "mkdir -p .gonogo/ledger.db"] {
        let house = signed().await;
        let ran = house.gonogo.run(["deploy", "--release", "1.4.2", "--", "sh", "-c", &format!("mv .gonogo away; {command}")]);
        assert!(matches!(ran.code, 2..=6), "{command}: {}\n{}{}", ran.code, ran.stdout, ran.stderr);
        assert!(!ran.stdout.contains("deployment of 1.4.2 by"), "{command}: {}", ran.stdout);
        assert!(shell(&house.gonogo.path("."), "sh", &["-c", "rm -rf .gonogo; mv away .gonogo"]).0, "{command}");
        is_no_success(&house, "has no end on record");
        house.gate(&[]).exits(4).says("has no end on record");
    }
}
