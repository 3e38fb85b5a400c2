//! Drills of the way back, asked for by the check of another environment.

use gonogo::model::{Outcome, Report, RollbackBegun, RollbackEnded, RollbackKind, RollbackOutcome, StageStep};

use super::{
    house::{House, now},
    rolled_out::put_in,
};

const DRILL: &str = "  - { id: drill, rollout-drill: { environment: staging, within: 2m, max-age: 30d } }\n";

/// Puts a way back on record that ended so after so many seconds.
async fn back(house: &House, environment: &str, kind: RollbackKind, ended: Option<(RollbackOutcome, u64)>) {
    let (why, host) = ("a drill".to_owned(), "runner-7".to_owned());
    let begun = RollbackBegun { began: None, sample: None, fired: now(), why, kind, host, pid: 1 };
    let begun = put_in(environment, house, "1.4.1", StageStep::RollbackBegun(begun), None).await;
    if let Some((outcome, took)) = ended {
        let end = RollbackEnded { begun, outcome, took: took * 1_000, way: None, notes: Vec::new(), report: None };
        put_in(environment, house, "1.4.1", StageStep::RollbackEnded(end), None).await;
    }
}

/// What a run of prod makes of it.
fn found(house: &House, more: &[&str]) -> (Outcome, String) {
    let (_, report): (_, Report) = house.gonogo.verify(&[&["--release", "1.4.2"], more].concat());
    let finding = report.findings.into_iter().find(|finding| finding.id == "drill").expect("the check");
    (finding.outcome, finding.reason)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_drill_of_the_environment_decides() {
    use {Outcome::*, RollbackKind::*, RollbackOutcome::*};
    let house = House::new().await.security_alone().checks(DRILL);
    assert_eq!(found(&house, &[]).0, Fail, "nobody has practised yet");
    back(&house, "prod", Drill, Some((Back, 30))).await;
    let (outcome, reason) = found(&house, &[]);
    assert!(outcome == Fail && reason.contains("none on record; prod has one"), "{reason}");
    for (kind, ended, wanted) in [
        (Drill, Some((Back, 30)), Pass),
        // What was taken in earnest is no drill, neither a good nor a bad one.
        (Asked, Some((RollbackOutcome::Failed, 30)), Pass),
        (Drill, Some((RollbackOutcome::Failed, 30)), Fail),
        (Drill, Some((Back, 121)), Fail),
        (Drill, Some((Back, 120)), Pass),
        (Drill, Some((Late, 90)), Fail),
        (Drill, None, Unknown),
        (Drill, Some((Back, 30)), Pass),
    ] {
        back(&house, "staging", kind, ended).await;
        let (outcome, reason) = found(&house, &[]);
        assert_eq!(outcome, wanted, "{kind:?} {ended:?}: {reason}");
    }
    // A run without a record knows of none.
    let (outcome, reason) = found(&house, &["--no-record"]);
    assert!(outcome == Unknown && reason.contains("no record to look in"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_signed_is_no_drill_where_that_is_refused() {
    let house = House::new().await.security_alone().policy(&[("unsigned-runs", "refused")]).checks(DRILL);
    house.verify(&["--recorder-key", &house.key("ci")]).exits(1);
    back(&house, "staging", RollbackKind::Drill, Some((RollbackOutcome::Back, 30))).await;
    let (outcome, reason) = found(&house, &["--recorder-key", &house.key("ci")]);
    assert!(outcome == Outcome::Fail && reason.contains("none on record"), "{reason}");
}
