//! `prometheus-rules` on a real Prometheus that sends to a real Alertmanager, and on what only pretends to be one.

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};

use crate::{
    hostile::Hostile,
    look::Look,
    servers::{
        alertmanager::Alertmanager,
        prometheus::{Past, Prometheus, now},
    },
};

/// Long over: what the rules look at it scrapes itself.
const PAST: &[Past] = &[("past", |ago| (ago > 900).then_some(1.0))];

/// `Broken` matches many with many; `Renamed` looks at what is nowhere; all of them are loaded.
pub(crate) const RULES: &str = r#"
groups:
  - name: shop
    rules:
      - { alert: Errors, expr: 'rate(prometheus_http_requests_total{code=~"5.."}[5m]) > 1', labels: { severity: page, team: shop }, annotations: { runbook_url: https://r.example/1 } }
      - { alert: Renamed, expr: 'rate(prometheus_http_request_total[5m]) > 1', labels: { severity: page, team: shop }, annotations: { runbook_url: https://r.example/2 } }
      - { alert: Broken, expr: 'up{job="twice"} * on(job) up{job="twice"} > 1', labels: { severity: page, team: shop } }
      - { alert: Nothing, expr: 'vector(1) > 2', labels: { severity: page, team: shop } }
      - { alert: Unheard, expr: 'up == 0', labels: { severity: info, team: shop } }
      - { alert: Whose, expr: 'up == 0', labels: { severity: page } }
      - { alert: Templated, expr: 'up == 0', labels: { severity: page, team: '{{ $labels.job }}' } }
      - { alert: Nightly, expr: 'up == 0', labels: { severity: night, team: shop } }
      - { alert: Down, expr: 'count({job="api"}) == 0', labels: { severity: page, team: shop } }
      - { alert: Down, expr: 'up == 0', labels: { severity: ticket, team: shop } }
      - { alert: Absent, expr: 'absent(up{job="api"}) or payments_failed_total > 1', labels: { severity: page, team: shop } }
  - name: meta
    rules:
      - { alert: Watchdog, expr: vector(1), labels: { severity: none, team: shop } }
      - { alert: Silent, expr: vector(1) > 2, labels: { severity: none, team: shop } }
"#;

pub(crate) const ROUTES: &str = r#"
route:
  receiver: "null"
  routes:
    - matchers: ['team="shop"', 'severity=~"page|ticket|none"']
      receiver: shop
    - { match: { severity: night }, receiver: shop, mute_time_intervals: [nights] }
time_intervals: [{ name: nights, time_intervals: [{ times: [{ start_time: "00:00", end_time: "00:01" }] }] }]
receivers:
  - name: "null"
  - { name: shop, webhook_configs: [{ url: "http://127.0.0.1:9/" }] }
"#;

pub(crate) fn alertmanager() -> &'static Alertmanager {
    static SHARED: OnceLock<Alertmanager> = OnceLock::new();
    SHARED.get_or_init(|| Alertmanager::start(ROUTES))
}

/// Scrapes itself, and one job of two instances.
fn scrapes() -> String {
    let job = |name: &str, targets: &str| format!("{{ job_name: {name}, static_configs: [{{ targets: [{targets}] }}] }}");
    let (own, both) = ("'127.0.0.1:PORT'", format!("'127.0.0.1:PORT', '127.0.0.1:{}'", alertmanager().port));
    let jobs = [job("api", own), job("twice", &both)].join(", ");
    format!("global: {{ evaluation_interval: 1s, scrape_interval: 1s }}\nrule_files: [FOLDER/rules.yml]\nscrape_configs: [{jobs}]\n")
}

pub(crate) fn prometheus() -> &'static Prometheus {
    static SHARED: OnceLock<Prometheus> = OnceLock::new();
    SHARED.get_or_init(|| {
        let sends =
            format!("alerting: {{ alertmanagers: [{{ static_configs: [{{ targets: ['127.0.0.1:{}'] }}] }}] }}", alertmanager().port);
        let server = Prometheus::with_rules(PAST, &format!("{}{sends}", scrapes()), RULES);
        server.wait_for("prometheus_http_requests_total{job=%22api%22}");
        server.wait_for("sum(up{job=%22twice%22})==2");
        // So that every rule was evaluated with that.
        std::thread::sleep(Duration::from_secs(3));
        server
    })
}

/// What it comes to once every rule was evaluated.
pub(crate) async fn outcome(mut settings: Value) -> (Outcome, String) {
    if settings.get("url").is_none() {
        settings["url"] = json!(prometheus().url());
    }
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let (outcome, reason) = Look::new("prometheus-rules", settings.clone()).at(now()).outcome().await;
        let early = reason.contains("not been evaluated yet") || reason.contains("got `inactive`, wanted firing");
        // It looks for its Alertmanagers every five seconds.
        let unconnected = reason.contains("sends to: got 0") && settings["url"] == json!(prometheus().url());
        if !(early || unconnected) || Instant::now() > end || settings["watchdog"] == json!("Silent") {
            return (outcome, reason);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn all(cases: &[(Value, Outcome, &str)]) {
    for (settings, wanted, said) in cases {
        let (outcome, reason) = outcome(settings.clone()).await;
        assert!(outcome == *wanted && reason.contains(said), "{settings}: {outcome} {reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_there_work_and_look_at_something() {
    all(&[
        (json!({ "rules": "Errors" }), Pass, ""),
        (
            json!({ "rules": ["Errors", "Down"], "watchdog": "Watchdog", "labels": { "severity": { "one-of": ["page", "ticket"] } } }),
            Pass,
            "",
        ),
        (json!({ "rules": "Errors", "annotations": { "runbook_url": { "matches": "https://r\\.example/.+" } } }), Pass, ""),
        (json!({ "rules": ["Errors", "Error"] }), Fail, "alerting rule `Error`: got none (there is `Errors`)"),
        (
            json!({ "rules": "Renamed" }),
            Fail,
            "no series of `prometheus_http_request_total` is there now (there is `prometheus_http_requests_total`",
        ),
        (json!({ "rules": "Broken" }), Fail, "evaluation of `Broken`: got an error: `"),
        (json!({ "rules": "Nothing" }), Unknown, "looks at no metric"),
        (json!({ "rules": "Down", "labels": { "severity": "page" } }), Fail, "label `severity` of `Down`: got `\"ticket\"`"),
        (json!({ "rules": "Whose", "labels": { "team": "shop" } }), Fail, "nothing there"),
        (
            json!({ "rules": "Unheard", "annotations": { "runbook_url": { "exists": true } } }),
            Fail,
            "annotation `runbook_url` of `Unheard`",
        ),
        (json!({ "rules": "Absent" }), Fail, "`payments_failed_total`"),
        (json!({ "rules": "Absent", "may-be-absent": ["payments_failed_total"] }), Pass, ""),
        (json!({ "watchdog": "Watchdog" }), Pass, ""),
        (json!({ "watchdog": "Silent" }), Fail, "watchdog `Silent`: got `inactive`, wanted firing, always"),
        (json!({ "watchdog": "Nobody" }), Fail, "alerting rule `Nobody`: got none"),
        (json!({ "rules": "Errors", "max-age": "1ms" }), Fail, "last evaluation of `Errors`"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_lead_to_somebody() {
    let to = |rule: &str| json!({ "rules": rule, "alertmanager": alertmanager().url() });
    let timed = json!({ "rules": "Nightly", "alertmanager": alertmanager().url(), "timed-routes": true });
    all(&[
        (to("Errors"), Pass, ""),
        (to("Down"), Pass, ""),
        (to("Unheard"), Fail, "receiver of `Unheard`: got `null`, which reaches nobody"),
        (to("Whose"), Unknown, "it may lead to `null`, which reaches nobody"),
        (to("Templated"), Unknown, "it depends on labels that the rule does not set"),
        (to("Nightly"), Unknown, "mute at times"),
        (timed, Pass, ""),
        (json!({ "watchdog": "Watchdog", "alertmanager": alertmanager().url() }), Pass, ""),
        (json!({ "rules": "Errors", "alertmanager": format!("{}/none", alertmanager().url()) }), Unknown, "status 404"),
    ])
    .await;
    // One that sends its alerts nowhere.
    let alone = Prometheus::with_rules(PAST, &scrapes(), RULES);
    let settings = json!({ "url": alone.url(), "rules": "Errors", "alertmanager": alertmanager().url() });
    let (outcome, reason) = outcome(settings).await;
    assert!(outcome == Fail && reason.contains("Alertmanagers that the Prometheus sends to: got 0"), "{outcome} {reason}");
}

/// A Prometheus and Alertmanager in one, which say this of rules and of their settings.
pub(crate) async fn liar(rules: String, settings: String) -> Hostile {
    Hostile::new(move |mut visit| {
        let (path, rules, settings) = (visit.path().to_owned(), rules.clone(), settings.clone());
        Box::pin(async move {
            let now = now().as_second();
            let date = format!(
                "Date: {}",
                jiff::fmt::rfc2822::to_string(&crate::servers::prometheus::now().to_zoned(jiff::tz::TimeZone::UTC)).expect("a date")
            );
            let said = |data: String| format!(r#"{{"status":"success","data":{data}}}"#);
            let body = match path.as_str() {
                path if path.contains("query=time%28%29") => said(format!(r#"{{"resultType":"scalar","result":[{now},"{now}"]}}"#)),
                path if path.starts_with("/api/v1/rules") => rules.replace("NOW", &crate::servers::prometheus::now().to_string()),
                path if path.starts_with("/api/v1/alertmanagers") => said(r#"{"activeAlertmanagers":[{}]}"#.into()),
                path if path.starts_with("/api/v2/status") => {
                    json!({ "config": { "original": settings }, "cluster": { "status": "disabled" } }).to_string()
                }
                _ => said(r#"{"resultType":"vector","result":[{"metric":{},"value":[1,"1"]}]}"#.into()),
            };
            visit.answer(200, &["Content-Type: application/json", &date], body).await
        })
    })
    .await
}

/// One rule, as the API has it.
pub(crate) fn one(more: &str) -> String {
    format!(
        r#"{{"status":"success","data":{{"groups":[{{"name":"g","interval":15,"rules":[{{"name":"A","query":"up == 0","state":"inactive",
        "labels":{{"team":"shop"}},"annotations":{{}},"health":"ok","lastEvaluation":"NOW","type":"alerting"{more}}}]}}]}}}}"#
    )
}

pub(crate) const ONE_ROUTE: &str = "route: { receiver: a }\nreceivers: [{ name: a, email_configs: [{ to: x }] }]\n";

pub(crate) async fn told(rules: String, settings: &str) -> (Outcome, String) {
    let server = liar(rules, settings.to_owned()).await;
    let settings = json!({ "url": server.url(""), "alertmanager": server.url(""), "rules": "A" });
    Look::new("prometheus-rules", settings).at(now()).outcome().await
}

#[tokio::test]
async fn what_is_not_understood_does_not_pass() {
    let good = one("");
    for (rules, settings, wanted, said) in [
        (good.clone(), ONE_ROUTE, Pass, ""),
        (good.replace("\"ok\"", "\"odd-ish\""), ONE_ROUTE, Unknown, "which is not understood"),
        (good.replace("\"ok\"", "\"unknown\""), ONE_ROUTE, Unknown, "not been evaluated yet"),
        (good.replace("NOW", "0001-01-01T00:00:00Z"), ONE_ROUTE, Unknown, "not been evaluated yet"),
        (good.replace("NOW", "2020-01-01T00:00:00Z"), ONE_ROUTE, Fail, "last evaluation"),
        (good.replace("up == 0", "sum(up == 0"), ONE_ROUTE, Unknown, "is missing in the query"),
        (good.replace("\"groups\"", "\"groupNextToken\":\"x\",\"groups\""), ONE_ROUTE, Unknown, "a part of its rules"),
        (good.replace("\"data\"", "\"warnings\":[\"one is gone\"],\"data\""), ONE_ROUTE, Unknown, "one is gone"),
        (one(",\"health\":\"ok\""), ONE_ROUTE, Unknown, "duplicate field"),
        ("<html>log in</html>".into(), ONE_ROUTE, Unknown, "a page"),
        (good.clone(), "<html>", Unknown, "settings that are not understood"),
        (good.clone(), "route: { receiver: a }\nreceivers: [{ name: a, email_configs: [] }]\n", Fail, "reaches nobody"),
        (good.clone(), "route: { receiver: b }\nreceivers: [{ name: a, email_configs: [{}] }]\n", Fail, "is nowhere"),
        (good.clone(), "route: { receiver: a, routes: [{ matchers: [odd] }] }\nreceivers: []\n", Unknown, "`odd` is no matcher"),
    ] {
        let (outcome, reason) = told(rules.clone(), settings).await;
        assert!(outcome == wanted && reason.contains(said), "{rules} {settings}: {outcome} {reason}");
    }
}

#[tokio::test]
async fn floods_and_absence_end_in_time() {
    for (server, wanted) in [(Hostile::endless().await, "more than 4 MiB"), (Hostile::silent().await, "did not answer within")] {
        let mut look = Look::new("prometheus-rules", json!({ "url": server.url(""), "rules": "A" }));
        look.timeout = Duration::from_secs(2);
        let (outcome, reason) = look.outcome().await;
        assert!(outcome == Unknown && reason.contains(wanted), "{wanted}: {outcome} {reason}");
    }
}
