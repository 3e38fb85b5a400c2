//! Secrets that are hard to find again: written in other ways by those who quote them, cut off, short, within another.

use crate::{gonogo::Gonogo, hostile::Hostile};

/// Its characters are written otherwise in JSON, HTML and URLs.
const ODD: &str = "o\"dd'<s3cr>&\\é/päss wörd+%=";
/// Within `OUTER_TOKEN`.
const INNER: &str = "innerCanaryZq81";
const OUTER: &str = "outerHeadK7-innerCanaryZq81-outerTailX3";
const SHORT: &str = "q7Zk";
const PEM: &str = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCanary1Line\nCanary2Line9ZkQ7xW3vB8nM2pL5tR1yU6oI4eA0sD\n-----END PRIVATE KEY-----\n";

const PLAN: &str = r#"
project: canary
environments: { prod: { vars: { api: "${API}" } } }
checks:
  - id: html
    http: { url: "${api}/html", headers: { X-Api-Key: "${ODD_TOKEN}" }, expect: { contains: never } }
  - id: json
    http: { url: "${api}/json", headers: { X-Api-Key: "${ODD_TOKEN}" }, expect: { contains: never, json: { "$.said": x } } }
  - id: php
    http: { url: "${api}/php", expect: { contains: never } }
  - id: form
    http: { url: "${api}/form", expect: { contains: never } }
  - id: spaced
    http: { url: "${api}/spaced", headers: { X-Api-Key: "${PEM_TOKEN_LINE}" }, expect: { contains: never } }
  - id: redirect
    http: { url: "${api}/redirect?access_token=${OUTER_TOKEN}&t=${INNER_TOKEN}" }
  - id: short
    http: { url: "${api}/short", headers: { X-Api-Key: "${SHORT_TOKEN}" }, expect: { contains: never } }
  - id: basic
    http: { url: "http://user:${OUTER_TOKEN}@${HOST}/basic", expect: { contains: never } }
  - id: status
    health: { url: "${api}/health", headers: { X-Api-Key: "${OUTER_TOKEN}" } }
CUTS
  - id: program
    secrets: { source: { command: [sh, -c, "printf '%s\\n' \"$OUTER_TOKEN\" \"$PEM_TOKEN\" >&2; exit 3"] }, keys: [A] }
  - id: printed
    secrets: { source: { command: [sh, -c, "printf '{\"OUTER_TOKEN\": \"%s\", broken' \"$OUTER_TOKEN\""] }, keys: [A] }
  - id: malformed
    secrets: { source: { env-file: malformed.env }, keys: [A] }
  - id: database
    postgres-indexes: { database: "host=127.0.0.1 port=1 user=app password='${OUTER_TOKEN}' dbname=${INNER_TOKEN}", indexes: [x] }
"#;

/// As many bytes of filling as the path says, then the secret, so that some cut falls into it.
fn cut(visit_path: &str) -> String {
    let filling: usize = visit_path.rsplit('/').next().and_then(|n| n.parse().ok()).unwrap_or_default();
    format!("{}{OUTER} {}", ".".repeat(filling), "-".repeat(3000))
}

async fn server() -> Hostile {
    let php = ODD
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('/', "\\/")
        .replace('é', "\\u00e9")
        .replace('ä', "\\u00e4")
        .replace('ö', "\\u00f6");
    let html = ODD.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&#34;").replace('\'', "&#39;");
    let form: String = url::form_urlencoded::byte_serialize(ODD.as_bytes()).collect();
    Hostile::new(move |mut visit| {
        let (php, html, form) = (php.clone(), html.clone(), form.clone());
        Box::pin(async move {
            let path = visit.path().split('?').next().unwrap_or_default().to_owned();
            match path.as_str() {
                "/html" => visit.answer(500, &[], format!("<p>bad key {html}</p>")).await,
                "/json" => visit.answer(500, &[], serde_json::json!({ "said": ODD }).to_string()).await,
                "/php" => visit.answer(500, &[], format!("{{\"said\": \"{php}\"}}")).await,
                "/form" => visit.answer(500, &[], format!("key={form}")).await,
                "/spaced" => visit.answer(500, &[], PEM.replace('\n', " \r\n ")).await,
                "/redirect" => {
                    let location = format!("Location: https://elsewhere.example/cb?next=/{OUTER}&token={INNER}#{OUTER}");
                    visit.answer(302, &[&location, &format!("X-Note: {INNER}")], "").await
                }
                "/short" => visit.answer(500, &[], format!("token={SHORT}; {{\"api_key\": \"{SHORT}\"}} X-Api-Key: {SHORT}")).await,
                "/basic" => {
                    let head = visit.head.clone();
                    visit.answer(500, &[], head).await
                }
                "/health" => {
                    let body = serde_json::json!({ "status": "DOWN", "checks": { "db": { "status": "down", "output": format!("login with {OUTER} failed") } } });
                    visit.answer(503, &["Content-Type: application/json"], body.to_string()).await
                }
                _ => visit.answer(500, &[], cut(&path)).await,
            }
        })
    })
    .await
}

/// What must not come out: whole, in any part of some length, however it is written.
const TRACES: &[&str] = &[
    "dd'<s3cr>",
    "dd&#39;&lt;s3cr",
    "s3cr&gt;",
    "s3cr>",
    "s3cr%3E",
    "s3cr\\u003e",
    "outerHead",
    "innerCanary",
    "Zq81",
    "outerTail",
    "b3V0ZXJIZWFk",
    "1dGVySGVhZ",
    "Canary1Line",
    "Canary2Line",
    SHORT,
];

#[tokio::test(flavor = "multi_thread")]
async fn however_it_is_written_or_cut_nothing_comes_out() {
    let server = server().await;
    // Every cut there is: of a quotation, of an excerpt, of what is kept where no demand reads the body.
    let cuts: String = (80..125)
        .chain(2010..2050)
        .map(|n| {
            let demand = if n % 2 == 0 { ", expect: { contains: never }" } else { "" };
            format!("  - {{ id: cut-{n}, http: {{ url: \"${{api}}/cut/{n}\"{demand} }} }}\n")
        })
        .collect();
    let api = server.url("");
    let gonogo = Gonogo::new()
        .plan(&PLAN.replace("CUTS\n", &cuts))
        .file("malformed.env", &format!("A={INNER}\nB=\"{OUTER}\nC={INNER} {OUTER}\n"))
        .env("API", api.trim_end_matches('/'))
        .env("HOST", &server.addr().to_string());
    let gonogo = [
        ("ODD_TOKEN", ODD),
        ("OUTER_TOKEN", OUTER),
        ("INNER_TOKEN", INNER),
        ("SHORT_TOKEN", SHORT),
        ("PEM_TOKEN", PEM),
        ("PEM_TOKEN_LINE", PEM.lines().nth(1).expect("a line")),
        // Known to the run although only one line of it is sent.
        ("PEM_TOKEN_SECOND", PEM.lines().nth(2).expect("a line")),
    ]
    .into_iter()
    .fold(gonogo, |gonogo, (name, value)| gonogo.env(name, value));
    let formats = gonogo::render::FORMATS.iter().flat_map(|format| ["--format".to_owned(), format!("{0}=out.{0}", format.name)]);
    let ran = gonogo.run(["verify".to_owned(), "-v".into()].into_iter().chain(formats)).exits(1);
    let mut outputs = vec![("standard output", ran.stdout), ("standard error", ran.stderr)];
    outputs.extend(gonogo::render::FORMATS.iter().map(|format| (format.name, gonogo.read(&format!("out.{}", format.name)))));
    let json = gonogo.read("out.json");
    for trace in TRACES {
        for (name, text) in &outputs {
            let shown = text.lines().find(|line| line.contains(trace)).unwrap_or_default();
            assert!(shown.is_empty(), "{name} shows `{trace}`: {shown}");
        }
    }
    for name in ["ODD_TOKEN", "OUTER_TOKEN", "SHORT_TOKEN"] {
        assert!(json.contains(&format!("${{{name}}}")), "{name} was quoted and masked");
    }
}
