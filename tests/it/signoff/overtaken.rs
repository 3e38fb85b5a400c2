//! What was decided or put on record out of its time: old signature files, old reports, records that nobody signed.

use gonogo::{
    ledger::{Draft, Store as _},
    model::{Act, Made, Statement, Subject},
};

use super::house::{House, now};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_from_before_a_no_or_a_withdrawal_changes_nothing() {
    let house = House::new().await.security_alone();
    house.verify(&["--bundle", "b"]).exits(0);
    house.gonogo.run(["sign", "b", "--as", "security", "--key", &house.key("sec"), "--out", "monday.json"]).exits(0);
    house.sign("security", "sec", &["--no-go", "--comment", "a hole"]).exits(0);
    house.gate(&[]).exits(1).says("says no-go: a hole");
    house.gate(&["--signatures", "monday.json"]).exits(1).says("does not count: made before the no-go in entry 3");
    // Whoever saw the no decides anew.
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);

    let house = House::new().await.security_alone();
    house.verify(&["--bundle", "b"]).exits(0);
    house.gonogo.run(["sign", "b", "--as", "security", "--key", &house.key("sec"), "--out", "monday.json"]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.sign("security", "sec", &["--withdraw", "--comment", "too early"]).exits(0);
    house.gate(&["--signatures", "monday.json"]).exits(4).says("made before the withdrawal in entry 4");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_stays_one_when_its_sentence_changes_or_somebody_enters_another_word() {
    let roles = "{ security: { people: [sec], methods: [ssh, recorded] }, devops: [dev] }";
    let house = House::new().await.policy(&[("roles", roles), ("require", "[security]")]);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &["--no-go", "--comment", "a hole"]).exits(0);
    house.write("mail.txt", "go ahead, says Sepp");
    house.sign("security", "dev", &["--for", "sec", "--evidence", "mail.txt"]).exits(0);
    house.gate(&[]).exits(1).says("says no-go").says("the person decided with their own key, in entry 3");

    let house = house.policy(&[("roles", "{ security: { people: [sec], meaning: Another sentence. }, devops: [dev] }")]);
    house.verify(&[]).exits(0);
    house.gate(&[]).exits(1).says("says no-go: a hole");
}

/// Puts the newest run's statement of `report` on record once more, as anybody who can write there may.
async fn again(house: &House, seq: u64, change: impl FnOnce(&mut Statement)) {
    let store = house.store();
    let entries = house.entries().await;
    let entry = entries.iter().find(|entry| entry.seq == seq).expect("an entry");
    let mut statement = Statement::from_json(&entry.payload).expect("a statement");
    statement.made = Made { at: now(), ..statement.made };
    change(&mut statement);
    store.append(Draft { payload: statement.to_json(), signature: None }, Vec::new(), now(), None).await.expect("it is added");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_report_put_on_record_again_is_the_old_one() {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.service.first(500);
    house.verify(&[]).exits(1);
    house.gate(&[]).exits(1);
    again(&house, 2, |_| {}).await;
    house.gate(&[]).exits(1).says("the newest full run says NO-GO");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_keeps_the_plan_that_its_report_names() {
    let house = House::new().await;
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    again(&house, 2, |statement| {
        if let Act::Run(run) = &mut statement.act {
            run.files.clear();
        }
    })
    .await;
    house.gonogo.run(["log", "verify"]).exits(5).says("entry 4").says("the files it keeps are not those of the plan");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_no_go_counts_under_fewer_words() {
    let house = House::new().await.security_alone();
    let commit = "0123456789012345678901234567890123456789";
    house.verify(&["--commit", commit]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&["--commit", commit]).exits(0);
    house.service.first(500);
    house.gonogo.run(["verify", "-q", "--commit", commit]).exits(1);
    house.gate(&["--commit", commit]).exits(1).says("the newest full run says NO-GO");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_failure_covers_that_failure_only() {
    let red = "  - { id: red, http: { url: \"${api}/second\", expect: { status: 200, contains: fine } } }\n";
    let house = House::new().await.security_alone().policy(&[("unsigned-waivers", "allowed")]).checks(red);
    let expires = now() + jiff::SignedDuration::from_hours(240);
    let waiver =
        format!("- {{ check: red, environment: prod, reason: r, ticket: T-1, owner: dev, approver: sec, expires: \"{expires}\" }}\n");
    house.write("waivers.yaml", waiver);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
    house.service.second(500);
    house.verify(&[]).exits(0);
    house.gate(&[]).exits(4).says("given for an earlier run: `");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_of_two_role_holders_is_told_at_once() {
    let house = House::new().await;
    house.also_signers(&[house.line("lead", "dev", "")]);
    house.verify(&[]).exits(2).says("could sign with one key");
    assert!(!house.gonogo.path(".gonogo").exists(), "a ledger was started by a policy that cannot be used");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_over_nothing_is_not_about_the_report() {
    let house = House::new().await;
    house.verify(&[]).exits(0);
    again(&house, 2, |statement| statement.subject = vec![Subject::commit("0a1b")]).await;
    house.gonogo.run(["log", "verify"]).exits(5).says("entry 3");
}
