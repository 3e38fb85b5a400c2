//! Documents from servers, honest and hostile.

use std::time::Duration;

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};

use crate::{ca::Ca, hostile::Hostile, look::Look, nginx::Nginx};

async fn asked(url: String, more: Value) -> (Outcome, String) {
    let mut settings = json!({ "url": url, "expect": { "$.status": "ok" } });
    settings.as_object_mut().expect("a map").extend(more.as_object().cloned().expect("a map"));
    let mut look = Look::new("document", settings);
    look.timeout = Duration::from_secs(3);
    look.outcome().await
}

#[tokio::test]
async fn the_content_type_says_the_format() {
    for (content_type, body, outcome) in [
        ("application/json; charset=utf-8", r#"{"status":"ok"}"#, Pass),
        ("application/vnd.api+json", r#"{"status":"ok"}"#, Pass),
        ("application/yaml", "status: ok", Pass),
        ("application/toml", "status = 'ok'", Pass),
        ("application/json", r#"{"status":"down"}"#, Fail),
        ("application/json", "status: ok", Unknown),
        ("text/html", r#"{"status":"ok"}"#, Unknown),
        ("text/plain", r#"{"status":"ok"}"#, Unknown),
    ] {
        let server = Hostile::answering(200, &[&format!("Content-Type: {content_type}")], body).await;
        let (found, reason) = asked(server.url("/x.json"), json!({})).await;
        assert_eq!(found, outcome, "{content_type}: {reason}");
    }
    let server = Hostile::answering(200, &["Content-Type: text/plain"], "status=ok").await;
    assert_eq!(asked(server.url("/"), json!({ "format": "dotenv" })).await.0, Pass);
    let (_, reason) = asked(server.url("/"), json!({})).await;
    assert_eq!(reason, "`$.status`: the document has the content type `text/plain`, which says no format: write `format`");
}

#[tokio::test]
async fn only_a_whole_answer_with_200_is_a_document() {
    let ok = r#"{"status":"ok"}"#;
    for status in [201, 204, 206, 301, 401, 404, 429, 500, 503] {
        let server = Hostile::answering(status, &["Content-Type: application/json", "Location: /login?token=hunter2hunter2"], ok).await;
        let (outcome, reason) = asked(server.url("/"), json!({})).await;
        assert_eq!(outcome, Unknown, "{status}: {reason}");
        assert!(reason.contains(&format!("answered with the status {status}")) && !reason.contains("hunter2"), "{reason}");
    }
    for (server, wanted) in [
        (Hostile::dripping().await, "did not come whole"),
        (Hostile::endless().await, "is larger than 64 MiB"),
        (Hostile::silent().await, "did not answer within"),
        (Hostile::resetting().await, "reset the connection"),
        (
            Hostile::blurting("HTTP/1.1 200 OK\r\nContent-Length: 90\r\nContent-Type: application/json\r\n\r\n{\"status\":\"ok\"}").await,
            "did not come whole",
        ),
        (Hostile::answering(200, &["Content-Encoding: br"], ok).await, "content coding `br`"),
        (Hostile::greeting("220 mail.example.com ESMTP\r\n").await, "gave no answer"),
    ] {
        let (outcome, reason) = asked(server.url("/"), json!({ "format": "json" })).await;
        assert_eq!(outcome, Unknown, "{reason}");
        assert!(reason.contains(wanted), "{wanted}: {reason}");
    }
    let bomb = Hostile::gzip_bomb().await;
    let (outcome, reason) = asked(bomb.url("/"), json!({ "format": "json" })).await;
    assert_eq!(outcome, Unknown, "{reason}");
}

#[tokio::test]
async fn a_login_goes_along_and_is_never_shown() {
    let server = Hostile::new(|mut visit| {
        Box::pin(async move {
            let head = visit.head.to_ascii_lowercase();
            let right = head.contains("authorization: bearer hunter2hunter2") && head.contains("x-team: shop");
            visit.answer(if right { 200 } else { 401 }, &["Content-Type: application/json"], r#"{"status":"ok"}"#).await
        })
    })
    .await;
    let headers = json!({ "headers": { "Authorization": "Bearer hunter2hunter2", "X-Team": "shop" } });
    assert_eq!(asked(server.url("/"), headers).await.0, Pass);
    let (outcome, reason) = asked(server.url("/?api_key=hunter3hunter3"), json!({})).await;
    assert_eq!(outcome, Unknown);
    assert!(reason.contains("status 401") && !reason.contains("hunter3"), "{reason}");
}

#[tokio::test]
async fn a_server_that_demands_a_certificate_is_shown_it() {
    let ca = Ca::new();
    let server = Hostile::tls(ca.demanding("127.0.0.1"), |mut visit| {
        Box::pin(async move { visit.answer(200, &["Content-Type: application/json"], r#"{"status":"ok"}"#).await })
    })
    .await;
    let (certificate, key) = ca.files("client");
    let url = server.url("/").replace("http:", "https:");
    let trusted = json!({ "ca-file": ca.file(), "cert-file": certificate, "key-file": key });
    assert_eq!(asked(url.clone(), trusted).await.0, Pass);
    assert_eq!(asked(url.clone(), json!({ "ca-file": ca.file() })).await.0, Unknown);
    assert_eq!(asked(url, json!({})).await.0, Unknown);
}

#[tokio::test]
async fn a_file_of_a_real_server_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("status.json"), r#"{"status":"ok"}"#).expect("written");
    std::fs::write(folder.path().join("status.xml"), "<r><status>ok</status></r>").expect("written");
    let root = folder.path().display().to_string();
    let types = "types { application/json json; text/xml xml; }";
    let nginx =
        Nginx::start(|plain, tls| format!("server {{ listen 127.0.0.1:{plain}; listen 127.0.0.1:{tls}; root {root}; {types} }}")).await;
    let url = |name: &str| format!("http://127.0.0.1:{}/{name}", nginx.plain);
    assert_eq!(asked(url("status.json"), json!({})).await.0, Pass);
    assert_eq!(asked(url("status.xml"), json!({ "expect": { "$.r.status[0]['#text']": "ok" } })).await.0, Pass);
    assert_eq!(asked(url("none.json"), json!({})).await.0, Unknown);
}
