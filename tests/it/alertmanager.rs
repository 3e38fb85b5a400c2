//! `alertmanager` on a real one with alerts and silences, and on what only pretends to be one.

use std::time::Duration;

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{
    hostile::Hostile,
    look::Look,
    servers::{alertmanager::Alertmanager, prometheus::now},
};

const SETTINGS: &str = "
route: { receiver: shop }
receivers:
  - { name: shop, webhook_configs: [{ url: 'http://127.0.0.1:9/' }] }
  - { name: nobody }
";

/// Posts JSON to its API.
async fn post(server: &Alertmanager, path: &str, body: Value) {
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", server.port)).await.expect("a connection");
    let body = body.to_string();
    let head = format!("POST /api/v2/{path} HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all((head + &body).as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.contains(" 200 OK"), "{body}: {answer}");
}

fn ahead(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

async fn alert(server: &Alertmanager, labels: Value) {
    post(server, "alerts", json!([{ "labels": labels, "startsAt": ahead(-60), "endsAt": ahead(3600) }])).await;
}

async fn silence(server: &Alertmanager, matchers: &[(&str, &str, bool)], seconds: i64, by: &str) {
    let matchers: Vec<Value> = matchers
        .iter()
        .map(|(name, value, is_regex)| json!({ "name": name, "value": value, "isRegex": is_regex, "isEqual": true }))
        .collect();
    let silence = json!({ "matchers": matchers, "startsAt": now(), "endsAt": ahead(seconds), "createdBy": by, "comment": "x" });
    post(server, "silences", silence).await;
}

async fn outcome(server: &Alertmanager, mut settings: Value) -> (Outcome, String) {
    settings["url"] = json!(server.url());
    Look::new("alertmanager", settings).at(now()).outcome().await
}

async fn all(server: &Alertmanager, cases: &[(Value, Outcome, &str)]) {
    for (settings, wanted, said) in cases {
        let (outcome, reason) = outcome(server, settings.clone()).await;
        assert!(outcome == *wanted && reason.contains(said), "{settings}: {outcome} {reason}");
    }
}

/// One that is in order.
pub(crate) async fn calm() -> Alertmanager {
    let server = Alertmanager::start(SETTINGS);
    alert(&server, json!({ "alertname": "Watchdog", "severity": "none" })).await;
    alert(&server, json!({ "alertname": "Slow", "severity": "warning", "service": "shop" })).await;
    silence(&server, &[("service", "billing", false)], 600, "eve@example.com").await;
    server
}

pub(crate) fn everything() -> Value {
    json!({
        "receivers": "shop", "longest-silence": "1h", "silenced-by": { "matches": ".+@example\\.com" }, "service": { "service": "shop" },
        "none-firing": { "severity": "critical" }, "watchdog": "Watchdog"
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn receivers_silences_and_alerts_are_told() {
    let server = calm().await;
    all(
        &server,
        &[
            (everything(), Pass, ""),
            (json!({ "receivers": ["shop", "nobody"] }), Fail, "receiver `nobody`: got one without any way to send"),
            (json!({ "receivers": "shp" }), Fail, "receiver `shp`: got none"),
            (json!({ "longest-silence": "5m" }), Fail, "`{service=\"billing\"}` by `eve@example.com`"),
            (
                json!({ "longest-silence": "1h", "silenced-by": { "matches": "bob.*" } }),
                Fail,
                "makers of silences: got `\"eve@example.com\"`",
            ),
            (json!({ "service": { "service": "billing" } }), Fail, "silences over `service=billing`: got `{service=\"billing\"}`"),
            (json!({ "service": { "team": "shop" } }), Unknown, "name more of those that its alerts have"),
            (json!({ "none-firing": { "severity": "warning" }, "watchdog": "Watchdog" }), Fail, "got 1: Slow (active)"),
            (json!({ "watchdog": "DeadMan" }), Fail, "alert `DeadMan`: got none"),
            (json!({ "peers": { "min": 2 } }), Fail, "state of the cluster: got `disabled`, wanted ready"),
            (json!({ "receivers": "shop", "peers": 0 }), Fail, "wanted ready"),
        ],
    )
    .await;

    // Critical ones count while they are silenced, and so does a silence over a part of the service.
    alert(&server, json!({ "alertname": "Down", "severity": "critical", "service": "shop" })).await;
    silence(&server, &[("alertname", "Do.*", true), ("service", "sh.p", true)], 600, "eve@example.com").await;
    silence(&server, &[("alertname", "Watchdog", false)], 86_400 * 365 * 70, " ").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    all(
        &server,
        &[
            (json!({ "none-firing": { "severity": "critical" }, "watchdog": "Watchdog" }), Fail, "Down (suppressed)"),
            (
                json!({ "service": { "service": "shop" } }),
                Fail,
                "`{alertname=\"Do.*\", service=\"sh.p\"}`".replace("alertname=", "alertname=~").replace("service=", "service=~").leak(),
            ),
            (json!({ "service": { "service": "mail" } }), Unknown, "`{alertname=\"Watchdog\"}` by nobody"),
            (json!({ "watchdog": "Watchdog" }), Fail, "got `suppressed`, heard of"),
            (json!({ "longest-silence": "30d" }), Fail, "by nobody"),
        ],
    )
    .await;
}

/// One that says this at each path of its API.
pub(crate) async fn liar(status: Value, silences: Value, alerts: Value) -> Hostile {
    Hostile::new(move |mut visit| {
        let path = visit.path().to_owned();
        let body = if path.starts_with("/api/v2/status") {
            &status
        } else if path.starts_with("/api/v2/silences") {
            &silences
        } else {
            &alerts
        };
        let body = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
        Box::pin(async move {
            let date = jiff::fmt::rfc2822::to_string(&now().to_zoned(jiff::tz::TimeZone::UTC)).expect("a date");
            visit.answer(200, &["Content-Type: application/json", &format!("Date: {date}")], body).await
        })
    })
    .await
}

pub(crate) async fn told(status: Value, silences: Value, alerts: Value) -> (Outcome, String) {
    let server = liar(status, silences, alerts).await;
    let settings = json!({ "url": server.url(""), "service": { "service": "shop" }, "longest-silence": "1h", "watchdog": "Watchdog" });
    Look::new("alertmanager", settings).at(now()).outcome().await
}

pub(crate) fn status(cluster: &str) -> Value {
    json!({ "cluster": { "status": cluster, "peers": [] }, "config": { "original": "route: { receiver: a }\nreceivers: [{ name: a }]\n" } })
}

pub(crate) fn a_silence() -> Value {
    json!([{ "status": { "state": "active" }, "createdBy": "eve", "startsAt": ahead(-60), "endsAt": ahead(60),
             "matchers": [{ "name": "service", "value": "mail", "isRegex": false, "isEqual": true }] }])
}

pub(crate) fn a_watchdog() -> Value {
    json!([{ "labels": { "alertname": "Watchdog" }, "status": { "state": "active" }, "updatedAt": ahead(-30) }])
}

#[tokio::test]
async fn what_is_not_understood_does_not_pass() {
    let with = |mut value: Value, pointer: &str, to: Value| {
        *value.pointer_mut(pointer).expect(pointer) = to;
        value
    };
    for (status_, silences, alerts, wanted, said) in [
        (status("ready"), a_silence(), a_watchdog(), Pass, ""),
        (status("settling"), a_silence(), a_watchdog(), Fail, "got `settling`"),
        (status("odd-ish"), a_silence(), a_watchdog(), Unknown, "no state that is understood"),
        (json!({}), a_silence(), a_watchdog(), Unknown, "nothing of its settings"),
        (json!("<html>log in</html>"), a_silence(), a_watchdog(), Unknown, "is it a login?"),
        (status("ready"), json!({}), a_watchdog(), Unknown, "no list of silences"),
        (status("ready"), with(a_silence(), "/0/status/state", json!("odd")), a_watchdog(), Unknown, "a state that is not understood"),
        (
            status("ready"),
            with(a_silence(), "/0/matchers/0/isRegex", json!("no")),
            a_watchdog(),
            Unknown,
            "a silence that is not understood",
        ),
        (status("ready"), with(a_silence(), "/0/endsAt", json!("soon")), a_watchdog(), Unknown, "a silence that is not understood"),
        (
            status("ready"),
            with(with(a_silence(), "/0/matchers/0/isRegex", json!(true)), "/0/matchers/0/value", json!("(")),
            a_watchdog(),
            Unknown,
            "cannot be told",
        ),
        (status("ready"), with(a_silence(), "/0/matchers/0/isEqual", json!(false)), a_watchdog(), Fail, "silences over"),
        (
            status("ready"),
            with(a_silence(), "/0/status/state", json!("pending")),
            with(a_watchdog(), "/0/status/state", json!("odd")),
            Unknown,
            "its state is `odd`",
        ),
        (status("ready"), json!([]), with(a_watchdog(), "/0/updatedAt", json!(ahead(-900))), Fail, "heard of 15 min ago"),
        (status("ready"), json!([]), json!([]), Fail, "alert `Watchdog`: got none"),
        (status("ready"), json!([]), json!([{}]), Unknown, "an alert without labels"),
    ] {
        let (outcome, reason) = told(status_.clone(), silences.clone(), alerts.clone()).await;
        assert!(outcome == wanted && reason.contains(said), "{status_} {silences} {alerts}: {outcome} {reason}");
    }
}

#[tokio::test]
async fn clocks_floods_and_absence_are_told() {
    let at = "2020-01-01T00:00:00Z".parse().expect("an instant");
    let server = liar(status("ready"), json!([]), a_watchdog()).await;
    let settings = json!({ "url": server.url(""), "watchdog": "Watchdog" });
    let (outcome, reason) = Look::new("alertmanager", settings).at(at).outcome().await;
    assert!(outcome == Unknown && reason.contains("the clock of http://127.0.0.1"), "{outcome} {reason}");
    for (server, wanted) in [
        (Hostile::endless().await, "larger than 8 MiB"),
        (Hostile::silent().await, "did not answer within"),
        (Hostile::answering(200, &[], "{}").await, "does not say what time it is"),
        (Hostile::answering(403, &[], "{}").await, "a right is missing"),
    ] {
        let mut look = Look::new("alertmanager", json!({ "url": server.url(""), "receivers": "a" }));
        look.timeout = Duration::from_secs(2);
        let (outcome, reason) = look.outcome().await;
        assert!(outcome == Unknown && reason.contains(wanted), "{wanted}: {outcome} {reason}");
    }
}
