//! `release-share` behind a real nginx and a real HAProxy that split, and on servers that answer otherwise.

use std::time::Duration;

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};

use crate::{hostile::Hostile, look::Look, nginx::Nginx, servers::haproxy::Haproxy};

/// Splits by chance: so many in a hundred to version 1.5.0, the rest to 1.4.2.
async fn split(percent: u32) -> Nginx {
    Nginx::start(|plain, tls| {
        let split = if percent == 100 { "* 1.5.0;".into() } else { format!("{percent}% 1.5.0; * 1.4.2;") };
        format!(
            "split_clients \"$request_id\" $version {{ {split} }}
             server {{ listen 127.0.0.1:{plain}; add_header X-Version $version; location / {{ default_type application/json;
                 return 200 '{{\"version\":\"$version\"}}'; }} }}
             server {{ listen 127.0.0.1:{tls}; return 204; }}"
        )
    })
    .await
}

async fn outcome(port: u16, mut settings: Value) -> (Outcome, String) {
    settings["url"] = json!(format!("http://127.0.0.1:{port}/"));
    if settings.get("version").is_none() {
        settings["version"] = json!({ "json": "$.version" });
    }
    let mut look = Look::new("release-share", settings);
    look.timeout = Duration::from_secs(60);
    look.release.version = Some("1.5.0".into());
    look.outcome().await
}

async fn all(port: u16, cases: &[(Value, Outcome, &str)]) {
    for (settings, wanted, said) in cases {
        let (outcome, reason) = outcome(port, settings.clone()).await;
        assert!(outcome == *wanted && reason.contains(said), "{settings}: {outcome} {reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarter_is_told_from_less_and_from_more() {
    let server = split(25).await;
    let shares = |new: Value, old: Value| json!({ "requests": 600, "shares": [new, old] });
    // What is exactly the bound is told from it by chance, once in twenty times; not three times in a row.
    let mut said = Vec::new();
    for _ in 0..3 {
        said.push(outcome(server.plain, shares(json!({ "max": "25%" }), json!({ "version": "1.4.2", "min": "60%" }))).await);
    }
    assert!(said.iter().any(|(outcome, reason)| *outcome == Unknown && reason.contains("send more requests")), "{said:?}");
    all(
        server.plain,
        &[
            (shares(json!({ "min": "10%", "max": "40%" }), json!({ "version": "1.4.2", "min": "60%" })), Pass, ""),
            (shares(json!({ "max": "10%" }), json!({ "version": "1.4.2", "min": "60%" })), Fail, "share of `1.5.0`"),
            (shares(json!({ "min": "50%" }), json!({ "version": "1.4.2", "min": "60%" })), Fail, "wanted at least 50 %"),
            (json!({ "shares": [{ "min": "10%" }] }), Fail, "other versions: got `1.4.2`"),
            (json!({ "shares": [{ "min": "10%" }], "others": true, "version": { "header": "X-Version" } }), Pass, ""),
            (
                json!({ "shares": [{ "min": "10%" }], "others": true, "version": { "header": "X-Odd" } }),
                Fail,
                "no such header, 300 of 300 times",
            ),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_alone_is_proven_within_its_bound() {
    let server = split(100).await;
    let only = json!({ "requests": 299, "shares": [{ "min": "99%" }] });
    all(
        server.plain,
        &[
            (only, Pass, ""),
            (json!({ "shares": [{ "version": "1.4.2", "max": "1%" }], "others": true }), Pass, ""),
            (json!({ "shares": [{ "version": "1.4.2", "min": "99%" }], "requests": 299 }), Fail, "share of `1.4.2`: got 0 of 299"),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn haproxy_splits_too() {
    let (old, new) = (Hostile::answering(200, &["X-Version: 1.4.2"], "").await, Hostile::answering(200, &["X-Version: 1.5.0"], "").await);
    let proxy = Haproxy::start(&format!(
        "backend all\n balance random\n server a {} weight 90\n server b {} weight 10\n",
        old.url("").replace("http://", ""),
        new.url("").replace("http://", "")
    ))
    .await;
    let shares = json!([{ "min": "3%", "max": "22%" }, { "version": "1.4.2", "min": "75%" }]);
    let settings = json!({ "version": { "header": "X-Version" }, "requests": 400, "shares": shares });
    let (outcome, reason) = outcome(proxy.port, settings).await;
    assert_eq!(outcome, Pass, "{reason}");
}

/// Every `nth` answer is this, the others are good.
async fn every(nth: usize, status: u16, headers: &'static [&'static str], body: &'static str) -> Hostile {
    Hostile::new(move |mut visit| {
        Box::pin(async move {
            if visit.nth % nth == 0 {
                return visit.answer(status, headers, body).await;
            }
            visit.answer(200, &[], r#"{"version":"1.5.0"}"#).await
        })
    })
    .await
}

pub(crate) async fn mixed(status: u16, headers: &'static [&'static str], body: &'static str) -> (Outcome, String) {
    let server = every(10, status, headers, body).await;
    let settings =
        json!({ "url": server.url("/"), "version": { "json": "$.version" }, "requests": 60, "shares": [{ "min": "80%" }], "others": true });
    let mut look = Look::new("release-share", settings);
    look.release.version = Some("1.5.0".into());
    let (outcome, reason) = look.outcome().await;
    assert!(server.heads().len() <= 60, "never more than said");
    (outcome, reason)
}

#[tokio::test]
async fn what_says_no_version_is_not_passed_over() {
    let good = r#"{"version":"1.5.0"}"#;
    for (status, headers, body, wanted, said) in [
        (200, &[][..], good, Pass, ""),
        (502, &[], good, Fail, "the status 502, 6 of 60 times"),
        (200, &["Age: 3"], good, Fail, "an answer from a cache (`age: 3`)"),
        (200, &["X-Cache: HIT from edge"], good, Fail, "from a cache"),
        (200, &["X-Cache: MISS"], good, Pass, ""),
        (200, &[], "<html>", Fail, "no JSON"),
        (200, &[], r#"{"version":null}"#, Fail, "`null`"),
        (302, &["Location: /login"], "", Fail, "the status 302"),
    ] {
        let (outcome, reason) = mixed(status, headers, body).await;
        assert!(outcome == wanted && reason.contains(said), "{status} {headers:?} {body}: {outcome} {reason}");
    }
}

#[tokio::test]
async fn time_that_runs_out_leaves_it_unknown() {
    let server = Hostile::silent().await;
    let settings =
        json!({ "url": server.url("/"), "version": { "header": "x" }, "requests": 20, "shares": [{ "version": "1", "min": "80%" }] });
    let mut look = Look::new("release-share", settings);
    look.timeout = Duration::from_secs(1);
    let (outcome, reason) = look.outcome().await;
    assert!(outcome == Unknown && reason.contains("did not answer within") && server.heads().len() <= 8, "{outcome} {reason}");
}

#[test]
fn what_cannot_be_proven_is_refused() {
    for (settings, said) in [
        (json!({ "shares": [{ "min": "99%" }], "requests": 100 }), "write `requests: 299`"),
        (json!({ "shares": [{ "max": "0.1%" }] }), "write `requests: 2995`"),
        (json!({ "shares": [{ "min": "100%" }] }), "write `min: 99%`"),
        (json!({ "shares": [{ "max": "0%" }] }), "write `max: 1%`"),
        (json!({ "shares": [{ "min": "50%", "max": "10%" }] }), "`min` is less than `max`"),
        (json!({ "shares": [{}] }), "without `min` or `max`"),
        (json!({ "shares": [] }), "an empty list"),
        (json!({ "shares": [{ "min": "1%" }, { "max": "9%" }] }), "twice"),
        (json!({ "shares": [{ "min": "1%" }], "requests": 5001 }), "from 1 to 5000"),
    ] {
        let mut all = json!({ "url": "http://127.0.0.1:1/", "version": { "header": "x" } });
        all.as_object_mut().expect("a map").extend(settings.as_object().expect("a map").clone());
        let error = gonogo::check::parse("release-share", &all).expect("a kind").err().unwrap_or_else(|| panic!("{settings} is taken"));
        assert!(error.to_string().contains(said), "{settings}: {error}");
    }
}
