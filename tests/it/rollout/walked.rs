//! Releases that go all the way, and releases that do not.

use std::time::{Duration, Instant};

use super::ground::Ground;

#[test]
fn a_good_release_walks_to_all_of_the_traffic() {
    let ground = Ground::start(60, &[]);
    for stage in ["p25", "p50", "full"] {
        ground.earns(stage);
        ground.run(&["gate", "--stage", stage]).exits(4).says("`owner` must decide go");
        ground.run(&["decide", "go", "--as", "owner", "--yes"]).exits(0);
        ground.run(&["gate", "--stage", stage]).exits(0).says("GO");
    }
    let status = ground.run(&["rollout", "status", "--format", "json"]).exits(0).stdout;
    let status: serde_json::Value = serde_json::from_str(&status).expect("JSON");
    assert_eq!(status["state"], "finished", "{status:#}");
    let met: Vec<_> = status["success"].as_array().expect("criteria").iter().map(|shown| shown["met"].clone()).collect();
    assert_eq!(met, [true, true], "{:#}", status["success"]);
    assert!(status["stages"].as_array().expect("stages").iter().all(|stage| stage["decisions"][0]["choice"] == "go"));
    ground.run(&["log", "verify"]).exits(0);
    // What is on record comes to the same again, and so it does for a manager who has nothing of what runs it.
    let again = ground.run(&["rollout", "replay"]).exits(0).stdout;
    assert_eq!(again.matches("come to earned").count(), 3, "{again}");
    let blind = ground.gonogo.command(["rollout", "status"]).env_remove("PROM").env_remove("SOCKET").env_remove("FRONT").output();
    assert!(blind.expect("runs").status.success());
}

#[test]
fn one_that_starts_failing_is_rolled_back_without_a_person() {
    let ground = Ground::start(
        60,
        &[(
            "soak: 10s, checks: [sells], decide: { roles: [owner] } }\n    - { name: p50",
            "soak: 60s, checks: [sells], decide: { roles: [owner] } }\n    - { name: p50",
        )],
    );
    ground.run(&["rollout", "begin", "p25"]).exits(0);
    let began = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_secs(4));
            ground.failing("new", "0.5");
        });
        ground.run(&["watch", "--stage", "p25", "--rollback"]).exits(1).says("ROLLED BACK: from p25");
    });
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    ground.run(&["gate", "--stage", "p25"]).exits(1).says("was rolled back");
    ground.run(&["rollout", "begin", "p50"]).exits(1).says("was rolled back");
    ground.run(&["watch", "--stage", "p25", "--once"]).exits(1).says("was rolled back");
    ground.run(&["rollout", "status"]).exits(0).says("rolled back from p25");
    assert!(ground.log().contains("goes back from stage p25"), "{}", ground.log());
}

#[test]
fn one_without_traffic_holds() {
    let ground = Ground::start(0, &[]);
    ground.run(&["rollout", "begin", "p25"]).exits(0);
    std::thread::sleep(Duration::from_secs(2));
    ground.run(&["watch", "--stage", "p25", "--once"]).exits(4).says("HELD");
    std::thread::sleep(Duration::from_secs(12));
    ground.run(&["watch", "--stage", "p25", "--once"]).exits(4).says("no requests");
    ground.run(&["decide", "go", "--as", "owner", "--yes"]).exits(2).says("--comment");
}

/// Beside an old version that is as bad nothing shows, so it is what is demanded of both that stops it.
#[test]
fn one_whose_old_version_is_as_bad_is_stopped() {
    let ground = Ground::start(60, &[("max: 5% }\n    slow", "max: 5%, within: +50% of baseline }\n    slow")]);
    // Far enough below 20% that the trigger does not fire by chance.
    ground.failing("old", "0.1");
    ground.failing("new", "0.1");
    ground.run(&["rollout", "begin", "p25"]).exits(0);
    let seen = ground.run(&["watch", "--stage", "p25", "--until", "earned", "--rollback"]).exits(1).says("BREACHED");
    assert!(
        seen.stdout.contains("errors") && seen.stdout.contains("at most 5%") && !seen.stdout.contains("ROLLED BACK"),
        "{}",
        seen.stdout
    );
    ground.run(&["decide", "go", "--as", "owner", "--yes", "--comment", "as bad as before"]).exits(1);
}
