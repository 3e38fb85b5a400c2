//! What the kind `http` demands of answers, real ones included.

use std::time::Duration;

use gonogo::{model::Outcome, net::Pin};
use serde_json::{Value, json};

use crate::{ca::Ca, hostile::Hostile, look::Look, nginx::Nginx};

async fn outcome(settings: Value) -> (Outcome, String) {
    Look::new("http", settings).outcome().await
}

fn quick(mut look: Look) -> Look {
    look.timeout = Duration::from_millis(700);
    look
}

#[tokio::test]
async fn headers_are_compared_whole_and_once() {
    let server = Hostile::new(|mut visit| {
        Box::pin(async move {
            let hsts = "Strict-Transport-Security: max-age=31536000; includeSubDomains";
            match visit.path() {
                "/ok" => visit.answer(200, &[hsts], "").await,
                "/twice" => visit.answer(200, &[hsts, "strict-transport-security: max-age=0"], "").await,
                "/cookies" => visit.answer(200, &["Set-Cookie: sid=canary-canary; Secure; HttpOnly", "Set-Cookie: theme=dark"], "").await,
                _ => visit.answer(404, &["X-Powered-By: PHP/5.3"], "").await,
            }
        })
    })
    .await;
    let wanted = json!({ "status": [200, 404], "headers": { "Strict-Transport-Security": { "matches": "max-age=[1-9][0-9]{7,}.*" }, "x-powered-by": { "present": false } } });
    let ask = async |path: &str, expect: &Value| outcome(json!({ "url": server.url(path), "expect": expect })).await;
    assert_eq!(ask("/ok", &wanted).await.0, Outcome::Pass);
    let (twice, reason) = ask("/twice", &wanted).await;
    assert!(twice == Outcome::Fail && reason.contains("2 of them"), "{reason}");
    // Headers that only the good answers carry are missing where errors are answered.
    let (missing, reason) = ask("/missing", &wanted).await;
    assert!(missing == Outcome::Fail && reason.contains("no such header") && reason.contains("PHP/5.3"), "{reason}");
    let cookies = json!({ "headers": { "set-cookie": { "matches": ".*; ?Secure.*" } } });
    let (insecure, reason) = ask("/cookies", &cookies).await;
    assert!(insecure == Outcome::Fail && reason.contains("theme=***") && !reason.contains("canary"), "{reason}");
}

#[tokio::test]
async fn a_lying_or_unreadable_body_is_never_green() {
    for (body, wanted) in [
        (&b"{\"status\":\"ok\"}"[..], Outcome::Pass),
        (b"\xef\xbb\xbf{\"status\":\"ok\"}", Outcome::Pass),
        (b"{\"status\":null}", Outcome::Fail),
        (b"{\"status\":NaN}", Outcome::Fail),
        (b"{\"status\":[]}", Outcome::Fail),
        (b"{}", Outcome::Fail),
        (b"", Outcome::Fail),
        (b"null", Outcome::Fail),
        (b"<html>{\"status\":\"ok\"}", Outcome::Fail),
        (b"{\"status\":\"down\",\"status\":\"ok\"}", Outcome::Fail),
        (b"{\"status\":\"ok\"}{\"status\":\"down\"}", Outcome::Fail),
        (b"{\"status\":\"ok\xff\"}", Outcome::Fail),
    ] {
        let server = Hostile::answering(200, &["Content-Type: application/json"], body).await;
        let (outcome, reason) = outcome(json!({ "url": server.url("/"), "expect": { "json": { "$.status": "ok" } } })).await;
        assert_eq!(outcome, wanted, "{}: {reason}", String::from_utf8_lossy(body));
    }
    let server = Hostile::answering(200, &["Content-Type: text/plain; charset=utf-16"], b"e\0r\0r\0o\0r\0\xff\xfe").await;
    let (outcome, _) = outcome(json!({ "url": server.url("/"), "expect": { "not-contains": "error" } })).await;
    assert_eq!(outcome, Outcome::Fail, "it is there, in the charset that the answer names");
}

#[tokio::test]
async fn every_place_a_path_leads_to_counts() {
    let body = json!({ "nodes": (0..500).map(|n| json!({ "up": n != 321, "load": n })).collect::<Vec<_>>(), "big": "x".repeat(2_000) })
        .to_string();
    let server = Hostile::answering(200, &[], &body).await;
    let ask = async |demand: Value| outcome(json!({ "url": server.url("/"), "expect": { "json": demand } })).await;
    let (red, reason) = ask(json!({ "$.nodes[*].up": true })).await;
    assert_eq!(
        (red, reason.as_str()),
        (Outcome::Fail, "`$.nodes[*].up`: got `false` at $['nodes'][321]['up'], of 500 places, wanted `true`")
    );
    assert_eq!(ask(json!({ "$.nodes[?@.up == false]": { "exists": false } })).await.0, Outcome::Fail);
    assert_eq!(ask(json!({ "$.nodes[?@.down == true]": { "exists": false } })).await.0, Outcome::Pass);
    assert_eq!(ask(json!({ "$.nodes[*].load": { "max": 1000 } })).await.0, Outcome::Unknown, "more values than are looked at");
    assert_eq!(ask(json!({ "$.nodes": { "length": { "min": 500 } }, "$.big": { "length": 2000 } })).await.0, Outcome::Pass);
    assert_eq!(ask(json!({ "$.big": { "not": "y" } })).await.0, Outcome::Unknown);
}

#[tokio::test]
async fn latency_counts_failures_and_does_not_guess() {
    let flaky = Hostile::new(|mut visit| {
        Box::pin(async move {
            let status = if visit.nth == 7 { 503 } else { 200 };
            visit.answer(status, &[], "").await
        })
    })
    .await;
    let latency = json!({ "latency": { "p95": "5s", "samples": 20 } });
    let (outcome, reason) = outcome(json!({ "url": flaky.url("/"), "expect": latency })).await;
    assert_eq!(
        (outcome, reason.as_str()),
        (Outcome::Fail, "repeated requests: got 1 of 20 failed, the first with: status 503, wanted all 20 answered with 2xx")
    );
    assert_eq!(flaky.heads().len(), 21);

    let slow = Hostile::new(|mut visit| {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            visit.answer(200, &[], "").await
        })
    })
    .await;
    let ask =
        async |latency: Value| quick(Look::new("http", json!({ "url": slow.url("/"), "expect": { "latency": latency } }))).outcome().await;
    let (outcome, reason) = ask(json!({ "p95": "2s", "samples": 50 })).await;
    assert_eq!(outcome, Outcome::Unknown);
    assert!(reason.contains("requests fitted into the check's `timeout`"), "{reason}");
    assert_eq!(ask(json!({ "p50": "20ms", "samples": 5 })).await.0, Outcome::Fail);
    let red = quick(Look::new("http", json!({ "url": slow.url("/"), "expect": { "max-time": "20ms" } }))).outcome().await;
    assert!(
        red.0 == Outcome::Fail && red.1.starts_with("time to the whole answer: got ") && red.1.ends_with(" ms, wanted at most 20 ms"),
        "{}",
        red.1
    );
}

#[tokio::test]
async fn content_is_sent_as_told() {
    let server = Hostile::answering(200, &[], "").await;
    outcome(json!({ "url": server.url("/x"), "method": "POST", "body": { "q": [1] }, "headers": { "X-A": "b" } })).await;
    let head = server.heads().concat();
    assert!(head.starts_with("POST /x HTTP/1.1\r\n") && head.ends_with("{\"q\":[1]}"), "{head}");
    assert!(head.contains("content-type: application/json") && head.contains("x-a: b") && head.contains("user-agent: gonogo/"), "{head}");
}

#[test]
fn settings_that_prove_nothing_are_refused() {
    let parse = |settings: Value| gonogo::check::parse("http", &settings).expect("a kind").map(|_| ());
    let url = "http://a.example/";
    for expect in [
        json!({}),
        json!({ "status": [] }),
        json!({ "status": 99 }),
        json!({ "status": "6xx" }),
        json!({ "headers": {} }),
        json!({ "headers": { "x": {} } }),
        json!({ "headers": { "x": { "present": true, "matches": "a" } } }),
        json!({ "headers": { "X-Api-Key": "abc" } }),
        json!({ "contains": "" }),
        json!({ "contains": [] }),
        json!({ "matches": "(" }),
        json!({ "json": {} }),
        json!({ "json": { "status": 1 } }),
        json!({ "json": { "$.a": null } }),
        json!({ "json": { "$.a": {} } }),
        json!({ "latency": {} }),
        json!({ "latency": { "p95": "1s", "samples": 0 } }),
        json!({ "max-size": "0B" }),
        json!({ "max-size": "1GiB" }),
        json!({ "redirect": "yes" }),
        json!({ "content-type": "json" }),
        json!({ "stauts": 200 }),
        json!({ "redirect": "https", "status": 200 }),
        json!({ "status": [200, 200] }),
    ] {
        assert!(parse(json!({ "url": url, "expect": expect })).is_err(), "{expect}");
    }
    for settings in [
        json!({ "url": "a.example" }),
        json!({ "url": url, "body": "x" }),
        json!({ "url": url, "method": "TRACE" }),
        json!({ "url": url, "method": "HEAD", "expect": { "contains": "x" } }),
        json!({ "url": url, "follow-redirects": 11 }),
        json!({ "url": url, "follow-redirects": 1, "method": "POST" }),
        json!({ "url": url, "headers": { "Content-Length": "5" } }),
        json!({ "url": url, "headers": { "X": "a\r\nY: b" } }),
        json!({ "url": url, "method": "POST", "expect": { "latency": { "p95": "1s" } } }),
        json!({ "url": "https://a.example/", "expect": { "redirect": "https" } }),
        json!({ "url": url, "headers": { "x": "1", "X": "2" } }),
    ] {
        assert!(parse(settings.clone()).is_err(), "{settings}");
    }
    let error = parse(json!({ "url": url, "headers": { "Authorization": "Bearer canary\n" } })).expect_err("a line break").to_string();
    assert!(!error.contains("canary"), "{error}");
}

/// A real server: HTTP/2, a redirect to https, and headers that `add_header` leaves out of error pages.
#[tokio::test]
async fn nginx_answers_over_http_2_and_forgets_headers_on_404() {
    let ca = Ca::new();
    let (certificate, key) = ca.files("web.example");
    let nginx = Nginx::start(|plain, tls| {
        format!(
            "server {{ listen 127.0.0.1:{plain}; return 301 https://$host:{tls}$request_uri; }}
             server {{ listen 127.0.0.1:{tls} ssl http2; ssl_certificate {certificate}; ssl_certificate_key {key};
                       add_header Strict-Transport-Security max-age=31536000;
                       location = / {{ default_type application/json; return 200 '{{\"status\":\"ok\"}}'; }} }}",
            certificate = certificate.display(),
            key = key.display(),
        )
    })
    .await;
    let ask = async |mut settings: Value| {
        settings["ca-file"] = json!(ca.file());
        let mut look = Look::new("http", settings);
        look.pins = [("web.example".to_owned(), "127.0.0.1".parse::<Pin>().expect("a pin"))].into_iter().collect();
        look.look().await.expect("an answer")
    };
    let (http, https) = (format!("http://web.example:{}", nginx.plain), format!("https://web.example:{}", nginx.tls));
    let hsts = json!({ "strict-transport-security": { "matches": "max-age=[1-9][0-9]{7,}.*" } });

    let seen = ask(json!({ "url": https, "expect": { "json": { "$.status": "ok" }, "headers": hsts } })).await;
    assert_eq!(
        (Outcome::of(&seen.expectations), &seen.observation.value()["http"]),
        (Outcome::Pass, &json!("HTTP/2")),
        "{:?}",
        seen.expectations
    );
    let seen = ask(json!({ "url": format!("{https}/missing"), "expect": { "status": 404, "headers": hsts } })).await;
    assert_eq!(Outcome::of(&seen.expectations), Outcome::Fail, "{:?}", seen.expectations);
    let seen = ask(json!({ "url": http, "expect": { "redirect": "https" } })).await;
    assert_eq!(Outcome::of(&seen.expectations), Outcome::Pass, "{:?}", seen.expectations);
    let seen = ask(json!({ "url": http, "follow-redirects": 1, "expect": { "status": 200, "redirect": "https", "contains": "ok" } })).await;
    assert_eq!(Outcome::of(&seen.expectations), Outcome::Pass, "{:?}", seen.expectations);
    // Each of 50 at once: HTTP/2 streams of one connection, none lost.
    let many = (0..50).map(|_| ask(json!({ "url": https })));
    for seen in futures_util::future::join_all(many).await {
        assert_eq!(Outcome::of(&seen.expectations), Outcome::Pass);
    }
}

#[tokio::test]
async fn what_acts_on_a_terminal_is_escaped_in_sentences() {
    let server = Hostile::answering(200, &["X-Name: \u{9b}31m\u{202e}evil"], "\x1b[2J::error::gone\r\n").await;
    let (red, reason) =
        outcome(json!({ "url": server.url("/"), "expect": { "headers": { "x-name": "good" }, "contains": "ready" } })).await;
    assert_eq!(red, Outcome::Fail);
    assert!(reason.contains("\\u{9b}31m\\u{202e}evil") && reason.contains("\\u{1b}[2J"), "{reason}");
    assert!(!reason.chars().any(char::is_control), "{reason:?}");
}
