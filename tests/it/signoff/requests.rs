//! How people are asked who have not signed: a reminder, the next person, the deputy of whoever is absent, an end that is no refusal.

use std::time::Duration;

use serde_json::Value;

use crate::{
    gonogo::Gonogo,
    signoff::{
        deputies::{appoint, until},
        house::House,
        told::{runs, telling},
    },
};

const TOLD: &str = "  - { command: [./tell.sh], on: [waits-for-you] }\n";

/// Where two can sign as `security`, and a program writes down who is told.
async fn house(requests: &str) -> House {
    let roles = "{ deployment-lead: [lead], security: [sec, boss], recorder: [ci] }";
    let policy = [("roles", roles), ("deputies", "{ sec: [eve] }"), ("requests", requests)];
    let house = House::new().await.security_alone().policy(&policy);
    house.keygen("eve", &["-t", "ed25519"]);
    house.also_signers(&[house.line("eve", "eve", "")]);
    let house = telling(house, TOLD);
    house.write("tell.sh", "#!/bin/sh\nnews=$(cat)\nprintf '%s\\n' \"$news\" >> told\n");
    runs(&house, "tell.sh");
    house.verify(&[]).exits(0);
    house
}

/// Who was told what, in the order of telling.
fn told(gonogo: &Gonogo) -> Vec<String> {
    let news = gonogo.read("told");
    let news = news.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    news.map(|news| format!("{}: {}", news["person"]["id"].as_str().expect("an id"), news["waits"][0].as_str().expect("what waits")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_then_the_next_then_nobody_has_refused() {
    let house = house("{ remind-after: 2s, next-after: 5s, time-out: 14s }").await;
    assert_eq!(told(&house.gonogo), ["sec: sign as security"]);
    let waited = house.gate(&["--wait", "25s"]).exits(4);
    let waited = waited.says("timed out").says("nobody answered, nobody refused, and a signature still counts");
    assert!(waited.stderr.contains("waits: `security` has not signed"), "{}", waited.stderr);
    let told = told(&house.gonogo);
    assert!(told.iter().any(|line| line.starts_with("sec: sign as security: a reminder, it waits since ")), "{told:?}");
    assert!(told.iter().any(|line| line == "boss: sign as security"), "{told:?}");
    assert!(told.len() <= 4, "nobody is told twice: {told:?}");
    house.gonogo.run(["report", "--release", "1.4.2", "--format", "markdown=late.md"]).exits(0);
    assert!(house.gonogo.read("late.md").contains("0 of 1 signed, timed out"), "{}", house.gonogo.read("late.md"));
    // It is late, and no refusal.
    house.sign("security", "boss", &[]).exits(0);
    house.gate(&["--wait", "1s"]).exits(0);
    // Who refuses has refused.
    house.sign("security", "boss", &["--no-go", "--comment", "no"]).exits(0);
    house.gate(&["--wait", "10m"]).exits(1).says("says no-go");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_has_their_turn_and_the_absent_ones_deputy_with_them() {
    let house = house("{ remind-after: 1h, next-after: 4h, time-out: 2d }").await;
    appoint(&house, "sec", "eve", &until(2)).exits(0);
    let (_, first) = house.gate_in(Duration::from_secs(60)).await;
    assert!(first.contains("; asked: Sepp Security ") && first.contains("Eve Else ") && !first.contains("Bea"), "{first}");
    let (_, second) = house.gate_in(Duration::from_secs(2 * 3600)).await;
    assert!(second.contains("(reminded)") && !second.contains("Bea"), "{second}");
    let (_, third) = house.gate_in(Duration::from_secs(4 * 3600 + 60)).await;
    assert!(third.contains("Bea Boss "), "{third}");
    // Looking again does not begin it anew, and what is red in between does.
    house.verify(&[]).exits(0);
    let (_, same) = house.gate_in(Duration::from_secs(4 * 3600 + 60)).await;
    assert!(same.contains("Bea Boss "), "{same}");
    house.service.first(500);
    house.verify(&[]).exits(1);
    house.service.first(200);
    house.verify(&[]).exits(0);
    let (exit, late) = house.gate_in(Duration::from_secs(23 * 3600)).await;
    assert_eq!(exit, gonogo::model::Exit::Hold, "{late}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_asks_nobody_is_no_rule() {
    for (rule, why) in [
        ("{}", "this asks nobody anew"),
        ("{ remind-after: 2d, time-out: 1d }", "`remind-after` comes only after `time-out`"),
        ("{ next-after: 0s }", "0s is no time"),
        ("{ after: 1h }", "after"),
    ] {
        let house = House::new().await.security_alone().policy(&[("requests", rule)]);
        house.gonogo.run(["lint"]).exits(2).says(why);
    }
}
