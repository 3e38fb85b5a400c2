//! Stages that earn the next one, that do not yet, and that are over.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::judge;
use crate::{
    model::{Digest, Outcome, Verdict},
    rollout::{Fixed, Judgement, Pair, Rollout, Sample, Standing, State, Terms, Trouble, key},
};

/// A stage of an hour at most, with the demands and triggers that a test is about.
pub(super) fn terms(stage: &str, triggers: &str) -> Terms {
    let json = format!(
        r#"{{
            "coverage": "50%", "prometheus": {{"url": "http://127.0.0.1:9090"}},
            "measures": {{
                "errors": {{"bad": "sum(bad{{v=\"${{version}}\"}})", "total": "sum(all{{v=\"${{version}}\"}})"}},
                "latency": {{"histogram": "seconds{{v=\"${{version}}\"}}", "quantile": 0.95}},
                "mean": {{"sum": "sum(s{{v=\"${{version}}\"}})", "count": "sum(c{{v=\"${{version}}\"}})"}},
                "memory": {{"gauge": "max(bytes{{v=\"${{version}}\"}})"}},
                "throughput": {{"total": "sum(all)", "per": "1m"}}
            }},
            "triggers": [{triggers}],
            "stages": [{{"name": "canary", "traffic": "10%", {stage}}}]
        }}"#
    );
    let rollout: Rollout = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
    Terms::of(&rollout, &rollout.stages[0])
}

pub(super) const ERRORS: &str = r#""soak": "10m", "demands": {"errors": {"max": "1%"}}"#;

pub(super) fn begun() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

/// The sample of a minute.
pub(super) fn sample(number: u64, values: &[(&str, &[f64])]) -> Sample {
    let at = begun().checked_add(SignedDuration::from_mins(i64::try_from(number).expect("small"))).expect("an instant");
    let values = values.iter().map(|(name, new)| ((*name).to_owned(), Pair { new: Some(new.to_vec()), old: None }));
    Sample {
        number,
        at,
        until: at,
        since: None,
        late: false,
        resets: 0,
        values: values.collect(),
        troubles: BTreeMap::new(),
        checks: BTreeMap::new(),
        verdict: Some(Verdict::Go),
        by: None,
        prev: Digest::of(b""),
    }
}

pub(super) fn errors(number: u64, bad: f64, total: f64) -> Sample {
    sample(number, &[("errors", &[bad, total])])
}

pub(super) fn trouble(number: u64, state: State) -> Sample {
    let why = format!("the server is {state}");
    Sample { troubles: BTreeMap::from([(String::new(), Trouble { state, why })]), ..sample(number, &[]) }
}

pub(super) fn judged(terms: &Terms, samples: &[Sample]) -> Judgement {
    judge(terms, &Fixed::default(), begun(), samples, samples.last().map_or(begun(), |last| last.at))
}

pub(super) fn of(terms: &Terms, samples: impl Iterator<Item = Sample>) -> Judgement {
    judged(terms, &samples.collect::<Vec<_>>())
}

#[test]
fn a_stage_is_earned_by_time_and_by_counts() {
    let terms = terms(ERRORS, "");
    let good = of(&terms, (1..=10).map(|at| errors(at, 0.0, 30.0)));
    assert_eq!((good.standing, good.reasons), (Standing::Earned, vec![]));
    let early = of(&terms, (1..=9).map(|at| errors(at, 0.0, 100.0)));
    assert_eq!(early.standing, Standing::Held);
    assert_eq!(early.reasons, ["9 min of 10 min have gone well, 1 min to go"]);
    // 299 without an error show 1 %, 298 do not.
    let few = of(&terms, (1..=10).map(|at| errors(at, 0.0, if at == 1 { 28.0 } else { 30.0 })));
    assert_eq!(few.standing, Standing::Held);
    assert_eq!(few.reasons, ["errors: 298 of 299 requests; at 29.8 a minute in 3 s"]);
    let nobody = judged(&terms, &[]);
    assert_eq!(nobody.standing, Standing::Held);
    assert!(nobody.reasons.iter().any(|why| why.contains("nobody has looked")), "{:?}", nobody.reasons);
}

#[test]
fn more_errors_than_may_be_are_a_breach_only_once_shown_and_soaked() {
    let terms = terms(ERRORS, "");
    let bad = |minutes| of(&terms, (1..=minutes).map(|at| errors(at, 3.0, 30.0)));
    assert_eq!(bad(9).standing, Standing::Held);
    assert_eq!(bad(10).standing, Standing::Breached);
    assert_eq!(bad(10).reasons, ["errors 30 of 300 requests, wanted at most 1%"]);
    // Between the two bounds it cannot be told.
    let between = of(&terms, (1..=10).map(|at| errors(at, f64::from(u8::from(at % 3 == 0)), 30.0)));
    assert_eq!((between.standing, between.demands[0].met), (Standing::Held, None));
    assert!(between.reasons[0].contains("errors: "), "{:?}", between.reasons);
}

#[test]
fn what_nobody_saw_does_not_count() {
    let terms = terms(ERRORS, "");
    // The server is away for three minutes: the stage is longer by them.
    let away =
        |last: u64| of(&terms, (1..=last).map(|at| if (4..=6).contains(&at) { trouble(at, State::Error) } else { errors(at, 0.0, 100.0) }));
    assert_eq!((away(12).standing, away(12).covered), (Standing::Held, 540));
    assert_eq!((away(13).standing, away(13).gaps.len()), (Standing::Earned, 1));
    assert_eq!(away(13).gaps[0].why, "the server is error");
    // Nobody looked for an hour: that hour is none.
    let gap = of(&terms, (1..=6).chain(70..=72).map(|at| errors(at, 0.0, 100.0)));
    assert_eq!((gap.standing, gap.covered), (Standing::Held, 8 * 60));
    let refused = of(&terms, (1..=20).map(|at| trouble(at, State::Error)));
    assert_eq!((refused.standing, refused.reasons), (Standing::Unseen, vec!["the server is error".to_owned()]));
    for (state, standing) in [
        (State::Stale, Standing::Held),
        (State::NoData, Standing::Held),
        // Row 20: what was seen is no longer seen of this release.
        (State::ForeignRelease, Standing::Breached),
    ] {
        let judged = of(&terms, (1..=20).map(|at| trouble(at, state)));
        assert_eq!((judged.standing, judged.covered), (standing, 0), "{state}");
    }
}

#[test]
fn another_release_under_the_watch_is_a_breach() {
    let terms = terms(ERRORS, "");
    let foreign = of(&terms, (1..=20).map(|at| if at == 5 { trouble(at, State::ForeignRelease) } else { errors(at, 0.0, 100.0) }));
    assert_eq!((foreign.standing, foreign.reasons.len()), (Standing::Breached, 1), "{:?}", foreign.reasons);
}

#[test]
fn a_clock_that_jumps_covers_nothing() {
    let terms = terms(ERRORS, "");
    // Each sample says by a clock that nobody sets that a second went by; ours says a minute.
    let lies = of(&terms, (1..=30).map(|at| Sample { since: Some(1_000), ..errors(at, 0.0, 100.0) }));
    assert_eq!(lies.covered, 30, "only seconds went by");
    let back = |at: u64| Sample { at: begun(), since: Some(60_000), ..errors(at, 0.0, 100.0) };
    let jumped = of(&terms, (1..=10).map(|at| if at == 5 { back(at) } else { Sample { since: Some(60_000), ..errors(at, 0.0, 100.0) } }));
    assert!(jumped.covered < 600 && jumped.standing == Standing::Held, "{}", jumped.covered);
}

#[test]
fn silence_counts_where_requests_are_rare_and_never_at_the_end() {
    let terms = terms(r#""soak": "500m", "demands": {"errors": {"max": "1%"}}"#, "");
    // One request a minute on average, in pairs: every second minute is silent.
    let rare = of(&terms, (1..=700).map(|at| errors(at, 0.0, if at % 2 == 0 { 2.0 } else { 0.0 })));
    assert_eq!(rare.standing, Standing::Earned, "{:?}", rare.reasons);
    // 30 a minute, and then none for ten minutes: that is no chance.
    let broken = of(&terms, (1..=510).map(|at| errors(at, 0.0, if (200..210).contains(&at) { 0.0 } else { 30.0 })));
    assert_eq!(broken.covered, 500 * 60);
    assert_eq!(broken.gaps[0].why, "no requests");
    let stopped = of(&terms, (1..=510).map(|at| errors(at, 0.0, if at > 400 { 0.0 } else { 30.0 })));
    assert_eq!((stopped.standing, stopped.covered), (Standing::Held, 400 * 60));
    let none = of(&terms, (1..=600).map(|at| errors(at, 0.0, 0.0)));
    assert_eq!((none.standing, none.covered), (Standing::Held, 0));
}

#[test]
fn a_window_fires_when_every_sample_in_it_is_over() {
    let terms = terms(ERRORS, r#"{"measure": "errors", "above": "5%", "for": "5m", "min-samples": 20, "level": "rollback"}"#);
    let bad = |at: u64| errors(at, 3.0, 30.0);
    let fired = |samples: Vec<Sample>| judged(&terms, &samples).called_back().map(|(_, number, _)| number);
    assert_eq!(fired((1..=3).map(|at| errors(at, 0.0, 30.0)).chain((4..=9).map(bad)).collect()), Some(8));
    // One that is in order, and a gap, begin it anew.
    assert_eq!(fired((1..=30).map(|at| if at % 5 == 0 { errors(at, 0.0, 30.0) } else { bad(at) }).collect()), None);
    assert_eq!(fired((1..=30).map(|at| if at % 5 == 0 { trouble(at, State::Error) } else { bad(at) }).collect()), None);
    assert_eq!(fired((1..=4).chain(40..=43).map(bad).collect()), None);
    // One error in three requests shows nothing.
    assert_eq!(fired((1..=5).map(|at| errors(at, 1.0, 3.0)).collect()), None);
    // What has fired stays so.
    let stage = judged(&terms, &(1..=6).map(bad).chain((7..=30).map(|at| errors(at, 0.0, 1e6))).collect::<Vec<_>>());
    assert_eq!((stage.standing, stage.triggers[0].open), (Standing::Breached, false));
}

#[test]
fn evidence_finds_what_flaps_and_is_shared_among_triggers() {
    let one = r#"{"measure": "errors", "above": "1%", "evidence": 100, "level": "rollback"}"#;
    let flapping = || (1..=60).map(|at| errors(at, if at % 2 == 0 { 3.0 } else { 0.0 }, 30.0));
    let alone = of(&terms(ERRORS, one), flapping());
    let (_, first, _) = alone.called_back().expect("found");
    assert!(first < 20, "{first}");
    let two = of(&terms(ERRORS, &format!("{one}, {one}")), flapping());
    assert_eq!(two.triggers[0].evidence.expect("evidence").1, 200.0);
    assert!(of(&terms(ERRORS, one), (1..=600).map(|at| errors(at, 0.0, 30.0))).called_back().is_none());
    let beside = terms(ERRORS, r#"{"measure": "errors", "worse-than": "old", "evidence": 100, "level": "rollback"}"#);
    let pair = |at: u64, new: [f64; 2], old: [f64; 2]| {
        let mut sample = errors(at, 0.0, 0.0);
        sample.values.insert("errors".into(), Pair { new: Some(new.to_vec()), old: Some(old.to_vec()) });
        sample
    };
    assert!(of(&beside, (1..=60).map(|at| pair(at, [3.0, 30.0], [0.0, 300.0]))).called_back().is_some());
    assert!(of(&beside, (1..=60).map(|at| pair(at, [3.0, 30.0], [30.0, 300.0]))).called_back().is_none());
    // Without the old version's numbers nothing can be held against them.
    let mut missing = pair(1, [3.0, 30.0], [0.0, 0.0]);
    missing.troubles.insert(key("errors", crate::rollout::Whose::Old), Trouble { state: State::NoData, why: "no series".into() });
    assert_eq!(judged(&beside, &[missing]).covered, 0);
}

#[test]
fn a_hold_stops_the_soak_while_it_lasts() {
    let terms = terms(ERRORS, r#"{"measure": "errors", "above": "5%", "level": "hold"}"#);
    let stage = |last: u64| of(&terms, (1..=last).map(|at| errors(at, if at == 3 { 40.0 } else { 0.0 }, 400.0)));
    assert_eq!((stage(3).standing, stage(3).triggers[0].open), (Standing::Held, true));
    assert!(stage(3).reasons[0].contains("holds the soak"), "{:?}", stage(3).reasons);
    assert_eq!((stage(10).covered, stage(11).covered), (540, 600));
    // What it showed is not forgotten: 40 of 4,400 are too many to tell, 40 of 24,000 are few.
    assert_eq!((stage(11).standing, stage(60).standing), (Standing::Held, Standing::Earned));
}

#[test]
fn checks_end_a_stage_or_keep_it() {
    let terms = terms(ERRORS, r#"{"check": "critical", "failures": 2, "level": "rollback"}"#);
    let with = |at: u64, outcome| {
        let mut sample = errors(at, 0.0, 100.0);
        sample.checks.insert("critical".into(), outcome);
        sample
    };
    let fails = |at: &[u64], unknown: &[u64]| {
        let outcome = |number| match (at.contains(&number), unknown.contains(&number)) {
            (true, _) => Outcome::Fail,
            (_, true) => Outcome::Unknown,
            _ => Outcome::Pass,
        };
        of(&terms, (1..=10).map(|number| with(number, outcome(number))))
    };
    assert!(fails(&[2, 4, 6], &[]).called_back().is_none());
    assert_eq!(fails(&[2, 3], &[]).called_back().map(|(_, number, _)| number), Some(3));
    // Of a list of them one that fails is enough.
    let of_list = (1..=10).map(|at| {
        let mut sample = errors(at, 0.0, 100.0);
        sample.checks.extend([("critical[eu]".to_owned(), Outcome::Pass), ("critical[us]".to_owned(), Outcome::Fail)]);
        sample
    });
    assert_eq!(of(&terms, of_list).called_back().map(|(_, number, _)| number), Some(2));
    // Between two failures nobody could look: they stand in a row.
    assert_eq!(fails(&[2, 4], &[3]).called_back().map(|(_, number, _)| number), Some(4));
    for (verdict, why) in [(Some(Verdict::NoGo), "does not pass"), (Some(Verdict::Hold), "waits for an answer"), (None, "not looked at")] {
        let held = of(&terms, (1..=10).map(|at| Sample { verdict, ..with(at, Outcome::Pass) }));
        assert_eq!(held.standing, Standing::Held);
        assert!(held.reasons[0].contains(why), "{:?}", held.reasons);
    }
}

#[test]
fn quantiles_go_by_the_bucket_of_their_limit() {
    let fixed = Fixed { buckets: BTreeMap::from([("latency".into(), vec![1.0, 5.0])]), ..Fixed::default() };
    let terms = terms(r#""soak": "10m", "demands": {"latency": {"max": "5s"}}"#, "");
    let stage = |above: f64| {
        let samples: Vec<Sample> = (1..=10).map(|at| sample(at, &[("latency", &[100.0, 90.0, above])])).collect();
        judge(&terms, &fixed, begun(), &samples, samples[9].at)
    };
    assert_eq!(stage(2.0).standing, Standing::Earned);
    assert_eq!(stage(10.0).standing, Standing::Breached);
    // At the very limit it cannot be told.
    assert_eq!(stage(5.0).demands[0].met, None);
}

#[test]
fn beside_the_baseline_small_differences_need_many_requests() {
    let fixed = Fixed { baseline: BTreeMap::from([("errors".into(), vec![50.0, 10_000.0])]), ..Fixed::default() };
    let json = |demand: &str| {
        let mut terms = terms(&format!(r#""soak": "10m", "demands": {{"errors": {{"within": "{demand}"}}}}"#), "");
        terms.live.clear();
        terms
    };
    let stage = |terms: &Terms, bad: f64, total: f64| {
        let samples: Vec<Sample> = (1..=10).map(|at| errors(at, bad, total)).collect();
        judge(terms, &fixed, begun(), &samples, samples[9].at)
    };
    let close = json("+5% of baseline");
    assert_eq!(stage(&close, 1.0, 200.0).demands[0].met, None, "cannot tell");
    assert_eq!(stage(&close, 10.0, 200.0).standing, Standing::Breached);
    assert_eq!(stage(&close, 0.0, 1_000.0).standing, Standing::Earned);
    let same = json("+0% of baseline");
    assert_eq!(stage(&same, 1.0, 200.0).standing, Standing::Earned, "not shown to be worse");
    assert_eq!(stage(&same, 10.0, 200.0).standing, Standing::Breached);
    let without = judge(&close, &Fixed::default(), begun(), &[errors(1, 0.0, 100.0)], begun());
    assert!(without.demands[0].missing.as_deref().is_some_and(|why| why.contains("no baseline")));
}

#[test]
fn gauges_means_and_throughput_are_judged_by_what_they_are() {
    let memory = terms(r#""soak": "10m", "demands": {"memory": {"max": "120% of baseline"}}"#, "");
    let fixed = Fixed { baseline: BTreeMap::from([("memory".into(), vec![100.0])]), ..Fixed::default() };
    let stage = |peak: f64| {
        let mut terms = memory.clone();
        terms.live.clear();
        let samples: Vec<Sample> = (1..=10).map(|at| sample(at, &[("memory", &[if at == 5 { peak } else { 100.0 }])])).collect();
        judge(&terms, &fixed, begun(), &samples, samples[9].at).standing
    };
    assert_eq!((stage(120.0), stage(121.0)), (Standing::Earned, Standing::Breached));
    let throughput = terms(r#""soak": "10m", "demands": {"throughput": {"min": 100}}"#, "");
    let stage = |each: f64| of(&throughput, (1..=10).map(|at| sample(at, &[("throughput", &[each])]))).standing;
    assert_eq!((stage(100.0), stage(99.0)), (Standing::Earned, Standing::Breached));
    let mean = terms(r#""soak": "10m", "demands": {"mean": {"max": "500ms"}}"#, "");
    let stage = |minutes: u64, each: f64| {
        of(&mean, (1..=minutes).map(|at| sample(at, &[("mean", &[each * 10.0 + f64::from(u8::from(at % 2 == 0)), 10.0])])))
    };
    assert_eq!(stage(10, 0.3).demands[0].missing.as_deref(), Some("10 of 30 intervals that a mean needs"));
    assert_eq!((stage(30, 0.3).standing, stage(30, 0.6).standing), (Standing::Earned, Standing::Breached));
}

#[test]
fn a_watch_that_looked_at_too_little_of_the_time_has_not_earned() {
    let terms = terms(ERRORS, "");
    // Ten minutes are seen, in an hour.
    let seen = of(&terms, (1..=6).chain(56..=60).map(|at| errors(at, 0.0, 100.0)));
    assert_eq!(seen.covered, 600);
    assert_eq!(seen.standing, Standing::Held);
    assert!(seen.reasons[0].contains("16 % of the time"), "{:?}", seen.reasons);
}

#[test]
fn values_that_are_none_are_no_good_ones() {
    let terms = terms(r#""soak": "10m", "demands": {"errors": {"max": "1%"}, "memory": {"max": 100}}"#, "");
    let with = |odd: [f64; 2], memory: &[f64]| {
        of(&terms, (1..=20).map(|at| sample(at, &[("errors", if at % 2 == 0 { &odd } else { &[0.0, 100.0] }), ("memory", memory)])))
    };
    assert_eq!(with([0.0, 100.0], &[90.0]).standing, Standing::Earned);
    for odd in [[f64::NAN, 100.0], [-5.0, 100.0], [0.0, f64::INFINITY]] {
        let judged = with(odd, &[90.0]);
        assert_eq!((judged.standing, judged.covered), (Standing::Held, 600), "{odd:?}: {:?}", judged.reasons);
    }
    for memory in [&[f64::NAN][..], &[], &[1.0, 2.0]] {
        assert_ne!(with([0.0, 100.0], memory).standing, Standing::Earned, "{memory:?}");
    }
}
