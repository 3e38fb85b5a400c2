//! `load-balancer` on a real HAProxy and a real nginx before instances, and on servers that answer otherwise.

use gonogo::model::Outcome::{self, Fail, Pass};
use serde_json::{Value, json};

use crate::{hostile::Hostile, look::Look, nginx::Nginx, servers::haproxy::Haproxy};

async fn instance(name: &'static str) -> Hostile {
    Hostile::answering(200, &[&format!("X-Served-By: {name}")], name).await
}

fn place(server: &Hostile) -> String {
    server.url("").replace("http://", "")
}

pub(crate) async fn outcome(port: u16, mut settings: Value) -> (Outcome, String) {
    settings["url"] = json!(format!("http://127.0.0.1:{port}/"));
    if settings.get("instance").is_none() {
        settings["instance"] = json!({ "header": "X-Served-By" });
    }
    Look::new("load-balancer", settings).outcome().await
}

async fn all(port: u16, cases: &[(Value, Outcome, &str)]) {
    for (settings, wanted, said) in cases {
        let (outcome, reason) = outcome(port, settings.clone()).await;
        assert!(outcome == *wanted && reason.contains(said), "{settings}: {outcome} {reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_are_counted_and_none_is_drained_in_vain() {
    let (a, b) = (instance("a").await, instance("b").await);
    let both = Haproxy::start(&format!("backend all\n balance roundrobin\n server a {}\n server b {}\n", place(&a), place(&b))).await;
    all(
        both.port,
        &[
            (json!({ "instances": 2 }), Pass, ""),
            (json!({ "instances": 2, "drained": "c" }), Pass, ""),
            (json!({ "instances": 3 }), Fail, "instances that answer: got 2 instances: `a` 30, `b` 30 of 60"),
            (json!({ "instances": { "min": 2 }, "drained": ["b", "c"] }), Fail, "answers of `b`: got 30"),
            (json!({ "instances": 2, "instance": { "matches": "^[a-z]$" } }), Pass, ""),
            (json!({ "instances": 2, "instance": { "header": "X-Odd" } }), Fail, "no such header, 60 of 60 times"),
        ],
    )
    .await;
    let drained =
        Haproxy::start(&format!("backend all\n balance roundrobin\n server a {}\n server b {} weight 0\n", place(&a), place(&b))).await;
    all(
        drained.port,
        &[
            (json!({ "instances": { "min": 1 }, "drained": "b" }), Pass, ""),
            (json!({ "instances": 2 }), Fail, "got 1 instance: `a` 60 of 60"),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_keeps_its_visitors_is_told() {
    let (a, b) = (instance("a").await, instance("b").await);
    let servers = format!(" server a {} cookie a\n server b {} cookie b\n", place(&a), place(&b));
    let cookie = Haproxy::start(&format!("backend all\n balance roundrobin\n cookie SERVERID insert indirect nocache\n{servers}")).await;
    let source =
        Haproxy::start(&format!("backend all\n balance source\n{}", servers.replace(" cookie a", "").replace(" cookie b", ""))).await;
    all(
        cookie.port,
        &[(json!({ "instances": 2 }), Fail, "one visitor: got with its cookies: `"), (json!({ "instances": 2, "sticky": true }), Pass, "")],
    )
    .await;
    all(source.port, &[(json!({ "instances": 2 }), Fail, "got 1 instance")]).await;
    // A cookie that keeps nobody, of a session that all instances know.
    let session = Haproxy::start(&format!(
        "backend all\n balance roundrobin\n http-response set-header Set-Cookie session=hunter2hunter2;Path=/\n server a {}\n server b {}\n",
        place(&a),
        place(&b)
    ))
    .await;
    all(session.port, &[(json!({ "instances": 2 }), Pass, "")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nginx_with_an_instance_that_is_down_is_not_passed_over() {
    let a = instance("a").await;
    let server = Nginx::start(|plain, tls| {
        format!(
            "upstream all {{ server {}; server 127.0.0.1:1 max_fails=0; }} proxy_next_upstream off;
             server {{ listen 127.0.0.1:{plain}; location / {{ proxy_pass http://all; }} }} server {{ listen 127.0.0.1:{tls}; return 204; }}",
            place(&a)
        )
    })
    .await;
    all(server.plain, &[(json!({ "instances": { "min": 1 } }), Fail, "the status 502")]).await;
}

/// Two instances in turn, of which every tenth answer is this.
pub(crate) async fn mixed(status: u16, headers: &'static [&'static str]) -> (Outcome, String) {
    let server = Hostile::new(move |mut visit| {
        Box::pin(async move {
            if visit.nth % 10 == 0 {
                return visit.answer(status, headers, "").await;
            }
            let name = if visit.nth % 2 == 0 { "X-Served-By: a" } else { "X-Served-By: b" };
            visit.answer(200, &[name], "").await
        })
    })
    .await;
    let settings = json!({ "url": server.url("/"), "instance": { "header": "X-Served-By" }, "instances": 2 });
    let said = Look::new("load-balancer", settings).outcome().await;
    assert!(server.heads().len() <= 80, "never more than said");
    said
}

#[tokio::test]
async fn what_names_no_instance_is_not_passed_over() {
    for (status, headers, wanted, said) in [
        (200, &["X-Served-By: a"][..], Pass, ""),
        (200, &[], Fail, "no such header, 6 of 60 times"),
        (200, &["X-Served-By: a", "X-Served-By: b"], Fail, "2 of them"),
        (503, &["X-Served-By: a"], Fail, "the status 503"),
        (200, &["X-Served-By: a", "Age: 7"], Fail, "from a cache"),
    ] {
        let (outcome, reason) = mixed(status, headers).await;
        assert!(outcome == wanted && reason.contains(said), "{status} {headers:?}: {outcome} {reason}");
    }
}

#[test]
fn too_few_requests_are_refused() {
    for (settings, said) in [
        (json!({ "instances": 10 }), "write `requests: 88`"),
        (json!({ "instances": 0 }), "at least 1"),
        (json!({ "instances": { "min": 50 } }), "at most 40"),
        (json!({ "instances": 2, "requests": 9000 }), "from 1 to 5000"),
    ] {
        let mut all = json!({ "url": "http://127.0.0.1:1/", "instance": { "header": "x" } });
        all.as_object_mut().expect("a map").extend(settings.as_object().expect("a map").clone());
        let error = gonogo::check::parse("load-balancer", &all).expect("a kind").err().unwrap_or_else(|| panic!("{settings} is taken"));
        assert!(error.to_string().contains(said), "{settings}: {error}");
    }
}
