//! The kind `http` against servers that misbehave.

use std::time::{Duration, Instant};

use gonogo::{check::Unseen, model::Outcome, net::Pin};
use serde_json::{Value, json};

use crate::{ca::Ca, hostile::Hostile, look::Look};

async fn outcome(settings: Value) -> (Outcome, String) {
    Look::new("http", settings).outcome().await
}

fn quick(mut look: Look) -> Look {
    look.timeout = Duration::from_millis(700);
    look
}

#[tokio::test]
async fn a_2xx_is_wanted_when_nothing_is_said() {
    let server = Hostile::answering(204, &[], "").await;
    assert_eq!(outcome(json!({ "url": server.url("/") })).await, (Outcome::Pass, "HTTP status: 204".into()));
    for status in [301, 302, 404, 429, 500, 503] {
        let server = Hostile::answering(status, &["Location: /login"], "").await;
        let (outcome, reason) = outcome(json!({ "url": server.url("/") })).await;
        assert_eq!(outcome, Outcome::Fail, "{reason}");
        assert!(reason.starts_with(&format!("HTTP status: got {status}")) && reason.ends_with("wanted 2xx"), "{reason}");
    }
}

#[tokio::test]
async fn a_target_that_cannot_be_asked_is_unknown_with_its_cause() {
    let port = crate::port::unused();
    let why = Look::new("http", json!({ "url": format!("http://u:hunter2hunter2@127.0.0.1:{port}/?token=hunter3hunter3") })).look().await;
    let expected = format!("http://127.0.0.1:{port} refused the connection: nothing listens there, or a firewall rejects it");
    assert_eq!(why.expect_err("nothing listens"), Unseen::Unreachable(expected));

    let why = Look::new("http", json!({ "url": "http://no-such-host.invalid/" })).look().await.expect_err("no such host");
    assert!(matches!(&why, Unseen::Unreachable(why) if why.starts_with("no address is found for no-such-host.invalid: ")), "{why}");

    let server = Hostile::resetting().await;
    let why = Look::new("http", json!({ "url": server.url("/") })).look().await.expect_err("a reset");
    assert_eq!(why, Unseen::Unreachable(format!("http://{} reset the connection before it answered", server.addr())));

    let server = Hostile::blurting("").await;
    let why = Look::new("http", json!({ "url": server.url("/") })).look().await.expect_err("no answer");
    assert_eq!(why, Unseen::Unreachable(format!("http://{} closed the connection before it answered", server.addr())));
}

#[tokio::test]
async fn what_is_not_http_is_said_to_be() {
    for answer in [
        "HELO smtp\r\n\r\n",
        "HTTP/1.1 2OO OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nX: \x01\r\n\r\n",
    ] {
        let server = Hostile::blurting(answer).await;
        let why = Look::new("http", json!({ "url": server.url("/") })).look().await.expect_err(answer);
        assert!(matches!(&why, Unseen::Unknown(why) if why.contains("answered with something that is not HTTP")), "{answer}: {why}");
    }
    let server = Hostile::blurting(format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "a".repeat(2 << 20))).await;
    let why = Look::new("http", json!({ "url": server.url("/") })).look().await.expect_err("giant headers");
    assert!(why.to_string().contains("not HTTP: message head is too large"), "{why}");
}

#[tokio::test]
async fn a_silent_target_costs_its_time_and_no_more() {
    let server = Hostile::silent().await;
    let started = Instant::now();
    let why = quick(Look::new("http", json!({ "url": server.url("/") }))).look().await.expect_err("no answer");
    assert!(matches!(&why, Unseen::Unreachable(why) if why.contains("did not answer within 0.7 s")), "{why}");
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_dripping_body_is_unknown_and_hides_nothing_that_is_red() {
    let server = Hostile::dripping().await;
    let (outcome, reason) = quick(Look::new("http", json!({ "url": server.url("/") }))).outcome().await;
    assert_eq!((outcome, reason.as_str()), (Outcome::Unknown, "body: the body did not come whole: `it had not ended after 0.7 s`"));
    let (outcome, _) = quick(Look::new("http", json!({ "url": server.url("/"), "expect": { "status": 201 } }))).outcome().await;
    assert_eq!(outcome, Outcome::Fail);
    let (outcome, _) = quick(Look::new("http", json!({ "url": server.url("/"), "expect": { "contains": "x" } }))).outcome().await;
    assert_eq!(outcome, Outcome::Unknown);
}

#[tokio::test]
async fn an_endless_body_is_red_after_its_first_mebibyte() {
    let server = Hostile::endless().await;
    let started = Instant::now();
    let (outcome, reason) = outcome(json!({ "url": server.url("/"), "expect": { "not-contains": "error" } })).await;
    assert_eq!(outcome, Outcome::Fail);
    assert_eq!(reason, "size of the body: got more than 1 MiB, reading stopped, wanted at most 1 MiB");
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    // What the sockets hold in flight comes on top.
    assert!(server.bytes() < 64 << 20, "{} bytes", server.bytes());
}

#[tokio::test]
async fn a_gzip_bomb_is_stopped_after_its_first_mebibyte() {
    let server = Hostile::gzip_bomb().await;
    let seen = Look::new("http", json!({ "url": server.url("/"), "expect": { "contains": "x" } })).look().await.expect("an answer");
    assert_eq!(seen.observation.value()["body"]["size"], 1 << 20);
    assert_eq!(Outcome::of(&seen.expectations), Outcome::Fail);
}

#[tokio::test]
async fn a_gzip_body_is_read_and_others_are_unknown() {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(b"{\"status\":\"ok\"}").expect("memory");
    let bytes = encoder.finish().expect("memory");
    let wanted = json!({ "json": { "$.status": "ok" }, "headers": { "content-encoding": "gzip" } });
    let server = Hostile::answering(200, &["Content-Encoding: gzip"], &bytes).await;
    assert_eq!(outcome(json!({ "url": server.url("/"), "expect": wanted })).await.0, Outcome::Pass);
    let server = Hostile::answering(200, &["Content-Encoding: gzip"], &bytes[..bytes.len() - 9]).await;
    assert_eq!(outcome(json!({ "url": server.url("/"), "expect": wanted })).await.0, Outcome::Unknown);
    let server = Hostile::answering(200, &["Content-Encoding: br"], "{\"status\":\"ok\"}").await;
    assert_eq!(outcome(json!({ "url": server.url("/"), "expect": { "json": { "$.status": "ok" } } })).await.0, Outcome::Unknown);
}

#[tokio::test]
async fn redirects_are_seen_and_bounded() {
    let server = Hostile::new(|mut visit| {
        Box::pin(async move {
            let to = match visit.path() {
                "/a" => "Location: /b",
                "/b" => "Location: /a",
                "/self" => "Location: /self",
                "/far" => "Location: /far/x",
                "/nowhere" => "X: y",
                "/js" => "Location: javascript:alert(1)",
                path => {
                    return if path.starts_with("/far") {
                        let to = format!("Location: {path}x");
                        visit.answer(302, &[&to], "").await
                    } else {
                        visit.answer(200, &["Content-Type: text/html"], "<html>login").await
                    };
                }
            };
            visit.answer(302, &[to], "").await
        })
    })
    .await;
    for (path, why) in [
        ("/a", "it is a redirect loop: "),
        ("/self", "it is a redirect loop: "),
        ("/far", "more than 5 redirects: "),
        ("/nowhere", "it names no location"),
        ("/js", "its location is not followed: `javascript:` is neither"),
    ] {
        let (outcome, reason) = outcome(json!({ "url": server.url(path), "follow-redirects": 5 })).await;
        assert_eq!(outcome, Outcome::Fail, "{path}");
        assert!(reason.contains(why), "{path}: {reason}");
    }
    let before = server.heads().len();
    let (_, reason) = outcome(json!({ "url": server.url("/a") })).await;
    assert_eq!(reason, format!("HTTP status: got 302 to {}, wanted 2xx", server.url("/b")));
    assert_eq!(server.heads().len(), before + 1, "it was followed");
}

#[tokio::test]
async fn https_is_demanded_of_the_first_redirect() {
    for (location, wanted) in [
        ("https://127.0.0.1/x", Outcome::Pass),
        ("https://elsewhere.example/x", Outcome::Fail),
        ("http://127.0.0.1/x", Outcome::Fail),
        ("//elsewhere.example/", Outcome::Fail),
    ] {
        let server = Hostile::answering(308, &[&format!("Location: {location}")], "").await;
        let (outcome, reason) = outcome(json!({ "url": server.url("/x"), "expect": { "redirect": "https" } })).await;
        assert_eq!(outcome, wanted, "{location}: {reason}");
    }
    let server = Hostile::answering(200, &[], "plain http serves it all").await;
    let (outcome, reason) = outcome(json!({ "url": server.url("/"), "expect": { "redirect": "https" } })).await;
    assert_eq!(outcome, Outcome::Fail);
    assert!(reason.contains("redirect: got no redirect (status 200), wanted a redirect to https on the same host"), "{reason}");
}

#[tokio::test]
async fn secret_headers_stay_with_their_origin_and_out_of_sight() {
    let other = Hostile::answering(200, &[], "there").await;
    let to = format!("Location: {}", other.url("/landing"));
    let first = Hostile::answering(302, &[&to], "").await;
    let settings = json!({ "url": first.url("/").replace("://", "://app:pw-canary-0@"), "follow-redirects": 1,
        "headers": { "X-Api-Key": "canary-canary-1", "Cookie": "sid=canary-canary-2", "X-Plain": "hello", "Accept-Language": "de" }, "expect": { "status": 201 } });
    let seen = Look::new("http", settings).look().await.expect("an answer");
    let head = first.heads().concat().to_ascii_lowercase();
    assert!(head.contains("x-api-key: canary-canary-1") && head.contains("authorization: basic "), "{head}");
    let head = other.heads().concat().to_ascii_lowercase();
    assert!(
        head.contains("accept-language: de")
            && !head.contains("x-plain")
            && !head.contains("canary")
            && !head.contains("authorization")
            && !head.contains("referer"),
        "{head}"
    );
    let all = format!("{} {:?}", seen.observation.value(), seen.expectations);
    assert!(!all.contains("canary"), "{all}");
}

#[tokio::test]
async fn tls_failures_name_their_cause() {
    let ca = Ca::new();
    let ask = async |acceptor, name: &str, ca_file: bool| {
        let server = Hostile::tls(acceptor, |mut visit| Box::pin(async move { visit.answer(200, &[], "ok").await })).await;
        let mut settings = json!({ "url": format!("https://{name}:{}/", server.addr().port()) });
        if ca_file {
            settings["ca-file"] = json!(ca.file());
        }
        let mut look = Look::new("http", settings);
        look.pins = [(name.to_owned(), "127.0.0.1".parse::<Pin>().expect("a pin"))].into_iter().collect();
        look.outcome().await
    };
    assert_eq!(ask(ca.acceptor("api.example"), "api.example", true).await, (Outcome::Pass, "HTTP status: 200".into()));
    for (acceptor, ca_file, cause) in [
        (ca.expired("api.example"), true, "it expired on 2001-01-01 00:00 UTC"),
        (ca.acceptor("other.example"), true, "it is for other.example, not for api.example"),
        (ca.acceptor("api.example"), false, "its issuer is not trusted here"),
    ] {
        let (outcome, reason) = ask(acceptor, "api.example", ca_file).await;
        assert_eq!(outcome, Outcome::Unknown);
        assert!(reason.starts_with("the certificate of https://api.example:") && reason.contains(cause), "{reason}");
    }
    let plain = Hostile::greeting("220 mail.example ESMTP\r\n").await;
    let (_, reason) = outcome(json!({ "url": format!("https://{}/", plain.addr()) })).await;
    assert!(reason.contains("does not speak TLS"), "{reason}");
    let (outcome, reason) = outcome(json!({ "url": "https://127.0.0.1/", "ca-file": "/nonexistent.pem" })).await;
    assert_eq!(outcome, Outcome::Unknown);
    assert!(reason.contains("the CA file /nonexistent.pem cannot be used: it does not exist"), "{reason}");
}

/// Opening a pipe waits for somebody who writes into it.
#[tokio::test]
async fn a_pipe_as_ca_file_holds_nothing_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("ca.pem");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let started = std::time::Instant::now();
    for kind in ["http", "tls"] {
        let look = Look::new(kind, json!({ "url": "https://127.0.0.1:9/", "ca-file": pipe }));
        let (outcome, reason) = look.outcome().await;
        assert_eq!(outcome, Outcome::Unknown);
        assert!(reason.contains("is a named pipe, not a regular file"), "{kind}: {reason}");
    }
    // The system's roots in a pipe are none, and what they would vouch for is not trusted.
    let ca = Ca::new();
    let acceptor = ca.acceptor("api.example");
    let server = Hostile::tls(acceptor, |mut visit| Box::pin(async move { visit.answer(200, &[], "ok").await })).await;
    let look = Look::new("http", json!({ "url": format!("https://api.example:{}/", server.addr().port()) }));
    let mut look = look.env(&[("SSL_CERT_FILE", pipe.to_str().expect("a path"))]);
    look.pins = [("api.example".to_owned(), "127.0.0.1".parse::<Pin>().expect("a pin"))].into_iter().collect();
    let (outcome, reason) = look.outcome().await;
    assert!(outcome == Outcome::Unknown && reason.contains("its issuer is not trusted here"), "{reason}");
    assert!(started.elapsed() < std::time::Duration::from_secs(10), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_rehearsal_sees_a_certificate_that_will_have_run_out() {
    let ca = Ca::new();
    for (at, outcome) in [("2026-11-20T12:00:00Z", Outcome::Pass), ("2090-01-01T00:00:00Z", Outcome::Unknown)] {
        let server =
            Hostile::tls(ca.acceptor_until("api.example", 2080), |mut visit| Box::pin(async move { visit.answer(200, &[], "ok").await }))
                .await;
        let mut look = Look::new("http", json!({ "url": "https://api.example/", "ca-file": ca.file() }));
        look.pins = [("api.example".to_owned(), server.addr().to_string().parse::<Pin>().expect("a pin"))].into_iter().collect();
        look.at = at.parse().expect("an instant");
        let (judged, reason) = look.outcome().await;
        assert_eq!(judged, outcome, "{at}: {reason}");
        assert!(outcome == Outcome::Pass || reason.contains("it expired on 2080-01-01"), "{reason}");
    }
}

#[tokio::test]
async fn a_pin_leads_elsewhere_under_the_same_name() {
    let server = Hostile::answering(200, &[], "ok").await;
    for (url, host) in [("http://pinned.example/", "pinned.example"), ("http://Pinned.example:81/", "pinned.example:81")] {
        let mut look = Look::new("http", json!({ "url": url }));
        look.pins = [("pinned.example".to_owned(), server.addr().to_string().parse::<Pin>().expect("a pin"))].into_iter().collect();
        assert_eq!(look.outcome().await.0, Outcome::Pass, "{url}");
        let head = server.heads().pop().expect("a request").to_ascii_lowercase();
        assert!(head.contains(&format!("host: {host}\r\n")), "{head}");
    }
}
