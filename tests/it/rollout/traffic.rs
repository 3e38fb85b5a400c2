//! What last week's traffic lets the stages of a plan show, asked of a real Prometheus.

use std::net::TcpListener;

use crate::{
    gonogo::{Gonogo, Ran},
    servers::prometheus::{Past, Prometheus},
};

/// One a minute: 60 an hour, and one that began a moment ago.
const PAST: &[Past] = &[
    ("validations_total{version=\"1.0\"}", |ago| Some(20_000.0 - f64::from(i32::try_from(ago).expect("seconds")) / 60.0)),
    ("seconds_bucket{version=\"1.0\",le=\"0.5\"}", |ago| Some(20_000.0 - f64::from(i32::try_from(ago).expect("seconds")) / 60.0)),
    ("seconds_bucket{version=\"1.0\",le=\"+Inf\"}", |ago| Some(20_000.0 - f64::from(i32::try_from(ago).expect("seconds")) / 60.0)),
    ("validations_total{version=\"1.1\"}", |ago| (ago < 300).then_some(1.0)),
];

const PLAN: &str = r#"
project: shop
environments: { prod: {} }
rollout:
  prometheus: { url: "http://127.0.0.1:PORT" }
  unit: validations
  measures:
    errors: { bad: 'failed_total{version="${version}"}', total: 'validations_total{version="${version}"}' }
    slow: { histogram: 'seconds{version="${version}"}', quantile: 0.95 }
    renamed: { bad: 'failed_total{version="${version}"}', total: 'gone_total{version="${version}"}' }
  demands: { errors: { max: 1% }, slow: { max: 500ms } }
  stages:
    - { name: shadow, traffic: 0%, measure: old, soak: 6h }
    - { name: canary, traffic: 10%, soak: 9h, demands: { errors: { max: 1% } } }
    - { name: full, traffic: 100%, soak: 9h, min-samples: 500, demands: { errors: { max: 1% } } }
checks: [{ id: up, tcp: { address: "127.0.0.1:1" } }]
"#;

fn lint(plan: &str, port: u16, arguments: &[&str]) -> Ran {
    Gonogo::new().plan(&plan.replace("PORT", &port.to_string())).run([&["lint", "--env", "prod"], arguments].concat())
}

#[test]
fn a_soak_that_cannot_show_its_demand_is_a_warning_with_the_one_that_can() {
    let server = Prometheus::start(PAST, "");
    let asked = ["--with-traffic", "--version", "1.0"];
    let found = lint(PLAN, server.port, &["--strict", "--with-traffic", "--version", "1.0"]).exits(2);
    for said in [
        "warning: stage `canary`: about 54 validations in 9 h at last week's rate; `errors` at most 1% needs 299 without an error, which takes 2 d 2 h",
        "- { name: canary, traffic: 10%, soak: 9h,",
        "1 warning",
    ] {
        assert!(found.stderr.contains(said), "{said}: {}", found.stderr);
    }
    for said in [
        "stage `shadow`: about 360 validations in 6 h at last week's rate; `errors` at most 1% needs 299 without an error, there after 4 h 59 min",
        "`slow` at most 500ms needs 59 without one above it, there after 59 min",
        "stage `full`: about 540 validations in 9 h at last week's rate; `errors` at most 1% needs 500 by `min-samples`, there after 8 h 20 min",
    ] {
        assert!(found.stdout.contains(said), "{said}: {}", found.stdout);
    }
    // Without it nobody is asked.
    let plain = lint(PLAN, server.port, &[]).exits(0);
    assert!(!plain.stdout.contains("last week"), "{}", plain.stdout);
    // What is enough is no warning.
    let enough = PLAN.replace("traffic: 10%, soak: 9h", "traffic: 10%, soak: 3d");
    lint(&enough, server.port, &asked).exits(0).says("stage `canary`: about 432 validations in 3 d");
}

#[test]
fn what_nobody_can_tell_is_said() {
    let server = Prometheus::start(PAST, "");
    let renamed = PLAN.replace("500, demands: { errors: { max: 1% } }", "500, demands: { renamed: { max: 1% } }");
    let found = lint(&renamed, server.port, &["--strict", "--with-traffic", "--version", "1.0"]).exits(2);
    assert!(found.stderr.contains("nobody can tell by `renamed` how many validations came in the last 7 d"), "{}", found.stderr);
    // One that has just begun shows no rate, least of all none.
    let young = lint(PLAN, server.port, &["--strict", "--with-traffic", "--version", "1.1"]).exits(2);
    assert!(young.stderr.contains("`errors` was counted for less than 1 h"), "{}", young.stderr);
    lint(PLAN, server.port, &["--with-traffic"]).exits(3).says("is not on record: name it with `--version`");
    let gonogo = Gonogo::new().plan(&PLAN.replace("PORT", &server.port.to_string()));
    gonogo.run(["deploy", "record", "--release", "1.0", "--status", "succeeded"]).exits(0);
    gonogo.run(["lint", "--strict", "--with-traffic"]).exits(2).says("stage `canary`: about 54 validations");
    lint(PLAN, server.port, &["--version", "1.0"]).exits(2).says("--with-traffic");
    // One that refuses connections, and a plan with errors.
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let refused = lint(PLAN, closed, &["--with-traffic", "--version", "1.0"]).exits(3);
    assert!(refused.stderr.contains("could not be asked"), "{}", refused.stderr);
    let broken = PLAN.replace("{ max: 1% }, slow", "{ max: 1% }, slwo");
    lint(&broken, closed, &["--strict", "--with-traffic", "--version", "1.0"]).exits(2).says("not asked before the errors are mended");
}
