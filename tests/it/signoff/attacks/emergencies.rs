//! A15: an emergency opens one deployment, and people look at it afterwards.

use std::process::Stdio;

use gonogo::model::{Act, Emergency, Release, Review, Subject};
use jiff::SignedDuration;

use crate::{
    gonogo::Ran,
    signoff::house::{House, now, version},
};

const COMMIT: &str = "0123456789012345678901234567890123456789";

/// A shop that is down, where two roles may pass the gate.
async fn down() -> House {
    let house = House::new().await.security_alone().policy(&[("break-glass", "{ roles: [engineering-manager, devops] }")]);
    house.service.first(500);
    house.verify(&[]).exits(1);
    house
}

#[track_caller]
fn glass(house: &House, key: &str, role: &str, release: &[&str]) -> Ran {
    let key = house.key(key);
    let words = ["gate", "--break-glass", "--as", role, "--reason", "the shop is down", "--ticket", "INC-7", "--key", &key];
    house.gonogo.run(words.iter().chain(release))
}

/// An emergency of an earlier release whose review is overdue; its entry.
async fn overdue(house: &House) -> String {
    let review_by = now() - SignedDuration::from_hours(1);
    let (role, ticket) = ("engineering-manager".into(), "INC-6".into());
    let emergency = Emergency { release: version("1.4.1"), role, reason: "down before".into(), ticket, review_by };
    house.put(Some("boss"), Vec::new(), Act::Emergency(emergency), now()).await;
    house.entries().await.last().expect("an entry").seq.to_string()
}

const RELEASE: [&str; 2] = ["--release", "1.4.2"];

fn deploy(house: &House, release: &[&str]) -> Ran {
    house.gonogo.run(["deploy"].iter().chain(release).chain(&["--", "sh", "-c", "echo x >> moved"]))
}

fn moved(house: &House) -> usize {
    std::fs::read_to_string(house.gonogo.path("moved")).map_or(0, |text| text.lines().count())
}

#[tokio::test(flavor = "multi_thread")]
async fn a15_one_emergency_is_one_deployment() {
    let house = down().await;
    glass(&house, "boss", "engineering-manager", &RELEASE).exits(0);
    let start = || {
        let mut command = house.gonogo.command(["deploy", "--release", "1.4.2", "--", "sh", "-c", "echo x >> moved; sleep 3"]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
    };
    let mut all = [start(), start(), start()];
    all.iter_mut().for_each(|one| _ = one.wait());
    assert_eq!(moved(&house), 1);
    deploy(&house, &RELEASE).exits(1);
    assert_eq!(moved(&house), 1);
    // A second one is a second decision.
    glass(&house, "boss", "engineering-manager", &RELEASE).exits(0);
    let _ = deploy(&house, &RELEASE);
    let _ = deploy(&house, &RELEASE);
    assert_eq!(moved(&house), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a15_an_emergency_of_a_commit_under_another_label() {
    let house = down().await;
    let of_commit = ["--release", "1.4.2", "--commit", COMMIT];
    glass(&house, "boss", "engineering-manager", &of_commit).exits(0);
    for other in [&["--release", "1.4.3", "--commit", COMMIT][..], &["--release", "1.4.2", "--commit", &"1".repeat(40)]] {
        let ran = deploy(&house, other);
        assert!(ran.code != 0 && moved(&house) == 0, "{}", ran.stdout);
    }
    let _ = deploy(&house, &of_commit);
    assert_eq!(moved(&house), 1);
    // One that named no commit is none for this commit.
    glass(&house, "boss", "engineering-manager", &RELEASE).exits(0);
    let _ = deploy(&house, &of_commit);
    assert_eq!(moved(&house), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a15_an_overdue_review_and_a_second_person_in_another_role() {
    let house = down().await;
    let earlier = overdue(&house).await;
    glass(&house, "boss", "engineering-manager", &RELEASE)
        .exits(4)
        .says("INC-6")
        .says("until then a second person, in another role, must declare the emergency too");
    deploy(&house, &RELEASE).exits(1);
    // The same person again is no second one.
    glass(&house, "boss", "engineering-manager", &RELEASE).exits(4);
    assert_eq!(moved(&house), 0);
    glass(&house, "dev", "devops", &RELEASE).exits(0);
    let _ = deploy(&house, &RELEASE);
    let _ = deploy(&house, &RELEASE);
    assert_eq!(moved(&house), 1);
    house.gate(&[]).exits(1).says("INC-6");
    let (sec, boss) = (house.key("sec"), house.key("boss"));
    house.gonogo.run(["deploy", "review", &earlier, "--comment", "x", "--key", &boss]).exits(5);
    house.gonogo.run(["deploy", "review", &earlier, "--comment", "x", "--key", &sec]).exits(0);
    glass(&house, "boss", "engineering-manager", &RELEASE).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a15_a_machine_reviews_nothing() {
    let house = down().await;
    let entry = overdue(&house).await;
    house.service.first(200);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(4).says("was to be reviewed by");
    house.gonogo.run(["deploy", "review", &entry, "--comment", "looks fine", "--key", &house.key("ci")]).exits(5);
    let entries = house.entries().await;
    let emergency = entries.iter().find(|one| one.seq.to_string() == entry).expect("an entry").statement();
    let review = |by: &'static str| {
        let (house, emergency) = (&house, emergency.clone());
        async move {
            let act = Act::Review(Review { emergency: emergency.clone(), comment: "looks fine".into() });
            house.put(Some(by), vec![Subject::sha256("emergency", &emergency)], act, now()).await;
        }
    };
    // Past the program: by the recorder's key, by whoever opened it.
    review("ci").await;
    house.gate(&[]).exits(4).says("was to be reviewed by");
    review("boss").await;
    house.gate(&[]).exits(4).says("was to be reviewed by");
    review("sec").await;
    house.gate(&[]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a15_an_emergency_by_somebody_without_the_role() {
    let house = down().await;
    let emergency = |role: &str| {
        let release = Release { version: Some("1.4.2".into()), source: "flags".into(), ..Release::default() };
        let (reason, ticket) = ("r".into(), "t".into());
        Act::Emergency(Emergency { release, role: role.into(), reason, ticket, review_by: now() + SignedDuration::from_hours(9) })
    };
    for (key, role) in [("sec", "engineering-manager"), ("sec", "security"), ("ci", "recorder")] {
        house.put(Some(key), Vec::new(), emergency(role), now()).await;
        deploy(&house, &RELEASE).exits(1);
    }
    house.put(None, Vec::new(), emergency("devops"), now()).await;
    deploy(&house, &RELEASE).exits(1);
    assert_eq!(moved(&house), 0);
}
