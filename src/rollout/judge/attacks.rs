//! Samples that would have a stage earned, or a trigger silent, without a reason.

use std::collections::BTreeMap;

use super::{
    judge,
    tests::{ERRORS, begun, errors, judged, of, sample, terms},
};
use crate::rollout::{Fixed, Pair, Sample, Standing, Terms};

/// Row 14: the traffic stops at minute 50 of 60.
#[test]
fn traffic_that_stops_before_the_end_earns_nothing() {
    let terms = terms(r#""soak": "60m", "demands": {"errors": {"max": "1%"}}"#, "");
    let stopped = of(&terms, (1..=70).map(|at| errors(at, 0.0, if at > 50 { 0.0 } else { 30.0 })));
    assert_eq!((stopped.standing, stopped.covered), (Standing::Held, 50 * 60));
    assert_eq!(stopped.gaps.last().map(|gap| &*gap.why), Some("no requests"));
    // A single request at the end makes none of it good.
    let one = of(&terms, (1..=70).map(|at| errors(at, 0.0, if at > 50 { f64::from(u8::from(at == 70)) } else { 30.0 })));
    assert_eq!((one.standing, one.covered), (Standing::Held, 51 * 60));
}

/// Row 16: over and in order by turns.
#[test]
fn what_flaps_is_found_by_evidence_and_not_by_a_window() {
    let window = terms(ERRORS, r#"{"measure": "errors", "above": "5%", "for": "5m", "level": "rollback"}"#);
    let evidence = terms(ERRORS, r#"{"measure": "errors", "above": "5%", "evidence": 100, "level": "rollback"}"#);
    let flaps = || (1..=60).map(|at| errors(at, if at % 2 == 0 { 12.0 } else { 0.0 }, 30.0));
    assert!(of(&window, flaps()).called_back().is_none());
    assert!(of(&evidence, flaps()).called_back().is_some_and(|(_, number, _)| number < 20));
}

/// Row 19: only some users have the new version, so nothing is held beside the old one.
#[test]
fn what_cannot_be_compared_is_held_to_absolute_limits_alone() {
    let terms = |comparable: &str| {
        let stage = format!(r#""soak": "10m", "comparable": {comparable}"#);
        let beside = r#"{"measure": "errors", "worse-than": "old", "evidence": 2, "level": "rollback"}"#;
        terms(&format!(r#"{stage}, "demands": {{"errors": {{"max": "20%"}}}}"#), beside)
    };
    let pair = |at| Sample {
        values: BTreeMap::from([("errors".to_owned(), Pair { new: Some(vec![3.0, 30.0]), old: Some(vec![0.0, 300.0]) })]),
        ..errors(at, 0.0, 0.0)
    };
    assert_eq!(of(&terms("true"), (1..=10).map(pair)).standing, Standing::Breached);
    let apart = of(&terms("false"), (1..=10).map(pair));
    assert_eq!((apart.standing, apart.triggers.len()), (Standing::Earned, 0), "{:?}", apart.reasons);
}

#[test]
fn min_samples_hold_where_no_demand_counts_requests() {
    let watched = |least: u32| {
        let stage = format!(r#""soak": "10m", "min-samples": {least}, "demands": {{"memory": {{"max": 100}}}}"#);
        terms(&stage, r#"{"measure": "errors", "above": "50%", "for": "5m", "level": "rollback"}"#)
    };
    let stage = |terms: &Terms| of(terms, (1..=10).map(|at| sample(at, &[("memory", &[90.0]), ("errors", &[0.0, 5.0])])));
    assert_eq!(stage(&watched(50)).standing, Standing::Earned);
    let few = stage(&watched(51));
    assert_eq!((few.standing, few.reasons), (Standing::Held, vec!["50 of 51 requests".to_owned()]));
    let none = terms(r#""soak": "10m", "min-samples": 1, "demands": {"memory": {"max": 100}}"#, "");
    assert_eq!(stage(&none).standing, Standing::Held, "nothing counts requests");
}

#[test]
fn counts_that_are_too_large_to_be_counted_are_errors() {
    let trigger = r#"{"measure": "errors", "worse-than": "old", "evidence": 100, "level": "rollback"}"#;
    let terms = terms(ERRORS, trigger);
    for huge in [1e16, 2_f64.powi(60), 1e19, f64::MAX] {
        let pair = |at| Sample {
            values: BTreeMap::from([("errors".to_owned(), Pair { new: Some(vec![0.0, huge]), old: Some(vec![huge, huge]) })]),
            ..errors(at, 0.0, 0.0)
        };
        let judged = of(&terms, (1..=10).map(pair));
        assert_eq!((judged.standing, judged.covered), (Standing::Unseen, 0), "{huge}");
    }
    // The most that is counted, so often that all together are too many.
    let most = of(&terms, (1..=10).map(|at| errors(at, 0.0, 9e15)));
    assert_ne!(most.standing, Standing::Earned);
}

/// Row 31: also where our own clock is set back between two samples of one process, or the server's.
#[test]
fn no_time_is_counted_twice_or_less_than_nothing() {
    let terms = terms(ERRORS, "");
    let back: Vec<Sample> = (1..=10).chain(5..=10).zip(1..).map(|(at, number)| Sample { number, ..errors(at, 0.0, 100.0) }).collect();
    assert_eq!(judged(&terms, &back).covered, 600, "what was seen before the clock went back is not seen again");
}

/// Data is of a scrape's time: what is late in one sample is in the next.
#[test]
fn scrapes_that_do_not_fit_the_interval_lose_no_time() {
    let terms = terms(r#""soak": "10m", "demands": {"errors": {"max": "1%"}}"#, "");
    let scraped = |number: u64| Sample {
        until: begun() + jiff::SignedDuration::from_secs(i64::try_from(number * 60 / 45 * 45).expect("small")),
        since: Some(60_000),
        ..errors(number, 0.0, 100.0)
    };
    let samples: Vec<Sample> = (1..=12).map(scraped).collect();
    assert_eq!(judged(&terms, &samples).covered, 12 * 60);
    // Never more than went by.
    let fast: Vec<Sample> = (1..=12).map(|number| Sample { since: Some(20_000), ..scraped(number) }).collect();
    assert!(judged(&terms, &fast).covered <= 12 * 20);
}

#[test]
fn the_whole_of_the_time_can_be_covered() {
    let mut terms = terms(ERRORS, "");
    terms.coverage = 1.0;
    let samples: Vec<Sample> = (1..=10).map(|at| errors(at, 0.0, 100.0)).collect();
    let at = |seconds| judge(&terms, &Fixed::default(), begun(), &samples, samples[9].at + jiff::SignedDuration::from_secs(seconds));
    assert_eq!(at(30).standing, Standing::Earned, "what came since nobody can have seen yet");
    assert_eq!(at(121).standing, Standing::Held);
    assert!(at(121).reasons[0].starts_with("83 % of the time"), "{:?}", at(121).reasons);
    let missed = of(&terms, (1..=2000).filter(|at| *at != 7).map(|at| errors(at, 0.0, 100.0)).chain([errors(2001, 0.0, 1.0)]));
    assert_eq!(missed.standing, Standing::Earned, "two intervals are no gap");
    let gap = of(&terms, (1..=2000).filter(|at| !(7..=8).contains(at)).map(|at| errors(at, 0.0, 100.0)));
    assert!(gap.standing == Standing::Held && gap.reasons[0].starts_with("99 %"), "{:?}", gap.reasons);
}

#[test]
fn a_stage_without_a_soak_waits_for_what_it_demands() {
    let terms = terms(r#""soak": "0s", "demands": {"errors": {"max": "1%"}}"#, "");
    assert_eq!(judged(&terms, &[]).standing, Standing::Held);
    assert_eq!(of(&terms, (1..=1).map(|at| errors(at, 0.0, 0.0))).standing, Standing::Held);
    assert_eq!(of(&terms, (1..=1).map(|at| errors(at, 0.0, 298.0))).standing, Standing::Held);
    assert_eq!(of(&terms, (1..=1).map(|at| errors(at, 0.0, 299.0))).standing, Standing::Earned);
}

/// A baseline in which nobody asked anything shows nothing.
#[test]
fn an_empty_baseline_earns_nothing() {
    for demand in ["+5% of baseline", "+0% of baseline", "120% of baseline"] {
        let terms = terms(&format!(r#""soak": "10m", "demands": {{"errors": {{"max": "{demand}"}}}}"#), "");
        let pair = |at| Sample {
            values: BTreeMap::from([("errors".to_owned(), Pair { new: Some(vec![0.0, 100.0]), old: Some(vec![0.0, 0.0]) })]),
            ..errors(at, 0.0, 0.0)
        };
        let judged = of(&terms, (1..=10).map(pair));
        assert_eq!((judged.standing, judged.covered), (Standing::Held, 0), "{demand}: {:?}", judged.reasons);
        let mut fixed = terms.clone();
        fixed.live.clear();
        let empty = Fixed { baseline: BTreeMap::from([("errors".into(), vec![0.0, 0.0])]), ..Fixed::default() };
        let samples: Vec<Sample> = (1..=10).map(pair).collect();
        assert_eq!(judge(&fixed, &empty, begun(), &samples, samples[9].at).standing, Standing::Held, "{demand}");
    }
}

/// Of a version that is shown to be better, at the end of the soak nobody can tell which is worse; then one can.
#[test]
fn who_is_shown_to_be_better_is_not_held_where_who_is_alike_is_not() {
    let terms = terms(r#""soak": "10m", "demands": {"errors": {"within": "+0% of baseline"}}"#, "");
    let share = |bad: bool| Some(vec![f64::from(u8::from(bad)), 300.0]);
    let pair = |at| Sample {
        values: BTreeMap::from([("errors".to_owned(), Pair { new: share(at < 3), old: share(at % 2 == 0) })]),
        ..errors(at, 0.0, 0.0)
    };
    for last in 10..60 {
        let judged = of(&terms, (1..=last).map(pair));
        assert_eq!((last, judged.standing, &judged.reasons), (last, Standing::Earned, &vec![]));
    }
}

/// Of so few nothing is shown to be worse, and of two that are alike none is shown to be better.
#[test]
fn what_nobody_can_tell_earns_nothing_by_that() {
    for (demand, each) in [("+0% of baseline", 1.0_f64), ("80% of baseline", 1_000.0)] {
        let terms = terms(&format!(r#""soak": "10m", "demands": {{"errors": {{"max": "{demand}"}}}}"#), "");
        let share = || Some(vec![(each / 100.0).floor(), each]);
        let pair =
            |at| Sample { values: BTreeMap::from([("errors".to_owned(), Pair { new: share(), old: share() })]), ..errors(at, 0.0, 0.0) };
        let judged = of(&terms, (1..=10).map(pair));
        assert_eq!((judged.standing, judged.demands[0].met), (Standing::Held, None), "{demand}: {:?}", judged.reasons);
    }
}
