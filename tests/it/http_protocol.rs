//! Which HTTP the kind `http` is spoken to in, and by which addresses of the name.

use gonogo::{model::Outcome, net::Pin};
use serde_json::{Value, json};

use crate::{ca::Ca, hostile::Hostile, look::Look, nginx::Nginx};

#[tokio::test]
async fn the_version_and_what_is_on_offer() {
    let ca = Ca::new();
    let (certificate, key) = ca.files("api.example");
    let nginx = Nginx::start(|plain, tls| {
        format!(
            "server {{ listen 127.0.0.1:{plain}; location / {{ return 200 ok; }} }}
             server {{ listen 127.0.0.1:{tls} ssl http2; server_name api.example; ssl_certificate {certificate}; ssl_certificate_key {key};
                       location / {{ add_header Alt-Svc 'h3=\":443\"; ma=86400'; return 200 ok; }}
                       location /none {{ return 200 ok; }} }}",
            certificate = certificate.display(),
            key = key.display(),
        )
    })
    .await;
    let ask = async |path: &str, expect: Value| {
        let mut look = Look::new("http", json!({ "url": format!("https://api.example{path}"), "ca-file": ca.file(), "expect": expect }));
        let at = format!("127.0.0.1:{}", nginx.tls);
        look.pins = [("api.example".to_owned(), at.parse::<Pin>().expect("a pin"))].into_iter().collect();
        look.outcome().await
    };
    assert_eq!(ask("/", json!({ "version": "HTTP/2", "http3": "offered" })).await.0, Outcome::Pass);
    let (outcome, reason) = ask("/none", json!({ "version": "HTTP/1.1", "http3": "offered" })).await;
    assert_eq!(
        (outcome, reason.as_str()),
        (Outcome::Fail, "version of HTTP: got `HTTP/2`, wanted HTTP/1.1; HTTP/3: got no such header, wanted offered by `alt-svc`")
    );
    let plain = json!({ "url": format!("http://127.0.0.1:{}/", nginx.plain), "expect": { "version": "HTTP/1.1" } });
    assert_eq!(Look::new("http", plain).outcome().await.0, Outcome::Pass);
    let giant = Hostile::answering(200, &[&format!("Alt-Svc: {}", "x".repeat(5_000))], "").await;
    let (outcome, reason) = Look::new("http", json!({ "url": giant.url("/"), "expect": { "http3": "offered" } })).outcome().await;
    assert!(outcome == Outcome::Unknown && reason.contains("too long to be read"), "{reason}");
}

#[tokio::test]
async fn every_address_is_asked_by_itself() {
    let server = Hostile::answering(200, &[], "ok").await;
    let ask = async |which: &str| {
        let mut look = Look::new("http", json!({ "url": "http://api.example/x", "addresses": which }));
        look.pins = [("api.example".to_owned(), server.addr().to_string().parse::<Pin>().expect("a pin"))].into_iter().collect();
        look.look().await
    };
    for which in ["all", "first", "ipv4"] {
        let seen = ask(which).await.expect("an answer");
        assert_eq!(seen.expectations[0].name, format!("at:{}:status", server.addr()));
        assert_eq!(seen.observation.value()["addresses"][0]["name"], server.addr().to_string());
        assert_eq!(Outcome::of(&seen.expectations), Outcome::Pass);
        let head = server.heads().pop().expect("a request").to_ascii_lowercase();
        assert!(head.starts_with("get /x ") && head.contains("host: api.example\r\n"), "{head}");
    }
    let why = ask("ipv6").await.expect_err("none").to_string();
    assert_eq!(why, "api.example has no address of the family that `addresses` names");
    let none = Look::new("http", json!({ "url": "http://no-such-host.invalid/", "addresses": "all" })).look().await;
    assert!(none.expect_err("no address").to_string().contains("no-such-host.invalid has no address"));
    let refused = json!({ "url": format!("http://[::1]:{}/", crate::port::unused()), "addresses": "all" });
    let why = Look::new("http", refused).look().await.expect_err("nothing listens");
    assert!(matches!(&why, gonogo::check::Unseen::Unreachable(_)), "{why}");
}
