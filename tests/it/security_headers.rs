//! Kind `security-headers`: the Observatory's rules on answers that really came over TLS, from an nginx and from hostile servers.

use std::collections::BTreeMap;

use gonogo::{check::Unseen, model::Outcome, net::Pin};
use serde_json::{Value, json};

use crate::{ca::Ca, hostile::Hostile, look::Look, nginx::Nginx};

/// What a site in order sends.
pub(crate) const GOOD: [&str; 5] = [
    "Strict-Transport-Security: max-age=31536000; includeSubDomains",
    "Content-Security-Policy: default-src 'none'; img-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options: nosniff",
    "Referrer-Policy: no-referrer",
    "Content-Type: text/html",
];

/// Asks what answers over TLS at `port` as www.site.example.
pub(crate) fn look(ca: &Ca, port: u16, settings: Value) -> Look {
    let mut all = json!({ "url": format!("https://www.site.example:{port}/"), "ca-file": ca.file() });
    all.as_object_mut().expect("an object").extend(settings.as_object().expect("an object").clone());
    let mut look = Look::new("security-headers", all);
    look.pins = [("www.site.example".to_owned(), "127.0.0.1".parse::<Pin>().expect("a pin"))].into_iter().collect();
    look
}

/// What one answer over TLS comes to, for these rules only.
pub(crate) async fn answered(headers: &[&str], body: &str, settings: Value) -> (Outcome, String) {
    let ca = Ca::new();
    let (headers, body) = (headers.join("\r\n"), body.to_owned());
    let server = Hostile::tls(ca.acceptor("www.site.example"), move |mut visit| {
        let (headers, body) = (headers.clone(), body.clone());
        Box::pin(async move { visit.answer(200, &headers.split("\r\n").filter(|line| !line.is_empty()).collect::<Vec<_>>(), &body).await })
    })
    .await;
    look(&ca, server.addr().port(), settings).outcome().await
}

#[tokio::test]
async fn the_rules_say_what_the_observatory_says() {
    let text = std::fs::read_to_string("tests/it/security_headers/vectors.yaml").expect("vectors");
    let mut rules: BTreeMap<String, Value> = serde_yaml::from_str(&text).expect("YAML");
    let differ: BTreeMap<String, Value> = serde_json::from_value(rules.remove("differ").expect("those that differ")).expect("rules");
    let mut count = 0;
    for (rule, vectors) in rules.iter().chain(&differ) {
        for vector in vectors.as_array().expect("a list") {
            let (headers, body, grade, result) = written(rule, vector);
            let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
            let (outcome, reason) = answered(&headers, &body, json!({ "rules": [rule], "not-found": false })).await;
            let wanted = if grade == "+" { Outcome::Pass } else { Outcome::Fail };
            assert_eq!(outcome, wanted, "{rule} {vector}: {reason}");
            assert!(outcome == Outcome::Pass || reason.contains(&format!("({result})")), "{rule} {vector}: {reason}");
            count += 1;
        }
    }
    assert!(count > 110, "{count}");
}

/// One that cannot be reached hides none that is red; where the others are in order it is worth another try.
#[tokio::test]
async fn a_page_that_is_red_stays_red_beside_one_out_of_reach() {
    for (sniffed, wanted) in [("no", Outcome::Fail), ("nosniff", Outcome::Unknown)] {
        let server = Hostile::new(move |mut visit| {
            Box::pin(async move {
                if visit.path() == "/b" {
                    false
                } else {
                    visit.answer(200, &["Content-Type: application/json", &format!("X-Content-Type-Options: {sniffed}")], "{}").await
                }
            })
        })
        .await;
        let settings = json!({ "url": server.url("/"), "paths": ["/", "/b"], "profile": "api", "rules": ["x-content-type-options"], "not-found": false });
        let (outcome, reason) = Look::new("security-headers", settings.clone()).outcome().await;
        assert_eq!(outcome, wanted, "{reason}");
        match Look::new("security-headers", settings).look().await {
            Ok(judged) => {
                let lines: Vec<String> = judged.expectations.iter().filter(|one| one.met.is_none()).map(|one| one.line()).collect();
                assert!(wanted == Outcome::Fail && lines.len() == 1 && lines[0].contains("page /b: it was not reached"), "{lines:?}");
            }
            Err(why) => assert!(wanted == Outcome::Unknown && matches!(why, Unseen::Unreachable(_)), "{why}"),
        }
    }
}

/// The headers and the page of a vector, and what it comes to.
fn written(rule: &str, vector: &Value) -> (Vec<String>, String, String, String) {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let (mut headers, mut body) = (vec!["Content-Type: text/html".to_owned()], String::new());
    if let Some([value, grade, result]) = vector.as_array().map(Vec::as_slice) {
        let name = if rule == "cookies" { "Set-Cookie" } else { rule };
        let values = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        headers.extend(values.iter().map(|value| format!("{name}: {}", text(value))));
        return (headers, body, text(grade), text(result));
    }
    for (key, name) in [("report-only", "Content-Security-Policy-Report-Only"), ("policy", "Content-Security-Policy")] {
        headers.extend(vector.get(key).map(|value| format!("{name}: {}", text(value))));
    }
    body.extend(vector.get("html").map(text));
    body.extend(vector.get("referrer").map(|value| format!("<meta name=\"referrer\" content=\"{}\">", text(value))));
    for policy in vector.get("meta").and_then(Value::as_array).into_iter().flatten() {
        body.push_str(&format!("<meta http-equiv=\"content-security-policy\" content=\"{}\">", text(policy)));
    }
    (headers, body, text(&vector["grade"]), text(&vector["result"]))
}

/// An nginx with a site: `always` says whether its headers stand on errors too.
async fn site(ca: &Ca, always: &str, plain_block: &str, more: &str) -> Nginx {
    let (certificate, key) = ca.files("www.site.example");
    let headers: String = GOOD[..4]
        .iter()
        .map(|line| {
            let (name, value) = line.split_once(": ").expect("a header");
            format!("add_header {name} \"{value}\" {always};\n")
        })
        .collect();
    Nginx::start(|plain, tls| {
        format!(
            "server {{ listen 127.0.0.1:{plain}; {} }}
             server {{ listen 127.0.0.1:{tls} ssl; ssl_certificate {}; ssl_certificate_key {}; {headers} default_type text/html;
                       location = / {{ return 200 '<p>'; }} location = /go {{ return 302 /; }} {more} }}",
            plain_block.replace("TLS", &tls.to_string()),
            certificate.display(),
            key.display(),
        )
    })
    .await
}

fn asked(ca: &Ca, nginx: &Nginx, settings: Value) -> Look {
    let mut all = json!({ "redirect-from": format!("http://www.site.example:{}/", nginx.plain) });
    all.as_object_mut().expect("an object").extend(settings.as_object().expect("an object").clone());
    look(ca, nginx.tls, all)
}

const TO_TLS: &str = "return 301 https://www.site.example:TLS$request_uri;";

#[tokio::test]
async fn a_real_nginx_in_order_and_with_each_mistake() {
    let ca = Ca::new();
    let more = "location = /out { return 302 https://login.other.example/; } location = /down { return 302 http://www.site.example/; }
        location = /loop { return 302 /loop; } location = /sick { return 503; }
        location = /cookie { add_header Set-Cookie 'session=s3cr3tvalue' always; return 302 /; }";
    let good = site(&ca, "always", TO_TLS, more).await;
    let (outcome, reason) = asked(&ca, &good, json!({ "paths": ["/", "/go"] })).outcome().await;
    assert_eq!(outcome, Outcome::Pass, "{reason}");
    let mistakes = [
        (site(&ca, "", TO_TLS, "").await, json!({}), Outcome::Fail, "strict-transport-security of not-found: got no such header"),
        (site(&ca, "always", "return 200;", "").await, json!({}), Outcome::Fail, "redirection-missing"),
        (site(&ca, "always", "return 301 https://site.example/;", "").await, json!({}), Outcome::Fail, "redirection-off-host-from-http"),
        (site(&ca, "always", "location / { return 301 /a; }", "").await, json!({}), Outcome::Fail, "redirection-not-to-https"),
        (
            site(&ca, "always", TO_TLS, "location = /plain { add_header A b; return 200; }").await,
            json!({ "paths": "/plain" }),
            Outcome::Fail,
            "strict-transport-security of /plain",
        ),
        (
            site(&ca, "always", TO_TLS, more).await,
            json!({ "paths": "/out" }),
            Outcome::Unknown,
            "leads to another site, login.other.example",
        ),
        (
            site(&ca, "always", TO_TLS, more).await,
            json!({ "paths": "/down" }),
            Outcome::Unknown,
            "leads from https to http://www.site.example/",
        ),
        (site(&ca, "always", TO_TLS, more).await, json!({ "paths": "/loop" }), Outcome::Unknown, "turn in a circle"),
        (site(&ca, "always", TO_TLS, more).await, json!({ "paths": "/sick" }), Outcome::Fail, "page /sick: got status 503"),
        (site(&ca, "always", TO_TLS, more).await, json!({ "paths": "/nothing" }), Outcome::Unknown, "correct the path"),
        (site(&ca, "always", TO_TLS, more).await, json!({ "profile": "api" }), Outcome::Unknown, "write `profile: page`"),
        (
            site(&ca, "always", TO_TLS, more).await,
            json!({ "bonus": ["cross-origin-opener-policy"] }),
            Outcome::Fail,
            "coop-not-implemented",
        ),
    ];
    for (nginx, settings, wanted, words) in mistakes {
        let (outcome, reason) = asked(&ca, &nginx, settings.clone()).outcome().await;
        assert_eq!(outcome, wanted, "{settings}: {reason}");
        assert!(reason.contains(words), "{settings}: {reason}");
    }
    // A cookie that a redirect sets counts; its value is nowhere.
    let seen = asked(&ca, &good, json!({ "paths": "/cookie" })).look().await.expect("an answer");
    assert_eq!(Outcome::of(&seen.expectations), Outcome::Fail);
    let told = format!("{:?} {}", seen.expectations, seen.observation.value());
    assert!(told.contains("cookies-session-without-httponly-flag") && !told.contains("s3cr3tvalue"), "{told}");
}

#[tokio::test]
async fn what_could_not_be_looked_at_is_unknown() {
    let ca = Ca::new();
    let rules = json!({ "rules": ["x-content-type-options"], "not-found": false });
    let refused = look(&ca, crate::port::unused(), rules.clone()).look().await;
    assert!(matches!(refused, Err(Unseen::Unreachable(_))), "{refused:?}");
    let stranger = Ca::new();
    let server =
        Hostile::tls(stranger.acceptor("www.site.example"), |mut visit| Box::pin(async move { visit.answer(200, &GOOD, "").await })).await;
    let untrusted = look(&ca, server.addr().port(), rules).look().await.expect_err("a stranger's certificate");
    assert!(untrusted.to_string().contains("certificate"), "{untrusted}");

    let page = json!({ "rules": ["content-security-policy", "subresource-integrity", "referrer-policy"], "not-found": false });
    let huge = "x".repeat((1 << 20) + 1);
    for (headers, body, words) in [
        (&GOOD[3..], huge.as_str(), "larger than 1 MiB"),
        (&["Content-Type: text/html", "Content-Encoding: br"][..], "odd", "the coding `br`"),
        (&["Content-Type: text/html"][..], "<\0s\0c\0r\0i\0p\0t\0", "not in an encoding that is read"),
    ] {
        let (outcome, reason) = answered(headers, body, page.clone()).await;
        assert!(outcome == Outcome::Unknown && reason.contains(words), "{reason}");
    }
    let long = format!("Content-Security-Policy: default-src 'none'; img-src {}", "a.example ".repeat(2_000));
    let (outcome, reason) = answered(&[&long], "", page).await;
    assert!(outcome == Outcome::Unknown && reason.contains("longer than is read"), "{reason}");
}

#[tokio::test]
async fn port_80_that_is_closed_is_no_fault_and_a_silent_one_is_not_known() {
    let ca = Ca::new();
    let nginx = site(&ca, "always", TO_TLS, "").await;
    let ask = async |from: String| {
        let mut look = asked(&ca, &nginx, json!({ "redirect-from": from, "rules": ["redirection"] }));
        look.timeout = std::time::Duration::from_secs(3);
        look.outcome().await
    };
    let (outcome, reason) = ask(format!("http://www.site.example:{}/", crate::port::unused())).await;
    assert!(outcome == Outcome::Pass, "{reason}");
    let silent = Hostile::silent().await;
    let (outcome, reason) = ask(silent.url("/").replace("127.0.0.1", "www.site.example")).await;
    assert!(outcome == Outcome::Unknown && reason.contains("kind `tcp`"), "{reason}");
}

#[test]
fn what_demands_nothing_or_cannot_hold_is_refused() {
    for (settings, words) in [
        (json!({ "url": "http://a.example/" }), "write an `https` address"),
        (json!({ "url": "https://a.example:8443/" }), "write `redirect-from: http://…`"),
        (json!({ "url": "https://a.example/", "bonus": ["x-frame-options"] }), "no `bonus`"),
        (json!({ "url": "https://a.example/", "profile": "api", "bonus": ["content-security-policy"] }), "not among the `rules`"),
        (json!({ "url": "https://a.example/", "redirect-from": "http://b.example/" }), "of the same host"),
        (json!({ "url": "https://a.example/", "rules": [] }), "an empty list demands nothing"),
    ] {
        let refused = gonogo::check::parse("security-headers", &settings).expect("a kind").map(|_| ()).expect_err("refused").to_string();
        assert!(refused.contains(words), "{settings}: {refused}");
    }
}
