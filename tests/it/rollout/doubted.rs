//! What is taken for granted and need not be so: what people said before, what stands on record, what a program did.

use std::{fs, time::Duration};

use gonogo::{
    ledger::{Blob, Draft, Sqlite, Store},
    model::{Act, Digest, Made, Method, RecordedEvidence, RolloutStep, StageStep, Statement, Subject},
};

use super::ground::{Ground, program};
use crate::gonogo::now;

const LONG: (&str, &str) = ("soak: 10s", "soak: 60s");
const SHORT: (&str, &str) = ("soak: 10s", "soak: 2s");
const BACK: &str = "command: [\"./weights.py\", \"${SOCKET}\", \"0%\"]";
const BEGIN: &str = "begin: [\"./weights.py\", \"${SOCKET}\", \"${stage.traffic}\"], traffic: 25%";
const SELLS: &str = "  - { id: sells,";

/// Somebody takes a yes back while the stage is watched.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_as_it_stands_now() {
    let asked = "  - { id: quiet, phase: [p25], manual: { question: \"Is it quiet?\", by: owner } }\n  - { id: sells,";
    let ground = Ground::start(60, &[LONG, (SELLS, asked)]);
    ground.run(&["answer", "quiet", "yes", "--yes"]).exits(0);
    ground.run(&["rollout", "begin", "p25"]).exits(0);
    let mut watch = ground.gonogo.command(["watch", "--stage", "p25", "-q"]).spawn().expect("a watcher");
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(ground.last_sample().await["verdict"], "go");
    ground.run(&["answer", "quiet", "no", "--yes"]).exits(0);
    std::thread::sleep(Duration::from_secs(4));
    let verdict = ground.last_sample().await["verdict"].clone();
    watch.kill().expect("killed");
    watch.wait().expect("ended");
    assert_eq!(verdict, "no-go");
}

/// Whoever may add to the record, but signs nothing, adds that a stage is earned.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_samples_that_say_otherwise_opens_no_gate() {
    let undecided = "traffic: 25%, soak: 60s, checks: [sells] }";
    let ground = Ground::start(60, &[("traffic: 25%, soak: 10s, checks: [sells], decide: { roles: [owner] } }", undecided)]);
    ground.run(&["rollout", "begin", "p25"]).exits(0);
    std::thread::sleep(Duration::from_secs(3));
    ground.run(&["watch", "--stage", "p25", "--once"]).exits(4);
    let store = Sqlite::open(&ground.gonogo.path(".gonogo/ledger.db")).expect("the ledger");
    let chain = gonogo::ledger::chain_of("shop");
    let said = |entry: &gonogo::ledger::Entry| Statement::from_json(&entry.payload).expect("a statement").act;
    let acts: Vec<Act> = store.entries(&chain).await.expect("entries").iter().map(said).collect();
    let evidence = acts.iter().rev().find_map(|act| match act {
        Act::Rollout(step) => {
            if let StageStep::Evidence(evidence) = &step.step {
                Some((step.clone(), evidence.clone()))
            } else {
                None
            }
        }
        _ => None,
    });
    let (step, evidence) = evidence.expect("evidence");
    let report = store.blob(evidence.report.as_ref().expect("a report")).await.expect("read").expect("there");
    let report = String::from_utf8(report).expect("text").replace("\"standing\":\"held\"", "\"standing\":\"earned\"").into_bytes();
    let blob = Blob::of(report);
    let forged = RecordedEvidence { standing: "earned".into(), report: Some(blob.digest.clone()), ..evidence };
    let act = Act::Rollout(Box::new(RolloutStep { step: StageStep::Evidence(forged), ..*step }));
    let made = Made {
        project: "shop".into(),
        environment: "prod".into(),
        at: now(),
        head: Digest::none(),
        org: None,
        by: None,
        method: Method::Recorded,
        tool: "gonogo 0.1.0".into(),
    };
    let payload = Statement { subject: vec![Subject::sha256("report.json", &blob.digest)], made, act }.to_json();
    store.append(Draft { payload, signature: None }, vec![blob], now(), None).await.expect("added");
    ground.run(&["gate", "--stage", "p25"]).exits(5).says("its evidence says earned, its samples come to held");
    ground.run(&["rollout", "begin", "p50"]).exits(5);
    ground.run(&["rollout", "replay"]).exits(5);
}

#[test]
fn what_no_recorder_signed_opens_no_gate_where_that_is_refused() {
    let strict = "roles: { owner: [pat@example.com], recorder: [pat@example.com] }, require: [owner], unsigned-runs: refused,";
    let ground = Ground::prepared(60, &[SHORT, ("roles: { owner: [pat@example.com] }, require: [owner],", strict)]);
    ground.run(&["verify", "--recorder-key", "key"]).exits(0);
    ground.run(&["sign", "--as", "owner", "--yes"]).exits(0);
    ground.run(&["rollout", "begin", "p25"]).exits(0);
    ground.run(&["watch", "--until", "earned"]).exits(0);
    ground.run(&["decide", "go", "--as", "owner", "--yes"]).exits(0);
    ground.run(&["gate", "--stage", "p25"]).exits(4).says("not signed by a `recorder`");
}

/// A colleague pulls a newer plan while the watcher watches.
#[test]
fn a_plan_that_changes_meanwhile_keeps_nobody_from_going_back() {
    let ground = Ground::start(60, &[LONG]);
    ground.run(&["rollout", "begin", "p25"]).exits(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_secs(3));
            fs::write(ground.gonogo.path("gonogo.yaml"), "project: other\n").expect("written");
            ground.failing("new", "0.7");
        });
        ground.run(&["watch", "--stage", "p25", "--rollback"]).exits(1).says("ROLLED BACK: from p25");
    });
}

/// At 25 % three looks of four find the old version, whatever the way back did.
#[test]
fn a_program_that_fails_has_brought_nothing_back() {
    let ground = Ground::start(60, &[LONG, (BACK, "command: [\"false\"]"), ("within: 30s", "within: 2s")]);
    ground.run(&["rollout", "rollback", "--planned"]).exits(2).says("`planned`");
    ground.run(&["rollout", "begin", "p25"]).exits(0);
    ground.run(&["rollout", "rollback", "--reason", "late"]).exits(1).says("ROLLBACK FAILED").says("proves nothing");
}

#[test]
fn no_program_is_given_what_only_stands_in() {
    let ground = Ground::start(60, &[(BEGIN, "begin: [./note.sh, \"${release.artifact}\"], traffic: 25%")]);
    program(&ground, "note.sh", "#!/bin/sh\necho \"$1\" >> noted\n");
    ground.run(&["rollout", "begin", "p25"]).exits(2).says("`${release.artifact}`, which is not known").says("--artifact");
    assert!(!ground.gonogo.path("noted").exists());
}

/// One version under both names would be held beside itself.
#[test]
fn the_new_version_is_not_the_old_one() {
    let ground = Ground::start(60, &[("old: \"1.0\"", "old: \"2.0\"")]);
    ground.run(&["rollout", "begin", "p25"]).exits(2).says("are both called `2.0`");
}

#[test]
fn a_look_after_the_other_does_not_fill_the_record() {
    let warning = "  triggers:\n    - { measure: memory, above: 1, level: warning }\n";
    let notify = "  notify: { command: [./tell.sh], on: [warning] }\n  stages:\n";
    let ground = Ground::start(60, &[LONG, ("  triggers:\n", warning), ("  stages:\n", notify)]);
    program(&ground, "tell.sh", "#!/bin/sh\ncat >> told\necho >> told\n");
    ground.run(&["rollout", "begin", "p25"]).exits(0);
    let entries = || ground.log().lines().count();
    std::thread::sleep(Duration::from_secs(2));
    ground.run(&["watch", "--once"]).exits(4);
    let before = entries();
    for _ in 0..3 {
        std::thread::sleep(Duration::from_millis(1500));
        ground.run(&["watch", "--once"]).exits(4);
    }
    assert_eq!(entries(), before);
    let told = ground.gonogo.read("told");
    assert_eq!(told.matches("\"occasion\":\"warning\"").count(), 1, "{told}");
}
