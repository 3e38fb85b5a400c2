//! Our own certificate: shown to a server that demands one, and to no other origin.

use gonogo::model::Outcome;
use serde_json::{Value, json};

use crate::{ca::Ca, hostile::Hostile, look::Look};

/// A server that lets in those only who show a certificate, and sends them to `location`, if anywhere.
async fn demanding(ca: &Ca, location: Option<String>) -> Hostile {
    Hostile::tls(ca.demanding("127.0.0.1"), move |mut visit| {
        let to = location.clone().map(|to| format!("Location: {to}"));
        let status = if to.is_some() { 302 } else { 200 };
        Box::pin(async move { visit.answer(status, &to.as_deref().into_iter().collect::<Vec<_>>(), "in").await })
    })
    .await
}

fn settings(ca: &Ca, server: &Hostile) -> Value {
    let (certificate, key) = ca.files("client");
    let url = server.url("/").replace("http:", "https:");
    json!({ "url": url, "ca-file": ca.file(), "cert-file": certificate, "key-file": key, "follow-redirects": 1 })
}

#[tokio::test]
async fn a_server_that_demands_a_certificate_is_shown_it() {
    let ca = Ca::new();
    let server = demanding(&ca, None).await;
    let mut settings = settings(&ca, &server);
    assert_eq!(Look::new("http", settings.clone()).outcome().await.0, Outcome::Pass);
    settings.as_object_mut().expect("a map").retain(|key, _| !["cert-file", "key-file"].contains(&key.as_str()));
    let (outcome, reason) = Look::new("http", settings).outcome().await;
    assert!(outcome == Outcome::Unknown && reason.contains("certificate"), "{outcome:?} {reason}");
}

#[tokio::test]
async fn no_other_origin_is_shown_it() {
    let ca = Ca::new();
    let other = demanding(&ca, None).await;
    let first = demanding(&ca, Some(other.url("/").replace("http:", "https:"))).await;
    let (outcome, reason) = Look::new("http", settings(&ca, &first)).outcome().await;
    assert_eq!(outcome, Outcome::Unknown, "{reason}");
    assert!(other.heads().is_empty());
}

#[tokio::test]
async fn what_cannot_be_shown_is_refused_or_unknown() {
    let ca = Ca::new();
    let server = demanding(&ca, None).await;
    let (certificate, _) = ca.files("client");
    let (_, foreign) = ca.files("other");
    let mut apart = settings(&ca, &server);
    apart["cert-file"] = json!(certificate);
    apart["key-file"] = json!(foreign);
    assert_eq!(Look::new("http", apart).outcome().await.0, Outcome::Unknown);
    for (settings, why) in [
        (json!({ "url": "https://a.example/", "cert-file": "c.pem" }), "go together"),
        (json!({ "url": "http://a.example/", "cert-file": "c.pem", "key-file": "k.pem" }), "`https`"),
    ] {
        let error = gonogo::check::parse("http", settings).expect("a kind").map(drop).expect_err("no sense").to_string();
        assert!(error.contains(why), "{error}");
    }
}
