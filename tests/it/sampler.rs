//! The samples of a rollout, taken from a real Prometheus with a past, and from what only pretends to be one.

mod documents;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use gonogo::{
    model::{Digest, Period, ProcessEnv},
    net::{Pins, Reach, tls::TlsFiles},
    rollout::{Fixed, Rollout, State, Trouble, Whose, judge},
    run::{Sampler, Surroundings, Taken},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    hostile::Hostile,
    prometheus::hostile::{clock, liar, vector},
    servers::prometheus::{Past, Prometheus, now},
};

fn float(ago: i64) -> f64 {
    f64::from(i32::try_from(ago).expect("seconds"))
}

/// The new version began ten minutes ago; the old one was there before.
const PAST: &[Past] = &[
    ("all_total{version=\"2\",pod=\"a\"}", |ago| (ago <= 600).then(|| 600.0 - float(ago))),
    // It began anew after 300 s, and so did what it had that was bad.
    ("all_total{version=\"2\",pod=\"b\"}", |ago| (ago <= 600).then(|| if ago > 300 { 2000.0 - float(ago) } else { 300.0 - float(ago) })),
    ("bad_total{version=\"2\",pod=\"b\"}", |ago| (ago <= 600).then_some(if ago > 300 { 7.0 } else { 0.0 })),
    ("all_total{version=\"1\",pod=\"c\"}", |ago| (ago < 86_400).then(|| 90_000.0 - 2.0 * float(ago))),
    ("bad_total{version=\"1\",pod=\"c\"}", |ago| (ago < 86_400).then(|| 900.0 - float(ago) / 15.0)),
    ("clean_total{version=\"2\"}", |ago| (ago <= 600).then(|| 600.0 - float(ago))),
    ("quiet_total{version=\"2\"}", |ago| (ago <= 600).then_some(5.0)),
    ("odd_total{version=\"2\"}", |_| Some(f64::NAN)),
    ("negative_total{version=\"2\"}", |_| Some(-3.0)),
    ("silent_total{version=\"2\"}", |ago| (200..86_400).contains(&ago).then(|| 90_000.0 - float(ago))),
    ("renamed_total{version=\"1\"}", |ago| (ago < 86_400).then(|| 90_000.0 - float(ago))),
    ("memory_bytes{version=\"2\",pod=\"a\"}", |_| Some(100.0)),
    ("memory_bytes{version=\"2\",pod=\"b\"}", |_| Some(300.0)),
    ("memory_bytes{version=\"1\",pod=\"c\"}", |ago| Some(if ago > 600 { 100.0 } else { 200.0 })),
    ("spent_seconds_sum{version=\"2\"}", |ago| (ago <= 600).then(|| (600.0 - float(ago)) * 0.5)),
    ("spent_seconds_count{version=\"2\"}", |ago| (ago <= 600).then(|| 600.0 - float(ago))),
    ("slow_seconds_bucket{version=\"2\",le=\"0.5\"}", |ago| (ago <= 600).then(|| 540.0 - 0.9 * float(ago))),
    ("slow_seconds_bucket{version=\"2\",le=\"5.0\"}", |ago| (ago <= 600).then(|| 600.0 - float(ago))),
    ("slow_seconds_bucket{version=\"2\",le=\"10.0\"}", |ago| (ago <= 600).then(|| 600.0 - float(ago))),
    ("slow_seconds_bucket{version=\"2\",le=\"+Inf\"}", |ago| (ago <= 600).then(|| 600.0 - float(ago))),
    ("slow_seconds_bucket{version=\"1\",le=\"0.5\"}", |ago| (ago < 86_400).then(|| 81_000.0 - 0.9 * float(ago))),
    ("slow_seconds_bucket{version=\"1\",le=\"5\"}", |ago| (ago < 86_400).then(|| 90_000.0 - float(ago))),
    ("slow_seconds_bucket{version=\"1\",le=\"10\"}", |ago| (ago < 86_400).then(|| 90_000.0 - float(ago))),
    ("slow_seconds_bucket{version=\"1\",le=\"+Inf\"}", |ago| (ago < 86_400).then(|| 90_000.0 - float(ago))),
    // One process has buckets that the other has not.
    ("uneven_seconds_bucket{version=\"2\",pod=\"a\",le=\"5\"}", |ago| (ago <= 600).then(|| 600.0 - float(ago))),
    ("uneven_seconds_bucket{version=\"2\",pod=\"a\",le=\"+Inf\"}", |ago| (ago <= 600).then(|| 600.0 - float(ago))),
    ("uneven_seconds_bucket{version=\"2\",pod=\"b\",le=\"+Inf\"}", |ago| (ago <= 600).then(|| 600.0 - float(ago))),
    // A third one took something for a minute.
    ("all_total{version=\"3\\u001b[2J<b>\",pod=\"d\"}", |ago| (ago < 400).then_some(if ago > 120 { 0.0 } else { 4.0 })),
];

/// One server for all of these tests: its past stays what it was.
fn server() -> &'static Prometheus {
    static SERVER: OnceLock<Prometheus> = OnceLock::new();
    SERVER.get_or_init(|| Prometheus::start(PAST, ""))
}

/// So many seconds before the newest time of the past.
fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_second(server().at - seconds).expect("an instant")
}

struct Taking {
    rollout: Rollout,
    surroundings: Surroundings,
}

impl Taking {
    /// With these measures and demands.
    fn new(measures: Value, demands: Value) -> Self {
        Self::of(&server().url(), json!({ "measures": measures, "demands": demands }))
    }

    fn of(url: &str, mut section: Value) -> Self {
        section["prometheus"] = json!({ "url": url });
        if section.get("stages").is_none() {
            section["stages"] = json!([{ "name": "p10", "traffic": "10%", "soak": "5m" }]);
        }
        let rollout = serde_json::from_value(section.clone()).unwrap_or_else(|error| panic!("{error}: {section}"));
        let reach = Arc::new(Reach::new(ProcessEnv::default(), Pins::default(), now()));
        let (files, root, env, masker) = (TlsFiles::default(), PathBuf::new(), ProcessEnv::default(), Arc::default());
        Self { rollout, surroundings: Surroundings { reach, files, root, env, masker } }
    }

    fn sampler(&self) -> Sampler<'_> {
        let mut sampler = Sampler::new(&self.rollout, &self.rollout.stages[0], &self.surroundings);
        sampler.patience = Period::seconds(3);
        sampler
    }

    /// The sample between two times, in seconds ago.
    async fn between(&self, from: i64, until: i64) -> Option<Taken> {
        self.sampler().take_at(&two(), ago(from), ago(until)).await
    }
}

/// The two versions, with the buckets that the tests count by.
fn two() -> Fixed {
    let buckets = BTreeMap::from([("slow".to_owned(), vec![0.5, 5.0]), ("it".to_owned(), vec![5.0])]);
    Fixed { new: "2".into(), old: "1".into(), buckets, ..Fixed::default() }
}

/// The same measure for both, held beside the old version.
fn beside(measure: &Value) -> Taking {
    Taking::new(json!({ "it": measure }), json!({ "it": { "within": "+5% of baseline" } }))
}

fn values(taken: &Taken, measure: &str) -> [Option<Vec<f64>>; 2] {
    taken.values.get(measure).map_or_else(Default::default, |pair| [pair.new.clone(), pair.old.clone()])
}

/// Why a measure of the new version has no value.
fn trouble(taken: Option<Taken>) -> (State, String) {
    let Trouble { state, why } = taken.expect("a sample").troubles.remove("it new").expect("a trouble");
    (state, why)
}

fn share(bad: &str, all: &str) -> Value {
    json!({ "bad": format!("sum({bad}{{version=\"${{version}}\"}})"), "total": format!("sum({all}{{version=\"${{version}}\"}})") })
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_are_counted_series_by_series() {
    let taking = beside(&share("bad_total", "all_total"));
    // Row 3, and the first sample of a version that has just begun.
    let taken = taking.between(660, 540).await.expect("a sample");
    assert_eq!((taken.until, taken.resets, taken.late), (ago(540), 0, false));
    assert_eq!(values(&taken, "it"), [Some(vec![7.0, 60.0 + 1460.0]), Some(vec![8.0, 240.0])], "{taken:?}");
    // Row 11: one process began anew, which is one reset of two counters.
    let taken = taking.between(330, 270).await.expect("a sample");
    assert_eq!((taken.resets, values(&taken, "it")[0].clone()), (1, Some(vec![0.0, 60.0 + 45.0])), "{taken:?}");
    // Row 12: the same scrape is no sample, and what lies between two scrapes is in one of them.
    assert_eq!(taking.between(270, 260).await, None);
    let taken = taking.between(270, 250).await.expect("a sample");
    assert_eq!((taken.until, values(&taken, "it")), (ago(255), [Some(vec![0.0, 30.0]), Some(vec![1.0, 30.0])]));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_bad_is_told_from_nothing_at_all() {
    let taken = beside(&share("never_total", "all_total")).between(270, 240).await.expect("a sample");
    assert_eq!(values(&taken, "it")[0], Some(vec![0.0, 60.0]));
    // Rows 4 and 5.
    let taking = Taking::new(json!({ "it": share("never_total", "quiet_total") }), json!({ "it": { "max": "1%" } }));
    assert_eq!(values(&taking.between(270, 240).await.expect("a sample"), "it")[0], Some(vec![0.0, 0.0]));
    let taking = beside(&share("never_total", "nowhere_total"));
    let (state, why) = trouble(taking.between(270, 240).await);
    assert!(state == State::NoTraffic && why.contains("nowhere_total"), "{state} {why}");
    // Row 38.
    let (state, why) = trouble(beside(&share("never_total", "renamed_total")).between(270, 240).await);
    assert!(state == State::NoData && why.contains("series missing in new"), "{state} {why}");
    let only_new = Taking::new(json!({ "it": share("never_total", "renamed_total") }), json!({ "it": { "max": "1%" } }));
    assert_eq!(trouble(only_new.between(270, 240).await).0, State::NoData, "the old version is asked for all the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_believed_is_an_error() {
    let gauge = |query: &str| json!({ "gauge": query });
    for (measure, limit, said) in [
        (share("never_total", "odd_total"), "1%", "NaN, which no counter is"),
        (share("never_total", "negative_total"), "1%", "-3, which no counter is"),
        (share("all_total", "clean_total"), "1%", "must be a part"),
        (
            json!({ "histogram": "uneven_seconds{version=\"${version}\"}", "quantile": 0.95 }),
            "5s",
            "pod=\"b\",version=\"2\"} has no bucket `5`",
        ),
        // Row 7.
        (gauge("memory_bytes{version=\"${version}\"}"), "500", "2 series where one is meant: memory_bytes{pod=\"a\""),
        (gauge("max(odd_total{version=\"${version}\"})"), "500", "no number"),
        (
            json!({ "total": "sum(all_total{version=\"${version}\"}) + sum(clean_total{version=\"${version}\"})" }),
            "5000",
            "give the counter itself",
        ),
        (json!({ "total": "rare(all_total{version=\"${version}\"})" }), "5000", "cannot read the query"),
    ] {
        let taking = Taking::new(json!({ "it": measure }), json!({ "it": { "max": limit } }));
        let (state, why) = trouble(taking.between(330, 270).await);
        assert!(state == State::Error && why.contains(said), "{measure}: {state} {why}");
    }
    // The same expression where nothing fell.
    let sum = json!({ "total": "sum(all_total{version=\"${version}\"}) + sum(clean_total{version=\"${version}\"})" });
    let taking = Taking::new(json!({ "it": sum }), json!({ "it": { "min": 1 } }));
    let taken = taking.between(270, 210).await.expect("a sample");
    assert_eq!(values(&taken, "it")[0], Some(vec![180.0]), "{taken:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_fallen_silent_is_stale() {
    let taking = Taking::new(json!({ "it": share("never_total", "silent_total") }), json!({ "it": { "max": "1%" } }));
    let taken = taking.between(270, 190).await.expect("a sample");
    assert_eq!((taken.until, values(&taken, "it")[0].clone()), (ago(210), Some(vec![0.0, 60.0])));
    assert_eq!(taking.between(210, 110).await, None, "nothing new, and not too old yet");
    let taken = taking.between(210, 15).await;
    assert_eq!(taken.as_ref().map(|taken| taken.until), Some(ago(15)), "the time goes on");
    let (state, why) = trouble(taken);
    assert!(state == State::Stale && why.contains("3 min 15 s old"), "{state} {why}");
    let (state, why) = trouble(taking.between(30, -560).await);
    assert!(state == State::Stale && why.contains("within the last hour"), "{state} {why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn means_gauges_throughputs_and_histograms_are_read() {
    let measures = json!({
        "mean": { "sum": "sum(spent_seconds_sum{version=\"${version}\"})", "count": "sum(spent_seconds_count{version=\"${version}\"})" },
        "memory": { "gauge": "max(memory_bytes{version=\"${version}\"})" },
        "throughput": { "total": "sum(clean_total)" },
        "slow": { "histogram": "slow_seconds{version=\"${version}\"}", "quantile": 0.95 },
    });
    let demands = json!({ "mean": { "max": "1s" }, "memory": { "max": 500 }, "throughput": { "min": 1 }, "slow": { "max": "5s" } });
    let taken = Taking::new(measures, demands).between(270, 170).await.expect("a sample");
    assert_eq!(taken.until, ago(180));
    let new = |name: &str| values(&taken, name)[0].clone().unwrap_or_else(|| panic!("{name}: {taken:?}"));
    assert_eq!((new("mean"), new("memory"), new("throughput")), (vec![45.0, 90.0], vec![300.0], vec![90.0]));
    let slow: Vec<i64> = new("slow").iter().map(|number| (number * 1000.0).round() as i64).collect();
    assert_eq!(slow, [90_000, 9_000, 0], "ends are numbers: `5.0` is 5");
}

/// Row 20.
#[tokio::test(flavor = "multi_thread")]
async fn a_third_release_that_takes_traffic_is_named() {
    let taking = Taking::new(json!({ "it": share("bad_total", "all_total") }), json!({ "it": { "max": "1%" } }));
    assert_eq!(taking.between(270, 210).await.expect("a sample").troubles, BTreeMap::new(), "it is there, and takes none");
    let taken = taking.between(150, 90).await.expect("a sample");
    let Trouble { state, why } = &taken.troubles[""];
    assert!(*state == State::ForeignRelease && why.contains("than `2` and `1` takes traffic: `3"), "{why}");
    assert!(!why.contains('\u{1b}') && values(&taken, "it")[0].is_some(), "{taken:?}");
    // The past of one version alone: others had their time.
    let alone = Fixed { new: "1".into(), old: "1".into(), ..Fixed::default() };
    assert_eq!(taking.sampler().take_at(&alone, ago(150), ago(90)).await.expect("a sample").troubles, BTreeMap::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_samples_are_taken_later_and_judged_alike() {
    let taking = Taking::new(
        json!({ "it": share("bad_total", "clean_total"), "memory": { "gauge": "max(memory_bytes{version=\"${version}\"})" } }),
        json!({ "it": { "max": "5%" }, "memory": { "max": 500 } }),
    );
    let sampler = taking.sampler();
    let late = sampler.catch_up(&two(), ago(570), ago(0), now()).await.expect("samples");
    assert_eq!(late.len(), 8, "what is left of the last interval is for the next look");
    assert!(late.iter().all(|taken| taken.late && taken.troubles.is_empty()), "{late:?}");
    let all: f64 = late.iter().filter_map(|taken| values(taken, "it")[0].as_ref().map(|values| values[1])).sum();
    assert_eq!((late[0].until, late[7].until, all), (ago(510), ago(90), 480.0));
    let same = sampler.take_at(&two(), ago(510), ago(450)).await.map(|taken| taken.values);
    assert_eq!(Some(&late[1].values), same.as_ref(), "whoever takes it, and whenever");
    let mut samples = Vec::new();
    for (number, taken) in (1..).zip(late) {
        samples.push(taken.sample(number, now(), Digest::of(b"")));
    }
    let terms = gonogo::rollout::Terms::of(&taking.rollout, &taking.rollout.stages[0]);
    let judgement = judge(&terms, &two(), ago(570), &samples, ago(90));
    assert_eq!(judgement.covered, 480, "{judgement:?}");
    // Nothing is missing where the last one is young.
    assert_eq!(sampler.catch_up(&two(), ago(100), ago(0), now()).await, Ok(Vec::new()));
    let none = sampler.catch_up(&two(), ago(2_000), ago(1_700), now()).await.expect("samples");
    assert!(none.iter().all(|taken| taken.troubles["it new"].state == State::NoTraffic), "{none:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn now_is_looked_at_by_the_servers_clock() {
    let taking = Taking::new(json!({ "it": share("bad_total", "clean_total") }), json!({ "it": { "max": "5%" } }));
    let (sampler, now) = (taking.sampler(), now());
    let since = now - SignedDuration::from_secs(60);
    let taken = sampler.take(&two(), since, now).await.expect("a sample");
    assert!(taken.until <= now - SignedDuration::from_secs(9) && taken.troubles.is_empty(), "{taken:?}");
    assert_eq!(sampler.take(&two(), taken.until, now).await, None);
    // What came while nobody looked is not of now.
    let taken = sampler.take(&two(), now - SignedDuration::from_secs(400), now).await.expect("a sample");
    assert!(values(&taken, "it")[0].as_ref().is_some_and(|values| values[1] <= 135.0), "{taken:?}");
    let ahead = sampler.take(&two(), since, now + SignedDuration::from_secs(40)).await.expect("a sample");
    assert!(ahead.troubles[""].why.contains("the clock of"), "{ahead:?}");
}

/// Rows 1, 9, 10 and 39.
#[tokio::test(flavor = "multi_thread")]
async fn servers_that_refuse_lie_or_flood_are_errors() {
    let section = || json!({ "measures": { "it": share("bad", "all") }, "demands": { "it": { "max": "5%" } } });
    let taken = |url: String| async move {
        let taking = Taking::of(&url, section());
        let taken = taking.sampler().take(&two(), now() - SignedDuration::from_secs(60), now()).await;
        let mut troubles = taken.expect("a sample").troubles;
        troubles.remove("").or_else(|| troubles.remove("it new")).expect("a trouble")
    };
    let warned = vector("").replace(r#""data""#, r#""warnings":["store b is gone"],"data""#);
    let labels = "\\u001b[2J::error::\\u202e<script>".to_owned() + &"x".repeat(9000);
    let odd = format!(
        r#"{{"status":"success","data":{{"resultType":"matrix","result":[{{"metric":{{"a":"{labels}"}},"values":[[{},"NaN"]]}}]}}}}"#,
        now().as_second() - 20
    );
    for (url, said) in [
        (format!("http://127.0.0.1:{}", crate::port::unused()), "refused the connection"),
        (Hostile::answering(200, &[], clock(3600)).await.url(""), "set the one that is wrong"),
        (Hostile::endless().await.url(""), "more than 4 MiB"),
        (Hostile::silent().await.url(""), "did not answer within"),
    ] {
        let Trouble { state, why } = taken(url).await;
        assert!(state == State::Error && why.contains(said), "{said}: {why}");
    }
    for (answer, said) in [(warned, "store b is gone"), ("x".repeat(5 << 20), "more than 4 MiB"), (odd, "NaN, which no counter is")] {
        let server = liar(200, answer).await;
        let Trouble { state, why } = taken(server.url("")).await;
        assert!(state == State::Error && why.contains(said), "{said}: {why}");
        assert!(!why.contains(['\u{1b}', '\u{202e}']) && why.len() < 1_000, "{why:?}");
    }
}

/// What is laid down, with the new version at ten minutes ago.
async fn fixed(section: Value, at: i64) -> (Fixed, BTreeMap<String, Trouble>) {
    let taking = Taking::of(&server().url(), section);
    taking.sampler().fix_at("2", "1", ago(at)).await
}

/// Row 13.
#[tokio::test(flavor = "multi_thread")]
async fn limits_are_buckets_or_are_refused() {
    let section = |demand: Value| json!({ "measures": { "slow": { "histogram": "slow_seconds{version=\"${version}\"}", "quantile": 0.95 } }, "demands": { "slow": demand } });
    for at in [300, 700] {
        let (fixed, troubles) = fixed(section(json!({ "max": "5s" })), at).await;
        assert_eq!((fixed.buckets.get("slow"), troubles.len()), (Some(&vec![5.0]), 0), "{at}: {troubles:?}");
        let (fixed, troubles) = self::fixed(section(json!({ "max": "7s" })), at).await;
        assert!(fixed.buckets.is_empty() && troubles["slow"].why.contains("the limit 7 is no bucket: nearest 5, 10"), "{troubles:?}");
    }
    // Beside the old version the bucket of its own quantile counts too.
    let (fixed, troubles) = fixed(section(json!({ "max": "10s", "within": "+5% of baseline" })), 300).await;
    assert_eq!((&fixed.buckets["slow"], fixed.beside["slow"], fixed.baseline.len()), (&vec![5.0, 10.0], 5.0, 0), "{troubles:?}");
    // Where neither has it yet, its first sample will show.
    let (fixed, troubles) = self::fixed(json!({ "measures": { "slow": { "histogram": "nowhere{version=\"${version}\"}", "quantile": 0.95 } }, "demands": { "slow": { "max": 5 } } }), 300).await;
    assert_eq!((&fixed.buckets["slow"], troubles.len()), (&vec![5.0], 0), "{troubles:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn baselines_are_taken_of_the_time_before() {
    let all = json!({
        "errors": share("bad_total", "all_total"),
        "clean": share("never_total", "all_total"),
        "throughput": { "total": "sum(all_total{version=\"${version}\"})" },
        "both": { "total": "sum(all_total{version=\"${version}\"}) + sum(bad_total{version=\"${version}\"})" },
        "memory": { "gauge": "max(memory_bytes{version=\"${version}\"})" },
        "slow": { "histogram": "slow_seconds{version=\"${version}\"}", "quantile": 0.95 },
        "gone": share("bad_total", "clean_total"),
    });
    let each = |value: Value| Value::Object(all.as_object().expect("measures").keys().map(|name| (name.clone(), value.clone())).collect());
    let section =
        json!({ "measures": all, "demands": each(json!({ "max": "120% of baseline" })), "baseline": each(json!({ "window": "20m" })) });
    let (fixed, troubles) = fixed(section, 600).await;
    assert_eq!(troubles.keys().collect::<Vec<_>>(), ["gone"], "{troubles:?}");
    assert!(troubles["gone"].state == State::NoData && troubles["gone"].why.contains("`gone` has no baseline"), "{troubles:?}");
    let near = |name: &str, wanted: &[f64]| {
        let values = &fixed.baseline[name];
        let near = |(got, wanted): (&f64, &f64)| (got - wanted).abs() <= 0.01 * wanted.abs();
        assert!(values.len() == wanted.len() && values.iter().zip(wanted).all(near), "{name}: {values:?}, wanted {wanted:?}");
    };
    near("errors", &[80.0, 2_400.0]);
    near("clean", &[0.0, 2_400.0]);
    near("throughput", &[2.0]);
    near("both", &[2_480.0 / 1_200.0]);
    near("memory", &[100.0]);
    near("slow", &[1_200.0, 0.0]);
    assert_eq!((fixed.beside["slow"], Whose::Old.to_string()), (5.0, "old".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_could_leave_a_query_is_none() {
    let taking = beside(&share("bad_total", "all_total"));
    for odd in ["1\"} or vector(0) or x{y=\"", "1'; select 1", "${to}", "-c", ""] {
        for (new, old) in [("2", odd), (odd, "1")] {
            let (_, troubles) = taking.sampler().fix_at(new, old, ago(0)).await;
            assert!(troubles["it"].why.starts_with("a version"), "{odd}: {troubles:?}");
        }
    }
}
