//! `prometheus` on a real server with a past, and on what only pretends to be one.

pub(crate) mod hostile;
mod plan;

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use gonogo::{
    model::{
        Outcome::{self, Fail, Pass, Unknown},
        ProcessEnv,
    },
    net::{
        Pins, Reach,
        http::HeaderMap,
        prometheus::{Data, Server},
        tls::TlsFiles,
    },
};
use serde_json::{Value, json};

use crate::{
    look::Look,
    servers::prometheus::{Past, Prometheus, now},
};

/// Now, but not a week ago.
fn new(ago: i64) -> bool {
    ago < 86_400
}

/// What has happened.
const PAST: &[Past] = &[
    ("http_requests_total{job=\"api\",code=\"200\"}", |ago| new(ago).then_some(f64::from(20_000 - i32::try_from(ago).unwrap_or(0)))),
    ("http_requests_total{job=\"api\",code=\"500\"}", |ago| new(ago).then_some(3.0)),
    ("error_ratio{job=\"api\"}", |_| Some(0.004)),
    ("flapping{job=\"api\"}", |ago| new(ago).then_some(if (420..450).contains(&ago) { 0.5 } else { 0.004 })),
    ("gappy{job=\"api\"}", |ago| (new(ago) && !(200..560).contains(&ago)).then_some(0.004)),
    ("begun{job=\"api\"}", |ago| (ago < 300).then_some(0.004)),
    ("silent{job=\"api\"}", |ago| (new(ago) && ago > 180).then_some(1.0)),
    ("no_number{job=\"api\"}", |ago| new(ago).then_some(f64::NAN)),
    ("queue{name=\"a\"}", |ago| new(ago).then_some(1.0)),
    ("queue{name=\"b\"}", |ago| new(ago).then_some(9.0)),
    ("latency_seconds{job=\"api\"}", |ago| Some(if new(ago) { 1.3 } else { 1.0 })),
    ("zero_then{job=\"api\"}", |ago| Some(if new(ago) { 1.0 } else { 0.0 })),
];

/// One server for all tests of a minute: its past is over soon, and what is older than five minutes Prometheus no longer shows.
pub(crate) fn shared() -> &'static Prometheus {
    static SHARED: Mutex<Option<(Instant, &Prometheus)>> = Mutex::new(None);
    let mut shared = SHARED.lock().expect("no panic before");
    match *shared {
        Some((started, server)) if started.elapsed() < Duration::from_secs(60) => server,
        _ => {
            let server: &'static Prometheus = Box::leak(Box::new(Prometheus::start(PAST, "rule_files: [FOLDER/rules.yml]")));
            *shared = Some((Instant::now(), server));
            server
        }
    }
}

pub(crate) async fn outcome(mut settings: Value) -> (Outcome, String) {
    if settings.get("url").is_none() {
        settings["url"] = json!(shared().url());
    }
    Look::new("prometheus", settings).at(now()).outcome().await
}

async fn all(cases: &[(Value, Outcome, &str)]) {
    for (settings, wanted, said) in cases {
        let (outcome, reason) = outcome(settings.clone()).await;
        assert!(outcome == *wanted && reason.contains(said), "{settings}: {outcome} {reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_judged_per_series() {
    all(&[
        (json!({ "query": "error_ratio", "value": { "max": 0.01 } }), Pass, "`0.004` of error_ratio{job=\"api\"}"),
        (json!({ "query": "error_ratio", "value": { "max": 0.001 } }), Fail, "got `0.004` of error_ratio{job=\"api\"}, wanted"),
        (json!({ "query": "queue", "value": { "max": 5 } }), Fail, "9"),
        (json!({ "query": "queue", "value": { "max": 9 } }), Pass, ""),
        (json!({ "query": "queue", "value": { "any": { "max": 5 } } }), Pass, ""),
        (json!({ "query": "queue", "value": { "none": { "min": 5 } } }), Fail, ""),
        (json!({ "query": "queue", "labels": { "name": { "one-of": ["a", "b"] } } }), Pass, ""),
        (json!({ "query": "queue", "labels": { "name": "a" } }), Fail, "b"),
        (json!({ "query": "queue", "labels": { "region": "eu" } }), Fail, "nothing there"),
        (json!({ "query": "queue", "series": 2, "value": { "min": 1 } }), Pass, ""),
        (json!({ "query": "queue", "series": { "min": 3 } }), Fail, "2"),
        (json!({ "query": "scalar(error_ratio)", "value": { "max": 0.01 } }), Pass, ""),
        (json!({ "query": "sum(queue == bool 9)", "value": 1 }), Pass, ""),
        (json!({ "query": "no_number", "value": { "max": 5 } }), Fail, "NaN in no_number{job=\"api\"}, which meets nothing"),
        (json!({ "query": "error_ratio / (queue{name=\"x\"} or vector(0) * 0)", "value": { "max": 5 } }), Unknown, "no series"),
        (json!({ "query": "vector(1) / (error_ratio * 0)", "value": { "max": 5 } }), Unknown, "no series"),
        (json!({ "query": "error_ratio / 0", "value": { "min": 5 } }), Fail, "inf in {job=\"api\"}"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_green_only_where_the_metric_is() {
    let bare = Prometheus::start(PAST, "");
    all(&[
        (json!({ "query": "http_requests_total{code=\"501\"}", "exists": false }), Pass, "none, and its metrics are there"),
        (json!({ "query": "http_requests_total{code=\"501\"}", "series": { "max": 0 } }), Pass, "0"),
        (
            json!({ "query": "http_requests_total{code=\"500\"} > 2", "exists": false }),
            Fail,
            "got 1: http_requests_total{code=\"500\",job=\"api\"} 3",
        ),
        (json!({ "query": "http_requests_total{code=\"500\"} > 5", "exists": false }), Pass, ""),
        // NaN is not above the limit, and not below.
        (
            json!({ "query": "no_number > 5", "exists": false }),
            Unknown,
            "NaN in no_number{job=\"api\"}, of which the comparison says nothing",
        ),
        (json!({ "query": "no_number > 5", "series": { "max": 0 }, "for": "5m" }), Unknown, "NaN in no_number"),
        // An error ratio of a release without errors, and of one without traffic, is no series.
        (json!({ "query": "http_requests_total{code=\"501\"}", "value": { "max": 0 } }), Unknown, "the query gives no series"),
        (json!({ "query": "http_requests_totl{code=\"500\"}", "exists": false }), Unknown, "there is `http_requests_total`"),
        (
            json!({ "query": "http_requests_totl", "value": { "max": 5 } }),
            Unknown,
            "`http_requests_totl` is there now (there is `http_requests_total`)",
        ),
        (json!({ "query": "http_requests_totl", "exists": true }), Fail, "got none"),
        (json!({ "query": "ALERTS{alertstate=\"firing\"}", "exists": false }), Pass, ""),
        (json!({ "query": "ALERTS{alertstate=\"firing\"}", "exists": false, "url": bare.url() }), Unknown, "no alerting rule is loaded"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_must_have_held_all_the_time() {
    let over = |query: &str| json!({ "query": query, "value": { "max": 0.01 }, "for": "10m", "step": "15s" });
    all(&[
        (over("error_ratio"), Pass, "over 10 min"),
        // It is well now, and was seven minutes ago for one sample only.
        (json!({ "query": "flapping", "value": { "max": 0.01 } }), Pass, ""),
        (over("flapping"), Fail, "0.5"),
        (over("gappy"), Unknown, "has no value at"),
        (over("begun"), Unknown, "has no value at"),
        (over("no_number"), Fail, "NaN"),
        (over("never_there"), Unknown, "`never_there` is there now"),
        (json!({ "query": "queue", "value": { "max": 9 }, "for": "10m" }), Pass, ""),
        (json!({ "query": "queue{name=\"c\"}", "exists": false, "for": "10m" }), Pass, ""),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn old_samples_are_told_by_their_own_age() {
    all(&[
        (json!({ "query": "error_ratio", "max-stale": "1m" }), Pass, "s at most"),
        (json!({ "query": "silent", "value": 1 }), Pass, ""),
        (json!({ "query": "silent", "value": 1, "max-stale": "1m" }), Fail, "age of the samples of `silent`: got 3 min"),
        // The value of a function is as old as its evaluation, its samples are not.
        (json!({ "query": "sum(silent)", "value": 1, "max-stale": "1m" }), Fail, "got 3 min"),
        (json!({ "query": "sum(rate(never_there[5m])) or vector(0)", "value": 0, "max-stale": "1m" }), Unknown, "no series of it"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_ago_is_asked_too() {
    let beside = |query: &str, most: f64| json!({ "query": query, "against": "7d", "ratio": { "max": most } });
    all(&[
        (beside("latency_seconds", 1.31), Pass, "1.3"),
        (beside("latency_seconds", 1.2), Fail, "1.3"),
        (beside("queue", 1.2), Unknown, "was not there 7 d ago"),
        (beside("zero_then", 1.2), Unknown, "cannot be divided"),
        (beside("never_there", 1.2), Unknown, "no series"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_refuses_is_said() {
    all(&[
        (json!({ "query": "rate(error_ratio)", "exists": true }), Unknown, "cannot read the query"),
        (json!({ "query": "error_ratio[5m]", "exists": true }), Unknown, "raw samples"),
        (
            json!({ "query": "queue * on(job) error_ratio", "exists": true, "url": format!("{}/prometheus", shared().url()) }),
            Unknown,
            "(404)",
        ),
    ])
    .await;
}

/// `increase()` extrapolates; counts for a proportion are differences of what was counted.
#[tokio::test(flavor = "multi_thread")]
async fn raw_samples_have_their_own_times_and_values() {
    let reach = Reach::new(ProcessEnv::default(), Pins::default(), now());
    let (address, files) = (shared().url().parse().expect("an address"), TlsFiles::default());
    let until = Instant::now() + Duration::from_secs(10);
    let server = Server { reach: &reach, address: &address, headers: HeaderMap::new(), files: &files, until };
    let data = server.instant("http_requests_total{code=\"200\"}[2m]", None).await.expect("an answer");
    let Data::Matrix(series) = data else { panic!("raw samples: {data:?}") };
    let points = &series[0].points;
    assert!(series.len() == 1 && points.len() >= 7, "{points:?}");
    assert!(points.windows(2).all(|two| two[1].at - two[0].at == 15.0 && two[1].value - two[0].value == 15.0), "{points:?}");
    assert!(server.clock().await.expect("a time").duration_since(now()).abs().as_secs() < 5);
    assert!(server.metric_names().await.expect("names").contains(&"error_ratio".to_owned()));
    let rules = server.alerting_rules().await.expect("rules");
    assert_eq!((rules.len(), &*rules[0].name, &*rules[0].group, rules[0].interval), (1, "TooManyErrors", "it", 60.0));
}
