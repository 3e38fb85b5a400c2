//! Host and port of every target, also where the whole address is secret.

use axum::{Router, response::Redirect, routing::get};

use super::{report, target, written};
use crate::gonogo::Gonogo;

/// Each with its address in a variable whose name looks secret, and what must be said of it.
const KINDS: [(&str, &str, &str, &str); 30] = [
    ("http", "http: { url: \"${IT}\" }", "http://127.0.0.1:1/hooks/s3cr3tpath", "http://127.0.0.1:1"),
    ("login", "http: { url: \"${IT}\" }", "http://u:s3cr3t@127.0.0.1:1/hooks/s3cr3tpath?to=s3cr3tpath", "http://127.0.0.1:1"),
    ("host", "http: { url: \"http://${IT}/x\" }", "127.0.0.1:1", "http://127.0.0.1:1"),
    ("health", "health: { url: \"${IT}\" }", "http://u:s3cr3tpath@127.0.0.1:1/", "http://127.0.0.1:1"),
    ("cors", "cors: { url: \"${IT}\", public: true }", "http://127.0.0.1:1/?t=s3cr3tpath", "http://127.0.0.1:1"),
    ("image", "image: { image: \"${IT}/shop/api:1\", plain-http: true }", "127.0.0.1:1", "http://127.0.0.1:1"),
    ("headers", "security-headers: { url: \"${IT}\", rules: [cookies] }", "http://u:s3cr3tpath@127.0.0.1:1/", "http://127.0.0.1:1"),
    ("tls", "tls: { url: \"${IT}\" }", "https://127.0.0.1:1/s3cr3tpath", "https://127.0.0.1:1"),
    ("address", "tls: { address: \"${IT}\" }", "127.0.0.1:1", "tls://127.0.0.1:1"),
    (
        "document",
        "document: { url: \"${IT}\", expect: { $.a: 1 } }",
        "http://u:s3cr3tpath@127.0.0.1:1/x.json?t=s3cr3tpath",
        "http://127.0.0.1:1",
    ),
    ("report", "sbom: { url: \"${IT}\" }", "http://u:s3cr3tpath@127.0.0.1:1/x?t=s3cr3tpath", "http://127.0.0.1:1"),
    (
        "many",
        "tls: { address: [\"${IT}\", \"127.0.0.1:3\"], server-name: x.example.com }",
        "127.0.0.1:1",
        "tls://127.0.0.1:1, tls://127.0.0.1:3",
    ),
    ("tcp", "tcp: { address: \"${IT}\" }", "127.0.0.1:1", "tcp://127.0.0.1:1"),
    ("dns", "dns: { name: a.example, type: A, servers: \"${IT}\" }", "127.0.0.1:1", "dns://127.0.0.1:1"),
    ("prometheus", "prometheus: { url: \"${IT}\", query: up, value: 1 }", "http://u:s3cr3tpath@127.0.0.1:1/", "http://127.0.0.1:1"),
    ("rules", "prometheus-rules: { url: \"${IT}\", rules: A }", "http://u:s3cr3tpath@127.0.0.1:1/", "http://127.0.0.1:1"),
    ("alerts", "alertmanager: { url: \"${IT}\", receivers: a }", "http://u:s3cr3tpath@127.0.0.1:1/", "http://127.0.0.1:1"),
    ("metrics", "metrics-endpoint: { url: \"${IT}\", series: up }", "http://127.0.0.1:1/?t=s3cr3tpath", "http://127.0.0.1:1"),
    (
        "share",
        "release-share: { url: \"${IT}\", version: { header: v }, shares: [{ min: 5% }] }",
        "http://127.0.0.1:1/?t=s3cr3tpath",
        "http://127.0.0.1:1",
    ),
    (
        "balance",
        "load-balancer: { url: \"${IT}\", instance: { header: v }, instances: 2 }",
        "http://127.0.0.1:1/?t=s3cr3tpath",
        "http://127.0.0.1:1",
    ),
    ("limit", "rate-limit: { url: \"${IT}\", limit: 5 }", "http://u:s3cr3tpath@127.0.0.1:1/", "http://127.0.0.1:1"),
    (
        "log",
        "logging: { url: \"${IT}\", log: { journald: { unit: x } } }",
        "http://u:s3cr3tpath@127.0.0.1:1/",
        "http://127.0.0.1:1, the journal of this machine",
    ),
    (
        "flags",
        "feature-flag: { unleash: \"${IT}\", flags: { a: on } }",
        "http://u:s3cr3tpath@127.0.0.1:1/x?t=s3cr3tpath",
        "http://127.0.0.1:1",
    ),
    ("redis", "redis-persistence: { url: \"${IT}\", use: cache }", "redis://:s3cr3tpath@127.0.0.1:1/0", "redis://127.0.0.1:1"),
    ("asked", "redis: { url: \"${IT}\", ask: DBSIZE, rows: 1 }", "redis://:s3cr3tpath@127.0.0.1:1/0", "redis://127.0.0.1:1"),
    (
        "postgres",
        "postgres-indexes: { database: \"${IT}\", schema: public, indexes: [x] }",
        "postgres://app:s3cr3tpath@127.0.0.1:1,[::1]:2/app",
        "postgres://127.0.0.1:1,[::1]:2/app",
    ),
    (
        "sql",
        "sql: { database: \"${IT}\", query: SELECT 1, rows: 1 }",
        "postgres://app:s3cr3tpath@127.0.0.1:1/app",
        "postgres://127.0.0.1:1/app",
    ),
    (
        "migrations",
        "postgres-migrations: { database: \"${IT}\", newest: x }",
        "postgres://app:s3cr3tpath@127.0.0.1:1/app",
        "postgres://127.0.0.1:1/app",
    ),
    ("schema", "postgres-schema: { database: \"${IT}\" }", "postgres://app:s3cr3tpath@127.0.0.1:1/app", "postgres://127.0.0.1:1/app"),
    (
        "pairs",
        "postgres-indexes: { database: \"${IT}\", schema: public, indexes: [x] }",
        "host=127.0.0.1 port=1 user=app password=s3cr3tpath dbname=app",
        "postgres://127.0.0.1:1/app",
    ),
];

fn gonogo(kind: &str, value: &str) -> Gonogo {
    let plan = format!(
        "project: p\nenvironments: {{ prod: {{ guard: [here] }} }}\nchecks:\n  - id: here\n    file: {{ path: gonogo.yaml, type: file }}\n  - id: it\n    {}\n",
        kind.replace("IT", "TARGET_SECRET_URL")
    );
    Gonogo::new().plan(&plan).env("TARGET_SECRET_URL", value)
}

#[test]
fn a_secret_address_leaves_its_host_in_the_report() {
    for (name, kind, value, said) in KINDS {
        let it = gonogo(kind, value);
        let first = report(&it);
        assert_eq!(target(&first, "it"), said, "{name}");
        assert!(!written(&it).contains("s3cr3tpath"), "{name}");
        let plan = it.run(["plan"]).exits(0).stdout;
        assert!(plan.contains(said.split(", ").next().expect("one")) && !plan.contains("s3cr3tpath"), "{name}: {plan}");

        let elsewhere = report(&gonogo(kind, &value.replace("127.0.0.1", "127.0.0.2").replace("127.0.0.2:1/s3cr", "127.0.0.2:1/other")));
        assert_eq!(first.plan.digest, elsewhere.plan.digest, "{name}: the plan does not know the value");
        let differences = first.ground_differences(&elsewhere);
        assert!(
            differences.len() == 1 && differences[0].contains("looked at") && differences[0].contains("127.0.0.2"),
            "{name}: {differences:?}"
        );
        assert_eq!(first.ground_differences(&report(&it)), Vec::<String>::new(), "{name}: the same again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_redirect_leads_is_said_too() {
    let serve = async |router: Router| {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    };
    let last = serve(Router::new().route("/", get(|| async { "fine" }))).await;
    let to = last.clone();
    let first = serve(Router::new().route("/", get(move || async move { Redirect::temporary(&to) }))).await;
    // The third hop goes where nothing listens.
    let dead = serve(Router::new().route("/", get(|| async { Redirect::temporary("http://127.0.0.1:1/") }))).await;
    let it = Gonogo::new()
        .plan(
            "project: p\nenvironments: { prod: {} }\nchecks:\n\
             \x20 - { id: led, http: { url: \"${HOOK_TOKEN}\", follow-redirects: 2, expect: { latency: { p50: 5s, samples: 5 } } } }\n\
             \x20 - { id: stays, http: { url: \"${HOOK_TOKEN}\", expect: { status: 307 } } }\n\
             \x20 - { id: lost, http: { url: \"${LOST}\", follow-redirects: 2 } }\n",
        )
        .env("HOOK_TOKEN", &first)
        .env("LOST", &dead);
    let report = report(&it);
    assert_eq!(target(&report, "led"), format!("{first}, {last}"));
    assert_eq!(target(&report, "stays"), first);
    assert_eq!(target(&report, "lost"), format!("{dead}, http://127.0.0.1:1"));
}

#[test]
fn an_older_report_is_compared_by_what_it_says() {
    let it = gonogo(KINDS[0].1, KINDS[0].2);
    let newer = report(&it);
    let mut older = newer.clone();
    older.ambient = None;
    older.findings[0].target = Some("${TARGET_SECRET_URL}:1".into());
    assert_eq!(older.ground_differences(&newer), Vec::<String>::new());
    assert_eq!(newer.ground_differences(&older).len(), 1, "a program that says less confirms nothing");
    older.findings[0].target = Some("http://127.0.0.1:2".into());
    assert_eq!(older.ground_differences(&newer).len(), 1);
    older.findings[0].target = newer.findings[0].target.clone();
    older.resolve.insert("a.example".into(), "10.0.0.1".into());
    assert_eq!(older.ground_differences(&newer), ["names were resolved to other addresses"]);
}
