//! The kind `rollout-drill`: what the record says of the way back that was practised.

use std::collections::BTreeMap;

use gonogo::{
    check::Unseen,
    model::{DrillEnd, GivenDrill, Outcome, RollbackOutcome},
};
use serde_json::json;

use crate::look::Look;

/// A look in a record with a drill in `environment` that took so many seconds.
fn look(environment: &str, took: u64) -> Look {
    let began = "2026-11-02T09:00:00Z".parse().expect("an instant");
    let end = DrillEnd { at: began, outcome: RollbackOutcome::Back, took: took * 1_000, way: None };
    let drills = BTreeMap::from([(environment.to_owned(), GivenDrill { began, end: Some(end), entry: 7 })]);
    without_a_record().drills(drills)
}

fn without_a_record() -> Look {
    Look::new("rollout-drill", json!({ "environment": "staging", "within": "2m", "max-age": "30d" }))
}

/// What comes of drills that went well.
pub(crate) async fn practised_well() -> Vec<(String, (Outcome, String))> {
    let mut judged = Vec::new();
    for took in [0, 41, 120] {
        judged.push((format!("{took} s"), look("staging", took).outcome().await));
    }
    judged
}

#[tokio::test]
async fn only_a_drill_of_that_environment_is_one() {
    assert_eq!(look("staging", 41).outcome().await.0, Outcome::Pass);
    let (outcome, reason) = look("prod", 41).outcome().await;
    assert_eq!(outcome, Outcome::Fail);
    assert!(reason.contains("none on record; prod has one"), "{reason}");
}

#[tokio::test]
async fn without_a_record_nothing_is_known() {
    let Err(Unseen::Unknown(why)) = without_a_record().look().await else { panic!("it could look") };
    assert!(why.contains("no record to look in"), "{why}");
    let none = without_a_record().drills(BTreeMap::new());
    assert_eq!(none.outcome().await.0, Outcome::Fail, "an empty record is a record");
}

#[test]
fn a_demand_that_nothing_can_meet_is_refused() {
    for settings in [
        json!({ "environment": " ", "within": "2m", "max-age": "30d" }),
        json!({ "environment": "staging", "within": "0s", "max-age": "30d" }),
        json!({ "environment": "staging", "within": "2m", "max-age": "0s" }),
        json!({ "environment": "staging", "within": "2m" }),
        json!({ "environment": "staging", "within": "2m", "max-age": "30d", "what": "toggle" }),
    ] {
        assert!(gonogo::check::parse("rollout-drill", &settings).expect("a kind").is_err(), "{settings}");
    }
}
