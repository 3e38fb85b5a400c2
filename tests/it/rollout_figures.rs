//! How often the judge of a rollout errs, and how soon it finds what is bad: stages drawn by lot, judged as those of a plan are. The
//! reference shows what 2,000 stages of each case came to; each run of the tests holds it to 200 of them.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use gonogo::{
    model::{Digest, Verdict},
    rollout::{Fixed, Judgement, Pair, Rollout, Sample, Terms, judge, statistics::Counts},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::golden;

/// What the whole run is: of each case so many stages. In the build of the tests it takes some minutes.
const WHOLE: u64 = 2_000;
/// As many as are judged in seconds.
const FEW: u64 = 200;
/// Nine hours, a look every five minutes.
const LOOKS: u64 = 108;
const MINUTES: u64 = 5;
/// The looks of an hour.
const HOUR: u64 = 12;
/// A figure of few stages is doubted where chance would not bring it once in ten thousand times.
const CHANCE: f64 = 0.9999;

const PAGE: &str = "checks/rollout.md";
const MARKS: [&str; 2] = ["<!-- figures -->\n", "<!-- /figures -->"];

/// Requests a minute, and which share of them is bad.
type Stream = (u64, f64);

/// What is drawn, and what is promised of it.
struct Case {
    about: &'static str,
    /// The measures: each of the new version, and of the old one.
    measures: Vec<[Stream; 2]>,
    trigger: Value,
    demand: Value,
    /// From this look on it is asked each hour whether the stage is to be counted.
    soak: u64,
    counted: fn(&Judgement) -> bool,
    promise: Promise,
}

/// How many of all stages are to be counted.
#[derive(Clone, Copy)]
enum Promise {
    AtMost(f64),
    /// At least, half of them after so many minutes.
    AtLeast(f64, u64),
}

/// What came of the stages of a case.
struct Figure {
    counts: Counts,
    /// Minutes until each was counted, in order; those of triggers.
    minutes: Vec<u64>,
}

fn fired(judgement: &Judgement) -> bool {
    judgement.called_back().is_some()
}

fn earned(judgement: &Judgement) -> bool {
    judgement.demands[0].met == Some(true)
}

fn untold(judgement: &Judgement) -> bool {
    let demand = &judgement.demands[0];
    demand.met.is_none() && demand.missing.as_ref().is_some_and(|missing| missing.starts_with("cannot tell"))
}

/// No old version.
const NOBODY: Stream = (0, 0.0);

/// The new version alone, against a limit of 1 %.
fn alone(about: &'static str, new: Stream, promise: Promise) -> Case {
    Case {
        about,
        measures: vec![[new, NOBODY]],
        trigger: json!({ "above": "1%", "evidence": 100 }),
        demand: Value::Null,
        soak: LOOKS,
        counted: fired,
        promise,
    }
}

/// A hundredth of 100 requests a minute, beside the rest.
fn beside(about: &'static str, new: f64, old: f64, promise: Promise) -> Case {
    Case {
        measures: vec![[(1, new), (99, old)]],
        trigger: json!({ "worse-than": "old", "evidence": 100 }),
        ..alone(about, NOBODY, promise)
    }
}

/// Ten measures with a trigger each; all but the first are at the limit.
fn ten(about: &'static str, first: f64, promise: Promise) -> Case {
    let measures = (0..10).map(|n| [(10, if n == 0 { first } else { 0.01 }), NOBODY]).collect();
    Case { measures, ..alone(about, NOBODY, promise) }
}

/// A demand beside an old version at 0.5 %, and no trigger.
fn demanded(about: &'static str, new: f64, demand: Value, counted: fn(&Judgement) -> bool, promise: Promise) -> Case {
    Case { trigger: Value::Null, demand, counted, ..beside(about, new, 0.005, promise) }
}

/// A soak of an hour, and somebody who waits until it is earned.
fn waited(about: &'static str, new: f64, promise: Promise) -> Case {
    Case { measures: vec![[(10, new), NOBODY]], soak: HOUR, ..demanded(about, new, json!({ "max": "1%" }), earned, promise) }
}

fn cases() -> Vec<Case> {
    use Promise::{AtLeast, AtMost};
    vec![
        alone("0.5 %, 1 request a minute: rolled back", (1, 0.005), AtMost(0.01)),
        alone("0.5 %, 10 a minute: rolled back", (10, 0.005), AtMost(0.01)),
        alone("0.5 %, 100 a minute: rolled back", (100, 0.005), AtMost(0.01)),
        alone("1 %, 1 a minute: rolled back", (1, 0.01), AtMost(0.01)),
        alone("1 %, 10 a minute: rolled back", (10, 0.01), AtMost(0.01)),
        alone("1 %, 100 a minute: rolled back", (100, 0.01), AtMost(0.01)),
        alone("**5 %**, 1 a minute: rolled back", (1, 0.05), AtLeast(0.98, 160)),
        alone("**5 %**, 10 a minute: rolled back", (10, 0.05), AtLeast(1.0, 20)),
        alone("**5 %**, 100 a minute: rolled back", (100, 0.05), AtLeast(1.0, 5)),
        ten("ten such triggers, each at 1 %, 10 a minute: one of them rolls back", 0.01, AtMost(0.01)),
        ten("ten such triggers, one at **5 %**, 10 a minute: rolled back", 0.05, AtLeast(1.0, 25)),
        beside("0.5 %, old 0.5 %: called worse", 0.005, 0.005, AtMost(0.01)),
        beside("0 %, old 0 %: called worse", 0.0, 0.0, AtMost(0.0)),
        beside("5 %, old 5 %: called worse", 0.05, 0.05, AtMost(0.01)),
        beside("**5 %**, old 0.5 %: called worse", 0.05, 0.005, AtLeast(0.999, 90)),
        beside("**5 %**, old 0 %: called worse", 0.05, 0.0, AtLeast(0.98, 100)),
        beside("**1.5 %**, old 0.5 %: called worse", 0.015, 0.005, AtMost(0.5)),
        demanded(
            "0.5 %, old 0.5 %: `within: +5% of baseline` cannot be told",
            0.005,
            json!({ "within": "+5% of baseline" }),
            untold,
            AtLeast(0.9, 0),
        ),
        demanded(
            "**1.5 %**, old 0.5 %: `within: +5% of baseline` is met",
            0.015,
            json!({ "within": "+5% of baseline" }),
            earned,
            AtMost(0.05),
        ),
        demanded("1 %: `max: 1%` is met at the end of the soak", 0.01, json!({ "max": "1%" }), earned, AtMost(0.05)),
        waited("1 %, 10 a minute: `max: 1%` is met after 1, 2, … or 9 h", 0.01, AtMost(0.067)),
        waited("**2 %**, 10 a minute: `max: 1%` is met after 1, 2, … or 9 h", 0.02, AtMost(0.01)),
    ]
}

impl Case {
    /// So many of its stages, judged.
    fn drawn(&self, stages: u64) -> Figure {
        let (terms, mut draws) = (self.terms(), Draws(0x9E37_79B9_7F4A_7C15));
        let mut minutes = Vec::new();
        let mut bad = 0;
        for _ in 0..stages {
            let samples: Vec<Sample> = (1..=LOOKS).map(|number| self.sample(&mut draws, number)).collect();
            let looks = samples.iter().skip(self.soak as usize - 1).step_by(HOUR as usize);
            let mut judged =
                looks.map(|look| judge(&terms, &Fixed::default(), Timestamp::UNIX_EPOCH, &samples[..look.number as usize], look.at));
            let Some(judgement) = judged.find(self.counted) else { continue };
            bad += 1;
            minutes.extend(judgement.called_back().map(|(_, number, _)| number * MINUTES));
        }
        minutes.sort_unstable();
        Figure { counts: Counts { bad, total: stages }, minutes }
    }

    fn terms(&self) -> Terms {
        let names = || (0..self.measures.len()).map(name);
        let query = |name: &str| format!("{name}{{v=\"${{version}}\"}}");
        let measures: BTreeMap<String, Value> =
            names().map(|name| (name.clone(), json!({ "bad": query("bad"), "total": query("all") }))).collect();
        let trigger = |name: String| {
            let mut trigger = self.trigger.clone();
            trigger["measure"] = json!(name);
            trigger["level"] = json!("rollback");
            trigger
        };
        let triggers: Vec<Value> = if self.trigger.is_null() { Vec::new() } else { names().map(trigger).collect() };
        let demands = if self.demand.is_null() { json!({}) } else { json!({ name(0): self.demand }) };
        let rollout = json!({
            "prometheus": { "url": "http://127.0.0.1:9090" }, "interval": "5m", "measures": measures, "triggers": triggers,
            "stages": [{ "name": "canary", "traffic": "1%", "soak": format!("{}m", self.soak * MINUTES), "demands": demands }],
        });
        let rollout: Rollout = serde_json::from_value(rollout).expect("a rollout");
        Terms::of(&rollout, &rollout.stages[0])
    }

    fn sample(&self, draws: &mut Draws, number: u64) -> Sample {
        let minutes = i64::try_from(number * MINUTES).expect("small");
        let at = Timestamp::UNIX_EPOCH.checked_add(SignedDuration::from_mins(minutes)).expect("an instant");
        let mut values = |(rate, share): Stream| (rate > 0).then(|| draws.values(rate * MINUTES, share));
        let pairs = self.measures.iter().enumerate();
        Sample {
            number,
            at,
            until: at,
            since: None,
            late: false,
            resets: 0,
            values: pairs.map(|(n, [new, old])| (name(n), Pair { new: values(*new), old: values(*old) })).collect(),
            troubles: BTreeMap::new(),
            checks: BTreeMap::new(),
            verdict: Some(Verdict::Go),
            by: None,
            prev: Digest::of(b""),
        }
    }
}

fn name(number: usize) -> String {
    format!("errors-{number}")
}

/// Numbers as a program draws them (Marsaglia's xorshift), the same in each run.
struct Draws(u64);

impl Draws {
    /// More than 0 and less than 1.
    fn one(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// How many of `total` are bad, and all: from one bad one to the next it is a geometric stretch.
    fn values(&mut self, total: u64, share: f64) -> Vec<f64> {
        let (all, mut bad, mut at) = (total as f64, 0.0, 0.0);
        if share <= 0.0 {
            return vec![bad, all];
        }
        loop {
            at += (self.one().ln() / (1.0 - share).ln()).floor() + 1.0;
            if at > all {
                break;
            }
            bad += 1.0;
        }
        vec![bad, all]
    }
}

impl Figure {
    fn median(&self) -> Option<u64> {
        self.minutes.get(self.minutes.len() / 2).copied()
    }

    /// A row of the reference.
    fn row(&self, about: &str) -> String {
        let median = self.median().map_or_else(|| "–".to_owned(), |median| format!("{median} min"));
        format!("| {about} | {:.2} % | {median} |\n", self.counts.bad as f64 * 100.0 / self.counts.total as f64)
    }
}

/// The rows of the reference: of each case the share that is counted, and the median.
fn rows() -> BTreeMap<String, (f64, Option<u64>)> {
    let page = fs::read_to_string(PAGE).expect("the page");
    let table = page.split(MARKS[0]).nth(1).and_then(|rest| rest.split(MARKS[1]).next()).expect("the figures");
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let share: f64 = cells.get(1)?.strip_suffix(" %")?.parse().ok()?;
        Some((cells[0].to_owned(), (share / 100.0, cells.get(2)?.strip_suffix(" min").and_then(|median| median.parse().ok()))))
    };
    table.lines().filter_map(row).collect()
}

#[test]
fn a_few_stages_are_judged_as_the_reference_says() {
    let rows = rows();
    let cases = cases();
    assert_eq!(rows.len(), cases.len(), "{:?}", rows.keys());
    for case in cases {
        let (about, figure) = (case.about, case.drawn(FEW));
        let (bounds, seen) = (figure.counts.share(CHANCE), figure.counts);
        match case.promise {
            Promise::AtMost(share) => assert!(bounds.lower <= share, "{about}: {seen:?}"),
            Promise::AtLeast(share, _) => assert!(bounds.upper >= share, "{about}: {seen:?}"),
        }
        let (share, median) = rows[about];
        assert!((bounds.lower..=bounds.upper).contains(&share), "{about}: {share} is written, {seen:?} seen");
        let Some(median) = median.filter(|_| figure.minutes.len() > 30) else { continue };
        let part = |count: usize| Counts { bad: count as u64, total: figure.minutes.len() as u64 }.share(CHANCE);
        let (before, by) = (figure.minutes.partition_point(|at| *at < median), figure.minutes.partition_point(|at| *at <= median));
        assert!(part(before).lower <= 0.5 && part(by).upper >= 0.5, "{about}: half by {median} min is written, {:?} seen", figure.median());
    }
}

#[test]
#[ignore = "takes some minutes: `cargo test --test it -- --ignored figures`; with UPDATE=1 it writes the reference"]
fn the_figures_of_the_reference_are_those_of_all_stages() {
    let mut table = String::from("| the new version in truth | of 2,000 stages | half of them by |\n| --- | --- | --- |\n");
    let mut broken = Vec::new();
    for case in cases() {
        let (about, figure) = (case.about, case.drawn(WHOLE));
        let share = figure.counts.bad as f64 / WHOLE as f64;
        let kept = match case.promise {
            Promise::AtMost(most) => share <= most,
            Promise::AtLeast(least, minutes) => share >= least && figure.median().unwrap_or(0) <= minutes,
        };
        broken.extend((!kept).then(|| figure.row(about)));
        let _ = write!(table, "{}", figure.row(about));
    }
    let page = fs::read_to_string(PAGE).expect("the page");
    let (head, rest) = page.split_once(MARKS[0]).expect("the opening mark");
    let (_, tail) = rest.split_once(MARKS[1]).expect("the closing mark");
    assert_eq!(golden::difference(Path::new(PAGE), &format!("{head}{}{table}{}{tail}", MARKS[0], MARKS[1])), None);
    assert!(broken.is_empty(), "{broken:?}");
}
