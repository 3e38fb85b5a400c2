//! The kind `health` against services that are well, sick, lying, or not there.

use std::time::{Duration, Instant};

use gonogo::model::{Outcome, Phase, Release};
use serde_json::{Value, json};

use crate::{ca::Ca, hostile::Hostile, look::Look};

const SEED: &str = r#"{"status":"healthy","checks":{"api":"ok","database":"ok"}}"#;

async fn outcome(settings: Value) -> (Outcome, String) {
    Look::new("health", settings).outcome().await
}

async fn of(status: u16, content_type: &str, body: &str, mut settings: Value) -> (Outcome, String) {
    let server = Hostile::answering(status, &[&format!("Content-Type: {content_type}")], body).await;
    settings["url"] = json!(server.url("/health"));
    outcome(settings).await
}

#[tokio::test]
async fn a_healthy_service_passes() {
    let (seen, reason) = of(200, "application/json", SEED, json!({ "components": ["api", "Database"], "max-time": "5s" })).await;
    assert_eq!(seen, Outcome::Pass, "{reason}");
    for (content_type, body) in [
        ("text/plain", "ok"),
        ("text/plain", "Healthy"),
        ("application/json", r#"{"status":"UP"}"#),
        ("text/plain", "[+]ping ok\nreadyz check passed\n"),
    ] {
        assert_eq!(of(200, content_type, body, json!({})).await.0, Outcome::Pass, "{body}");
    }
}

#[tokio::test]
async fn a_200_that_says_down_is_red() {
    for (content_type, body) in [
        ("application/json", r#"{"status":"DOWN"}"#),
        ("application/health+json", r#"{"status":"fail"}"#),
        ("application/json", r#"{"status":"error","error":{"db":{"status":"down","message":"ECONNREFUSED"}}}"#),
        ("text/plain", "Unhealthy"),
        ("text/plain", "Degraded"),
        ("application/json", r#"{"status":"ok","checks":{"database":"down"}}"#),
        ("application/json", r#"{"status":"UP","components":{"db":{"status":"UP","components":{"replica":{"status":"OUT_OF_SERVICE"}}}}}"#),
        ("text/html", "<!doctype html><title>Sign in</title><p>status ok"),
        ("application/json", "<html>{\"status\":\"UP\"}</html>"),
    ] {
        let (outcome, reason) = of(200, content_type, body, json!({})).await;
        assert_eq!(outcome, Outcome::Fail, "{body}: {reason}");
    }
}

#[tokio::test]
async fn what_says_nothing_is_unknown_and_the_reason_says_what_to_do() {
    for (content_type, body) in [
        ("application/json", r#"{"installed":true}"#),
        ("application/json", r#"{"status":"EROR"}"#),
        ("application/json", r#"{"status":"UP","status":"DOWN"}"#),
        ("application/json", r#"{"status":"ok","checks":{"db":"fine-ish"}}"#),
        ("text/plain", "welcome to nginx"),
        ("text/plain", ""),
        ("application/json", r#"{"status":"ok"#),
    ] {
        let (outcome, reason) = of(200, content_type, body, json!({})).await;
        assert_eq!(outcome, Outcome::Unknown, "{body}: {reason}");
        assert!(reason.contains("`healthy: {") || reason.contains("`ignore-components`"), "{reason}");
    }
}

#[tokio::test]
async fn an_explicit_demand_decides_where_no_convention_does() {
    assert_eq!(
        of(200, "application/json", r#"{"at":"work"}"#, json!({ "healthy": { "json": { "$.at": "work" } } })).await.0,
        Outcome::Pass
    );
    assert_eq!(
        of(200, "application/json", r#"{"at":"rest"}"#, json!({ "healthy": { "json": { "$.at": "work" } } })).await.0,
        Outcome::Fail
    );
    assert_eq!(of(200, "text/plain", "pong\n", json!({ "healthy": { "text": "pong" } })).await.0, Outcome::Pass);
    assert_eq!(of(200, "text/html", "<html>pong", json!({ "healthy": { "text": "pong" } })).await.0, Outcome::Fail);
    // It does not overrule a service that says it is down.
    assert_eq!(
        of(200, "application/json", r#"{"status":"DOWN","ok":true}"#, json!({ "healthy": { "json": { "$.ok": true } } })).await.0,
        Outcome::Fail
    );
}

/// B1: neighbours of the status are judged by what is known to be good.
#[tokio::test]
async fn b1_what_stands_beside_the_status_counts() {
    for body in [
        r#"{"status":"ok","database":"ok","redis":"degraded"}"#,
        r#"{"status":"ok","db":{"ok":false}}"#,
        r#"{"status":"ok","failedChecks":["redis"]}"#,
        r#"{"status":"ok","db_check":[{"status":"failed"}]}"#,
        r#"{"status":"ok","error":"connection refused"}"#,
        r#"{"status":"ok","errors":{"redis":"ECONNREFUSED"}}"#,
        r#"{"status":"ok","services":{"db":{"primary":{"reachable":false}}}}"#,
        r#"{"status":"ok","a":{"b":{"c":{"d":{"state":"crashed"}}}}}"#,
        r#"{"status":"ok","data":{"cache":{"connected":false}}}"#,
        r#"{"status":"ok","degraded":true}"#,
        r#"{"database":"ok","redis":"down"}"#,
        r#"{"status":"ok","circuitBreakers":{"stock":{"state":"OPEN"}}}"#,
        r#"{"status":"ok","circuitBreakers":{"stock":{"state":"CLOSED","connected":false}}}"#,
    ] {
        let (outcome, reason) = of(200, "application/json", body, json!({})).await;
        assert_eq!(outcome, Outcome::Fail, "{body}: {reason}");
    }
    for (body, path) in [
        (r#"{"status":"ok","database":false}"#, "database"),
        (r#"{"status":"ok","database":"sort of"}"#, "database"),
        (r#"{"status":"ok","queue":{"broker":"flapping"}}"#, "queue"),
        (r#"{"status":"ok","replicas":["a"]}"#, "replicas"),
        (r#"{"status":"ok","failures":3}"#, "failures"),
        (r#"{"status":"ok","message":"The database does not answer"}"#, "message"),
        (r#"{"status":"ok","session":null}"#, "session"),
        // Whatever is on no list.
        (r#"{"status":"ok","crashed":true}"#, "crashed"),
        (r#"{"status":"ok","database":"5 failed"}"#, "database"),
        (r#"{"status":"ok","database":"error:500"}"#, "database"),
        (r#"{"status":"ok","database":"error 5.7"}"#, "database"),
        (r#"{"status":"ok","service":{"database":"exploded"}}"#, "service"),
        (r#"{"status":"ok","db":{"status":"up","replica":"exploded"}}"#, "db/replica"),
        (r#"{"status":"ok","reason":"the disk exploded"}"#, "reason"),
        (r#"{"status":"ok","mode":"emergency"}"#, "mode"),
    ] {
        let (outcome, reason) = of(200, "application/json", body, json!({})).await;
        assert_eq!(outcome, Outcome::Unknown, "{body}: {reason}");
        assert!(reason.contains("`allow-unread: [\"") && reason.contains(path), "{body}: {reason}");
        let (outcome, reason) = of(200, "application/json", body, json!({ "allow-unread": [path] })).await;
        assert_eq!(outcome, Outcome::Pass, "{body}: {reason}");
    }
}

/// B3: a component beside the status is one like any other.
#[tokio::test]
async fn b3_a_component_beside_the_status_is_named() {
    let body = r#"{"status":"ok","database":"up","region":"eu-west-1","version":"1.4.2","uptime":"3 days","commit":"5cbf8d3"}"#;
    assert_eq!(of(200, "application/json", body, json!({ "components": ["database"] })).await.0, Outcome::Pass);
    let body = r#"{"status":"ok","db":{"connected":true}}"#;
    assert_eq!(of(200, "application/json", body, json!({ "components": ["db/connected"] })).await.0, Outcome::Pass);
}

#[tokio::test]
async fn each_named_component_must_be_there_and_well() {
    let (outcome, reason) = of(200, "application/json", SEED, json!({ "components": ["database", "cache"] })).await;
    assert_eq!(
        (outcome, reason.as_str()),
        (Outcome::Fail, "component `cache`: got not among those named: `api`, `database`, wanted named and healthy")
    );
    let (outcome, reason) = of(200, "application/json", r#"{"status":"UP"}"#, json!({ "components": "db" })).await;
    assert_eq!(outcome, Outcome::Fail);
    assert!(reason.contains("the answer names no components"), "{reason}");
    let nested = r#"{"status":"UP","components":{"readiness":{"status":"UP","components":{"db":{"status":"DOWN"}}}}}"#;
    assert_eq!(of(200, "application/json", nested, json!({ "components": ["readiness/db"] })).await.0, Outcome::Fail);
    let odd = r#"{"status":"UP","components":{"db":{"status":"UP"},"discovery":{"status":"UNKNOWN"}}}"#;
    assert_eq!(of(200, "application/json", odd, json!({})).await.0, Outcome::Unknown);
    assert_eq!(of(200, "application/json", odd, json!({ "ignore-components": ["discovery"] })).await.0, Outcome::Pass);
    let warned = r#"{"status":"warn","checks":{"disk:free":[{"status":"warn","output":"90 %"}]}}"#;
    assert_eq!(of(200, "application/health+json", warned, json!({ "components": "disk" })).await.0, Outcome::Fail);
    assert_eq!(of(200, "application/health+json", warned, json!({ "components": "disk", "allow-degraded": true })).await.0, Outcome::Pass);
}

#[tokio::test]
async fn status_redirect_and_cache_are_not_overlooked() {
    assert_eq!(of(503, "application/json", SEED, json!({})).await.0, Outcome::Fail);
    let server =
        Hostile::answering(302, &["Location: https://login.example.com/?next=%2Fhealth", "Content-Type: application/json"], SEED).await;
    let (seen, reason) = outcome(json!({ "url": server.url("/health") })).await;
    assert_eq!((seen, reason.as_str()), (Outcome::Fail, "HTTP status: got 302 to https://login.example.com/?next=%2Fhealth, wanted 2xx"));
    let server = Hostile::answering(200, &["Age: 34", "Content-Type: application/json"], SEED).await;
    let (seen, reason) = outcome(json!({ "url": server.url("/health") })).await;
    assert_eq!(
        (seen, reason.as_str()),
        (Outcome::Fail, "answer: got from a cache (`Age` is `34`), wanted given by the service itself, not by a cache")
    );
    assert!(server.heads().concat().contains("cache-control: no-cache"));
    // B2: every cache says it in its own way.
    for (header, wanted) in [
        ("X-Cache: HIT", Outcome::Fail),
        ("CF-Cache-Status: HIT", Outcome::Fail),
        ("CF-Cache-Status: DYNAMIC", Outcome::Pass),
        ("Cache-Status: \"edge\"; hit; ttl=12", Outcome::Fail),
        ("Cache-Status: edge; fwd=miss", Outcome::Pass),
        ("Warning: 110 - \"Response is Stale\"", Outcome::Fail),
        ("X-Varnish-Cache: HIT", Outcome::Fail),
        ("X-Cache: perhaps", Outcome::Unknown),
        ("X-Cache-Key: hit", Outcome::Pass),
    ] {
        let server = Hostile::answering(200, &[header, "Content-Type: application/json"], SEED).await;
        let (seen, reason) = outcome(json!({ "url": server.url("/health") })).await;
        assert_eq!(seen, wanted, "{header}: {reason}");
    }
}

#[tokio::test]
async fn the_release_under_sign_off_is_the_one_that_answers() {
    let body = r#"{"status":"ok","version":"1.4.1","commit":"5cbf8d3"}"#;
    let ask = async |binding: Value, phase: Phase, version: Option<&str>, commit: Option<&str>| {
        let server = Hostile::answering(200, &["Content-Type: application/json", "X-Version: v1.4.1"], body).await;
        let mut look = Look::new("health", json!({ "url": server.url("/health"), "release": binding }));
        look.phase = phase;
        look.release = Release { version: version.map(str::to_owned), commit: commit.map(str::to_owned), ..Release::default() };
        look.outcome().await
    };
    let (json_version, header) = (json!({ "json": "$.version" }), json!({ "header": "X-Version" }));
    let commit = json!({ "json": "$.commit", "field": "commit" });
    let full = Some("5cbf8d3a9b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e");

    let (old, reason) = ask(json_version.clone(), Phase::PostDeploy, Some("1.5.0"), None).await;
    assert_eq!((old, reason.as_str()), (Outcome::Fail, "running version: got `1.4.1`, wanted `1.5.0`"));
    assert_eq!(ask(json_version.clone(), Phase::PostDeploy, Some("v1.4.1"), None).await.0, Outcome::Pass);
    assert_eq!(ask(header, Phase::PostDeploy, Some("1.4.1"), None).await.0, Outcome::Pass);
    assert_eq!(ask(commit.clone(), Phase::PostDeploy, None, full).await.0, Outcome::Pass);
    assert_eq!(ask(commit.clone(), Phase::PostDeploy, None, Some("0000000a9b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e")).await.0, Outcome::Fail);
    let (unsure, reason) = ask(commit, Phase::PostDeploy, Some("1.4.1"), None).await;
    assert!(unsure == Outcome::Unknown && reason.contains("give `--commit`"), "{reason}");

    // Before it, the old one is the way back.
    assert_eq!(ask(json_version, Phase::PreDeploy, Some("1.5.0"), None).await.0, Outcome::Pass);
    assert_eq!(ask(json!({ "json": "$.nothing" }), Phase::PreDeploy, Some("1.5.0"), None).await.0, Outcome::Fail);
}

#[tokio::test]
async fn successes_are_in_a_row_over_connections_of_their_own() {
    let well = Hostile::answering(200, &["Content-Type: application/json"], SEED).await;
    let (seen, reason) = outcome(json!({ "url": well.url("/"), "successes": 3, "interval": "10ms" })).await;
    assert_eq!((seen, well.heads().len(), well.connections()), (Outcome::Pass, 3, 3), "{reason}");

    let moody = Hostile::new(|mut visit| {
        Box::pin(async move {
            let body = if visit.nth == 1 { r#"{"status":"DOWN"}"# } else { SEED };
            visit.answer(200, &["Content-Type: application/json"], body).await
        })
    })
    .await;
    let (seen, reason) = outcome(json!({ "url": moody.url("/"), "successes": 3, "interval": "10ms" })).await;
    assert_eq!(seen, Outcome::Fail);
    assert_eq!(
        reason,
        "health: got `DOWN` (Spring Boot Actuator) (answer 2 of 3), wanted healthy; good answers in a row: got 1, wanted 3, 10 ms apart"
    );

    let dying = Hostile::new(|mut visit| {
        Box::pin(async move { visit.nth == 0 && visit.answer(200, &["Content-Type: application/json"], SEED).await })
    })
    .await;
    let (seen, reason) = outcome(json!({ "url": dying.url("/"), "successes": 3, "interval": "10ms" })).await;
    assert!(seen == Outcome::Fail && reason.contains("1, then none: ") && reason.contains("closed the connection"), "{reason}");

    let (seen, reason) = outcome(json!({ "url": well.url("/"), "successes": 20, "interval": "1m" })).await;
    assert!(seen == Outcome::Unknown && reason.contains("do not fit into the check's `timeout`"), "{reason}");
}

#[tokio::test]
async fn a_service_that_cannot_be_asked_is_unknown() {
    let (seen, reason) = outcome(json!({ "url": format!("http://127.0.0.1:{}/", crate::port::unused()) })).await;
    assert!(seen == Outcome::Unknown && reason.contains("refused the connection"), "{reason}");
    let ca = Ca::new();
    let server = Hostile::tls(ca.acceptor("api.example"), |mut visit| Box::pin(async move { visit.answer(200, &[], "ok").await })).await;
    let (seen, reason) = outcome(json!({ "url": format!("https://127.0.0.1:{}/", server.addr().port()), "ca-file": ca.file() })).await;
    assert!(seen == Outcome::Unknown && reason.contains("it is for api.example, not for 127.0.0.1"), "{reason}");
}

#[tokio::test]
async fn hostile_bodies_are_bounded_and_never_green() {
    let server = Hostile::endless().await;
    let started = Instant::now();
    let (seen, reason) = outcome(json!({ "url": server.url("/") })).await;
    assert!(seen != Outcome::Pass && reason.contains("larger than 1 MiB"), "{reason}");
    assert!(started.elapsed() < Duration::from_secs(3));
    let server = Hostile::gzip_bomb().await;
    assert_ne!(outcome(json!({ "url": server.url("/") })).await.0, Outcome::Pass);
    let server = Hostile::dripping().await;
    let mut look = Look::new("health", json!({ "url": server.url("/") }));
    look.timeout = Duration::from_millis(500);
    assert_eq!(look.outcome().await.0, Outcome::Unknown);
}

#[tokio::test]
async fn secrets_stay_out_of_sight() {
    let server = Hostile::answering(500, &["Set-Cookie: sid=abc"], "no").await;
    let settings = json!({ "url": server.url("/?token=canary-canary-1").replace("://", "://u:canary-canary-2@"), "headers": { "Authorization": "Bearer canary-canary-3" } });
    let seen = Look::new("health", settings).look().await.expect("an answer");
    assert!(server.heads().concat().contains("Bearer canary-canary-3"));
    let all = format!("{} {:?}", seen.observation.value(), seen.expectations);
    assert!(!all.contains("canary"), "{all}");
}

#[test]
fn settings_that_prove_nothing_are_refused() {
    let url = "http://a.example/";
    for settings in [
        json!({}),
        json!({ "url": url, "components": [] }),
        json!({ "url": url, "components": [""] }),
        json!({ "url": url, "healthy": {} }),
        json!({ "url": url, "healthy": { "json": {} } }),
        json!({ "url": url, "release": {} }),
        json!({ "url": url, "release": { "json": "$.a", "header": "x" } }),
        json!({ "url": url, "release": { "json": "version" } }),
        json!({ "url": url, "successes": 0 }),
        json!({ "url": url, "successes": 21 }),
        json!({ "url": url, "interval": "1s" }),
        json!({ "url": url, "components": ["db"], "ignore-components": "DB" }),
        json!({ "url": url, "release": { "header": "x-api-key" } }),
    ] {
        assert!(gonogo::check::parse("health", &settings).expect("a kind").is_err(), "{settings}");
    }
}

/// An answer as the documentation or the code of public software has it.
#[derive(serde::Deserialize)]
struct Published {
    /// Whether the service is well.
    good: bool,
    /// Whose it is.
    of: String,
    r#type: String,
    body: String,
}

/// What the check makes of the answers of 150 frameworks and servers, collected by somebody who did not know the rules: of
/// those that are well, or of those that are not.
async fn published(well: bool) -> Vec<(String, (Outcome, String))> {
    let answers = include_str!("health/answers.jsonl").lines().map(|line| serde_json::from_str(line).expect("an answer"));
    let mut judged = Vec::new();
    for Published { of: whose, r#type, body, .. } in answers.filter(|answer: &Published| answer.good == well) {
        judged.push((format!("{whose}: {body}"), of(200, &r#type, &body, json!({})).await));
    }
    judged
}

/// Of those that are well and say in their answer how they are. A page without a status is for `text`.
pub(crate) async fn published_of_the_well() -> Vec<(String, (Outcome, String))> {
    let mut judged = published(true).await;
    judged.retain(|(answer, (outcome, reason))| {
        let says = !reason.contains("say what healthy means with") && !reason.contains("a page:");
        assert!(says || *outcome == Outcome::Unknown || reason.contains("a page:"), "{answer}: {reason}");
        says
    });
    judged
}

#[tokio::test]
async fn no_public_answer_of_the_sick_passes() {
    let judged = published(false).await;
    assert!(judged.len() >= 150);
    for (answer, (outcome, _)) in judged {
        assert_ne!(outcome, Outcome::Pass, "{answer}");
    }
}
