//! A3, A4 and A14: merged runs are as old as their oldest look, and as trustworthy as their shares.

use std::time::Duration;

use gonogo::model::{Outcome, Report};

use crate::{gonogo::Ran, signoff::house::House};

/// Part of a run, in `NAME.json`.
#[track_caller]
fn share(house: &House, name: &str, only: &str, more: &[&str]) -> Ran {
    let file = format!("json={name}.json");
    house.verify(&[&["--only", only, "--format", &file], more].concat())
}

#[track_caller]
fn merge(house: &House, more: &[&str]) -> Ran {
    house.gonogo.run(["merge", "-q", "--record"].iter().chain(more))
}

#[tokio::test(flavor = "multi_thread")]
async fn a3_old_shares_merged_again_in_another_order() {
    let house = House::new().await.security_alone();
    share(&house, "a", "first,second", &[]).exits(0);
    share(&house, "b", "base", &[]).exits(0);
    merge(&house, &["a.json", "b.json"]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
    house.service.first(500);
    house.verify(&[]).exits(1);
    house.gate(&[]).exits(1).says("the newest full run says NO-GO");
    merge(&house, &["b.json", "a.json"]).exits(0);
    house.gate(&[]).exits(1).says("the newest full run says NO-GO");
}

#[tokio::test(flavor = "multi_thread")]
async fn a3_an_old_share_with_a_new_one_and_a_merge_of_merges() {
    let house = House::new().await.security_alone();
    share(&house, "a", "first,second", &[]).exits(0);
    share(&house, "b", "base", &[]).exits(0);
    merge(&house, &["a.json", "b.json"]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.service.first(500);
    house.verify(&[]).exits(1);
    // What is newer in it does not make the look at `first` any newer.
    share(&house, "c", "base", &[]).exits(0);
    merge(&house, &["a.json", "c.json", "--format", "json=merged.json"]).exits(0);
    house.gate(&[]).exits(1).says("the newest full run says NO-GO");
    house.sign("security", "sec", &[]);
    house.gate(&[]).exits(1);
    let again = merge(&house, &["merged.json", "c.json"]);
    assert!(again.code != 0 || house.gate(&[]).code == 1, "{}{}", again.stdout, again.stderr);
    house.gate(&[]).exits(1);
    // A look at it that is newer does.
    house.service.first(200);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a4_an_old_share_merged_with_a_fresh_one() {
    let house = House::new().await.security_alone().policy(&[("max-age", "5s")]);
    share(&house, "a", "first,second", &[]).exits(0);
    std::thread::sleep(Duration::from_secs(6));
    share(&house, "b", "base", &[]).exits(0);
    merge(&house, &["a.json", "b.json"]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(3).says("the oldest share of the newest full run ended at").says("longer than 5 s ago");
}

#[tokio::test(flavor = "multi_thread")]
async fn a4_pages_and_deployments_are_as_old_as_the_oldest_look() {
    let house = House::new().await.security_alone().policy(&[("max-age", "5s")]);
    share(&house, "a", "first,second", &[]).exits(0);
    std::thread::sleep(Duration::from_secs(6));
    share(&house, "b", "base", &[]).exits(0);
    merge(&house, &["b.json", "a.json"]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    let deploy = ["deploy", "--release", "1.4.2", "--", "touch", "moved"];
    house.gonogo.run(deploy).exits(3).says("the oldest share");
    assert!(!house.gonogo.path("moved").exists());
    house.gonogo.run(["report", "-q", "--bundle", "b.zip"]).exits(0);
    house.gonogo.run(["gate", "--release", "1.4.2", "--bundle", "b.zip"]).exits(3).says("the oldest share");
}

fn edited(house: &House, name: &str) {
    let mut report = Report::from_json(house.gonogo.read(name).as_bytes()).expect("a report");
    for row in report.findings.iter_mut().filter(|row| row.outcome == Outcome::Fail) {
        row.expectations.iter_mut().for_each(|one| (one.met, one.got) = (Some(true), one.wanted.clone()));
        (row.outcome, row.reason) = (Outcome::Pass, "as wanted".into());
    }
    house.write(name, report.concluded().to_json());
}

#[tokio::test(flavor = "multi_thread")]
async fn a14_a_recorder_does_not_sign_a_share_that_was_edited() {
    let house = House::new().await.security_alone().policy(&[("unsigned-runs", "refused")]);
    let ci = house.key("ci");
    house.service.first(500);
    share(&house, "a", "first,second", &["--recorder-key", &ci]).exits(1);
    share(&house, "b", "base", &["--recorder-key", &ci]).exits(0);
    edited(&house, "a.json");
    merge(&house, &["a.json", "b.json", "--recorder-key", &ci]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(3).says("is not signed by a `recorder`").says("(unsigned evidence)");
    // As they are.
    house.service.first(200);
    share(&house, "a", "first,second", &["--recorder-key", &ci]).exits(0);
    share(&house, "b", "base", &["--recorder-key", &ci]).exits(0);
    merge(&house, &["a.json", "b.json", "--recorder-key", &ci]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    let gate = house.gate(&[]).exits(0).stdout;
    assert!(!gate.contains("unsigned evidence"), "{gate}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a14_shares_of_which_one_is_unsigned_or_not_on_record() {
    let house = House::new().await.security_alone().policy(&[("unsigned-runs", "refused")]);
    let ci = house.key("ci");
    share(&house, "a", "first,second", &["--recorder-key", &ci]).exits(0);
    for more in [&[][..], &["--no-record"]] {
        share(&house, "b", "base", more).exits(0);
        merge(&house, &["a.json", "b.json", "--recorder-key", &ci]).exits(0);
        house.sign("security", "sec", &[]).exits(0);
        house.gate(&[]).exits(3).says("is not signed by a `recorder`");
    }
    // Where unsigned runs are allowed, it is said all the same.
    let house = house.policy(&[("unsigned-runs", "allowed")]);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0).says("(unsigned evidence)");
}
