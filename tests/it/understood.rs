//! The law of reading: what a kind was given and did not understand never leaves it green. Each kind looks at something in
//! order, which passes, and at the same with something mixed in that nobody knows, which does not.

use std::fs;

use gonogo::{check::KINDS, model::Outcome};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    command, compare,
    cors::api::{APP, api, settings},
    dns::hostile as dns,
    document, feature_flag, git,
    host::programs::{Machine, NGINX, systemctl},
    hostile::Hostile,
    image, kubernetes,
    look::Look,
    postgres_migrations, postgres_schema,
    prometheus::hostile as prometheus,
    prometheus_rules,
    redis_persistence::hostile::{bulk, liar},
    report,
    scripted::instant,
    security_headers,
    servers::{postgres::Postgres, redis::Redis},
    tcp::speaking,
    tls::{
        authority::{Authority, Identity},
        pem,
    },
};

/// What was mixed in, and what the check came to.
type Mixed = Vec<(String, (Outcome, String))>;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_understood_is_never_green() {
    for kind in KINDS {
        let mixed = match kind.name {
            "alertmanager" => alertmanager().await,
            "backup" => backup().await,
            "config" => config().await,
            "command" => command().await,
            "compare" => compare().await,
            "cors" => cors().await,
            "document" => document().await,
            "feature-flag" => feature_flag().await,
            "file" => file().await,
            "git" => git().await,
            "dns" => dns().await,
            "health" => health().await,
            "host" => host().await,
            "http" => http().await,
            "load-balancer" => load_balancer().await,
            "logging" => logging().await,
            "metrics-endpoint" => metrics_endpoint().await,
            "image" => image().await,
            "kubernetes" => kubernetes().await,
            "postgres-indexes" => postgres_indexes().await,
            "postgres-migrations" => postgres_migrations().await,
            "postgres-schema" => postgres_schema().await,
            "redis" => redis().await,
            "redis-persistence" => redis_persistence().await,
            "secrets" => secrets().await,
            "security-headers" => security_headers().await,
            "sql" => sql().await,
            "prometheus" => prometheus().await,
            "prometheus-rules" => prometheus_rules().await,
            "rate-limit" => rate_limit().await,
            "release-share" => release_share().await,
            "tcp" => tcp().await,
            "test-report" => reported("test-report", json!({}), report::test_report::in_order(), report::test_report::odd()).await,
            "coverage" => reported("coverage", json!({ "lines": "50%" }), report::coverage::in_order(), report::coverage::odd()).await,
            "scan-report" => reported("scan-report", json!({}), report::scan_report::in_order(), report::scan_report::odd()).await,
            "sbom" => {
                let licences = json!({ "licences": { "allowed": ["MIT", "Apache-2.0"] } });
                reported("sbom", licences, report::sbom::in_order(), report::sbom::odd()).await
            }
            "load-test" => {
                let limits = json!({ "p95": "300ms", "error-rate": "1%" });
                reported("load-test", limits, report::load_test::in_order(), report::load_test::odd()).await
            }
            "tls" => tls().await,
            // People answer it in words that the program gives them: an answer with another word is not read at all.
            "manual" => continue,
            // What a drill came to is one of three words of the program's own; an entry with another is no entry.
            "rollout-drill" => continue,
            other => panic!("`{other}` has no part in this law: mix something into what it reads"),
        };
        let ((_, (outcome, reason)), rest) = mixed.split_first().expect("something in order");
        assert_eq!(*outcome, Outcome::Pass, "{}, in order: {reason}", kind.name);
        assert!(rest.len() >= 2, "`{}`: nothing is mixed in", kind.name);
        for (what, (outcome, reason)) in rest {
            assert_ne!(*outcome, Outcome::Pass, "{} with {what}: {reason}", kind.name);
            assert!(!reason.is_empty(), "{} with {what}", kind.name);
        }
    }
}

/// Looks at a service that answers so.
async fn answered(kind: &'static str, mut settings: Value, answers: &[(&str, &str)]) -> Mixed {
    let mut mixed = Mixed::new();
    for (header, body) in answers {
        let server = Hostile::answering(200, &["Content-Type: application/json", header], body).await;
        settings["url"] = json!(server.url("/"));
        mixed.push((format!("{header} and {body}"), Look::new(kind, settings.clone()).outcome().await));
    }
    mixed
}

/// Looks at a file in order, and at odd ones.
async fn reported(kind: &'static str, settings: Value, in_order: Vec<(&str, String)>, odd: Vec<(&str, String)>) -> Mixed {
    let mut mixed = Mixed::new();
    for (name, text) in in_order.into_iter().take(1).chain(odd) {
        mixed.push((name.to_owned(), report::outcome(report::unbound(kind, (name, text), settings.clone())).await));
    }
    mixed
}

async fn command() -> Mixed {
    let settings = json!({ "exit": "nagios", "json": { "$.state": "ok" }, "not-contains": "down" });
    let mut mixed = Mixed::new();
    for script in [
        "echo '{\"state\": \"ok\"}'",
        "echo '{\"state\": \"ok\", \"state\": \"ok\"}'",
        "echo '{\"state\": \"ok\"}' | tr k '\\377'",
        "echo 'Warning: odd-ish'; echo '{\"state\": \"ok\"}'",
        "echo '{\"state\": \"ok\"}'; exit 4",
        "echo '{\"state\": \"ok\"}'; kill -USR1 $$",
        "printf '{\"state\": \"ok\"'",
    ] {
        mixed.push((script.into(), command::look(&["sh", "-c", script], settings.clone()).outcome().await));
    }
    mixed
}

async fn document() -> Mixed {
    let mut mixed = Mixed::new();
    for (name, path, text) in [
        ("a.yaml", "$.state", "state: ok\n"),
        ("a.yaml", "$.state", "state: ok\nstate: ok\n"),
        ("a.yaml", "$.state", "state: ok\nother: !odd ish\n"),
        ("a.yaml", "$.state", "state: ok\n--- odd\n"),
        ("a.yaml", "$.state", "state: ok\n[odd, ish]: 1\n"),
        ("a.json", "$.state", "{\"state\": \"ok\", \"rate\": NaN}"),
        ("a.toml", "$.state", "state = \"ok\"\nrate = nan\n"),
        ("a.xml", "$.r.state[0]['#text']", "<!DOCTYPE r [<!ATTLIST r a CDATA 'x'>]><r><state>ok</state></r>"),
        ("a.xml", "$.r.state[0]['#text']", "<r><state>ok</state>&odd;</r>"),
        ("a.csv", "$[0].state", "state,n\nok,1\nodd\n"),
        ("a.csv", "$[0].state", "state,state\nok,ok\n"),
        ("a.ini", "$.a.state", "[a]\nstate=ok\nodd\n"),
        ("a.ini", "$.a.state", "[a]\nstate=ok\nSTATE=ok\n"),
        ("a.env", "$.state", "state=ok\nstate=odd\n"),
        ("a.env", "$.state", "state=ok\nodd\n"),
    ] {
        mixed.push((format!("{name}: {text}"), document::filed(name, text, json!({ "expect": { path: "ok" } })).await));
    }
    mixed
}

async fn file() -> Mixed {
    let folder = TempDir::new().expect("a folder");
    let settings = json!({ "path": "a.env", "type": "file", "size": { "min": "1B" }, "not-contains": "DEBUG=true", "max-mode": "0777" });
    let mut mixed = Mixed::new();
    let utf16: Vec<u8> = "DEBUG=true".encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (what, bytes) in [
        ("text", b"DEBUG=false".to_vec()),
        ("a zero", b"DEBUG=false\0".to_vec()),
        ("no charset", b"gr\xfcn".to_vec()),
        ("two bytes a letter", utf16),
    ] {
        fs::write(folder.path().join("a.env"), bytes).expect("written");
        mixed.push((what.into(), Look::new("file", settings.clone()).root(folder.path()).outcome().await));
    }
    fs::remove_file(folder.path().join("a.env")).expect("removed");
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("a.env")).expect("a socket");
    mixed.push(("a socket".into(), Look::new("file", settings).root(folder.path()).outcome().await));
    mixed
}

async fn host() -> Mixed {
    let mut mixed = Mixed::new();
    for (what, said) in [
        ("order", NGINX.to_owned()),
        ("an odd state", NGINX.replace("ActiveState=active", "ActiveState=odd-ish")),
        ("no state", NGINX.replace("ActiveState=active", "Odd=active")),
        ("no word on whether it is loaded", NGINX.replace("LoadState", "OddState")),
        ("two units in one", format!("{NGINX}\n\n{NGINX}")),
        ("words", "all is well".into()),
    ] {
        let machine = Machine::new(&[("systemctl", &systemctl(&[&said]))]);
        mixed.push((what.into(), machine.says("$.units['nginx.service'].active", json!("active")).await));
    }
    mixed
}

async fn health() -> Mixed {
    let plain = "X-Request-Id: 1";
    let answers = [
        (plain, r#"{"status":"ok","database":"ok"}"#),
        (plain, r#"{"status":"ok","database":"ok","queue":"odd-ish"}"#),
        (plain, r#"{"status":"ok","database":"ok","queue":{"mode":"odd-ish"}}"#),
        (plain, r#"{"status":"ok","database":{"ok":[{"leader":"odd-ish"}]}}"#),
        (plain, r#"{"status":"ok","database":false}"#),
        (plain, r#"{"status":"ok","database":"ok","door":"closed"}"#),
        (plain, r#"{"status":"ok","database":"ok","waiting":"database"}"#),
        (plain, r#"{"status":"ok","circuitBreakers":{"stock":{"state":"CLOSED","connection":"closed"}}}"#),
        (plain, r#"{"status":"ok","database":"ok","circuit_breaker":"odd-ish"}"#),
        (plain, r#"{"status":"odd-ish","database":"ok"}"#),
        ("Age: soon", r#"{"status":"ok","database":"ok"}"#),
        ("Cache-Status: \"edge\"; odd-ish", r#"{"status":"ok","database":"ok"}"#),
    ];
    answered("health", json!({}), &answers).await
}

async fn http() -> Mixed {
    let (plain, whole) = ("X-Request-Id: 1", r#"{"state":"ready","free":5}"#);
    let answers = [
        (plain, whole),
        (plain, r#"{"state":"ready","state":"ready","free":5}"#),
        (plain, r#"{"state":"ready","free":5"#),
        (plain, r#"{"state":"ready","free":"5"}"#),
        ("Content-Encoding: odd-ish", whole),
    ];
    let expect = json!({ "not-contains": "maintenance", "json": { "$.state": "ready", "$.free": { "min": 1 } } });
    let mut mixed = answered("http", json!({ "expect": expect }), &answers).await;
    let server = Hostile::answering(200, &["Content-Type: text/plain; charset=odd-ish"], whole).await;
    let look = Look::new("http", json!({ "url": server.url("/"), "expect": { "not-contains": "maintenance" } }));
    mixed.push(("an unknown charset".into(), look.outcome().await));
    for (headers, body) in [
        (&[][..], r#"{"id":["7"]}"#),
        (&["Content-Encoding: odd-ish"], r#"{"id":"7"}"#),
        (&[], r#"{"id":"7","id":"8"}"#),
        (&[], r#"{"id":".."}"#),
    ] {
        let server = Hostile::answering(200, headers, body).await;
        let steps = json!([{ "name": "a", "url": "/", "capture": { "id": { "json": "$.id" } } }, { "name": "b", "url": "/{{id}}" }]);
        mixed.push((format!("captured from {body}"), Look::new("http", json!({ "url": server.url("/"), "steps": steps })).outcome().await));
    }
    for offer in ["h3", "h3-29=\":443\"", "clear", "h3=\":443\"; ma=0"] {
        let server = Hostile::answering(200, &[&format!("Alt-Svc: {offer}")], whole).await;
        let look = Look::new("http", json!({ "url": server.url("/"), "expect": { "http3": "offered" } }));
        mixed.push((format!("HTTP/3 by {offer}"), look.outcome().await));
    }
    mixed
}

async fn cors() -> Mixed {
    let mut mixed = Mixed::new();
    for others in [None, Some(429), Some(503), Some(302)] {
        let server = api(move |question| match others {
            Some(status) if question.origin.as_deref().is_some_and(|origin| origin != APP) => (status, Vec::new()),
            _ => question.good(),
        })
        .await;
        mixed.push((format!("{others:?} for the others"), Look::new("cors", settings(&server)).outcome().await));
    }
    mixed
}

async fn config() -> Mixed {
    let mut mixed = Mixed::new();
    for line in ["POOL=120", "POOL=120 # odd-ish", "POOL=odd-ish", "POOL=120\nPOOL=130", "POOL=${OTHER}", "POOL=\"120"] {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("prod.env"), format!("{line}\n")).expect("written");
        let settings = json!({ "source": { "env-file": "prod.env" }, "values": { "POOL": { "min": 100 } } });
        mixed.push((line.into(), Look::new("config", settings).root(folder.path()).outcome().await));
    }
    mixed
}

async fn dns() -> Mixed {
    let mut mixed = Mixed::new();
    for odd in 0..6 {
        let server = dns::liar(move |mut message| {
            let owner = if odd == 1 { "odd-ish.example." } else { "www.example.com." };
            let mut record = dns::a(owner, [192, 0, 2, 7]);
            record.dns_class = if odd == 2 { hickory_proto::rr::DNSClass::CH } else { hickory_proto::rr::DNSClass::IN };
            message.add_answer(record);
            if odd == 3 {
                message.add_answer(dns::a("www.example.com.", [192, 0, 2, 8]));
            }
            if odd == 4 {
                message.metadata.response_code = hickory_proto::op::ResponseCode::YXDomain;
            }
            let mut bytes = dns::bytes(&message);
            if odd == 5 {
                bytes.truncate(bytes.len() - 2);
            }
            vec![bytes]
        });
        let settings = json!({ "name": "www.example.com", "type": "A", "records": "192.0.2.7", "servers": server.await });
        let mut look = Look::new("dns", settings);
        look.timeout = std::time::Duration::from_secs(2);
        mixed.push((format!("odd {odd}"), look.outcome().await));
    }
    mixed
}

async fn secrets() -> Mixed {
    let random = "8f3a1c94d7e2560b9a4417fe03cd852e";
    let mut mixed = Mixed::new();
    for line in [
        format!("API_SECRET={random}"),
        r#"API_SECRET={"mode":true,"list":[]}"#.into(),
        format!("API_SECRET=\"{random}"),
        format!("API_SECRET=${{OTHER}}{random}"),
        "API_SECRET=ENC[AES256_GCM,data:b2RkLWlzaA==,type:str]".into(),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("prod.env"), format!("{line}\n")).expect("written");
        let settings = json!({ "source": { "env-file": "prod.env" }, "keys": ["API_SECRET"] });
        mixed.push((line, Look::new("secrets", settings).root(folder.path()).outcome().await));
    }
    mixed
}

async fn backup() -> Mixed {
    let folder = tempfile::tempdir().expect("a folder");
    let mut mixed = Mixed::new();
    let entry = |status: &str, end: &str| format!(r#"{{"main":[{{"backup_id":"a","status":"{status}","end_time_timestamp":"{end}"}}]}}"#);
    for listing in [entry("DONE", "1795144200"), entry("ODD-ISH", "1795144200"), entry("DONE", "soon"), r#"{"main":[{"odd":1}]}"#.into()] {
        fs::write(folder.path().join("saved.json"), &listing).expect("written");
        let settings = json!({ "barman": { "server": "main", "output": "saved.json" }, "max-age": "26h" });
        mixed.push((listing, Look::new("backup", settings).root(folder.path()).at(instant()).outcome().await));
    }
    for (name, bytes) in [("a newer archive", &b"PGDMP\x01\x63\x00\x04\x08\x01and more"[..]), ("no known kind", b"\x07\x08odd-ish")] {
        fs::write(folder.path().join("app.dump"), bytes).expect("written");
        let settings = json!({ "files": "app.dump", "max-age": "9999d", "contents": "any" });
        mixed.push((name.into(), Look::new("backup", settings).root(folder.path()).outcome().await));
    }
    mixed
}

async fn redis() -> Mixed {
    let mut mixed = Mixed::new();
    for info in
        ["role:master\nlag:5", "role:master\nlag:odd-ish", "role:master\nlag:5\nlag:5", "lag", "role:master\nlag:v=5", "role:\nlag:5"]
    {
        let settings = json!({
            "url": format!("redis://127.0.0.1:{}", liar(vec![bulk(info)]).await), "ask": "INFO", "fields": { "role": "master", "lag": { "max": 9 } }
        });
        mixed.push((info.into(), Look::new("redis", settings).outcome().await));
    }
    mixed
}

async fn prometheus() -> Mixed {
    let one = r#"{"metric":{"a":"b"},"value":[1,"1"]}"#;
    let mut mixed = Mixed::new();
    for answer in [
        one.to_owned(),
        one.replace("\"1\"", "\"odd-ish\""),
        one.replace("\"1\"", "\"NaN\""),
        one.replace("\"1\"", "1"),
        one.replace("value", "odd-ish"),
        one.replace("value", "histogram"),
        format!("{one},{one}"),
    ] {
        let server = prometheus::liar(200, prometheus::vector(&answer)).await;
        mixed.push((answer, prometheus::said(&server, json!({ "value": 1 })).await));
    }
    mixed
}

async fn prometheus_rules() -> Mixed {
    let (good, route) = (prometheus_rules::one(""), prometheus_rules::ONE_ROUTE);
    let mut mixed = Mixed::new();
    for (rules, settings) in [
        (good.clone(), route.to_owned()),
        (good.replace("\"ok\"", "\"odd-ish\""), route.into()),
        (good.replace("NOW", "0001-01-01T00:00:00Z"), route.into()),
        (good.replace("up == 0", "up{odd == 0"), route.into()),
        (prometheus_rules::one(",\"health\":\"ok\""), route.into()),
        (good.clone(), route.replace("receiver: a }", "receiver: a, routes: [{ matchers: [odd-ish] }] }")),
        (good.clone(), route.replace("receiver: a }", "receiver: a, routes: [{ matchers: ['odd=\"x\"'], receiver: odd }] }")),
        (good.clone(), route.replace("email_configs", "odd")),
    ] {
        mixed.push((format!("{rules} {settings}"), prometheus_rules::told(rules, &settings).await));
    }
    mixed
}

async fn alertmanager() -> Mixed {
    use crate::alertmanager::{a_silence, a_watchdog, status, told};
    let with = |mut value: Value, pointer: &str, to: Value| {
        *value.pointer_mut(pointer).expect(pointer) = to;
        value
    };
    let mut mixed = Mixed::new();
    for (cluster, silences, alerts) in [
        ("ready", a_silence(), a_watchdog()),
        ("odd-ish", a_silence(), a_watchdog()),
        ("ready", with(a_silence(), "/0/status/state", json!("odd-ish")), a_watchdog()),
        ("ready", with(a_silence(), "/0/matchers/0/name", json!("odd-ish")), a_watchdog()),
        ("ready", with(a_silence(), "/0/matchers/0/isEqual", json!("odd-ish")), a_watchdog()),
        ("ready", a_silence(), with(a_watchdog(), "/0/status/state", json!("odd-ish"))),
        ("ready", a_silence(), with(a_watchdog(), "/0/updatedAt", json!("odd-ish"))),
        ("ready", json!({ "odd": [] }), a_watchdog()),
    ] {
        mixed.push((format!("{cluster} {silences} {alerts}"), told(status(cluster), silences, alerts).await));
    }
    mixed
}

async fn metrics_endpoint() -> Mixed {
    use crate::metrics_endpoint::{OPEN, TEXT};
    let mut mixed = Mixed::new();
    for (header, body) in [
        (TEXT, "# TYPE a counter\na 1\n"),
        (TEXT, "# TYPE a odd-ish\na 1\n"),
        (TEXT, "a 1\nodd-ish\n"),
        (TEXT, "a 1\nb odd-ish\n"),
        (TEXT, "a 1\nb{odd-ish=\"1\"} 1\n"),
        (TEXT, "a 1\na 1\n"),
        (OPEN, "# TYPE a gauge\na 1\n# ODD ish\n# EOF\n"),
        (OPEN, "# TYPE a gauge\na 1\n"),
        ("Content-Type: text/odd", "a 1\n"),
    ] {
        let server = Hostile::answering(200, &[header], body).await;
        mixed.push((format!("{header} {body}"), crate::metrics_endpoint::outcome(&server.url("/"), json!({ "series": "a" })).await));
    }
    mixed
}

async fn release_share() -> Mixed {
    let mut mixed = Mixed::new();
    for (status, headers, body) in [
        (200, &[][..], r#"{"version":"1.5.0"}"#),
        (200, &[], r#"{"version":["odd-ish"]}"#),
        (200, &[], r#"{"version":"1.5.0","version":"1.5.0"}"#),
        (200, &["Age: odd-ish"], r#"{"version":"1.5.0"}"#),
        (299, &["Content-Encoding: odd-ish"], r#"{"version":"1.5.0"}"#),
        (418, &[], r#"{"version":"1.5.0"}"#),
    ] {
        mixed.push((format!("{status} {headers:?} {body}"), crate::release_share::mixed(status, headers, body).await));
    }
    mixed
}

async fn load_balancer() -> Mixed {
    let mut mixed = Mixed::new();
    for (status, headers) in [
        (200, &["X-Served-By: a"][..]),
        (200, &["X-Served-By: odd-ish"]),
        (200, &["X-Served-By: \u{fc}\u{ff}", "X-Served-By: a"]),
        (200, &["X-Cache: HIT", "X-Served-By: a"]),
        (418, &["X-Served-By: a"]),
    ] {
        mixed.push((format!("{status} {headers:?}"), crate::load_balancer::mixed(status, headers).await));
    }
    mixed
}

async fn rate_limit() -> Mixed {
    let mut mixed = Mixed::new();
    for (first, then) in [(200, 429), (200, 420), (200, 403), (200, 503), (500, 429), (429, 429), (200, 302)] {
        let server = crate::rate_limit::after(5, first, then).await;
        mixed.push((format!("{first}, then {then}"), crate::rate_limit::told(&server, json!({})).await));
    }
    mixed
}

async fn logging() -> Mixed {
    let mut mixed = Mixed::new();
    for line in [
        crate::logging::LINE,
        r#"{"level":"odd-ish","id":"ID"}"#,
        r#"{"level":["info"],"id":"ID"}"#,
        r#"{"level":3,"id":"ID"}"#,
        "{\"level\":\"info\",\"id\":\"ID\"}\nodd-ish ID",
        r#"{"level":"info","level":"info","id":"ID"}"#,
    ] {
        let service = crate::logging::Service::new(line, |_| None).await;
        mixed.push((line.into(), service.outcome("loki", json!({})).await));
    }
    mixed
}

async fn redis_persistence() -> Mixed {
    let redis = Redis::start("appendonly yes\nappendfsync everysec");
    redis.say(&["SET", "a", "b"]).await;
    let info = redis.say(&["INFO"]).await;
    let config: Vec<u8> = [b"*2\r\n".to_vec(), bulk("appendfsync"), bulk("everysec")].concat();
    let settings = json!({ "aof": true });
    let mut mixed = Mixed::new();
    for (known, odd) in [
        ("aof_enabled:1", "aof_enabled:1"),
        ("aof_enabled:1", "aof_enabled:odd-ish"),
        ("role:master", "role:odd-ish"),
        ("loading:0", "loading:odd-ish"),
        ("cluster_enabled:0", "cluster_enabled:odd-ish"),
        ("redis_mode:standalone", "redis_mode:odd-ish"),
        ("aof_last_write_status:ok", "aof_last_write_status:odd-ish"),
    ] {
        assert!(info.contains(known), "{known} is not in {info}");
        let port = liar(vec![bulk(&info.replace(known, odd)), config.clone()]).await;
        let mut settings = settings.clone();
        settings["url"] = json!(format!("redis://127.0.0.1:{port}"));
        mixed.push((odd.into(), Look::new("redis-persistence", settings).outcome().await));
    }
    mixed
}

async fn postgres_indexes() -> Mixed {
    let table = "CREATE TABLE public.t (a int, b int)";
    let mut mixed = Mixed::new();
    for index in
        ["CREATE INDEX i ON t (a)", "CREATE EXTENSION bloom; CREATE INDEX i ON t USING bloom (a)", "CREATE INDEX i ON t USING brin (a)"]
    {
        let statements: Vec<&str> = std::iter::once(table).chain(index.split("; ")).collect();
        let database = Postgres::shared().database(&statements).await;
        let settings = json!({ "database": database.url(), "indexes": [{ "table": "t", "columns": ["a"] }] });
        mixed.push((index.into(), Look::new("postgres-indexes", settings).outcome().await));
    }
    mixed
}

async fn postgres_migrations() -> Mixed {
    let table = "CREATE TABLE databasechangelog (id text, author text, filename text, orderexecuted int, exectype text); \
        CREATE TABLE databasechangeloglock (locked boolean, lockgranted timestamp, lockedby text); \
        INSERT INTO databasechangelog VALUES ('1', 'a', 'a.sql', 1, 'EXECUTED'); GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC";
    let file = ("a.sql", "--liquibase formatted sql\n--changeset a:1\n");
    let mut mixed = Mixed::new();
    for (statement, more) in [
        ("", ("README.md", "")),
        ("UPDATE databasechangelog SET exectype = 'ODD-ISH'", ("README.md", "")),
        ("ALTER TABLE databasechangelog DROP exectype", ("README.md", "")),
        ("UPDATE databasechangelog SET id = NULL", ("README.md", "")),
        ("DROP TABLE databasechangeloglock", ("README.md", "")),
        ("", ("b.xml", "<databaseChangeLog><changeSet odd='1'/></databaseChangeLog>")),
        ("", ("b.yaml", "databaseChangeLog: [\"odd")),
        ("", ("b.sql", "--changeset a:2 context:odd-ish\n")),
    ] {
        let (database, files) = (Postgres::shared().database(&[table, statement]).await, postgres_migrations::folder(&[file, more]));
        let outcome = postgres_migrations::outcome(&database, files.path(), json!({ "folder": "db" })).await;
        mixed.push((format!("{statement} and {more:?}"), outcome));
    }
    mixed
}

async fn postgres_schema() -> Mixed {
    let mut mixed = Mixed::new();
    for statement in [
        "",
        "ALTER TABLE users ALTER role SET DEFAULT 'odd-ish'",
        "ALTER TABLE users ALTER role TYPE varchar(7)",
        "ALTER TABLE users ADD CONSTRAINT odd CHECK (id > 0) NOT VALID",
        "ALTER TABLE users DISABLE TRIGGER ALL",
    ] {
        let statements: Vec<&str> = postgres_schema::SHOP.iter().copied().chain([statement]).collect();
        let database = Postgres::shared().database(&statements).await;
        let wanted = json!({ "tables": { "users": { "role": { "type": "text", "default": "member" } } } });
        mixed.push((statement.into(), postgres_schema::outcome(&database, &wanted).await));
    }
    mixed
}

async fn feature_flag() -> Mixed {
    let mut mixed = Mixed::new();
    for feature in [
        json!({ "name": "a", "enabled": true, "strategies": [{ "name": "default" }] }),
        json!({ "name": "a", "enabled": "odd-ish", "strategies": [{ "name": "default" }] }),
        json!({ "name": "a", "enabled": true, "strategies": [{ "name": "odd-ish" }] }),
        json!({ "name": "a", "enabled": true, "strategies": [{ "name": "default", "constraints": "odd-ish" }] }),
        json!({ "name": "a", "enabled": true, "strategies": "odd-ish" }),
    ] {
        let server = feature_flag::unleash(json!([feature])).await;
        mixed.push((feature.to_string(), feature_flag::outcome("unleash", &server, json!({ "flags": { "a": "on" } })).await));
    }
    mixed
}

async fn git() -> Mixed {
    let it = git::release::Released::new();
    let mut mixed = vec![("order".into(), it.outcome(json!({})).await)];
    it.mark("app.py");
    mixed.push(("a file that is overlooked".into(), it.outcome(json!({})).await));
    it.two_tags();
    mixed.push(("two tags".into(), it.outcome(json!({ "beside": "anything" })).await));
    mixed
}

async fn compare() -> Mixed {
    let (old, new) = (compare::version(json!({})).await, compare::version(json!({})).await);
    let mut mixed = Mixed::new();
    for more in ["", "odd-ish", "{\"odd\": 1}", "{\"path\": \"/broken\"}", "{\"method\": \"ODD\", \"path\": \"/\"}"] {
        let lines = format!("{}{more}\n", compare::LINES);
        mixed.push((more.into(), compare::outcome(&old, &new, &lines, json!({})).await));
    }
    mixed
}

async fn sql() -> Mixed {
    let database = Postgres::shared().database(&[]).await;
    let mut mixed = Mixed::new();
    for query in [
        "SELECT 5 AS lag",
        "SELECT 5 AS lag UNION ALL SELECT NULL",
        "SELECT '5' AS lag",
        "SELECT 'Infinity'::float8 AS lag",
        "SELECT 5 AS lag, 5 AS lag",
        "SELECT json_build_object('now', 5) AS lag",
        "SELECT 5 AS lag WHERE false",
    ] {
        let settings = json!({ "database": database.url(), "query": query, "columns": { "lag": { "min": 1, "max": 9 } } });
        mixed.push((query.into(), Look::new("sql", settings).outcome().await));
    }
    mixed
}

/// The same greeting, and what is no text, no line, or more than is read.
async fn tcp() -> Mixed {
    let long: &'static [u8] = vec![b'2'; 5000].leak();
    let mut mixed = Mixed::new();
    for words in [&b"220 ready\r\n"[..], b"220 \xff\xfe\r\n", b"", long] {
        let settings = json!({ "address": speaking(words).to_string(), "within": "1s", "banner": { "matches": "220 [a-z]+" } });
        mixed.push((format!("{:?}", String::from_utf8_lossy(&words[..words.len().min(20)])), Look::new("tcp", settings).outcome().await));
    }
    mixed
}

/// An image, and manifests that two readers may read differently, or that are of another kind.
async fn image() -> Mixed {
    let settings = json!({ "platforms": "linux/amd64" });
    let oci = "application/vnd.oci.image.manifest.v1+json";
    let mut mixed = Mixed::new();
    for (what, odd) in [
        ("nothing", None),
        ("a key twice", Some(r#"{"schemaVersion":2,"config":{"digest":"sha256:1"},"config":{"digest":"sha256:2"}}"#)),
        ("a schema of old", Some(r#"{"schemaVersion":1,"fsLayers":[]}"#)),
        ("an index without platforms", Some(r#"{"schemaVersion":2,"manifests":[{"digest":"sha256:1"}]}"#)),
        ("no JSON", Some("schemaVersion: 2")),
    ] {
        let (mut documents, _) = image::documents(oci);
        odd.into_iter().for_each(|odd| drop(documents.insert("manifests/1".into(), odd.into())));
        let server = image::registry(documents, None, String::new()).await;
        mixed.push((what.into(), image::asked(&server, settings.clone()).await));
    }
    mixed
}

/// Manifests in order, and documents among them that are not understood.
async fn kubernetes() -> Mixed {
    let mut mixed = Mixed::new();
    for odd in [
        "",
        "---\nodd: thing\n",
        "---\napiVersion: v1\nkind: Status\nstatus: Failure\n",
        "---\napiVersion: odd/v1\nkind: Odd\nspec: { within: { containers: [{ image: odd }] } }\n",
        "---\napiVersion: v1\nkind: Pod\nmetadata: { name: odd }\nspec: { containers: odd }\n",
        "---\napiVersion: v1\nkind: PodList\nmetadata: { continue: odd }\nitems: []\n",
        "---\n{{ odd }}\n",
    ] {
        mixed.push((odd.trim().into(), kubernetes::looked(&format!("{}{odd}", kubernetes::GOOD), json!({})).await));
    }
    mixed
}

/// A page in order, and what browsers would not understand, or read otherwise than it seems.
async fn security_headers() -> Mixed {
    let settings = || json!({ "rules": ["strict-transport-security", "content-security-policy", "x-content-type-options", "cookies"], "not-found": false });
    let mut mixed = vec![("nothing".into(), security_headers::answered(&security_headers::GOOD, "", settings()).await)];
    for odd in [
        "Strict-Transport-Security: max-age=31536000",
        "X-Content-Type-Options: odd",
        "Content-Security-Policy: default-src 'none'; default-src 'self'",
        "Content-Security-Policy: odd",
        "Set-Cookie: a=1; Secure; SameSite=odd",
    ] {
        let headers: Vec<&str> = security_headers::GOOD.into_iter().chain([odd]).collect();
        mixed.push((odd.into(), security_headers::answered(&headers, "", settings()).await));
    }
    mixed
}

async fn tls() -> Mixed {
    let authority = Authority::new();
    let folder: TempDir = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("ca.pem"), pem(std::slice::from_ref(authority.root.der()))).expect("written");
    let odd = |critical| {
        authority.leaf(|leaf| {
            let mut extension = rcgen::CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99_999, 1], vec![5, 0]);
            extension.set_criticality(critical);
            leaf.custom_extensions.push(extension);
        })
    };
    let mut mixed = Mixed::new();
    let mut look = async |what: &str, identity: &Identity, more: &str| {
        fs::write(folder.path().join("full.pem"), format!("{}{more}", pem(&identity.chain))).expect("written");
        let settings = json!({ "file": "full.pem", "ca-file": "ca.pem", "server-name": "api.example.com" });
        mixed.push((what.to_owned(), Look::new("tls", settings).root(folder.path()).outcome().await));
    };
    look("an extension that is not critical", &odd(false), "").await;
    look("a critical extension", &odd(true), "").await;
    look("a key of no known kind", &odd(false), "-----BEGIN ODD PRIVATE KEY-----\nb2Rk\n-----END ODD PRIVATE KEY-----\n").await;
    look("a broken certificate", &odd(false), "-----BEGIN CERTIFICATE-----\nb2Rk\n-----END CERTIFICATE-----\n").await;
    mixed
}
