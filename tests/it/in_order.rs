//! The other half of the law of reading: what is in order is green, without a word of the plan to say so. Each kind looks at
//! things in order as they come in many shapes; what a stranger would have to explain to it is counted, and bounded.

use std::{fs, process::Command};

use gonogo::{check::KINDS, model::Outcome};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519};
use serde_json::{Value, json};

use crate::{
    command, compare,
    cors::api::{APP, Question, api, settings},
    dns, document, feature_flag, git, health,
    host::programs::{Machine, NGINX, systemctl},
    hostile::Hostile,
    image, kubernetes,
    look::Look,
    manual, postgres_migrations, postgres_schema, prometheus, report, rollout_drill, security_headers,
    servers::{dns::NameServer, postgres::Postgres, redis::Redis},
    tcp::{Mute, speaking},
    tls::{
        authority::{Authority, identity, leaf},
        pem,
    },
};

/// What was looked at, and what the check came to.
type Judged = Vec<(String, (Outcome, String))>;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_order_is_green() {
    let mut beyond = Vec::new();
    for kind in KINDS {
        // How many are looked at, and how many of them may be red or unknown.
        let (judged, least, noise) = match kind.name {
            "alertmanager" => (alertmanager().await, 5, 0),
            "backup" => (backup().await, 10, 0),
            "config" => (config().await, 6, 0),
            "command" => (command().await, 8, 0),
            "compare" => (alike().await, 5, 0),
            "cors" => (cors().await, 8, 0),
            "document" => (document().await, 12, 0),
            "feature-flag" => (feature_flags().await, 8, 0),
            "file" => (file().await, 10, 0),
            "git" => (released().await, 5, 0),
            "host" => (host().await, 12, 0),
            "health" => (health::published_of_the_well().await, 163, 5),
            "http" => (http().await, 10, 0),
            "load-balancer" => (load_balancer().await, 4, 0),
            "logging" => (logging().await, 6, 0),
            "metrics-endpoint" => (metrics_endpoint().await, 8, 0),
            "image" => (image().await, 4, 0),
            "kubernetes" => (kubernetes().await, 5, 0),
            "postgres-indexes" => (postgres_indexes().await, 12, 0),
            "postgres-migrations" => (migrated().await, 26, 0),
            "postgres-schema" => (in_place().await, 10, 0),
            "redis" => (redis().await, 8, 0),
            "redis-persistence" => (redis_persistence().await, 5, 0),
            // And 2,000 random values of each of 63 shapes, of which 1 in 2,000 may be red, in the tests of the kind.
            "secrets" => (secrets().await, 20, 0),
            "security-headers" => (security_headers().await, 8, 0),
            "sql" => (sql().await, 6, 0),
            "dns" => (dns().await, 12, 0),
            "prometheus" => (prometheus().await, 8, 0),
            "prometheus-rules" => (prometheus_rules().await, 5, 0),
            "rate-limit" => (rate_limit().await, 4, 0),
            "release-share" => (release_share().await, 4, 0),
            // And 2,000 random values of each of 63 shapes, of which 1 in 2,000 may be red, in the tests of the kind.
            "tcp" => (tcp().await, 5, 0),
            "test-report" => (reported("test-report", json!({}), report::test_report::in_order()).await, 9, 0),
            "coverage" => (reported("coverage", json!({ "lines": "50%" }), report::coverage::in_order()).await, 7, 0),
            "scan-report" => (reported("scan-report", json!({}), report::scan_report::in_order()).await, 9, 0),
            "sbom" => {
                let licences = json!({ "licences": { "allowed": ["MIT", "Apache-2.0"] } });
                (reported("sbom", licences, report::sbom::in_order()).await, 5, 0)
            }
            "load-test" => {
                let limits = json!({ "p95": "300ms", "error-rate": "1%" });
                (reported("load-test", limits, report::load_test::in_order()).await, 8, 0)
            }
            "tls" => (tls().await, 10, 0),
            "manual" => (manual::answered_well().await, 2, 0),
            "rollout-drill" => (rollout_drill::practised_well().await, 3, 0),
            other => panic!("`{other}` has no part in this law: say what is in order"),
        };
        assert!(judged.len() >= least, "`{}`: {} things in order are no measure", kind.name, judged.len());
        let not_green: Vec<_> = judged.iter().filter(|(_, (outcome, _))| *outcome != Outcome::Pass).collect();
        if not_green.len() > noise {
            beyond.push(format!("`{}`, {} of {}: {not_green:#?}", kind.name, not_green.len(), judged.len()));
        }
    }
    assert!(beyond.is_empty(), "{}", beyond.join("\n"));
}

/// Looks at each of these reports.
async fn reported(kind: &'static str, settings: Value, files: Vec<(&str, String)>) -> Judged {
    let mut judged = Judged::new();
    for (name, text) in files {
        judged.push((name.to_owned(), report::outcome(report::unbound(kind, (name, text), settings.clone())).await));
    }
    judged
}

/// Looks at a file of these bytes, which the settings name.
async fn filed(kind: &'static str, settings: Value, files: &[(&str, impl AsRef<[u8]>)]) -> (Outcome, String) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).expect("written");
    }
    Look::new(kind, settings).root(folder.path()).outcome().await
}

async fn config() -> Judged {
    let mut judged = Judged::new();
    for (line, wanted) in [
        ("export POOL=120", json!({ "min": 100, "max": 200 })),
        ("POOL='120'", json!(120)),
        ("POOL=\"120\"\n# POOL=5", json!({ "min": 100 })),
        ("POOL=postgres://db.internal/app?pool=5", json!({ "matches": "postgres://db\\.internal/.*" })),
        ("OTHER=1", json!({ "exists": false })),
        ("POOL=1.5.2", json!({ "version": ">=1.4" })),
    ] {
        let settings = json!({ "source": { "env-file": "prod.env" }, "values": { "POOL": wanted } });
        judged.push((line.to_owned(), filed("config", settings, &[("prod.env", line)]).await));
    }
    judged
}

/// Files as packages, editors and people leave them.
async fn file() -> Judged {
    let german = "Gr\u{fc}\u{df}e=1\nDEBUG=false\n";
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(german.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let marked = format!("\u{feff}{german}").into_bytes();
    let contents: [(&str, Vec<u8>, Value); 10] = [
        ("plain", german.into(), json!({ "contains": "DEBUG=false", "not-contains": "DEBUG=true" })),
        ("Windows", german.replace('\n', "\r\n").into(), json!({ "matches": "(?m)^DEBUG=false\r?$" })),
        ("UTF-16", utf16, json!({ "contains": "DEBUG=false", "not-matches": "(?m)^DEBUG=true" })),
        ("with a mark", marked, json!({ "contains": "Gr\u{fc}\u{df}e", "not-contains": "DEBUG=true" })),
        ("without an end of its line", "DEBUG=false".into(), json!({ "matches": "(?m)^DEBUG=false$" })),
        ("empty", Vec::new(), json!({ "type": "file", "size": { "max": "0B" } })),
        (
            "binary",
            vec![0, 159, 146, 150],
            json!({ "sha256": "85f41d2e8b7a3fb7db7c2b1e5d0f9cf6b8d6b1a4e2f7e3a1c9b1d8c3a0f4e6d2", "count": 1 }),
        ),
        ("a blank in its name", german.into(), json!({ "max-mode": "0777", "type": "file" })),
        ("[odd] {name}", german.into(), json!({ "contains": "DEBUG" })),
        ("\u{fc}", german.into(), json!({ "size": { "min": "1B" } })),
    ];
    let mut judged = Judged::new();
    for (name, bytes, mut settings) in contents {
        settings["path"] = json!(name.replace('[', "[[]").replace("odd]", "odd[]]"));
        if settings.get("sha256").is_some() {
            settings["sha256"] = json!(gonogo::model::Digest::of(&bytes).as_str());
        }
        judged.push((name.to_owned(), filed("file", settings, &[(name, bytes)]).await));
    }
    judged
}

/// Programs that end as such programs do, of which some print what has nothing to do with the demand.
async fn command() -> Judged {
    let mut judged = Judged::new();
    for (argv, more) in [
        (&["true"][..], json!({})),
        (&["uname"], json!({ "contains": "Linux", "not-contains": "Darwin" })),
        (&["date", "+%Z"], json!({ "matches": "(?m)^UTC$" })),
        (&["sh", "-c", "echo x >&2; echo '[1, 2]'"], json!({ "json": { "$[*]": { "min": 1 } } })),
        (&["sh", "-c", "printf '\\357\\273\\277{\"a\": \"ü\"}'"], json!({ "json": { "$.a": "ü" } })),
        (&["grep", "-c", "no such line", "Cargo.toml"], json!({ "exit": 1, "matches": "^0" })),
        (&["sh", "-c", "echo 'DISK OK - free space: / 91% | /=12'; exit 0"], json!({ "exit": "nagios", "contains": "OK" })),
        (&["sh", "-c", "sleep 0.1; (sleep 0.1; echo late) & wait"], json!({ "contains": "late", "max-time": "8s" })),
        (&["cat", "/dev/null"], json!({})),
    ] {
        judged.push((argv.join(" "), command::look(argv, more).outcome().await));
    }
    judged
}

/// Documents as the programs of each format write them.
async fn document() -> Judged {
    let mut judged = Judged::new();
    for (name, path, wanted, text) in [
        (
            "compose.yaml",
            "$.services.web.image",
            json!("shop:1"),
            "x-base: &base\n  restart: always\nservices:\n  web:\n    <<: *base\n    image: shop:1\n    command: [\"--on\"]\n",
        ),
        ("workflow.yml", "$.on.push.branches[0]", json!("main"), "on:\n  push:\n    branches: [main] # said\njobs: {}\n"),
        ("manifest.yaml", "$.spec.replicas", json!(3), "---\napiVersion: apps/v1\nkind: Deployment\nspec:\n  replicas: 3\n"),
        (
            "Cargo.toml",
            "$.package.version",
            json!("1.4.2"),
            "[package]\nname = \"shop\"\nversion = \"1.4.2\"\n\n[dependencies]\nserde = { version = \"1\", features = [\"derive\"] }\n",
        ),
        (
            "junit.xml",
            "$.testsuites.testsuite[0]['@failures']",
            json!("0"),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"1\">\n  <testsuite name=\"a\" failures=\"0\">\n    <testcase name=\"b\"/>\n    <system-out><![CDATA[<x>]]></system-out>\n  </testsuite>\n</testsuites>\n",
        ),
        (
            "pom.xml",
            "$.project.version[0]['#text']",
            json!("1.4.2"),
            "<project xmlns=\"http://maven.apache.org/POM/4.0.0\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n  <version>1.4.2</version>\n</project>",
        ),
        ("rows.csv", "$[1].state", json!("ok"), "id,state\r\n1,ok\r\n2,ok\r\n"),
        ("excel.csv", "$[0]['first name']", json!("Eve, \"E\""), "\u{feff}first name,state\r\n\"Eve, \"\"E\"\"\",ok\r\n"),
        (".env.production", "$.LOG_LEVEL", json!("info"), "# said\nexport LOG_LEVEL=info\nURL='https://a/?b=c#d'\n"),
        (
            "php.ini",
            "$.PHP.display_errors",
            json!("Off"),
            "[PHP]\n; said\ndisplay_errors = Off\nmemory_limit = 128M\ninclude_path = \".:/usr/share/php\"\n",
        ),
        ("my.ini", "$.mysqld.max_connections", json!("151"), "# said\n[client]\nport=3306\n\n[mysqld]\nport=3306\nmax_connections = 151\n"),
        ("package.json", "$.version", json!("1.4.2"), "{\n  \"name\": \"shop\",\n  \"version\": \"1.4.2\",\n  \"scripts\": {}\n}\n"),
        ("empty.json", "$[*]", json!({ "count": 0 }), "[]"),
    ] {
        judged.push((name.to_owned(), document::filed(name, text, json!({ "expect": { path: wanted } })).await));
    }
    judged
}

/// Facts that every machine has, and those of programs that are in order.
async fn host() -> Judged {
    let folder = tempfile::tempdir().expect("a folder");
    let mut judged = Judged::new();
    for (path, wanted) in [
        (format!("$.disk['{}'].free_percent", folder.path().display()), json!({ "min": 0.1 })),
        ("$.disk['/'].size_bytes".into(), json!({ "min": 1 })),
        ("$.memory.available_bytes".into(), json!({ "min": 1 })),
        ("$.swap.used_percent".into(), json!({ "max": 100 })),
        ("$.load.one".into(), json!({ "min": 0 })),
        ("$.cpu.count".into(), json!({ "min": 1 })),
        ("$.uptime.since".into(), json!({ "exists": true })),
        ("$.kernel.version".into(), json!({ "version": ">=2" })),
        ("$.os.id".into(), json!({ "exists": true })),
        ("$.users[?@.uid==0]".into(), json!({ "exists": true })),
        ("$.processes[*].count".into(), json!({ "min": 1 })),
        ("$.ports.tcp[?@.port==1]".into(), json!({ "exists": false })),
    ] {
        judged.push((path.clone(), Look::new("host", json!({ "expect": { path: wanted } })).outcome().await));
    }
    let machine = Machine::new(&[("systemctl", &systemctl(&[NGINX]))]);
    judged.push(("nginx".into(), machine.says("$.units['nginx.service'].active", json!("active")).await));
    judged
}

async fn http() -> Judged {
    let german = "Alles läuft, auch die Aufträge";
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(german.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let latin: Vec<u8> = german.chars().map(|c| u8::try_from(u32::from(c)).expect("latin")).collect();
    let page = |charset: &str| format!("<!doctype html><html><head>{charset}</head><body>{german}</body></html>").into_bytes();
    let text = json!({ "contains": "läuft", "not-contains": "Wartung" });
    let numbers = json!({ "json": { "$.state": "ready", "$.free": { "min": 1 }, "$.errors[*]": { "count": 0 } } });
    let answers: [(&[&str], Vec<u8>, &Value); 10] = [
        (&["Content-Type: text/plain; charset=utf-8"], german.into(), &text),
        (&["Content-Type: text/plain"], german.into(), &text),
        (&["Content-Type: text/plain; charset=utf-16"], utf16.clone(), &text),
        (&["Content-Type: text/plain"], utf16, &text),
        (&["Content-Type: text/plain; charset=ISO-8859-1"], latin, &text),
        (&["Content-Type: text/html"], page("<meta charset=\"utf-8\">"), &text),
        (&["Content-Type: text/html; charset=UTF-8"], page(""), &text),
        (&["Content-Type: application/json"], br#"{"state":"ready","free":5,"errors":[]}"#.into(), &numbers),
        (&["Content-Type: application/vnd.api+json"], br#"{"errors":[],"free":5.5,"state":"ready","more":{"of":[null]}}"#.into(), &numbers),
        (
            &["Content-Type: application/json", "X-Odd: odd", "Cache-Control: no-store"],
            br#" {"state":"ready","free":1e3,"errors":[]} "#.into(),
            &numbers,
        ),
    ];
    let mut judged = Judged::new();
    for (headers, body, expect) in answers {
        let server = Hostile::answering(200, headers, &body).await;
        let look = Look::new("http", json!({ "url": server.url("/"), "expect": expect }));
        judged.push((format!("{headers:?} and {:?}", String::from_utf8_lossy(&body)), look.outcome().await));
    }
    judged.extend(http_flows().await);
    judged
}

/// What is handed from step to step, as frameworks hand it out.
async fn http_flows() -> Judged {
    let page = "<form><input type=\"hidden\" name=\"csrfmiddlewaretoken\" value=\"f00-BAR\"></form>";
    let handed: [(&[&str], &str, Value); 8] = [
        (&["Location: /items/17"], "", json!({ "header": "location", "matches": ".*/([0-9]+)" })),
        (&["Location: https://api.example.com/items/0b9e-4a1f"], "", json!({ "header": "Location", "matches": "/items/([^/?]+)" })),
        (&["X-Auth-Token: eyJ.abc-_.d=="], "", json!({ "header": "X-Auth-Token" })),
        (&["Content-Type: text/html"], page, json!({ "matches": "name=\"csrfmiddlewaretoken\" value=\"([^\"]+)\"" })),
        (&["Content-Type: application/json"], r#"{"access_token":"eyJ.abc","expires_in":3600}"#, json!({ "json": "$.access_token" })),
        (&["Content-Type: application/vnd.api+json"], r#"{"data":{"id":17}}"#, json!({ "json": "$.data.id" })),
        (&[], r#"{"data":[{"id":"a/b c"}]}"#, json!({ "json": "$.data[0].id" })),
        (&[], r#"{"ok":true}"#, json!({ "json": "$['ok']" })),
    ];
    let mut judged = Judged::new();
    for (headers, body, capture) in handed {
        let server =
            Hostile::answering(201, &[headers, &["Set-Cookie: sid=a%20b; Path=/; HttpOnly; SameSite=Lax; Max-Age=60"]].concat(), body)
                .await;
        let steps = json!([{ "name": "hands", "url": "/session", "method": "POST", "form": { "user": "ü" }, "capture": { "it": capture } },
            { "name": "takes", "url": "/items/{{it}}?q={{it}}", "headers": { "X-Token": "{{it}}" } },
            { "name": "ends", "url": "/items/{{it}}", "method": "DELETE", "always": true, "expect": { "status": "2xx", "version": "HTTP/1.1" } }]);
        let look = Look::new("http", json!({ "url": server.url("/"), "cookies": true, "steps": steps }));
        judged.push((format!("a flow with {headers:?} {body}"), look.outcome().await));
    }
    for offer in ["h3=\":443\"; ma=86400", "h3=\":443\"; ma=93600,h3-29=\":443\"", "h2=\"alt.example:443\", h3=\":8443\"; persist=1"] {
        let server = Hostile::answering(200, &[&format!("Alt-Svc: {offer}")], "").await;
        let look = Look::new("http", json!({ "url": server.url("/"), "addresses": "all", "expect": { "http3": "offered" } }));
        judged.push((format!("HTTP/3 by {offer}"), look.outcome().await));
    }
    judged
}

/// APIs that let in one origin, each as another framework does it.
async fn cors() -> Judged {
    type Policy = fn(&Question) -> (u16, Vec<String>);
    let policies: [(&str, Policy); 8] = [
        ("only its own origin is answered", Question::good),
        ("others get 403", |question| if is_app(question) { question.good() } else { (403, vec!["Vary: Origin".into()]) }),
        ("others get 403 to the question and an answer to the rest", |question| match question.method.as_str() {
            "OPTIONS" if !is_app(question) => (403, vec!["Vary: Origin".into()]),
            _ => question.good(),
        }),
        ("others get 400 to the question", |question| match question.method.as_str() {
            "OPTIONS" if !is_app(question) => (400, vec!["Vary: Origin".into()]),
            _ => question.good(),
        }),
        ("one origin is named to everybody", |question| {
            let (status, mut headers) = question.good();
            if !is_app(question) {
                headers.push(format!("Access-Control-Allow-Origin: {APP}"));
            }
            (status, headers)
        }),
        ("methods and headers are listed with more", |question| {
            let (status, mut headers) = question.good();
            for header in &mut headers {
                if header.starts_with("Access-Control-Allow-Methods") {
                    *header = "Access-Control-Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE".into();
                } else if header.starts_with("Access-Control-Allow-Headers") {
                    *header = "access-control-allow-headers: Content-Type, Authorization, X-Requested-With".into();
                }
            }
            (status, headers)
        }),
        ("an answer to be kept for long", |question| {
            let (status, mut headers) = question.good();
            headers.extend(["Access-Control-Max-Age: 86400".into(), "Access-Control-Expose-Headers: Link, X-Total".into()]);
            (status, headers)
        }),
        ("the question is answered with 200", |question| {
            let (status, headers) = question.good();
            (if status == 204 { 200 } else { status }, headers)
        }),
    ];
    let mut judged = Judged::new();
    for (what, policy) in policies {
        let server = api(policy).await;
        judged.push((what.to_owned(), Look::new("cors", settings(&server)).outcome().await));
    }
    judged
}

fn is_app(question: &Question) -> bool {
    question.origin.as_deref() == Some(APP)
}

async fn secrets() -> Judged {
    let lines = [
        "SECRET_KEY_BASE=8f3a1c94d7e2560b9a4417fe03cd852e6b1d90af27c3458e",
        "JWT_SECRET=\"kQ7+vX2mZp9xL4wR8tB3nH6cY1sD5gF0aJ/eUiOqWlM=\"",
        "DB_PASSWORD='k<ab>Q2!mZp9xL4w$R8tB3 #;'",
        "DB_PASSWORD=correct-garage-velvet-onion-test-planet",
        "DATABASE_URL=postgres://app:vX2mZp9xL4wR8tB3nH6c@db.internal:5432/shop?sslmode=verify-full",
        "REDIS_URL=rediss://default:Zp9xL4wR8tB3nH6cY1sD@cache.internal:6379/0",
        "AMQP_URL=amqps://worker:R8tB3nH6cY1sD5gF0aJe@queue.internal/%2Fprod",
        "SMTP_PASSWORD=p4Xw-9Kfe-Tz2m-Yq7L",
        "STRIPE_SECRET_KEY=sk_live_4eC39HqLyjWDarjtT1zdp7dcaZ8XpQ2m",
        "SENTRY_DSN=https://9f1c24be7d06433a8e5b72cd90af4186@o4501.ingest.sentry.io/4505123",
        "ENCRYPTION_KEY=base64:Q2hWm5k0ZxT7rLp8vNfYs3uJd6gBa9eXtKiHo1cMwRE=",
        "APP_KEY=base64:6mW0r8mWc0VbT9pXq3kZJf2uYh7dLs5eAn4gRiKo1tE=",
        "GITHUB_TOKEN=ghp_R8tB3nH6cY1sD5gF0aJeUiOqWlMkQ7vX2mZp",
        "SESSION_SECRET=7d9f1e3c-52ab-4c68-9b07-e1a4d38f6c25",
        "OTP_PASSPHRASE=\"Möwe schläft unter 7 grünen Brücken!\"",
        "AUTH=Basic YXBwOnZYMm1acDl4TDR3Ujh0QjNuSDZj",
        r#"CREDENTIALS={"user":"app","password":"vX2mZp9xL4wR8tB3nH6c","roles":["reader"]}"#,
        "WEBHOOK_SECRET=whsec_Yh7dLs5eAn4gRiKo1tE6mW0r8mWc0VbT",
        "AWS_SECRET_ACCESS_KEY=qT7rLp8vNfYs3uJd6gBa9eXtKiHo1cMwREQ2hWm5",
        "PGPASSWORD=%9uJd6gBa}9eXtKi^Ho1c",
    ];
    let mut judged = Judged::new();
    for line in lines {
        let settings =
            json!({ "source": { "env-file": "prod.env", "syntax": "dotenv" }, "keys": [line.split_once('=').expect("a key").0] });
        judged.push((line.to_owned(), filed("secrets", settings, &[("prod.env", line)]).await));
    }
    judged
}

/// What the tools of the trade write.
async fn backup() -> Judged {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    // Nothing that repeats, so that no tool writes next to nothing.
    let rows: String = (0_u64..20_000).map(|n| format!("{n} {:x}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    fs::write(at("rows"), &rows).expect("written");
    let script = r#"cd "$1"
        gzip -k rows; zstd -q rows; xz -k rows; bzip2 -k rows; lz4 -q rows rows.lz4; zip -q rows.zip rows
        tar cf rows.tar rows; tar czf rows.tgz rows; tar caf rows.tar.zst rows; tar cJf rows.tar.xz rows
        (gzip -c rows; gzip -c rows) > rows.twice.gz"#;
    assert!(Command::new("bash").args(["-euc", script, "-"]).arg(folder.path()).status().expect("bash runs").success());
    let names = "gz zst xz bz2 lz4 zip tar tgz tar.zst tar.xz twice.gz";
    let mut judged = Judged::new();
    for name in names.split(' ').map(|end| format!("rows.{end}")) {
        let settings = json!({ "files": name, "max-age": "1h", "contents": "any" });
        judged.push((name, Look::new("backup", settings).root(folder.path()).at(crate::gonogo::now()).outcome().await));
    }
    judged
}

async fn sql() -> Judged {
    let database = Postgres::shared()
        .database(&["CREATE TABLE t (id int, name text)", "INSERT INTO t VALUES (1, 'a')", "GRANT SELECT ON t TO PUBLIC"])
        .await;
    let mut judged = Judged::new();
    for (query, demand) in [
        ("SELECT count(*) AS n FROM t", json!({ "columns": { "n": 1 } })),
        ("SELECT name FROM t", json!({ "columns": { "name": "a" } })),
        ("SELECT * FROM t WHERE id > 5", json!({ "rows": 0 })),
        (
            "SELECT current_setting('wal_level') AS level",
            json!({ "columns": { "level": { "one-of": ["replica", "logical", "minimal"] } } }),
        ),
        ("SELECT NOT pg_is_in_recovery() AS primary", json!({ "columns": { "primary": true } })),
        ("SELECT datname, age(datfrozenxid) AS age FROM pg_database", json!({ "columns": { "age": { "max": 1_300_000_000 } } })),
    ] {
        let mut settings = json!({ "database": database.url(), "query": query });
        settings.as_object_mut().expect("a map").extend(demand.as_object().expect("a map").clone());
        judged.push((query.to_owned(), Look::new("sql", settings).outcome().await));
    }
    judged
}

async fn redis() -> Judged {
    let server = Redis::start("maxmemory 10mb\nmaxmemory-policy allkeys-lru");
    server.say(&["RPUSH", "jobs", "a", "b"]).await;
    let mut judged = Judged::new();
    for (ask, fields) in [
        ("INFO", json!({ "role": "master", "redis_version": { "version": ">=6" }, "used_memory": { "max": 10_485_760 } })),
        ("INFO memory", json!({ "maxmemory_policy": "allkeys-lru", "mem_fragmentation_ratio": { "min": 0 } })),
        ("CONFIG GET maxmemory requirepass", json!({ "maxmemory": { "min": 1 }, "requirepass": "" })),
        ("ROLE", json!({ "role": "master", "$[*].replicas[*]": { "count": 0 } })),
        ("ACL WHOAMI", json!({ "answer": "default" })),
        ("ACL LIST", json!({ "user": "default", "rules": { "contains": "on" } })),
        ("LLEN jobs", json!({ "answer": { "max": 5 } })),
        ("DBSIZE", json!({ "answer": 1 })),
    ] {
        let settings = json!({ "url": server.url(), "ask": ask, "fields": fields });
        judged.push((ask.to_owned(), Look::new("redis", settings).outcome().await));
    }
    judged
}

async fn redis_persistence() -> Judged {
    let mut judged = Judged::new();
    for (config, wanted) in [
        ("appendonly yes\nappendfsync everysec", json!({ "aof": true })),
        ("appendonly yes\nappendfsync always", json!({ "aof": true, "appendfsync": "always" })),
        ("appendonly yes\naof-use-rdb-preamble no", json!({ "aof": true })),
        ("appendonly yes\nsave \"\"", json!({ "aof": true })),
        ("save 60 1", json!({ "max-save-age": "1h" })),
        ("save 3600 1 300 100 60 10000\nmaxmemory 100mb\nmaxmemory-policy noeviction", json!({ "max-save-age": "1h", "use": "store" })),
    ] {
        let redis = Redis::start(config);
        redis.say(&["SET", "a", "b"]).await;
        if wanted.get("aof").is_none() {
            redis.snapshot().await;
        }
        let mut settings = wanted;
        settings["url"] = json!(redis.url());
        judged.push((config.to_owned(), Look::new("redis-persistence", settings).at(redis.now().await).outcome().await));
    }
    judged
}

/// Indexes that serve what is demanded, as databases have them.
async fn postgres_indexes() -> Judged {
    let table = "CREATE TABLE public.orders (id int PRIMARY KEY, customer int, email text, state text, data jsonb, at timestamptz)";
    let mut judged = Judged::new();
    for (index, demand) in [
        ("CREATE INDEX ON orders (customer)", json!({ "columns": ["customer"] })),
        ("CREATE INDEX ON orders (customer, at)", json!({ "columns": ["customer", "at"] })),
        ("CREATE INDEX ON orders (customer, at DESC)", json!({ "columns": ["customer", "at desc"] })),
        ("CREATE UNIQUE INDEX ON orders (email)", json!({ "columns": ["email"], "unique": true })),
        ("ALTER TABLE orders ADD UNIQUE (email)", json!({ "columns": ["email"], "unique": true })),
        ("CREATE INDEX ON orders (id)", json!({ "columns": ["id"] })),
        ("CREATE INDEX ON orders (lower(email))", json!({ "columns": ["lower(email)"] })),
        ("CREATE INDEX ON orders (pg_catalog.lower(email))", json!({ "columns": ["LOWER( email )"] })),
        ("CREATE INDEX ON orders USING gin (data)", json!({ "columns": ["data"], "method": "gin" })),
        ("CREATE INDEX ON orders USING brin (at)", json!({ "columns": ["at"], "method": "brin" })),
        ("CREATE INDEX ON orders (at) WHERE state = 'open'", json!({ "columns": ["at"], "where": "state='open'" })),
        ("CREATE INDEX ON orders (at) WHERE state IN ('open', 'held')", json!({ "columns": ["at"], "where": "state in ('open','held')" })),
        ("CREATE INDEX ON orders (customer) INCLUDE (at)", json!({ "columns": ["customer"] })),
    ] {
        let database = Postgres::shared().database(&[table, index]).await;
        let mut wanted = demand;
        wanted["table"] = json!("orders");
        let settings = json!({ "database": database.url(), "indexes": [wanted] });
        judged.push((index.to_owned(), Look::new("postgres-indexes", settings).outcome().await));
    }
    judged
}

/// What each tool leaves behind.
async fn migrated() -> Judged {
    let mut judged = Judged::new();
    for tool in postgres_migrations::tools::TOOLS {
        let (database, files) = (postgres_migrations::migrated(tool).await, postgres_migrations::folder(tool.files));
        judged.push((tool.name.to_owned(), postgres_migrations::outcome(&database, files.path(), json!({ "folder": "db" })).await));
    }
    judged
}

async fn in_place() -> Judged {
    let database = Postgres::shared().database(postgres_schema::SHOP).await;
    let mut judged = Judged::new();
    for settings in postgres_schema::met() {
        judged.push((settings.to_string(), postgres_schema::outcome(&database, &settings).await));
    }
    judged
}

async fn feature_flags() -> Judged {
    let mut judged = Judged::new();
    for (feature, wanted) in feature_flag::features() {
        let server = feature_flag::unleash(json!([feature])).await;
        judged.push((feature.to_string(), feature_flag::outcome("unleash", &server, json!({ "flags": { "a": wanted } })).await));
    }
    judged
}

async fn released() -> Judged {
    let it = git::release::Released::new();
    let mut judged = Judged::new();
    for settings in [
        json!({}),
        json!({ "tag": "v1.4.2" }),
        json!({ "branch": "main" }),
        json!({ "tagged": false, "branch": "refs/heads/main", "beside": "anything" }),
        json!({ "folder": "ops", "beside": "untracked" }),
    ] {
        judged.push((settings.to_string(), it.outcome(settings).await));
    }
    judged
}

async fn alike() -> Judged {
    let mut judged = Judged::new();
    for (new, more) in [
        (json!({}), json!({})),
        (json!({}), json!({ "same-headers": "Content-Type" })),
        (json!({ "name": "bob" }), json!({ "body": "structure" })),
        (json!({ "score": 1.5001 }), json!({ "tolerances": { "$.score": 0.001 } })),
        (json!({ "name": "bob" }), json!({ "ignore": ["$.at", "$.name"] })),
    ] {
        let (old, new) = (compare::version(json!({})).await, compare::version(new).await);
        judged.push((more.to_string(), compare::outcome(&old, &new, compare::LINES, more).await));
    }
    judged
}

async fn dns() -> Judged {
    let knot = NameServer::knot(&[("example.com", dns::ZONE)]);
    let mut judged = Judged::new();
    for mut settings in [
        json!({ "type": "MX" }),
        json!({ "type": "NS", "fields": { "target": { "count": 2 } } }),
        json!({ "type": "SOA" }),
        json!({ "type": "TXT" }),
        json!({ "type": "CAA" }),
        json!({ "name": "www.example.com", "type": "A" }),
        json!({ "name": "www.example.com", "type": "CNAME" }),
        json!({ "name": "shop.example.com", "type": "AAAA" }),
        json!({ "name": "_sip._tcp.example.com", "type": "SRV" }),
        json!({ "name": "_443._tcp.www.example.com", "type": "TLSA" }),
        json!({ "name": "never.example.com", "type": "A", "exists": false }),
        json!({ "spf": { "all": "fail" }, "dmarc": { "policy": ["quarantine", "reject"] }, "caa": { "issuers": "letsencrypt.org" } }),
    ] {
        settings["servers"] = json!(knot.address);
        if settings.get("name").is_none() {
            settings["name"] = json!("example.com");
        }
        judged.push((settings.to_string(), Look::new("dns", settings).outcome().await));
    }
    judged
}

async fn prometheus_rules() -> Judged {
    let mut judged = Judged::new();
    for settings in [
        json!({ "rules": "Errors" }),
        json!({ "rules": ["Errors", "Down"], "labels": { "team": "shop" } }),
        json!({ "rules": "Down", "alertmanager": crate::prometheus_rules::alertmanager().url() }),
        json!({ "watchdog": "Watchdog" }),
        json!({ "rules": "Absent", "may-be-absent": "payments_failed_total", "watchdog": "Watchdog" }),
    ] {
        judged.push((settings.to_string(), crate::prometheus_rules::outcome(settings).await));
    }
    judged
}

async fn alertmanager() -> Judged {
    let server = crate::alertmanager::calm().await;
    let mut judged = Judged::new();
    for mut settings in [
        crate::alertmanager::everything(),
        json!({ "receivers": "shop" }),
        json!({ "service": { "service": "shop", "severity": "critical" } }),
        json!({ "longest-silence": "1h" }),
        json!({ "watchdog": "Watchdog", "none-firing": { "severity": "critical" } }),
    ] {
        settings["url"] = json!(server.url());
        judged.push((settings.to_string(), Look::new("alertmanager", settings).at(crate::gonogo::now()).outcome().await));
    }
    judged
}

async fn metrics_endpoint() -> Judged {
    use crate::metrics_endpoint::{OPEN, TEXT};
    let mut judged = Judged::new();
    for url in [crate::prometheus_rules::prometheus().url(), crate::prometheus_rules::alertmanager().url()] {
        judged.push((url.clone(), crate::metrics_endpoint::outcome(&format!("{url}/metrics"), json!({ "series": "go_goroutines" })).await));
    }
    for (header, body) in [
        (TEXT, "a 1\n"),
        ("Content-Type: text/plain", "# HELP a x\n# TYPE a gauge\n\n# odd words\na{b=\"c\",} +Inf 1700000000000\n"),
        (TEXT, "# TYPE a summary\na{quantile=\"0.9\"} NaN\na_sum 0\na_count 0\n"),
        (OPEN, "# TYPE a counter\n# UNIT a seconds\na_total 1 # {t=\"1\"} 1\na_created 1\n# EOF\n"),
        (OPEN, "# TYPE a histogram\na_bucket{le=\"1.0\"} 1\na_bucket{le=\"+Inf\"} 2\na_count 2\na_sum 3\n# EOF\n"),
        ("Content-Type: text/plain; version=0.0.4; escaping=underscores", "a{b=\"\u{fc}\"} 1\r\n"),
    ] {
        let server = Hostile::answering(200, &[header], body).await;
        judged.push((format!("{header} {body}"), crate::metrics_endpoint::outcome(&server.url("/"), json!({})).await));
    }
    judged
}

async fn release_share() -> Judged {
    let mut judged = Judged::new();
    for (header, body, version) in [
        ("X-Version: 1.5.0", "", json!({ "header": "x-version" })),
        ("X-Cache: MISS", r#"{"build":{"version":"1.5.0"}}"#, json!({ "json": "$.build.version" })),
        ("Server: shop", "shop v1.5.0 (abc)", json!({ "matches": "v([0-9.]+)" })),
        ("X-Version: shop-1.5.0", "", json!({ "header": "X-Version", "matches": "[0-9.]+$" })),
    ] {
        let server = Hostile::answering(200, &[header], body).await;
        let settings =
            json!({ "url": server.url("/"), "version": version, "requests": 60, "shares": [{ "version": "1.5.0", "min": "95%" }] });
        judged.push((format!("{header} {body}"), Look::new("release-share", settings).outcome().await));
    }
    judged
}

async fn load_balancer() -> Judged {
    let server = Hostile::new(|mut visit| {
        Box::pin(async move {
            let (header, body) = (format!("X-Served-By: web-{}", visit.nth % 2), format!("{{\"host\":\"web-{}\"}}", visit.nth % 2));
            visit.answer(200, &[&header, "Set-Cookie: theme=dark"], body).await
        })
    })
    .await;
    let mut judged = Judged::new();
    for more in [
        json!({ "instance": { "header": "X-Served-By" }, "instances": 2 }),
        json!({ "instance": { "json": "$.host" }, "instances": { "min": 2 }, "drained": ["web-2", "web-3"] }),
        json!({ "instance": { "matches": "web-\\d" }, "instances": { "min": 1, "max": 3 }, "sticky": true }),
        json!({ "instance": { "header": "X-Served-By" }, "instances": 2, "requests": 100 }),
    ] {
        let mut settings = more;
        settings["url"] = json!(server.url("/"));
        judged.push((settings.to_string(), Look::new("load-balancer", settings).outcome().await));
    }
    judged
}

async fn rate_limit() -> Judged {
    let mut judged = Judged::new();
    for (first, then, more) in [
        (200, 429, json!({})),
        (404, 429, json!({})),
        (401, 429, json!({ "method": "POST", "body": "user=nobody" })),
        (200, 503, json!({ "status": [429, 503] })),
    ] {
        let server = crate::rate_limit::after(5, first, then).await;
        judged.push((format!("{first} {then} {more}"), crate::rate_limit::told(&server, more).await));
    }
    judged
}

async fn logging() -> Judged {
    let mut judged = Judged::new();
    for store in crate::logging::STORES {
        for line in
            [crate::logging::LINE, r#"{"severity":"NOTICE","msg":"x","trace":{"id":"ID"}}"#, r#" {"log.level":"INFO","ctx":"a ID b"} "#]
        {
            // What Elasticsearch holds is no text around an object.
            let service = crate::logging::Service::new(line, |_| None).await;
            judged.push((format!("{store} {line}"), service.outcome(store, json!({})).await));
        }
    }
    judged
}

async fn prometheus() -> Judged {
    let mut judged = Judged::new();
    for settings in [
        json!({ "query": "error_ratio", "value": { "max": 0.01 }, "for": "5m", "max-stale": "1m" }),
        json!({ "query": "sum by (job) (rate(http_requests_total[5m]))", "value": { "min": 0.1 }, "labels": { "job": "api" } }),
        json!({ "query": "sum(rate(http_requests_total{code=~\"5..\"}[5m])) / sum(rate(http_requests_total[5m]))", "value": { "max": 0.01 } }),
        json!({ "query": "http_requests_total{code=\"501\"}", "exists": false }),
        json!({ "query": "ALERTS{alertstate=\"firing\"}", "series": { "max": 0 } }),
        json!({ "query": "queue", "series": 2 }),
        json!({ "query": "latency_seconds", "against": "7d", "ratio": { "max": 1.5 } }),
        json!({ "query": "scalar(sum(queue))", "value": 10 }),
    ] {
        judged.push((settings.to_string(), prometheus::outcome(settings).await));
    }
    judged
}

async fn tcp() -> Judged {
    let (quiet, mute, refused) = (speaking(b""), Mute::new().await, format!("127.0.0.1:{}", crate::port::unused()));
    let mut judged = Judged::new();
    for settings in [
        json!({ "address": quiet.to_string() }),
        json!({ "address": [quiet.to_string(), speaking(b"+OK ready\r\n").to_string()] }),
        json!({ "address": speaking(b"220 mail\r\n").to_string(), "banner": { "contains": "mail" } }),
        json!({ "address": quiet.to_string(), "banner": { "exists": false }, "within": "1s" }),
        json!({ "address": refused, "closed": "refused" }),
        json!({ "address": mute.address.to_string(), "closed": "silent", "control": quiet.to_string(), "within": "1s" }),
    ] {
        judged.push((settings.to_string(), Look::new("tcp", settings).outcome().await));
    }
    judged
}

async fn image() -> Judged {
    let mut judged = Judged::new();
    for kind in ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"] {
        for settings in [json!({}), json!({ "platforms": "linux/amd64" })] {
            let (documents, _) = image::documents(kind);
            let server = image::registry(documents, None, String::new()).await;
            judged.push((format!("{kind} {settings}"), image::asked(&server, settings).await));
        }
    }
    judged
}

async fn kubernetes() -> Judged {
    let good = kubernetes::GOOD;
    let account =
        "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: { name: api, namespace: shop }\nautomountServiceAccountToken: false\n";
    let scaler = "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: api, namespace: shop }\n\
        spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: api }, minReplicas: 3, maxReplicas: 9 }\n";
    let others = "---\napiVersion: v1\nkind: Service\nmetadata: { name: api }\nspec: { selector: { app: api }, ports: [{ port: 80 }] }\n\
        ---\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: { name: api }\nspec: { encryptedData: { password: AgBy } }\n\
        ---\napiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: { name: api }\nspec: { endpoints: [] }\n";
    let mut judged = Judged::new();
    for (what, text) in [
        ("a deployment", good.to_owned()),
        ("with its service account", good.replace("automountServiceAccountToken: false", "serviceAccountName: api") + account),
        ("with an autoscaler", good.replacen("  replicas: 3\n", "", 1) + scaler),
        ("with objects beside it", format!("{good}{others}")),
        ("by digest", good.replace(":1.4.2", ":1.4.2@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")),
    ] {
        judged.push((what.into(), kubernetes::looked(&text, json!({})).await));
    }
    judged
}

async fn security_headers() -> Judged {
    let hsts = "Strict-Transport-Security: max-age=63072000; includeSubDomains; preload";
    let (sniff, html) = ("X-Content-Type-Options: nosniff", "Content-Type: text/html; charset=utf-8");
    let page = "<!doctype html><html><head><script src=\"/app.js\"></script><script src=\"https://cdn.example/a.js\" integrity=\"sha384-x\" crossorigin></script></head></html>";
    let strict = "Content-Security-Policy: default-src 'self'; script-src 'nonce-4AEemGb0xJptoIGFP3Nd' 'strict-dynamic' https: 'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'";
    let shop = "Content-Security-Policy: default-src 'self'; img-src 'self' data: https:; style-src 'self' 'unsafe-inline'; connect-src 'self' wss://live.example; frame-ancestors 'none'; report-uri /csp; report-to csp";
    let hashes = "Content-Security-Policy: default-src 'none'; script-src 'self' 'sha256-abc='; style-src 'self'; img-src 'self'; frame-ancestors https://*.site.example";
    let api = "Content-Type: application/json";
    let cookie = "Set-Cookie: __Host-session=x; Path=/; Secure; HttpOnly; SameSite=Lax";
    let without_plain = json!({ "rules": ["strict-transport-security", "content-security-policy", "x-frame-options", "x-content-type-options", "referrer-policy", "cookies",
        "cross-origin-resource-policy", "cross-origin-opener-policy", "cross-origin-embedder-policy", "subresource-integrity"] });
    let of_an_api = json!({ "profile": "api", "rules": ["strict-transport-security", "x-content-type-options", "cookies", "cross-origin-resource-policy"] });
    let mut judged = Judged::new();
    for (headers, settings) in [
        (vec![hsts, sniff, html, strict], &without_plain),
        (vec![hsts, sniff, html, shop, cookie], &without_plain),
        (vec![hsts, sniff, html, hashes, "Referrer-Policy: no-referrer, strict-origin-when-cross-origin"], &without_plain),
        (
            vec![
                "strict-transport-security: max-age=15552000",
                sniff,
                html,
                "X-Frame-Options: SAMEORIGIN",
                "Content-Security-Policy: default-src 'self'",
            ],
            &without_plain,
        ),
        (
            vec![
                hsts,
                sniff,
                html,
                strict,
                "Cross-Origin-Opener-Policy: same-origin; report-to=\"coop\"",
                "Cross-Origin-Embedder-Policy: require-corp",
                "Cross-Origin-Resource-Policy: same-origin",
            ],
            &without_plain,
        ),
        (vec![hsts, sniff, html, strict, shop], &without_plain),
        (vec![hsts, sniff, api, "Cache-Control: no-store"], &of_an_api),
        (vec![hsts, sniff, "Content-Type: application/problem+json", "Cross-Origin-Resource-Policy: cross-origin"], &of_an_api),
    ] {
        judged.push((format!("{headers:?}"), security_headers::answered(&headers, page, settings.clone()).await));
    }
    judged
}

async fn tls() -> Judged {
    let authority = Authority::new();
    let root = pem(std::slice::from_ref(authority.root.der()));
    let ecdsa = |algorithm| KeyPair::generate_for(algorithm).expect("a key");
    let rsa = |bits: &str| {
        let size = format!("rsa_keygen_bits:{bits}");
        let made = Command::new("openssl").args(["genpkey", "-algorithm", "RSA", "-pkeyopt", &size]).output().expect("openssl runs");
        KeyPair::from_pem(&String::from_utf8(made.stdout).expect("PEM")).expect("a key")
    };
    let keys = [
        ("P-256", ecdsa(&PKCS_ECDSA_P256_SHA256)),
        ("P-384", ecdsa(&PKCS_ECDSA_P384_SHA384)),
        ("Ed25519", ecdsa(&PKCS_ED25519)),
        ("RSA 2048", rsa("2048")),
        ("RSA 4096", rsa("4096")),
    ];
    let names = ["api.example.com", "*.example.com"];
    let mut judged = Judged::new();
    for (what, key) in &keys {
        for name in names {
            let mut params = leaf();
            params.subject_alt_names = vec![rcgen::SanType::DnsName(name.try_into().expect("a name"))];
            let signed = params.signed_by(key, &authority.issuing).expect("a leaf");
            let chain = identity(vec![signed.der().clone(), authority.issuing.der().clone()], key).chain;
            let settings = json!({ "file": "full.pem", "ca-file": "ca.pem", "server-name": "api.example.com" });
            let files = [("full.pem", pem(&chain)), ("ca.pem", root.clone())];
            judged.push((format!("{what} for {name}"), filed("tls", settings, &files).await));
        }
    }
    judged
}
