//! What may not be done now, and why.

use super::ground::Ground;

#[test]
fn a_stage_waits_for_the_one_before_it_and_for_a_decision() {
    let ground = Ground::start(60, &[("soak: 10s", "soak: 2s")]);
    // Row 32: skipped.
    ground.run(&["rollout", "begin", "p50"]).exits(4).says("`p25` was not begun with this release");
    ground.run(&["watch", "--stage", "p25", "--once"]).exits(4).says("was not begun");
    ground.run(&["gate", "--stage", "p25"]).exits(4).says("was not begun");
    ground.run(&["watch", "--stage", "p75", "--once"]).exits(2).says("no stage `p75`");
    ground.earns("p25");
    ground.run(&["rollout", "begin", "p50"]).exits(4).says("`owner` must decide go");
    ground.run(&["decide", "hold", "--as", "owner", "--yes", "--comment", "not today"]).exits(0);
    ground.run(&["gate", "--stage", "p25"]).exits(4).says("says hold: not today");
    ground.run(&["decide", "no-go", "--as", "owner", "--yes"]).exits(0);
    ground.run(&["gate", "--stage", "p25"]).exits(1);
    // Begun again: what was shown and decided before counts for nothing.
    ground.run(&["rollout", "begin", "p25"]).exits(0).says("for the 2. time");
    ground.run(&["gate", "--stage", "p25"]).exits(4).says("must decide go");
    // Row 33: the plan is loosened.
    let plan = ground.gonogo.read("gonogo.yaml").replace("errors: { max: 5% }", "errors: { max: 50% }");
    std::fs::write(ground.gonogo.path("gonogo.yaml"), plan).expect("written");
    ground.run(&["watch", "--stage", "p25", "--once"]).exits(4).says("the plan has changed");
    ground.run(&["gate", "--stage", "p25"]).exits(4).says("the plan has changed");
}

/// Row 36: a freeze keeps a stage from beginning, not from soaking.
#[test]
fn nothing_begins_in_a_freeze_and_no_limit_lies_beside_a_bucket() {
    let always = "interval: 1s\n  freeze: [{ days: [mon, tue, wed, thu, fri, sat, sun] }]\n";
    let ground = Ground::start(60, &[("interval: 1s\n", always)]);
    ground.run(&["rollout", "begin", "p25"]).exits(4).says("`freeze` holds");
    let plan = ground.gonogo.read("gonogo.yaml").replace(always, "interval: 1s\n").replace("max: 250ms", "max: 300ms");
    std::fs::write(ground.gonogo.path("gonogo.yaml"), plan).expect("written");
    ground.run(&["verify"]).exits(0);
    ground.run(&["sign", "--as", "owner", "--yes"]).exits(0);
    // Row 13.
    ground.run(&["rollout", "begin", "p25"]).exits(3).says("0.25");
}

/// Rows 22 and 27: a program that fails, one that never ends in time, and a way back without effect.
#[test]
fn programs_that_fail_are_told_and_never_taken_for_done() {
    let ground = Ground::start(
        60,
        &[("begin: [\"./weights.py\", \"${SOCKET}\", \"${stage.traffic}\"], traffic: 25%", "begin: [\"./missing.py\"], traffic: 25%")],
    );
    ground.run(&["rollout", "begin", "p25"]).exits(4).says("missing.py");
    ground.run(&["gate", "--stage", "p25"]).exits(4).says("missing.py");

    let ground = Ground::start(
        60,
        &[("command: [\"./weights.py\", \"${SOCKET}\", \"0%\"]\n    within: 30s", "command: [\"true\"]\n    within: 2s")],
    );
    ground.run(&["rollout", "begin", "p25"]).exits(0);
    for _ in 0..3 {
        ground.run(&["watch", "--once"]);
    }
    // All of the traffic is the new version's: nobody sees the old one.
    let socket = ground.gonogo.path("weights.py");
    let moved = ground.shell(&[socket.to_str().expect("a path"), &ground.socket(), "100%"]);
    assert!(moved, "HAProxy has another weight");
    ground.run(&["rollout", "rollback", "--reason", "it is late"]).exits(1).says("ROLLBACK FAILED");
    ground.run(&["rollout", "status"]).exits(0).says("ROLLBACK FAILED");
}

/// Row 23: two watch.
#[test]
fn a_second_watcher_is_refused() {
    let ground = Ground::start(60, &[("soak: 10s", "soak: 60s")]);
    ground.run(&["rollout", "begin", "p25"]).exits(0);
    let mut first = ground.gonogo.command(["watch", "--stage", "p25", "-q"]).spawn().expect("a watcher");
    std::thread::sleep(std::time::Duration::from_secs(4));
    ground.run(&["watch", "--stage", "p25"]).exits(2).says(&format!("process {}", first.id()));
    first.kill().expect("killed");
    first.wait().expect("ended");
    ground.run(&["watch", "--stage", "p25", "--once"]).exits(4);
}
