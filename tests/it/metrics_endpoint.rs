//! `metrics-endpoint` on real servers' metrics, and on expositions that are wrong, frozen or none.

use std::time::Duration;

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};

use crate::{
    hostile::Hostile,
    look::Look,
    prometheus_rules::{alertmanager, prometheus},
    servers::prometheus::now,
};

pub(crate) const TEXT: &str = "Content-Type: text/plain; version=0.0.4; charset=utf-8";
pub(crate) const OPEN: &str = "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(crate) async fn outcome(url: &str, mut settings: Value) -> (Outcome, String) {
    settings["url"] = json!(url);
    Look::new("metrics-endpoint", settings).at(now()).outcome().await
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_of_real_servers_are_read() {
    for (url, settings, wanted, said) in [
        (prometheus().url(), json!({}), Pass, ""),
        (alertmanager().url(), json!({}), Pass, ""),
        (prometheus().url(), json!({ "headers": { "Accept": "text/plain;version=0.0.4" } }), Pass, ""),
        (
            prometheus().url(),
            json!({ "series": ["prometheus_build_info", "go_goroutines", "prometheus_http_requests_total{code=\"200\"}"] }),
            Pass,
            "",
        ),
        (prometheus().url(), json!({ "series": "go_gorotines" }), Fail, "series `go_gorotines`: got none (there is `go_goroutines`)"),
        (
            prometheus().url(),
            json!({ "values": { "go_goroutines": { "min": 1, "max": 5000 }, "process_open_fds": { "max": 900 } } }),
            Pass,
            "",
        ),
        (prometheus().url(), json!({ "values": { "go_goroutines": { "max": 1 } } }), Fail, "value of `go_goroutines`: got `"),
        (alertmanager().url(), json!({ "moves": "promhttp_metric_handler_requests_total" }), Pass, ""),
        (alertmanager().url(), json!({ "moves": "process_start_time_seconds" }), Fail, "got the same, wanted another one a second later"),
    ] {
        let (outcome, reason) = outcome(&format!("{url}/metrics"), settings.clone()).await;
        assert!(outcome == wanted && reason.contains(said), "{url} {settings}: {outcome} {reason}");
    }
}

async fn said(header: &str, body: &str, settings: Value) -> (Outcome, String) {
    let server = Hostile::answering(200, &[header], body).await;
    outcome(&server.url("/metrics"), settings).await
}

#[tokio::test]
async fn what_prometheus_would_not_take_in_is_told() {
    for (header, body, wanted, text) in [
        (TEXT, "a 1\nb{x=\"1\"} 2\n", Pass, ""),
        (OPEN, "# TYPE a gauge\na 1\n# EOF\n", Pass, ""),
        (OPEN, "# TYPE a counter\na_total 1\n# EOF\n", Fail, "series `a`: got none"),
        (TEXT, "a 1\nb 2", Fail, "cut off"),
        (OPEN, "# TYPE a counter\na_total 1\n", Fail, "does not end with `# EOF`"),
        (TEXT, "a 1\na 2\n", Fail, "series that stand there twice: got `a`"),
        (TEXT, "a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 1\n", Fail, "stand there twice"),
        (TEXT, "a 1\n<html>\n", Fail, "line 2"),
        (TEXT, "", Fail, "no series at all"),
        (TEXT, "# only words\n", Fail, "no series at all"),
        ("Content-Type: text/html", "a 1\n", Unknown, "neither text 0.0.4 nor OpenMetrics"),
        ("Content-Type: application/openmetrics-text; version=2.0.0", "a 1\n# EOF\n", Unknown, "neither text"),
        ("X-None: 1", "a 1\n", Unknown, "no content type"),
    ] {
        let (outcome, reason) = said(header, body, json!({ "series": "a" })).await;
        assert!(outcome == wanted && reason.contains(text), "{header} {body}: {outcome} {reason}");
    }
}

#[tokio::test]
async fn values_are_judged_series_by_series() {
    let (new, old) = (now().as_second() - 60, now().as_second() - 7200);
    let pushed = format!("push_time_seconds{{job=\"new\"}} {new}.5e0\npush_time_seconds{{job=\"old\"}} {old}\n");
    let body = format!("free{{pool=\"a\"}} 5\nfree{{pool=\"b\"}} 1\nratio NaN\nbig 1e3\n{pushed}");
    for (settings, wanted, text) in [
        (json!({ "values": { "free{pool=\"a\"}": { "min": 5 }, "big": 1000 } }), Pass, ""),
        (json!({ "values": { "free": { "min": 5 } } }), Fail, "value of `free`: got `1` at row 2"),
        (json!({ "values": { "free": { "any": { "min": 5 } } } }), Pass, ""),
        (json!({ "values": { "ratio": { "max": 5 } } }), Fail, "NaN"),
        (json!({ "values": { "free{pool=\"c\"}": { "min": 5 } } }), Fail, "got none"),
        (json!({ "series": ["free{pool=\"b\"}"] }), Pass, ""),
        // A Pushgateway shows for ever what it was once given.
        (json!({ "values": { "push_time_seconds{job=\"new\"}": { "age": { "max": "1h" } } } }), Pass, ""),
        (json!({ "values": { "push_time_seconds": { "age": { "max": "1h" } } } }), Fail, "value of `push_time_seconds`"),
    ] {
        let (outcome, reason) = said(TEXT, &body, settings.clone()).await;
        assert!(outcome == wanted && reason.contains(text), "{settings}: {outcome} {reason}");
    }
}

#[tokio::test]
async fn floods_and_absence_end_in_time() {
    for (server, wanted) in [
        (Hostile::endless().await, "larger than 16 MiB"),
        (Hostile::gzip_bomb().await, "larger than 16 MiB"),
        (Hostile::silent().await, "did not answer within"),
        (Hostile::answering(401, &[], "").await, "a right is missing"),
        (Hostile::answering(302, &["Location: /login"], "").await, "not followed"),
    ] {
        let mut look = Look::new("metrics-endpoint", json!({ "url": server.url("/"), "series": "a" }));
        look.timeout = Duration::from_secs(3);
        let (outcome, reason) = look.outcome().await;
        assert!(outcome == Unknown && reason.contains(wanted), "{wanted}: {outcome} {reason}");
    }
    let many: String = (0..200_001).map(|number| format!("a{{n=\"{number}\"}} 1\n")).collect();
    let (outcome, reason) = said(TEXT, &many, json!({})).await;
    assert!(outcome == Fail && reason.contains("more than 200000 series"), "{outcome} {reason}");
}
