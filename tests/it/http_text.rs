//! What the kind `http` reads of a body, and what it sends on where a redirect leads elsewhere.

use gonogo::{check, model::Outcome};
use serde_json::{Value, json};

use crate::{gonogo::Gonogo, hostile::Hostile, look::Look};

async fn of(content_type: &str, body: impl AsRef<[u8]>, expect: Value) -> (Outcome, String) {
    let server = Hostile::answering(200, &[&format!("Content-Type: {content_type}")], body).await;
    Look::new("http", json!({ "url": server.url("/"), "expect": expect })).outcome().await
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// B19: a text is missing only from what was read in its own charset.
#[tokio::test]
async fn b19_a_body_is_read_in_its_charset() {
    let not = json!({ "not-contains": "Traceback" });
    let (seen, reason) = of("text/plain; charset=utf-16le", utf16("Traceback (most recent call last)"), not.clone()).await;
    assert_eq!(seen, Outcome::Fail, "{reason}");
    let (seen, reason) = of("text/plain", utf16("Traceback (most recent call last)"), not.clone()).await;
    assert!(seen == Outcome::Unknown && reason.contains("charset"), "{reason}");
    let (seen, reason) = of("text/plain; charset=martian", "all is well", not.clone()).await;
    assert_eq!(seen, Outcome::Unknown, "{reason}");
    assert_eq!(of("text/plain; charset=iso-8859-1", b"gr\xfcn", json!({ "contains": "grün" })).await.0, Outcome::Pass);
    assert_eq!(of("text/html", b"<meta charset=latin1>gr\xfcn", json!({ "matches": "grün$" })).await.0, Outcome::Pass);
    assert_eq!(of("text/plain", "all is well", not).await.0, Outcome::Pass);
}

/// B24: a spelling of another program in a negative demand is told, since it would never be found.
#[tokio::test]
async fn b24_a_foreign_spelling_is_told_with_the_right_one() {
    let parse = |text: &str| {
        let settings = json!({ "url": "http://web.example/", "expect": { "not-contains": text } });
        check::parse("http", settings).expect("a kind").map(|_| ()).map_err(|error| error.to_string())
    };
    for (written, right) in [
        ("*<h1>*", r#"write `not-contains: "<h1>"`"#),
        ("(?i)<H1>", r#"write `not-matches: "(?i)<H1>"`"#),
        ("/error|fatal/", r#"write `not-matches: "error|fatal"`"#),
        ("!debug", r#"write `not-contains: "debug"`"#),
        (".*Exception.*", r#"write `not-matches: ".*Exception.*"`"#),
        ("%error%", r#"write `not-contains: "error"`"#),
    ] {
        let error = parse(written).expect_err(written);
        assert!(error.contains(right), "{written}: {error}");
    }
    for text in ["* * *", "50% off", "a/b/c", "Hello!", "/", "**", "!important"] {
        assert_eq!(parse(text).is_ok(), text != "!important", "{text}");
    }
    let expect = json!({ "not-matches": "(?i)<h1>" });
    assert_eq!(of("text/html", "<p>fine", expect.clone()).await.0, Outcome::Pass);
    let (seen, reason) = of("text/html", "<H1>Error", expect.clone()).await;
    assert!(seen == Outcome::Fail && reason.contains("matches with `<H1>`"), "{reason}");
    assert_eq!(of("text/html", "", expect).await.0, Outcome::Unknown);
}

/// B18: what is sent stays with the origin it is meant for, under whatever name, but for what says nothing of who asks.
#[tokio::test(flavor = "multi_thread")]
async fn b18_no_secret_follows_a_redirect_elsewhere() {
    let elsewhere = Hostile::answering(200, &[], "ok").await;
    let location = format!("Location: {}", elsewhere.url("/there"));
    let first = Hostile::answering(302, &[&location], "").await;
    let plan = format!(
        "project: web\nenvironments: {{ prod: {{}} }}\nchecks:\n  - id: page\n    title: It answers\n    http:\n      url: {}\n      \
         follow-redirects: 2\n      headers: {{ X-Custom: \"${{API_TOKEN}}\", X-Tenant: \"t-${{TENANT}}\", X-Kind: plain, Accept-Language: de }}\n",
        first.url("/here")
    );
    let ran = Gonogo::new().plan(&plan).env("API_TOKEN", "canary-7f3a9c").env("TENANT", "canary-tenant").run(["verify", "--env", "prod"]);
    ran.exits(0);
    let (here, there) = (first.heads().concat().to_lowercase(), elsewhere.heads().concat().to_lowercase());
    assert!(here.contains("x-custom: canary-7f3a9c") && here.contains("x-tenant: t-canary-tenant"), "{here}");
    assert!(there.contains("accept-language: de") && !there.contains("canary") && !there.contains("x-kind"), "{there}");
}
