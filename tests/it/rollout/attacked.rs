//! What would let a release go on that has not earned it, or keep it from going back.

use std::{fs, time::Duration};

use super::ground::{Ground, program};

const LONG: (&str, &str) = ("soak: 10s", "soak: 60s");
const SHORT: (&str, &str) = ("soak: 10s", "soak: 2s");
const BACK: &str = "command: [\"./weights.py\", \"${SOCKET}\", \"0%\"]\n    within: 30s";

/// Rows 24 and 35: the stage is earned, people have not decided yet, and it starts failing.
#[test]
fn it_goes_back_while_people_are_waited_for() {
    let ground = Ground::start(60, &[SHORT]);
    ground.earns("p25");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_secs(2));
            ground.failing("new", "0.6");
        });
        let stored = ground.samples("p25");
        let watch = ground.run(&["watch", "--stage", "p25", "--rollback"]).exits(1).says("ROLLED BACK: from p25");
        assert!(watch.stderr.contains(&format!("continued at sample {}", stored + 1)), "{}", watch.stderr);
    });
    ground.run(&["decide", "go", "--as", "owner", "--yes", "--comment", "it was earned"]).exits(1);
    ground.run(&["gate", "--stage", "p25"]).exits(1).says("was rolled back");
}

/// Row 25: whoever saw the trigger fire is gone, and all is well again meanwhile.
#[test]
fn what_fired_before_fires_at_once() {
    let ground = Ground::start(60, &[LONG]);
    ground.run(&["rollout", "begin", "p25"]).exits(0);
    ground.failing("new", "0.7");
    ground.run(&["watch", "--stage", "p25", "--until", "earned"]).exits(1).says("BREACHED");
    ground.failing("new", "0");
    std::thread::sleep(Duration::from_secs(4));
    ground.run(&["watch", "--stage", "p25", "--once", "--rollback"]).exits(1).says("ROLLED BACK: from p25");
}

/// Row 22, and two who begin at once.
#[test]
fn a_stage_begins_once_and_one_without_effect_holds() {
    let begin = "begin: [\"./weights.py\", \"${SOCKET}\", \"${stage.traffic}\"], traffic: 25%";
    let ground = Ground::start(60, &[(begin, "begin: [\"./count.sh\"], traffic: 25%")]);
    program(&ground, "count.sh", "#!/bin/sh\necho called >> calls\nsleep 1\n");
    let begin = || ground.gonogo.command(["rollout", "begin", "p25"]).output().expect("an end");
    let (one, other) = std::thread::scope(|scope| {
        let one = scope.spawn(begin);
        (begin(), one.join().expect("an end"))
    });
    let well = [&one, &other].iter().filter(|ended| ended.status.success()).count();
    assert_eq!((well, ground.gonogo.read("calls").as_str()), (1, "called\n"), "{one:?} {other:?}");
    let refused = [one, other].into_iter().find(|ended| !ended.status.success()).expect("one of the two");
    assert_eq!(refused.status.code(), Some(4), "{refused:?}");
    std::thread::sleep(Duration::from_secs(3));
    ground.run(&["watch", "--stage", "p25", "--once"]).exits(4).says("no requests");
    ground.run(&["gate", "--stage", "p25"]).exits(4);
    ground.run(&["gate", "--stage", "p75"]).exits(2).says("no stage `p75`");
}

#[test]
fn what_must_pass_is_no_warning() {
    let proof = "{ id: old-answers, phase: [rollback]";
    let ground = Ground::start(
        60,
        &[
            SHORT,
            (BACK, "command: [\"true\"]\n    within: 2s"),
            (proof, "{ id: old-answers, severity: warning, phase: [rollback]"),
            ("traffic: 25%, soak: 2s, checks: [sells]", "traffic: 25%, soak: 2s, checks: [warns]"),
            ("  - { id: sells,", "  - { id: warns, severity: warning, phase: [p25], command: { argv: [\"false\"] } }\n  - { id: sells,"),
        ],
    );
    ground.run(&["rollout", "begin", "p25"]).exits(0);
    std::thread::sleep(Duration::from_secs(10));
    ground.run(&["watch", "--stage", "p25", "--once"]).exits(4).says("a check of the stage does not pass");
    assert!(ground.shell(&[ground.gonogo.path("weights.py").to_str().expect("a path"), &ground.socket(), "100%"]));
    ground.run(&["rollout", "rollback", "--reason", "nobody buys"]).exits(1).says("ROLLBACK FAILED");
}

/// A drill that was killed is no way back that has begun.
#[test]
fn a_killed_drill_keeps_nobody_from_going_back() {
    let ground = Ground::start(60, &[LONG, (BACK, "command: [\"./slow.sh\", \"${SOCKET}\", \"0%\"]\n    within: 30s")]);
    program(&ground, "slow.sh", "#!/bin/sh\necho called >> calls\ntest -e stuck && exec sleep 20\nexec ./weights.py \"$1\" \"$2\"\n");
    fs::write(ground.gonogo.path("stuck"), "").expect("written");
    ground.run(&["rollout", "begin", "p25"]).exits(0);
    let mut drill = ground.gonogo.command(["rollout", "rollback", "--drill"]).spawn().expect("a drill");
    while !ground.gonogo.path("calls").exists() {
        std::thread::sleep(Duration::from_millis(50));
    }
    drill.kill().expect("killed");
    drill.wait().expect("ended");
    fs::remove_file(ground.gonogo.path("stuck")).expect("removed");
    ground.run(&["rollout", "rollback", "--reason", "it is late"]).exits(0).says("ROLLED BACK");
    assert_eq!(ground.gonogo.read("calls"), "called\ncalled\n");
    ground.run(&["rollout", "begin", "p25"]).exits(1).says("gonogo rollout rollback --drill");
    ground.run(&["rollout", "rollback", "--drill"]).exits(0);
    ground.run(&["rollout", "begin", "p25"]).exits(0);
}

#[test]
fn samples_that_are_gone_or_others_open_no_gate() {
    let ground = Ground::start(60, &[SHORT]);
    ground.earns("p25");
    let ledger = rusqlite::Connection::open(ground.gonogo.path(".gonogo/ledger.db")).expect("the ledger");
    let triggers: Vec<String> = {
        let mut named = ledger.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'samples'").expect("a query");
        named.query_map([], |row| row.get(0)).expect("triggers").map(|name| name.expect("a name")).collect()
    };
    triggers.iter().for_each(|name| ledger.execute_batch(&format!("DROP TRIGGER \"{name}\"")).expect("dropped"));
    ledger.execute("DELETE FROM samples WHERE number > 1", []).expect("deleted");
    drop(ledger);
    ground.run(&["gate", "--stage", "p25"]).exits(5).says("and 1 are here");
    ground.run(&["decide", "go", "--as", "owner", "--yes"]).exits(5);
    ground.run(&["watch", "--stage", "p25", "--once"]).exits(5);
    ground.run(&["rollout", "begin", "p50"]).exits(5);
}

#[test]
fn a_go_does_not_outlive_a_way_back_nor_another_release() {
    let ground = Ground::start(60, &[SHORT]);
    let decided = || {
        ground.earns("p25");
        ground.run(&["decide", "go", "--as", "owner", "--yes"]).exits(0);
        ground.run(&["gate", "--stage", "p25"]).exits(0);
    };
    decided();
    ground.run(&["rollout", "begin", "p50"]).exits(0);
    ground.run(&["rollout", "rollback", "--reason", "the owner asks"]).exits(0);
    ground.run(&["rollout", "begin", "p50"]).exits(1).says("begin with the first stage again");
    decided();
    let other = ["--release", "2.1"];
    for command in [&["verify"][..], &["sign", "--as", "owner", "--yes"], &["rollout", "begin", "p25"]] {
        ground.run(&[command, &other].concat()).exits(0);
    }
    ground.run(&["gate", "--stage", "p25"]).exits(4).says("2.1 has begun its stage `p25`");
    ground.run(&["rollout", "begin", "p50"]).exits(4).says("2.1 has begun its stage `p25`");
    ground.run(&["watch", "--stage", "p25", "--once"]).exits(4).says("2.1 has begun its stage `p25`");
}
