//! After the way back: whether the old version shows what it must, told while it is looked at and once it is known.

use std::time::{Duration, Instant};

use super::ground::Ground;

/// The shop's plan with something that the old version must show for so long.
fn start(soak: &str, review: &str) -> Ground {
    let recovery = format!(
        "    checks: [old-answers]\n    recovery: {{ soak: {soak}, demands: {{ errors: {{ max: 5% }}, slow: {{ max: 250ms }} }} }}\n    review-within: {review}\n"
    );
    let ground = Ground::start(60, &[("    checks: [old-answers]\n", &recovery)]);
    ground.run(&["rollout", "begin", "p25"]).exits(0);
    ground
}

fn status(ground: &Ground) -> serde_json::Value {
    serde_json::from_str(&ground.run(&["rollout", "status", "--format", "json"]).exits(0).stdout).expect("JSON")
}

#[test]
fn a_watch_that_went_back_goes_on_until_the_old_version_has_recovered() {
    let ground = start("4s", "3d");
    ground.run(&["watch", "--stage", "p25", "--once"]).exits(4);
    ground.failing("new", "0.7");
    let watched = ground.run(&["watch", "--stage", "p25", "--rollback"]).exits(1).says("ROLLED BACK");
    let (back, recovered) = (watched.stdout.find("ROLLED BACK"), watched.stdout.find("RECOVERED: the old version"));
    assert!(back.zip(recovered).is_some_and(|(back, recovered)| back < recovered), "{}", watched.stdout);
    let status = status(&ground);
    let back = &status["rollbacks"][0];
    assert_eq!((status["state"].as_str(), back["recovery"]["standing"].as_str()), (Some("rolled-back"), Some("earned")), "{status:#}");
    let said = status["said"].as_str().expect("a sentence");
    assert!(said.contains("; recovered; its review is due by 20"), "{said}");
    // It is known by now, and the stage has earned nothing by it.
    ground.run(&["watch", "--stage", "p25", "--once"]).exits(1).says("ended: back, recovered");
    ground.run(&["gate", "--stage", "p25"]).exits(1);
    // Its samples are judged again as those of a stage are, and people read it.
    ground.run(&["rollout", "replay"]).exits(0).says("stage rollback, attempt 1").says("come to earned");
    ground.run(&["rollout", "status", "--format", "markdown"]).exits(0).says("its review is due by");
    let other = ground.run(&["rollout", "status", "--release", "3.0"]).exits(0);
    other.says("the stage `p25` that began last (entry ").says("is about the version 2.0, not 3.0");
    // A decision without a word is no review; one that says what came of it is.
    ground.run(&["decide", "no-go", "--stage", "p25", "--as", "owner", "--yes"]).exits(0);
    ground.run(&["rollout", "status"]).exits(0).says("its review is due by");
    ground.run(&["decide", "no-go", "--stage", "p25", "--as", "owner", "--yes", "--comment", "pool too small"]).exits(0);
    ground.run(&["rollout", "status", "--format", "markdown"]).exits(0).says("reviewed by Pat (owner) on 20").says(": pool too small");
    assert!(ground.log().contains("is rolled back: whether 1.0 recovers is looked at"), "{}", ground.log());
}

#[test]
fn one_look_after_the_other_finds_it_too_and_nothing_is_run_twice() {
    let ground = start("6s", "1s");
    ground.failing("new", "0.7");
    let end = Instant::now() + Duration::from_secs(60);
    let mut looks = Vec::new();
    loop {
        std::thread::sleep(Duration::from_secs(1));
        let look = ground.run(&["watch", "--stage", "p25", "--once", "--rollback"]);
        looks.push((look.code, look.stdout.lines().next().unwrap_or_default().to_owned()));
        if look.stdout.contains("ROLLED BACK") {
            assert!(look.stdout.contains("RECOVERING: the old version"), "{}", look.stdout);
            let said = status(&ground)["said"].as_str().expect("a sentence").to_owned();
            assert!(said.contains("rolled back from p25: ") && said.contains("; recovering: "), "{said}");
        }
        if look.stdout.contains("RECOVERED: ") || Instant::now() > end {
            break;
        }
    }
    let held = looks.iter().filter(|(code, said)| *code == 4 && said.starts_with("RECOVERING")).count();
    assert!(held > 0 && looks.last().is_some_and(|(code, said)| *code == 1 && said.starts_with("RECOVERED")), "{looks:?}");
    assert_eq!(ground.log().matches("goes back from stage p25").count(), 1);
    let said = status(&ground)["said"].as_str().expect("a sentence").to_owned();
    assert!(said.contains("; recovered; its review is overdue since 20"), "{said}");
}

#[test]
fn an_old_version_that_fails_has_not_recovered() {
    let ground = start("4s", "3d");
    ground.failing("old", "0.5");
    let went = ground.run(&["rollout", "rollback", "--reason", "the owner asks"]).exits(1).says("ROLLED BACK");
    assert!(went.stdout.contains("NOT RECOVERED: the old version\n  ✗ errors "), "{}", went.stdout);
    assert!(status(&ground)["said"].as_str().is_some_and(|said| said.contains("; not recovered: errors ")));
    ground.run(&["watch", "--stage", "p25", "--once"]).exits(1).says("not recovered");
}

#[test]
fn one_that_recovers_after_somebody_asked_is_a_success() {
    let ground = start("3s", "3d");
    ground.run(&["rollout", "rollback", "--reason", "the owner asks"]).exits(0).says("ROLLED BACK").says("RECOVERED: the old version");
}

#[test]
fn a_recovery_that_nobody_saw_to_its_end_is_not_known() {
    let ground = start("60s", "3d");
    ground.failing("new", "0.7");
    std::thread::sleep(Duration::from_secs(8));
    ground.run(&["watch", "--stage", "p25", "--once", "--rollback"]).exits(1).says("RECOVERING");
    ground.failing("new", "0");
    ground.run(&["rollout", "begin", "p25"]).exits(0);
    let back = status(&ground)["rollbacks"][0].clone();
    assert!(back["recovery"]["said"].as_str().is_some_and(|said| said.contains("is not known")), "{back:#}");
}
