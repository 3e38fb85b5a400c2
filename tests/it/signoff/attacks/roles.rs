//! A12: somebody in two roles is one person.

use crate::signoff::house::House;

async fn with(roles: &str, require: &str) -> House {
    House::new().await.policy(&[("roles", roles), ("require", require)])
}

#[tokio::test(flavor = "multi_thread")]
async fn a12_somebody_in_two_roles_is_a_hold_and_no_mistake() {
    let house = with("{ security: [sec], devops: [sec, dev] }", "[security, devops]").await;
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.sign("devops", "sec", &[]).exits(0);
    house.gate(&[]).exits(4).says("has not signed");
    house.gonogo.run(["deploy", "--release", "1.4.2", "--", "touch", "moved"]).exits(4);
    assert!(!house.gonogo.path("moved").exists());
    house.gonogo.run(["report", "-q", "--bundle", "b.zip"]).exits(0);
    house.gonogo.run(["log", "verify"]).exits(0);
    house.gonogo.run(["log"]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a12_somebody_named_twice_or_alone_and_a_recorder_with_a_role() {
    let house = with("{ security: [sec, dev], devops: [sec, dev], recorder: [ci, dev] }", "[security, devops]").await;
    house.verify(&["--recorder-key", &house.key("dev")]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(4).says("`devops` has not signed");
    house.sign("devops", "dev", &[]).exits(0);
    house.gate(&[]).exits(0);
    // What nobody could ever sign is a mistake of the plan, which says so.
    let twice = with("{ security: [sec, sec] }", "[security]").await;
    twice.verify(&[]).exits(2).says("`sec` has the role `security` twice");
    let alone = with("{ security: [sec], devops: [sec] }", "[security, devops]").await;
    alone.verify(&[]).exits(2).says("need 2 different people, and only `sec` can sign: one person counts once");
}
