//! A canary secret is driven through every format and every error path; none of its written forms may come out.

mod weak;
mod written;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::gonogo::Gonogo;

const CANARY: &str = "c4nary/S3cret+v4lue=forTheTest&%";

/// The ways the canary could be written.
fn forms() -> Vec<String> {
    let encoded: String = url::form_urlencoded::byte_serialize(CANARY.as_bytes()).collect();
    vec![
        CANARY.to_owned(),
        CANARY[..12].to_owned(),
        encoded[..16].to_owned(),
        encoded.to_lowercase()[..16].to_owned(),
        STANDARD.encode(CANARY)[..16].to_owned(),
        STANDARD.encode(format!("u:{CANARY}"))[4..20].to_owned(),
        STANDARD.encode(format!("us:{CANARY}"))[4..20].to_owned(),
        CANARY.to_uppercase()[..12].to_owned(),
        CANARY.bytes().take(8).map(|byte| format!("{byte:02x}")).collect(),
        data_encoding::BASE32.encode(CANARY.as_bytes())[..16].to_owned(),
    ]
}

#[track_caller]
fn clean(what: &str, text: &str) {
    for form in forms() {
        assert!(!text.contains(&form), "{what} shows the canary as `{form}`:\n{text}");
    }
}

/// A plan in which the canary stands wherever a secret can.
const PLAN: &str = r#"
project: canary
environments:
  prod:
    env-file: prod.env
    vars: { api: "${API_URL}" }
include: []
checks:
  - id: echo
    http:
      url: "${api}/echo?key=${API_TOKEN}"
      headers: { Authorization: "Bearer ${API_TOKEN}", X-Plain: "${API_TOKEN}" }
      expect: { status: 200, contains: "never there" }
  - id: wanted-secret
    http: { url: "${api}/echo", headers: { X-Plain: "${API_TOKEN}" }, expect: { status: 200, json: { "$.token": "${API_TOKEN}-not" } } }
  - id: handed-on
    http:
      url: "${api}"
      cookies: true
      steps:
        - { name: hands, url: /echo, headers: { X-Plain: "${API_TOKEN}" }, capture: { handed: { json: $.token, secret: true } } }
        - { name: takes, url: "/echo?key={{handed}}&q={{handed}}", headers: { Authorization: "Bearer {{handed}}" }, expect: { contains: "never there" } }
  - id: refused
    http: { url: "http://user:${API_TOKEN_ENCODED}@127.0.0.1:1/?token=${API_TOKEN_ENCODED}" }
  - id: wrong-address
    http: { url: "http://canary.invalid/${API_TOKEN_ENCODED}?q=${API_TOKEN_ENCODED}" }
  - id: database-refused
    postgres-indexes: { database: "postgres://app:${API_TOKEN_ENCODED}@127.0.0.1:1/app", schema: public, indexes: [x] }
  - id: database-nonsense
    postgres-indexes: { database: "${BROKEN_PASSWORD_URL}", schema: public, indexes: [x] }
  - id: origins
    cors: { url: "${api}/echo?key=${API_TOKEN}", origins: https://app.example.com, request-headers: { Authorization: "Bearer ${API_TOKEN}" } }
  - id: origins-refused
    cors: { url: "http://user:${API_TOKEN_ENCODED}@127.0.0.1:1/", error-path: "/${API_TOKEN_ENCODED}", public: true }
  - id: values
    secrets: { source: { env-file: prod.env }, keys: [API_TOKEN, WEAK_PASSWORD] }
"#;

fn gonogo(api: &str) -> Gonogo {
    let encoded: String = url::form_urlencoded::byte_serialize(CANARY.as_bytes()).collect();
    Gonogo::new()
        .plan(&PLAN.replace("include: []\n", ""))
        .file("prod.env", &format!("API_TOKEN='{CANARY}'\nWEAK_PASSWORD='{CANARY}'\n"))
        .env("API_TOKEN_ENCODED", &encoded)
        .env("API_URL", api)
        .env("BROKEN_PASSWORD_URL", &format!("postgres//{CANARY}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_output_shows_it() {
    let api = echo().await;
    let gonogo = gonogo(&api);
    let names = gonogo::render::FORMATS.iter().map(|format| format.name);
    let formats: Vec<String> = names.flat_map(|name| ["--format".to_owned(), format!("{name}=out.{name}")]).collect();
    for extra in [&[][..], &["-v"], &["--advisory"], &["--strict"]] {
        let arguments = ["verify"].into_iter().chain(formats.iter().map(String::as_str)).chain(extra.iter().copied());
        let ran = gonogo.run(arguments);
        assert!(ran.code == 1 || ran.code == 0 && extra == ["--advisory"], "{}\n{}", ran.stdout, ran.stderr);
        clean("standard output", &ran.stdout);
        clean("standard error", &ran.stderr);
        for format in gonogo::render::FORMATS {
            clean(format.name, &gonogo.read(&format!("out.{}", format.name)));
        }
    }
    let json = gonogo.read("out.json");
    assert!(json.contains("${API_TOKEN}"), "the target did echo it, and it was masked:\n{json}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_command_shows_it() {
    let gonogo = gonogo("http://127.0.0.1:1");
    for arguments in
        [&["lint"][..], &["plan", "--env", "prod"], &["plan", "--env", "prod", "--grants"], &["verify", "--only", "nothing-like-it"]]
    {
        let ran = gonogo.run(arguments);
        clean(&arguments.join(" "), &ran.stdout);
        clean(&arguments.join(" "), &ran.stderr);
    }
}

#[test]
fn no_plan_error_shows_it() {
    for (line, key) in [
        ("http: { url: \"${API_TOKEN}\", expect: { status: \"${API_TOKEN}\" } }", "a number"),
        ("http: { url: \"http://x/${API_TOKEN}\", method: \"${API_TOKEN}\" }", "a method"),
        ("http: { url: https://x.example.com, expect: { json: { \"$.a\": 1 }, matches: \"(${API_TOKEN}\" } }", "a regular expression"),
        ("http: { url: https://x.example.com }\n    timeout: \"${API_TOKEN}\"", "a length of time"),
        ("http: { url: https://x.example.com }\n    severity: \"${API_TOKEN}\"", "a severity"),
        ("http: { url: https://x.example.com }\n    runbook: \"${API_TOKEN}\"\n    nonsense: \"${API_TOKEN}\"", "an unknown key"),
        ("cors: { url: https://x.example.com, origins: \"${API_TOKEN}\" }", "an origin"),
        ("cors: { url: https://x.example.com, origins: \"https://${API_TOKEN}/\", headers: \"${API_TOKEN}\" }", "a header"),
        ("cors: { url: https://x.example.com, public: true, error-path: \"${API_TOKEN}\" }", "a path"),
        ("postgres-indexes: { database: \"${API_TOKEN}\", schema: [\"${API_TOKEN}\"], indexes: \"${API_TOKEN}\" }", "a list"),
    ] {
        let plan = format!("project: p\nenvironments: {{ prod: {{}} }}\nchecks:\n  - id: a\n    {line}\n");
        let gonogo = Gonogo::new().plan(&plan).env("API_TOKEN", CANARY);
        for command in ["verify", "lint", "plan"] {
            let ran = gonogo.run([command]);
            clean(key, &ran.stdout);
            clean(key, &ran.stderr);
        }
    }
}

/// A server that sends everything it was sent back: path, headers, and as JSON.
async fn echo() -> String {
    use axum::{Router, extract::Request, response::IntoResponse};
    let answer = |request: Request| async move {
        let headers: Vec<String> =
            request.headers().iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or("?"))).collect();
        let token = request.headers().get("x-plain").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let body = serde_json::json!({ "uri": request.uri().to_string(), "headers": headers, "token": token, "base64": STANDARD.encode(format!("u:{token}")),
            "upper": token.to_uppercase(), "base32": data_encoding::BASE32.encode(token.as_bytes()),
            "hex": token.bytes().map(|byte| format!("{byte:02x}")).collect::<String>() });
        ([("x-echo", token)], axum::Json(body)).into_response()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    format!("http://{address}")
}
