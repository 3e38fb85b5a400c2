//! A2: under `--policy-from` nothing of the policy comes from the work tree.

use jiff::SignedDuration;

use crate::{
    gonogo::Ran,
    signoff::house::{House, PROTECTED, now},
};

#[track_caller]
fn waive(house: &House, key: &str, hours: i64) -> Ran {
    let until = (now() + SignedDuration::from_hours(hours)).to_string();
    let key = house.key(key);
    let words = ["waive", "first", "--reason", "known", "--ticket", "T-1", "--owner", "dev", "--expires", &until, "--key", &key];
    house.gonogo.run(words)
}

/// By the work tree it may go.
#[track_caller]
fn signed_by_the_work_tree(house: &House) {
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a2_an_exception_signed_by_a_recorder_alone() {
    let house = House::new().await.security_alone().published();
    let house = house.policy(&[("roles", "{ security: [sec, ci], engineering-manager: [boss] }")]);
    house.service.first(500);
    house.verify(&[]).exits(1);
    waive(&house, "ci", 24).exits(0);
    signed_by_the_work_tree(&house);
    house.gate(&PROTECTED).exits(1).says("`first` is red, and its accepted exception");
    // Nor does the recorder accept anything by the protected policy.
    let (until, key) = ((now() + SignedDuration::from_hours(24)).to_string(), house.key("ci"));
    let words = ["waive", "first", "--reason", "known", "--ticket", "T-2", "--owner", "dev", "--expires", &until, "--key", &key];
    house.gonogo.run(words.iter().chain(&PROTECTED)).exits(5).says("belongs to ci");
}

#[tokio::test(flavor = "multi_thread")]
async fn a2_an_exception_longer_than_the_protected_policy_allows() {
    let house = House::new().await.security_alone().policy(&[("longest-waiver", "{ blocker: 2d }")]).published();
    house.service.first(500);
    let house = house.policy(&[("longest-waiver", "{ blocker: 80d }")]);
    house.verify(&[]).exits(1);
    waive(&house, "boss", 24 * 60).exits(0);
    signed_by_the_work_tree(&house);
    house.gate(&PROTECTED).exits(1).says("`first` is red, and its accepted exception").says("2 d");
    // Neither does whoever runs, signs or deploys by the protected policy see it otherwise.
    house.verify(&PROTECTED).exits(1);
    house.gonogo.run(["deploy", "--release", "1.4.2", PROTECTED[0], PROTECTED[1], "--", "touch", "moved"]).exits(1);
    assert!(!house.gonogo.path("moved").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a2_an_exception_that_nobody_signed() {
    let house = House::new().await.security_alone().published().policy(&[("unsigned-waivers", "allowed")]);
    house.service.first(500);
    let until = now() + SignedDuration::from_hours(48);
    house.write(
        "waivers.yaml",
        format!("- {{ check: first, environment: prod, reason: q, ticket: U, owner: dev, approver: boss, expires: '{until}' }}\n"),
    );
    signed_by_the_work_tree(&house);
    house.gate(&PROTECTED).exits(1).says("its accepted exception does not count: `boss` has not signed it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a2_another_ledger_that_knows_of_no_no() {
    let house = House::new().await.security_alone().published();
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &["--no-go", "--comment", "SEC-88 is open"]).exits(0);
    house.write("gonogo.yaml", house.plan() + "ledger: mine.db\n");
    let house_of_mine = house;
    house_of_mine.verify(&[]).exits(0);
    // The officer, who sees only that ledger, is asked for a yes again by whoever hides the no.
    house_of_mine.sign("security", "sec", &[]).exits(0);
    house_of_mine.gate(&[]).exits(0);
    house_of_mine.gate(&PROTECTED).exits(1).says("SEC-88 is open");
}

#[tokio::test(flavor = "multi_thread")]
async fn a2_a_question_answered_by_whom_the_protected_plan_does_not_ask() {
    let drill = |by: &str| format!("  - {{ id: drill, manual: {{ question: Was it restored?, by: {by} }} }}\n");
    let house = House::new().await.security_alone().checks(&drill("security")).published();
    house.write("gonogo.yaml", house.plan().replace("by: security", "by: devops"));
    house.gonogo.run(["answer", "drill", "--key", &house.key("dev")]).exits(0);
    signed_by_the_work_tree(&house);
    house.gate(&PROTECTED).exits(3).says("`dev` answered `drill`, of whom the policy does not ask it");
    house.verify(&PROTECTED).exits(4);
    let answer = |key: &str| house.gonogo.run(["answer", "drill", "--key", &house.key(key), PROTECTED[0], PROTECTED[1]]);
    answer("dev").exits(2).says("nobody may answer `drill`: the plan here asks devops, the policy that counts asks security");
    answer("sec").exits(2);
    house.write("gonogo.yaml", house.plan());
    answer("dev").exits(5).says("belongs to dev");
    answer("sec").exits(0);
    house.verify(&PROTECTED).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a2_a_project_that_was_renamed_has_no_record() {
    let house = House::new().await.security_alone().published();
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &["--no-go", "--comment", "a hole"]).exits(0);
    house.write("gonogo.yaml", house.plan().replace("project: shop", "project: shop2"));
    signed_by_the_work_tree(&house);
    house.gate(&PROTECTED).exits(2).says("the project is called `shop2` here and `shop` at refs/remotes/origin/main");
}

#[tokio::test(flavor = "multi_thread")]
async fn a2_who_is_who_and_what_opens_the_gate_in_an_emergency() {
    let house = House::new().await.policy(&[("require", "[security]"), ("independence", "required")]).published();
    house.commit("sec@example.com", "code");
    let mine = house
        .plan()
        .replace("emails: [sec@example.com]", "emails: [s@example.com]")
        .replace("emails: [lead@example.com]", "emails: [l@example.com]");
    let mine = mine.replace("emails: [eve@example.com]", "emails: [eve@example.com, sec@example.com, lead@example.com]");
    house.write("gonogo.yaml", mine.replace("signoff:\n", "signoff:\n  break-glass: { roles: [security] }\n  max-age: 90d\n"));
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&["--deployer", "dev"]).exits(0);
    house.gate(&[&PROTECTED[..], &["--deployer", "dev"]].concat()).exits(4).says("whoever approved (sec) wrote or deploys the release");
    let key = house.key("sec");
    let glass = ["gate", "--release", "1.4.2", "--break-glass", "--as", "security", "--reason", "r", "--ticket", "t", "--key", &key];
    house.gonogo.run(glass.iter().chain(&PROTECTED)).exits(2).says("the policy has no `break-glass`");
}
