//! `rate-limit` on a real nginx whose limit is right, and wrong in each way that has been seen; and on servers that answer otherwise.

use std::time::Duration;

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};

use crate::{gonogo::Gonogo, hostile::Hostile, look::Look, nginx::Nginx};

/// A limit in order: five at once, then one in twelve seconds.
const ZONE: &str = "limit_req_zone $binary_remote_addr zone=z:1m rate=5r/m;";
const APPLIED: &str = "limit_req zone=z burst=4 nodelay;";

/// An nginx with these lines, the second within its one location. (`return` would come before any limit.)
async fn nginx(zone: &str, location: &str) -> Nginx {
    Nginx::start(|plain, tls| {
        format!(
            "{zone} server {{ listen 127.0.0.1:{plain}; location / {{ {location} try_files /none =204; }} }}
             server {{ listen 127.0.0.1:{tls}; return 204; }}"
        )
    })
    .await
}

async fn outcome(port: u16, more: Value) -> (Outcome, String) {
    let mut settings = json!({ "url": format!("http://127.0.0.1:{port}/"), "limit": 5 });
    settings.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
    let mut look = Look::new("rate-limit", settings);
    look.timeout = Duration::from_secs(30);
    look.outcome().await
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_of_nginx_are_told_by_what_they_do() {
    let refused = format!("{APPLIED} limit_req_status 429;");
    let by = |key: &str| format!("limit_req_zone {key} zone=z:1m rate=5r/m;");
    for (zone, location, more, wanted, said) in [
        (ZONE.to_owned(), refused.clone(), json!({}), Pass, ""),
        (ZONE.into(), refused.clone(), json!({ "limit": 20 }), Pass, ""),
        (ZONE.into(), refused.clone(), json!({ "limit": 4 }), Fail, "requests at once: got none: 5 × 204 of 5 sent"),
        // As nginx refuses unless it is told otherwise.
        (ZONE.into(), APPLIED.into(), json!({}), Fail, "limit_req_status 429"),
        (ZONE.into(), APPLIED.into(), json!({ "status": [429, 503] }), Pass, ""),
        // Declared and not applied; applied and dry.
        (ZONE.into(), String::new(), json!({}), Fail, "requests at once: got none: 6 × 204 of 6 sent"),
        (ZONE.into(), format!("{refused} limit_req_dry_run on;"), json!({}), Fail, "requests one after the other: got none"),
        // Keyed by a header: nobody who leaves it out is limited, or whoever changes it.
        (by("$http_x_forwarded_for"), refused.clone(), json!({}), Fail, "requests at once: got none"),
        (
            by("$binary_remote_addr$http_x_forwarded_for"),
            refused.clone(),
            json!({}),
            Fail,
            "requests as if from elsewhere: got none: 6 × 204",
        ),
        (by("$binary_remote_addr$http_x_real_ip"), refused.clone(), json!({}), Fail, "requests as if from elsewhere: got none"),
        (by("$binary_remote_addr$http_forwarded"), refused.clone(), json!({}), Fail, "requests as if from elsewhere: got none"),
        // It delays whoever asks one after the other, and refuses whoever asks at once.
        (
            "limit_req_zone $binary_remote_addr zone=z:1m rate=2r/s;".into(),
            "limit_req zone=z burst=3; limit_req_status 429;".into(),
            json!({ "limit": 8 }),
            Fail,
            "requests one after the other: got none",
        ),
        (
            "limit_req_zone $binary_remote_addr zone=z:1m rate=2r/s;".into(),
            "limit_req zone=z burst=3; limit_req_status 429;".into(),
            json!({ "limit": 8, "delays": true }),
            Pass,
            "",
        ),
    ] {
        let server = nginx(&zone, &location).await;
        let (outcome, reason) = outcome(server.plain, more.clone()).await;
        assert!(outcome == wanted && reason.contains(said), "{zone} {location} {more}: {outcome} {reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_on_connections_is_none_on_requests() {
    let slow = Hostile::new(|mut visit| {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            visit.answer(200, &[], "").await
        })
    })
    .await;
    let server = nginx(
        "limit_conn_zone $binary_remote_addr zone=c:1m;",
        &format!("limit_conn c 2; limit_conn_status 429; proxy_pass {};", slow.url("")),
    )
    .await;
    let (outcome, reason) = outcome(server.plain, json!({})).await;
    assert!(outcome == Fail && reason.contains("requests one after the other: got none"), "{outcome} {reason}");
}

/// Answers the first so many with the first, all others with the second status.
pub(crate) async fn after(served: usize, first: u16, then: u16) -> Hostile {
    Hostile::new(move |mut visit| {
        Box::pin(async move {
            let status = if visit.nth < served { first } else { then };
            visit.answer(status, &[], "").await
        })
    })
    .await
}

pub(crate) async fn told(server: &Hostile, more: Value) -> (Outcome, String) {
    let mut settings = json!({ "url": server.url("/"), "limit": 5 });
    settings.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
    let said = Look::new("rate-limit", settings).outcome().await;
    assert!(server.heads().len() <= 18, "never more than said: {}", server.heads().len());
    said
}

#[tokio::test]
async fn only_the_status_that_is_named_refuses() {
    for (first, then, more, wanted, said) in [
        (200, 429, json!({}), Pass, ""),
        // A login that fails is answered.
        (401, 429, json!({ "method": "POST", "body": { "user": "nobody" } }), Pass, ""),
        (200, 200, json!({}), Fail, "got none: 6 × 200 of 6 sent"),
        (200, 403, json!({}), Fail, "requests at once: got none"),
        (200, 403, json!({ "status": 403 }), Pass, ""),
        (200, 500, json!({}), Fail, "requests at once: got none: 5 × 200, 1 × 500"),
        (500, 429, json!({}), Fail, "other answers: got "),
        (429, 429, json!({}), Unknown, "every request was refused"),
    ] {
        let server = after(5, first, then).await;
        let (outcome, reason) = told(&server, more.clone()).await;
        assert!(outcome == wanted && reason.contains(said), "{first} {then} {more}: {outcome} {reason}");
    }
}

#[tokio::test]
async fn no_answer_is_no_refusal() {
    let (outcome, reason) = outcome(crate::port::unused(), json!({})).await;
    assert!(outcome == Unknown && reason.contains("6 requests have no answer"), "{outcome} {reason}");
    let server = Hostile::silent().await;
    let mut look = Look::new("rate-limit", json!({ "url": server.url("/"), "limit": 5 }));
    look.timeout = Duration::from_secs(1);
    let (outcome, reason) = look.outcome().await;
    assert!(outcome == Unknown && server.heads().len() <= 18, "{outcome} {reason}");
}

#[test]
fn the_plan_says_how_many_are_sent() {
    let plan = |guard: &str| {
        format!(
            "project: p\nenvironments: {{ prod: {{ {guard} }} }}\nchecks:\n  - {{ id: here, file: {{ path: gonogo.yaml, type: file }} }}\n\
             \x20 - {{ id: limit, rate-limit: {{ url: 'http://127.0.0.1:1/x', limit: 5 }} }}\n\
             \x20 - {{ id: share, release-share: {{ url: 'http://127.0.0.1:1/v', version: {{ header: v }}, shares: [{{ min: 5% }}] }} }}\n"
        )
    };
    let said = Gonogo::new().plan(&plan("guard: [here]")).run(["plan"]).exits(0).stdout;
    assert!(said.contains("GET /x, up to 18 times in 3 rounds, last and alone") && said.contains("GET /v, 300 times"), "{said}");
    let refused = Gonogo::new().plan(&plan("")).run(["verify"]).exits(2).stderr;
    assert!(refused.contains("nothing guards prod") && refused.contains("rate-limit") && refused.contains("release-share"), "{refused}");
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for (more, said) in [
        (json!({ "limit": 0 }), "from 1 to 1000"),
        (json!({ "limit": 1001 }), "from 1 to 1000"),
        (json!({ "limit": 5, "body": "x" }), "`method: POST`"),
        (json!({ "limit": 5, "status": 200 }), "no status that refuses"),
        (json!({ "limit": 5, "method": "DELETE" }), "DELETE"),
    ] {
        let mut all = json!({ "url": "http://127.0.0.1:1/" });
        all.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
        let error = gonogo::check::parse("rate-limit", &all).expect("a kind").err().unwrap_or_else(|| panic!("{more} is taken"));
        assert!(error.to_string().contains(said), "{more}: {error}");
    }
}
