//! `verify --until-green`: whole looks, one after the other, and never a mixture of them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{Router, http::StatusCode, routing::get};

use crate::gonogo::Gonogo;

/// A service with two paths: `/a` answers well the first time only, `/b` from the third time on, and both from then on.
async fn rolling() -> String {
    let (a, b) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let told = |asked: &AtomicUsize, well: fn(usize) -> bool| {
        if well(asked.fetch_add(1, Ordering::SeqCst) + 1) { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
    };
    let app =
        Router::new().route("/a", get(async move || told(&a, |time| time != 2))).route("/b", get(async move || told(&b, |time| time >= 2)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

fn plan(url: &str) -> String {
    format!(
        "project: p\nenvironments: {{ prod: {{}} }}\nchecks:\n  - id: a\n    http: {{ url: \"{url}/a\" }}\n  - id: b\n    http: {{ url: \"{url}/b\" }}\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mixture_of_looks_is_never_green() {
    let gonogo = Gonogo::new().plan(&plan(&rolling().await));
    let (ran, report) = tokio::task::spawn_blocking(move || gonogo.verify(&["--until-green", "1m"])).await.expect("it ran");
    // Green were: a in the first look, b in the second, both in the third.
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(report.notes.iter().any(|note| note.contains("this is look 3 of `--until-green 1 min`")), "{:?}", report.notes);
    assert!(ran.stderr.contains("look 1: 1 check not green yet") && ran.stderr.contains("look 2: 1 check not green yet"), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_ends_it_and_the_last_look_counts() {
    let gonogo = Gonogo::new().plan(&plan("http://127.0.0.1:1"));
    let started = Instant::now();
    let (ran, report) = tokio::task::spawn_blocking(move || gonogo.verify(&["--until-green", "7s"])).await.expect("it ran");
    assert_eq!((ran.code, report.findings.len()), (3, 2), "{}", ran.stderr);
    assert!(started.elapsed() < Duration::from_secs(20) && report.notes.iter().any(|note| note.contains("look 2")), "{:?}", report.notes);
}

#[test]
fn it_looks_at_no_other_moment() {
    Gonogo::new().plan(&plan("http://127.0.0.1:1")).run(["verify", "--until-green", "7s", "--at", "2036-01-01T00:00:00Z"]).exits(2);
}
