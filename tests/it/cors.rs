//! The kind `cors` against servers that misbehave in ways nginx cannot, and what it sends.

use std::{pin::Pin, time::Duration};

use gonogo::{
    check::{self, Seen, Unseen},
    model::Outcome,
};
use serde_json::{Value, json};

use crate::{
    hostile::{Hostile, Visit, deaf_port},
    look::Look,
};

const APP: &str = "https://app.example.com";

/// What was asked, as far as an API looks at it.
struct Question {
    method: String,
    path: String,
    origin: Option<String>,
    nth: usize,
}

impl Question {
    fn of(visit: &Visit<'_>) -> Self {
        let method = visit.head.split_whitespace().next().unwrap_or_default().to_owned();
        Self { method, path: visit.path().to_owned(), origin: header(&visit.head, "origin"), nth: visit.nth }
    }

    fn is_error(&self) -> bool {
        self.path.ends_with("/gonogo-no-such-page")
    }

    /// What a good API says.
    fn good(&self) -> (u16, Vec<String>) {
        let status = match self.method.as_str() {
            "OPTIONS" => 204,
            _ if self.is_error() => 404,
            _ => 200,
        };
        let mut headers = vec!["Vary: Accept-Encoding, origin".to_owned()];
        if self.origin.as_deref() == Some(APP) {
            headers.extend([format!("Access-Control-Allow-Origin: {APP}"), "Access-Control-Allow-Credentials: true".to_owned()]);
            headers.extend(["Access-Control-Allow-Methods: PUT".to_owned(), "Access-Control-Allow-Headers: authorization".to_owned()]);
        }
        (status, headers)
    }
}

fn header(head: &str, name: &str) -> Option<String> {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}: ")))?;
    Some(line[name.len() + 2..].trim().to_owned())
}

/// An API that answers as `api` says.
async fn api(api: impl Fn(&Question) -> (u16, Vec<String>) + Send + Sync + 'static) -> Hostile {
    Hostile::new(move |mut visit| -> Pin<Box<dyn Future<Output = bool> + Send>> {
        let (status, headers) = api(&Question::of(&visit));
        Box::pin(async move {
            let lines: Vec<&str> = headers.iter().map(String::as_str).collect();
            visit.answer(status, &lines, "").await
        })
    })
    .await
}

fn settings(server: &Hostile) -> Value {
    json!({ "url": server.url("/users?page=1"), "origins": APP, "methods": ["GET", "PUT"], "headers": "Authorization", "credentials": true })
}

async fn look(settings: Value) -> Seen {
    Look::new("cors", settings).look().await.expect("answers")
}

async fn outcome(settings: Value) -> (Outcome, String) {
    Look::new("cors", settings).outcome().await
}

fn names(seen: &Seen, met: Option<bool>) -> Vec<&str> {
    seen.expectations.iter().filter(|expectation| expectation.met == met).map(|expectation| expectation.name.as_str()).collect()
}

fn problem(settings: Value) -> String {
    match check::parse("cors", &settings).expect("a kind") {
        Ok(_) => panic!("accepted: {settings}"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn it_asks_as_browsers_do_and_no_more_than_it_says() {
    let server = api(Question::good).await;
    let mut asked = settings(&server);
    asked["url"] = json!(server.url("/users?page=1").replace("://", "://u:pw-canary-0@"));
    asked["headers"] = json!(["X-Trace", "Authorization"]);
    asked["request-headers"] = json!({ "X-Api-Key": "canary-canary-1", "X-Tenant": "acme" });
    let check = check::parse("cors", &asked).expect("a kind").expect("settings");
    let touches = check.touches(&Default::default());
    let seen = look(asked).await;
    let heads: Vec<String> = server.heads();
    assert_eq!(touches[0].action, format!("GET and OPTIONS /users?page=1, GET /users/gonogo-no-such-page: {} requests", heads.len()));
    assert_eq!(touches[0].credentials, ["header x-api-key", "the login in the url"]);
    for head in &heads {
        let lower = head.to_ascii_lowercase();
        let credentials = lower.contains("canary-1") && lower.contains("authorization: basic") && lower.contains("x-tenant: acme");
        if head.starts_with("OPTIONS ") {
            assert!(!lower.contains("canary") && !lower.contains("authorization: ") && !lower.contains("x-tenant"), "{head}");
            assert!(lower.contains("access-control-request-headers: authorization,x-trace\r\n"), "{head}");
        } else {
            assert!(head.starts_with("GET ") && credentials && !lower.contains("access-control-request"), "{head}");
        }
        assert!(!lower.contains("referer") && !lower.contains("cookie"), "{head}");
    }
    let of_app: Vec<&String> = heads.iter().filter(|head| header(head, "origin").as_deref() == Some(APP)).collect();
    assert_eq!(of_app.len(), 4, "GET, the error, and a preflight for each method");
    assert!(of_app[0].starts_with("GET /users?page=1 "), "the first question is the one that matters: {}", of_app[0]);
    assert!(!format!("{} {:?}", seen.observation, seen.expectations).contains("canary"));
}

#[tokio::test]
async fn a_list_a_doubled_header_and_odd_bytes_are_red() {
    for values in [
        &["https://app.example.com, https://www.example.com"][..],
        &["https://app.example.com,https://app.example.com"],
        &[APP, "https://www.example.com"],
        &[APP, APP],
        &["https://app.example.com/"],
        &["https://APP.example.com"],
        &["https://app.example.com:443"],
        &["app.example.com"],
        &["https://app.example.com https://www.example.com"],
        &["\"https://app.example.com\""],
        &["null"],
        &[""],
        &["TRUE"],
        &["https://app.example.com\u{a0}"],
        &["https://app.example.c\u{f6}m"],
    ] {
        let server = api(move |question| {
            let lines = values.iter().map(|value| format!("Access-Control-Allow-Origin: {value}"));
            let others = ["Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: authorization"].map(str::to_owned);
            (
                question.good().0,
                lines.chain(["Access-Control-Allow-Credentials: true".to_owned(), "Vary: *".to_owned()]).chain(others).collect(),
            )
        })
        .await;
        let seen = look(settings(&server)).await;
        let red = names(&seen, Some(false));
        for name in ["allows", "preflight", "errors"] {
            assert!(red.contains(&format!("{name}:{APP}").as_str()), "{values:?}: {red:?}");
        }
        assert!(red.contains(&"allow-origin"), "{values:?}: {red:?}");
    }
}

#[tokio::test]
async fn a_hostile_origin_among_several_values_is_red_too() {
    let server = api(|question| {
        let (status, mut headers) = question.good();
        if let Some(origin) = question.origin.as_deref().filter(|origin| *origin != APP) {
            headers.push(format!("Access-Control-Allow-Origin: {APP}, {origin}"));
        }
        (status, headers)
    })
    .await;
    let seen = look(settings(&server)).await;
    let reflection = seen.expectations.iter().find(|expectation| expectation.name == "refuses:reflection").expect("the class");
    assert_eq!(reflection.got, "`https://evil.example` among several values on GET, OPTIONS and errors");
    assert!(names(&seen, Some(false)).contains(&"allow-origin"));
}

#[tokio::test]
async fn one_leak_in_one_way_is_red() {
    for (method, error, origin) in [
        ("OPTIONS", false, "http://127.0.0.1:5173"),
        ("GET", false, "capacitor://localhost"),
        ("GET", true, "https://app.example.com`.evil.example"),
        ("OPTIONS", false, "file://"),
    ] {
        let server = api(move |question| {
            let (status, mut headers) = question.good();
            if question.method == method && question.is_error() == error && question.origin.as_deref() == Some(origin) {
                headers.push(format!("Access-Control-Allow-Origin: {origin}"));
            }
            (status, headers)
        })
        .await;
        let (outcome, reason) = outcome(settings(&server)).await;
        let way = if error { "errors" } else { method };
        assert_eq!(outcome, Outcome::Fail);
        assert!(reason.contains(&format!("got `{origin}` allowed on {way}, wanted refused")), "{reason}");
        assert!(!reason.contains(';'), "{reason}");
    }
}

#[tokio::test]
async fn what_is_said_to_nobody_in_particular_counts_too() {
    for (value, red) in [("*", vec!["allow-origin"]), ("https://staging.example.com", vec!["allow-origin"]), (APP, vec![])] {
        let server = api(move |question| {
            let (status, mut headers) = question.good();
            if question.origin.is_none() {
                headers.push(format!("Access-Control-Allow-Origin: {value}"));
            }
            (status, headers)
        })
        .await;
        let seen = look(settings(&server)).await;
        assert_eq!(names(&seen, Some(false)), red, "{value}");
        let allow_origin = seen.expectations.iter().find(|expectation| expectation.name == "allow-origin").expect("the demand");
        assert!(red.is_empty() || allow_origin.got == format!("`{value}` on GET without `Origin` and 1 more"), "{}", allow_origin.got);
    }
}

#[tokio::test]
async fn a_preflight_is_refused_by_status_redirect_or_login() {
    for (status, got) in [
        (401, "status 401, wanted 2xx"),
        (405, "status 405, wanted 2xx"),
        (500, "status 500, wanted"),
        (302, "a redirect (302) to "),
        (403, "status 403"),
    ] {
        let server = api(move |question| match question.method.as_str() {
            "OPTIONS" => (status, vec!["Location: /login".to_owned()]),
            _ => question.good(),
        })
        .await;
        let (outcome, reason) = outcome(settings(&server)).await;
        assert_eq!(outcome, Outcome::Fail);
        assert!(reason.starts_with(&format!("preflight from `{APP}`: got for GET {got}")), "{reason}");
    }
    // A status that is none of 2xx counts, whatever the headers say.
    let server = api(|question| match question.method.as_str() {
        "OPTIONS" => (404, question.good().1),
        _ => question.good(),
    })
    .await;
    assert_eq!(names(&look(settings(&server)).await, Some(false)), [format!("preflight:{APP}")]);
}

#[tokio::test]
async fn a_get_that_fails_or_leads_elsewhere_is_red() {
    for status in [301, 401, 500, 503] {
        let server = api(move |question| {
            let (good, mut headers) = question.good();
            let asked = question.method == "GET" && !question.is_error();
            headers.push("Location: https://login.example.com/".to_owned());
            (if asked { status } else { good }, headers)
        })
        .await;
        let (outcome, reason) = outcome(settings(&server)).await;
        assert_eq!(outcome, Outcome::Fail);
        assert!(reason.starts_with(&format!("GET from `{APP}`: got ")) && reason.contains(&status.to_string()), "{reason}");
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_unknown() {
    let port = deaf_port();
    let why = Look::new("cors", json!({ "url": format!("http://127.0.0.1:{port}/"), "origins": APP })).look().await.expect_err("nobody");
    assert!(matches!(why, Unseen::Unreachable(why) if why.contains("refused the connection")));
    let server = Hostile::silent().await;
    let mut silent = Look::new("cors", settings(&server));
    silent.timeout = Duration::from_millis(700);
    assert!(matches!(silent.look().await, Err(Unseen::Unreachable(why)) if why.contains("did not answer within")));
    let server = Hostile::blurting("HELO smtp\r\n\r\n").await;
    assert_eq!(outcome(settings(&server)).await.0, Outcome::Unknown);
}

#[tokio::test]
async fn half_seen_is_unknown_and_hides_nothing_that_is_red() {
    // It hangs whenever `null` asks, and lets `http://0.0.0.0` in.
    for leaks in [false, true] {
        let server = Hostile::new(move |mut visit| {
            Box::pin(async move {
                let question = Question::of(&visit);
                if question.origin.as_deref() == Some("null") {
                    tokio::time::sleep(Duration::from_secs(30)).await;
                }
                let (status, mut headers) = question.good();
                if leaks && question.origin.as_deref() == Some("http://0.0.0.0") {
                    headers.push("Access-Control-Allow-Origin: http://0.0.0.0".to_owned());
                }
                let lines: Vec<&str> = headers.iter().map(String::as_str).collect();
                visit.answer(status, &lines, "").await
            })
        })
        .await;
        let mut look = Look::new("cors", settings(&server));
        look.timeout = Duration::from_secs(2);
        let seen = look.look().await.expect("answers");
        assert_eq!(names(&seen, None), ["refuses:null", "allow-origin", "vary"]);
        assert_eq!(names(&seen, Some(false)), if leaks { vec!["refuses:dev"] } else { vec![] });
        assert_eq!(Outcome::of(&seen.expectations), if leaks { Outcome::Fail } else { Outcome::Unknown });
    }
}

#[tokio::test]
async fn a_limit_is_waited_for_and_what_it_turns_away_proves_nothing() {
    // Every third question is one too many, but not when it is asked again.
    let server = api(|question| if question.nth % 3 == 2 && question.nth < 87 { (429, vec![]) } else { question.good() }).await;
    let seen = look(settings(&server)).await;
    assert_eq!(Outcome::of(&seen.expectations), Outcome::Pass, "{:#?}", seen.expectations);
    assert!(server.heads().len() > 87 && server.heads().len() < 87 * 2, "{}", server.heads().len());

    // The gate lets nobody but the wanted through.
    for status in [429, 503] {
        let server = api(move |question| match question.origin.as_deref() {
            Some(APP) | None => question.good(),
            _ => (status, vec![]),
        })
        .await;
        let mut look = Look::new("cors", settings(&server));
        look.timeout = Duration::from_secs(2);
        let seen = look.look().await.expect("answers");
        assert_eq!(Outcome::of(&seen.expectations), Outcome::Unknown, "{status}");
        assert_eq!(names(&seen, None).len(), 14, "{:#?}", seen.expectations);
        assert!(seen.expectations.iter().any(|one| one.why.as_deref().is_some_and(|why| why.contains("raise the check's `timeout`"))));
    }
}

#[tokio::test]
async fn a_page_for_every_path_is_no_error() {
    let server = api(|question| (200, question.good().1)).await;
    let (outcome, reason) = outcome(settings(&server)).await;
    assert_eq!(outcome, Outcome::Unknown);
    let page = server.url("/users/gonogo-no-such-page");
    assert_eq!(
        reason,
        format!("error answered to GET from `{APP}`: {page} answers with status 200: name a path that answers an error with `error-path`")
    );
    let server = api(|question| if question.path == "/boom?x=1" { (500, question.good().1) } else { (200, question.good().1) }).await;
    let mut named = settings(&server);
    named["error-path"] = json!("/boom?x=1");
    assert_eq!(outcome_of(named).await, Outcome::Pass);
}

async fn outcome_of(settings: Value) -> Outcome {
    outcome(settings).await.0
}

#[tokio::test]
async fn a_public_api_says_star_and_nothing_of_credentials() {
    let public = |server: &Hostile| json!({ "url": server.url("/tiles"), "public": true, "methods": "PUT", "headers": "X-Zoom" });
    let answering = async |lines: &'static [&'static str]| {
        api(move |question| (question.good().0, lines.iter().map(|line| (*line).to_owned()).collect())).await
    };
    const STAR: &str = "Access-Control-Allow-Origin: *";
    let server = answering(&[STAR, "Access-Control-Allow-Methods: *", "Access-Control-Allow-Headers: *"]).await;
    assert_eq!(outcome(public(&server)).await, (Outcome::Pass, "all 6 expectations are met".into()));
    assert_eq!(server.heads().len(), 6);
    let server = answering(&[
        STAR,
        "Access-Control-Allow-Methods: PUT",
        "Access-Control-Allow-Headers: X-Zoom",
        "Access-Control-Allow-Credentials: true",
    ])
    .await;
    assert_eq!(names(&look(public(&server)).await, Some(false)), ["no-credentials"]);
    let server = answering(&[]).await;
    assert_eq!(names(&look(public(&server)).await, Some(false)), ["allows", "preflight", "errors"]);
    let server = api(|question| {
        let origin = question.origin.clone().unwrap_or_default();
        (
            question.good().0,
            [
                format!("Access-Control-Allow-Origin: {origin}"),
                "Access-Control-Allow-Methods: PUT".to_owned(),
                "Access-Control-Allow-Headers: x-zoom".to_owned(),
            ]
            .into(),
        )
    })
    .await;
    assert_eq!(names(&look(public(&server)).await, Some(false)), ["allows", "preflight", "errors", "allow-origin", "vary"]);
}

#[tokio::test]
async fn what_scripts_read_must_be_exposed_by_name() {
    for (exposed, wanted) in [("X-Total-Count, ETag", Outcome::Pass), ("*", Outcome::Fail), ("etag", Outcome::Fail)] {
        let server = api(move |question| {
            let (status, mut headers) = question.good();
            headers.push(format!("Access-Control-Expose-Headers: {exposed}"));
            (status, headers)
        })
        .await;
        let mut reading = settings(&server);
        reading["exposes"] = json!(["x-total-count", "ETag"]);
        let (outcome, reason) = outcome(reading).await;
        assert_eq!(outcome, wanted, "{reason}");
        assert!(wanted == Outcome::Pass || reason.contains("not exposed by"), "{reason}");
    }
}

#[tokio::test]
async fn credentials_that_are_not_meant_are_red() {
    let server = api(Question::good).await;
    let mut without = settings(&server);
    without["credentials"] = json!(false);
    let (outcome, reason) = outcome(without).await;
    assert_eq!(outcome, Outcome::Fail);
    assert!(reason.starts_with(&format!("GET from `{APP}`: got status 200, credentials allowed, wanted 2xx")), "{reason}");
    let mut open = settings(&server);
    open.as_object_mut().expect("a map").remove("credentials");
    assert_eq!(outcome_of(open).await, Outcome::Pass);
}

#[tokio::test]
async fn evidence_is_bounded_and_harmless() {
    let server = api(|question| {
        let long = format!("Access-Control-Allow-Origin: {}", "x".repeat(20_000));
        let evil = "Access-Control-Allow-Origin: <img src=x>\t::error::".to_owned();
        (question.good().0, [vec![long; 10], vec![evil]].concat())
    })
    .await;
    let seen = look(settings(&server)).await;
    assert!(seen.observation.to_string().len() < 150 << 10, "{}", seen.observation.to_string().len());
    assert!(seen.expectations.iter().all(|expectation| expectation.got.len() < 4 << 10));
    // A gigabyte behind each answer is not read.
    let server = Hostile::endless().await;
    let mut look = Look::new("cors", settings(&server));
    look.timeout = Duration::from_secs(20);
    let (outcome, _) = look.outcome().await;
    assert_eq!(outcome, Outcome::Fail);
    assert!(server.bytes() < 1 << 30, "{} bytes", server.bytes());
}

#[test]
fn settings_that_demand_nothing_or_contradict_themselves_are_refused() {
    for (settings, said) in [
        (json!({}), "`origins` is missing"),
        (json!({ "origins": [] }), "empty list"),
        (json!({ "public": false }), "`origins` is missing"),
        (json!({ "public": true, "origins": [APP] }), "cannot stand beside it"),
        (json!({ "public": true, "credentials": true }), "browsers refuse `*` with credentials"),
        (json!({ "public": true, "other-ports": "allow" }), "`other-ports` cannot stand beside it"),
        (json!({ "origins": ["*"] }), "public: true"),
        (json!({ "origins": ["https://app.example.com/"] }), "write `https://app.example.com`"),
        (json!({ "origins": [APP, APP] }), "stands here twice"),
        (json!({ "origins": [APP], "refused": [APP] }), "both allowed and `refused`"),
        (json!({ "origins": [APP], "refused": ["https://x.example.com"], "subdomains-of": "example.com" }), "both allowed and `refused`"),
        (json!({ "origins": [APP], "headers": ["Accept"] }), "browsers never ask"),
        (json!({ "origins": [APP], "headers": ["Cookie"] }), "scripts cannot set it"),
        (json!({ "origins": [APP], "headers": ["*"] }), "names no header"),
        (json!({ "origins": [APP], "methods": ["get"] }), "GET"),
        (json!({ "origins": [APP], "error-path": "//evil.example/" }), "not a path on the same host"),
        (json!({ "origins": [APP], "error-path": "/\\evil.example/" }), "not a path on the same host"),
        (json!({ "origins": [APP], "request-headers": { "Origin": "https://x.example.com" } }), "is what this check varies"),
        (json!({ "origins": (0..21).map(|nth| format!("https://s{nth}.example.com")).collect::<Vec<_>>() }), "at most 20"),
        (json!({ "origins": [APP], "subdomains": "allow" }), "unknown field"),
    ] {
        let mut settings = settings;
        settings["url"] = json!("https://api.example.com/");
        let problem = problem(settings.clone());
        assert!(problem.contains(said), "{settings}: {problem}");
    }
}
