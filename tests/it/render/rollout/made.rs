//! Accounts of rollouts that never were: their samples are made up, and what they come to is the judge's word.

use std::collections::BTreeMap;

use gonogo::{
    model::{Digest, Release, Verdict},
    rollout::{
        Account, DecisionAccount, Fixed, Pair, Progress, Rollout, Sample, Shown, StageAccount, StageEvidence, State, Terms, Trouble,
        WentBack, courses, judge,
    },
};
use jiff::{SignedDuration, Timestamp};

const RULES: &str = r#"{
    "coverage": "90%", "prometheus": {"url": "http://127.0.0.1:9090"},
    "measures": {
        "errors": {"bad": "sum(bad{v=\"${version}\"})", "total": "sum(all{v=\"${version}\"})"},
        "latency": {"histogram": "seconds{v=\"${version}\"}", "quantile": 0.95},
        "memory": {"gauge": "max(bytes{v=\"${version}\"})"},
        "queue-age": {"gauge": "max(age{v=\"${version}\"})"}
    },
    "demands": {
        "errors": {"max": "1%"}, "latency": {"max": "500ms"}, "memory": {"max": "120% of baseline"}, "queue-age": {"max": "30s"}
    },
    "triggers": [
        {"measure": "errors", "above": "5%", "for": "5m", "level": "rollback"},
        {"measure": "errors", "worse-than": "old", "evidence": 100, "level": "rollback"},
        {"measure": "memory", "above": "384MiB", "level": "warning"},
        {"measure": "queue-age", "above": "45s", "level": "hold"}
    ],
    "stages": [
        {"name": "canary", "traffic": "10%", "soak": "1h"}, {"name": "half", "traffic": "50%", "soak": "2h"},
        {"name": "all", "traffic": "100%", "soak": "4h"}
    ]
}"#;

/// What goes wrong in a stage.
#[derive(Clone, Copy, PartialEq)]
enum Course {
    Well,
    Away,
    Slow,
    Failing,
}

fn at(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-11-20T08:00:00Z".parse().expect("an instant");
    start.checked_add(SignedDuration::from_mins(minutes)).expect("an instant")
}

/// Numbers that look like chance and are always the same.
fn chance(seed: i64) -> f64 {
    let mixed = (seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40) as f64 / f64::from(1 << 24)
}

fn sample(course: Course, begun: i64, minute: i64) -> Sample {
    let seed = begun * 1000 + minute;
    let total = 200.0 + (chance(seed) * 60.0).round();
    let bad = match course {
        Course::Failing if minute > 25 => (total * 0.08).round(),
        _ => f64::from(u8::from(chance(seed + 7) > 0.8)),
    };
    let age = match course {
        Course::Slow if minute > 60 => 38.0 + chance(seed + 3) * 20.0,
        _ => 8.0 + chance(seed + 3) * 9.0,
    };
    let memory = 3.2e8 + chance(seed + 4) * 2e7 + if course == Course::Slow { minute as f64 * 7e5 } else { 0.0 };
    let old = |base: f64| base + chance(seed + 9) * base * 0.1;
    let values = [
        ("errors", vec![bad, total], vec![f64::from(u8::from(chance(seed + 11) > 0.7)), total * 2.0]),
        ("latency", vec![total, (total * 0.02 * chance(seed + 5)).round()], vec![total * 2.0, 6.0]),
        ("memory", vec![memory], vec![old(3.1e8)]),
        ("queue-age", vec![age], vec![old(9.0)]),
    ];
    let pair = |(name, new, old): (&str, Vec<f64>, Vec<f64>)| (name.to_owned(), Pair { new: Some(new), old: Some(old) });
    let away = course != Course::Well && (31..=36).contains(&minute);
    let why = "http://127.0.0.1:9090 refuses connections".to_owned();
    Sample {
        number: minute as u64,
        at: at(begun + minute),
        until: at(begun + minute),
        since: None,
        late: false,
        resets: 0,
        values: if away { BTreeMap::new() } else { values.into_iter().map(pair).collect() },
        troubles: if away { BTreeMap::from([(String::new(), Trouble { state: State::Error, why })]) } else { BTreeMap::new() },
        checks: BTreeMap::new(),
        verdict: Some(Verdict::Go),
        by: None,
        prev: Digest::of(b""),
    }
}

fn release(version: &str) -> Release {
    Release { version: Some(version.into()), commit: None, artifact: None, source: "flags".into(), dirty: false }
}

/// A stage that began so many minutes after the first one, after so many minutes.
fn stage(number: usize, course: Course, begun: i64, minutes: i64) -> StageAccount {
    let rollout: Rollout = serde_json::from_str(RULES).expect("rules");
    let own = &rollout.stages[number - 1];
    let terms = Terms::of(&rollout, own);
    let fixed =
        Fixed { new: "1.5.0".into(), old: "1.4.2".into(), buckets: BTreeMap::from([("latency".into(), vec![0.5])]), ..Fixed::default() };
    let samples: Vec<Sample> = (1..=minutes).map(|minute| sample(course, begun, minute)).collect();
    let judgement = judge(&terms, &fixed, at(begun), &samples, at(begun + minutes));
    let evidence = StageEvidence {
        beside: Vec::new(),
        stage: own.name.clone(),
        place: [number, 3],
        attempt: 1,
        traffic: own.traffic.to_string(),
        unit: terms.unit.clone(),
        confidence: terms.confidence,
        begun: at(begun),
        at: at(begun),
        old: release("1.4.2"),
        last: samples.last().map(|last| Digest::of(&last.to_json())),
        courses: courses(&terms, &fixed, &samples),
        fixed,
        judgement,
    };
    StageAccount {
        name: own.name.clone(),
        traffic: own.traffic.to_string(),
        attempt: 1,
        begun: Some(at(begun)),
        ended: None,
        standing: Some(evidence.judgement.standing),
        void: None,
        roles: vec!["release-manager".into()],
        decisions: Vec::new(),
        evidence: Some(Box::new(evidence)),
    }
}

fn not_begun(name: &str, traffic: &str) -> StageAccount {
    let mut blank = stage(1, Course::Well, 0, 1);
    (blank.name, blank.traffic, blank.attempt) = (name.into(), traffic.into(), 0);
    (blank.begun, blank.standing, blank.evidence) = (None, None, None);
    blank
}

fn decided(mut stage: StageAccount, choice: &str, minute: i64, comment: Option<&str>) -> StageAccount {
    stage.decisions.push(DecisionAccount {
        who: "Ann Example".into(),
        role: "release-manager".into(),
        choice: choice.into(),
        at: at(minute),
        comment: comment.map(str::to_owned),
        exceptions: Vec::new(),
        void: None,
    });
    stage
}

fn ended(stage: StageAccount, minute: i64) -> StageAccount {
    StageAccount { ended: Some(at(minute)), ..stage }
}

fn went_back(environment: &str, kind: &str, outcome: &str, took: u64, fired: i64, why: &str) -> WentBack {
    WentBack {
        recovery: None,
        review: None,
        environment: environment.into(),
        stage: "half".into(),
        kind: kind.into(),
        why: why.into(),
        fired: at(fired),
        outcome: Some(outcome.into()),
        took: Some(took),
        within: Some(120_000),
        notes: Vec::new(),
    }
}

fn success(measured: &str, met: Option<bool>) -> Vec<Shown> {
    let shown =
        |text: &str, wanted: &str, measured: &str, met| Shown { text: text.into(), wanted: wanted.into(), measured: measured.into(), met };
    vec![
        shown("Errors at all of the traffic", "errors at most 1%", measured, met),
        shown("The way back was rehearsed", "a drill within 2 min", "back after 41 s", Some(true)),
    ]
}

pub(super) fn empty() -> Account {
    Account {
        project: "shop".into(),
        environment: "production".into(),
        release: release("1.5.0"),
        old: None,
        state: Progress::Waiting,
        said: "No stage has begun.".into(),
        at: at(0),
        stages: Vec::new(),
        rollbacks: Vec::new(),
        drill: None,
        success: Vec::new(),
        notes: Vec::new(),
    }
}

fn account(state: Progress, said: &str, minute: i64, stages: Vec<StageAccount>) -> Account {
    let drill = Some(went_back("staging", "drill", "back", 41_200, -1440, "a drill before the release"));
    Account { old: Some("1.4.2".into()), state, said: said.into(), at: at(minute), stages, drill, ..empty() }
}

pub(super) fn finished() -> Account {
    let canary = ended(decided(stage(1, Course::Away, 0, 70), "go", 74, Some("Quiet. On to half.")), 80);
    let half = ended(decided(stage(2, Course::Well, 80, 122), "go", 210, None), 215);
    let all = decided(stage(3, Course::Well, 215, 242), "go", 470, Some("Done."));
    let said = "All three stages were decided; 1.5.0 has all of the traffic.";
    Account { success: success("64 of 55,790 requests", Some(true)), ..account(Progress::Finished, said, 480, vec![canary, half, all]) }
}

pub(super) fn held() -> Account {
    let canary = ended(decided(stage(1, Course::Away, 0, 70), "go", 74, Some("Quiet. On to half.")), 80);
    let half = decided(stage(2, Course::Slow, 80, 118), "hold", 190, Some("The queue is old since the import began.\nWaiting for Bob."));
    let said = "half is held: `queue-age above 45s` holds the soak. `gonogo rollout watch --stage half` goes on.";
    let stages = vec![canary, half, not_begun("all", "100%")];
    let notes = vec!["memory above 384MiB since sample 84".into()];
    Account { success: success("not yet", None), notes, ..account(Progress::UnderWay, said, 199, stages) }
}

pub(super) fn soaking() -> Account {
    let stages = vec![stage(1, Course::Away, 0, 50), not_begun("half", "50%")];
    account(Progress::UnderWay, "canary soaks.", 50, stages)
}

pub(super) fn rolled_back() -> Account {
    let canary = ended(decided(stage(1, Course::Well, 0, 62), "go", 74, None), 80);
    let half = ended(stage(2, Course::Failing, 80, 30), 114);
    let back = went_back("production", "breach", "late", 171_000, 110, "errors above 5% for 5m fired at sample 30");
    let stages = vec![canary, half, not_begun("all", "100%")];
    let said = "1.4.2 is back since 09:52:51 UTC, 51 s later than allowed.";
    Account { rollbacks: vec![back], ..account(Progress::RolledBack, said, 120, stages) }
}
