//! Flows of the kind `http`: against an API that keeps state, and against servers that hand out traps.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Form, Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{AppendHeaders, IntoResponse, Response},
    routing::{delete, get, post},
};
use gonogo::{
    check::Judged,
    model::{Masker, Outcome},
};
use serde_json::{Value, json};

use crate::{hostile::Hostile, look::Look};

const TOKEN: &str = "t0ken-t0ken/canary+1";

#[derive(Clone, Default)]
struct Shop {
    orders: Arc<Mutex<BTreeMap<u32, Value>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

fn known(headers: &HeaderMap) -> bool {
    headers.get("authorization").is_some_and(|value| value == &format!("Bearer {TOKEN}"))
        && headers.get("cookie").is_some_and(|value| value == "sid=s1d-canary; theme=dark")
}

async fn log_in(Form(fields): Form<BTreeMap<String, String>>) -> Response {
    if fields.get("password").map(String::as_str) != Some("pä&ss") {
        return (StatusCode::FORBIDDEN, Json(json!({ "wanted": "password", "password": "another-canary" }))).into_response();
    }
    let cookies = AppendHeaders([("set-cookie", "sid=s1d-canary; Path=/; HttpOnly"), ("set-cookie", "theme=dark; Path=/")]);
    (cookies, Json(json!({ "auth": { "token": TOKEN } }))).into_response()
}

async fn create(State(shop): State<Shop>, headers: HeaderMap, Json(order): Json<Value>) -> Response {
    if !known(&headers) {
        return (StatusCode::UNAUTHORIZED, format!("{headers:?}")).into_response();
    }
    shop.orders.lock().expect("no panic").insert(7, order);
    (StatusCode::CREATED, [("location", "/orders/7")]).into_response()
}

async fn read(State(shop): State<Shop>, Path(id): Path<u32>, headers: HeaderMap) -> Response {
    let order = shop.orders.lock().expect("no panic").get(&id).cloned();
    match order.filter(|_| known(&headers)) {
        Some(order) => Json(json!({ "order": order, "echo": TOKEN })).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn remove(State(shop): State<Shop>, Path(id): Path<u32>) -> StatusCode {
    shop.asked.lock().expect("no panic").push(format!("DELETE {id}"));
    if shop.orders.lock().expect("no panic").remove(&id).is_some() { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

async fn serve(shop: &Shop) -> String {
    let router = Router::new()
        .route("/session", post(log_in))
        .route("/orders", post(create))
        .route("/orders/{id}", get(read))
        .route("/orders/{id}", delete(remove))
        .with_state(shop.clone());
    serve_router(router).await
}

async fn serve_router(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn order(url: &str) -> Value {
    let bearer = json!({ "Authorization": "Bearer {{token}}" });
    json!({ "url": url, "cookies": true, "steps": [
        { "name": "log-in", "url": "/session", "method": "POST", "form": { "user": "probe", "password": "pä&ss" },
          "capture": { "token": { "json": "$.auth.token" } } },
        { "name": "create", "url": "/orders", "method": "POST", "headers": bearer, "body": { "note": "{{token}}", "n": 1 },
          "expect": { "status": 201 }, "capture": { "id": { "header": "Location", "matches": ".*/([0-9]+)" } } },
        { "name": "read", "url": "/orders/{{id}}", "headers": bearer, "expect": { "json": { "$.order.n": 1 } } },
        { "name": "delete", "url": "/orders/{{id}}", "method": "DELETE", "always": true },
    ] })
}

fn reason(seen: &Judged) -> (Outcome, String) {
    let outcome = Outcome::of(&seen.expectations);
    (outcome, gonogo::model::Finding::reason_of(outcome, &seen.expectations))
}

/// What the report would hold: masked by what the check hid.
async fn reported(settings: Value) -> ((Outcome, String), String) {
    let masker = Arc::new(Masker::default());
    let seen = Look::new("http", settings).masker(masker.clone()).look().await.expect("an answer");
    (reason(&seen), masker.mask(&format!("{} {:?}", seen.observation.value(), seen.expectations)))
}

#[tokio::test]
async fn a_flow_logs_in_creates_reads_and_cleans_up() {
    let shop = Shop::default();
    let ((outcome, reason), report) = reported(order(&serve(&shop).await)).await;
    assert_eq!((outcome, reason.as_str()), (Outcome::Pass, "all 7 expectations are met"), "{report}");
    assert!(shop.orders.lock().expect("no panic").is_empty());
    assert!(!report.contains("t0ken") && !report.contains("s1d-canary") && report.contains("log-in:capture:token"), "{report}");
}

#[tokio::test]
async fn what_a_target_echoes_of_a_secret_is_never_shown() {
    let shop = Shop::default();
    let url = serve(&shop).await;
    let mut echoed = order(&url);
    echoed["steps"][2]["expect"]["json"] = json!({ "$.echo": "other", "$.order.note": { "matches": "x" } });
    let ((outcome, reason), report) = reported(echoed).await;
    assert!(outcome == Outcome::Fail && reason.starts_with("step `read`: `$.echo`: got"), "{reason}");
    assert!(!report.contains("t0ken"), "{report}");
    // Cleaned up all the same.
    assert_eq!(*shop.asked.lock().expect("no panic"), ["DELETE 7"]);
    // Its own cookies, and a secret that nobody captured.
    let mut refused = order(&url);
    refused["steps"][1]["headers"] = json!({});
    refused["steps"][3]["url"] = json!("/orders/7");
    let ((outcome, _), report) = reported(refused).await;
    assert!(outcome == Outcome::Fail && !report.contains("s1d-canary"), "{report}");
    let mut unknown = order(&url);
    unknown["steps"][0]["form"]["password"] = json!("wrong");
    let ((_, reason), report) = reported(unknown).await;
    assert!(reason.starts_with("step `log-in`: HTTP status: got 403, wanted 2xx") && !report.contains("another-canary"), "{report}");
}

#[tokio::test]
async fn a_step_that_failed_ends_the_flow() {
    let shop = Shop::default();
    let url = serve(&shop).await;
    let mut flow = order(&url);
    flow["steps"][1]["expect"]["status"] = json!(200);
    let seen = Look::new("http", flow).look().await.expect("an answer");
    let said: Vec<String> = seen.expectations.iter().map(|one| format!("{} {:?}", one.name, one.met)).collect();
    assert_eq!(
        said,
        [
            "log-in:status Some(true)",
            "log-in:capture:token Some(true)",
            "create:status Some(false)",
            "create:capture:id Some(true)",
            "read:answer None",
            "delete:status Some(true)"
        ]
    );
    assert_eq!(seen.expectations[4].why.as_deref(), Some("not reached because step `create` failed"));
    assert_eq!(*shop.asked.lock().expect("no panic"), ["DELETE 7"]);
}

/// A server whose first answer has this body, and whose others say `fine`.
async fn handing(body: &str) -> Hostile {
    let body = body.to_owned();
    Hostile::new(move |mut visit| {
        let body = if visit.nth == 0 { body.clone() } else { "fine".into() };
        Box::pin(async move { visit.answer(200, &["Content-Type: application/json"], body).await })
    })
    .await
}

fn two(server: &Hostile, capture: Value, second: Value) -> Value {
    let mut steps = vec![json!({ "name": "first", "url": "/first", "capture": { "id": capture } }), second];
    steps[1]["name"] = json!("second");
    json!({ "url": server.url("/"), "steps": steps })
}

#[tokio::test]
async fn what_is_captured_stays_in_its_place() {
    for (value, wanted) in [
        ("a b", "GET /items/a%20b/x?q=a%20b "),
        ("../../admin?x=1#f", "GET /items/..%2F..%2Fadmin%3Fx%3D1%23f/x?q="),
        ("{{id}}", "GET /items/%7B%7Bid%7D%7D/x?q="),
        ("https://evil.example/", "GET /items/https%3A%2F%2Fevil.example%2F/x?q="),
        ("a\r\nX-Evil: 1", "GET /items/a%0D%0AX-Evil%3A%201/x?q="),
        ("%2e%2e", "GET /items/%252e%252e/x?q="),
        ("\u{fc}", "GET /items/%C3%BC/x?q="),
    ] {
        let server = handing(&json!({ "id": value }).to_string()).await;
        let settings = two(&server, json!({ "json": "$.id" }), json!({ "url": "/items/{{id}}/x?q={{id}}" }));
        let (outcome, reason) = Look::new("http", settings).outcome().await;
        let head = server.heads().pop().expect("a request");
        assert!(outcome == Outcome::Pass && head.starts_with(wanted) && !head.contains("\r\nX-Evil"), "{value}: {reason} {head}");
    }
    for value in [".", "..", "..."] {
        let server = handing(&json!({ "id": value }).to_string()).await;
        let settings = two(&server, json!({ "json": "$.id" }), json!({ "url": "/items/{{id}}", "method": "DELETE" }));
        let (outcome, reason) = Look::new("http", settings).outcome().await;
        assert!(outcome == Outcome::Unknown && reason.contains("consists of dots, which lead elsewhere"), "{reason}");
        assert_eq!(server.heads().len(), 1);
    }
    let server = handing(r#"{"id":"."}"#).await;
    let settings = two(&server, json!({ "json": "$.id" }), json!({ "url": "/items/a{{id}}/b" }));
    assert_eq!(Look::new("http", settings).outcome().await.0, Outcome::Unknown);
}

#[tokio::test]
async fn a_captured_line_end_begins_no_header() {
    for name in ["X-Id", "Authorization", "Cookie"] {
        for value in ["a\r\nX-Evil: 1", "a\nb", "a\0b"] {
            let server = handing(&json!({ "id": value }).to_string()).await;
            let settings = two(&server, json!({ "json": "$.id" }), json!({ "url": "/x", "headers": { name: "x{{id}}" } }));
            let (outcome, reason) = Look::new("http", settings).outcome().await;
            assert!(
                outcome == Outcome::Unknown && reason.contains("has characters that no header may have"),
                "{name} {value:?}: {outcome:?} {reason}"
            );
            assert_eq!(server.heads().len(), 1, "it was sent");
        }
    }
}

#[tokio::test]
async fn in_content_it_stays_one_text() {
    const ID: &str = "x\",\"admin\":true,\"&role=admin{{id}}\r\n";
    let took: Arc<Mutex<(String, String)>> = Arc::default();
    let kept = took.clone();
    let take = async move |headers: HeaderMap, body: String| {
        *kept.lock().expect("no panic") = (headers["content-type"].to_str().unwrap_or_default().to_owned(), body);
    };
    let url = serve_router(Router::new().route("/id", get(async || Json(json!({ "id": ID })))).route("/take", post(take))).await;
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.bin"), b"{{id}} as it is").expect("written");
    let form = |text: &str| url::form_urlencoded::Serializer::new(String::new()).append_pair("id", text).append_pair("n", "1").finish();
    for (content, media_type, sent) in [
        (
            json!({ "body": { "id": "{{id}}", "list": ["<{{ id }}>"] } }),
            "application/json",
            json!({ "id": ID, "list": [format!("<{ID}>")] }).to_string(),
        ),
        (json!({ "form": { "id": "{{id}}", "n": 1 } }), "application/x-www-form-urlencoded", form(ID)),
        (
            json!({ "body": "<{{id}}> {{ not.a.name }}", "headers": { "Content-Type": "text/x" } }),
            "text/x",
            format!("<{ID}> {{{{ not.a.name }}}}"),
        ),
        (json!({ "file": "a.bin" }), "application/octet-stream", "{{id}} as it is".into()),
        (json!({ "file": "a.bin", "headers": { "Content-Type": "text/x" } }), "text/x", "{{id}} as it is".into()),
    ] {
        let mut step = content.clone();
        step.as_object_mut().expect("a map").extend([
            ("name".into(), json!("take")),
            ("url".into(), json!("/take")),
            ("method".into(), json!("POST")),
        ]);
        let steps = json!([{ "name": "id", "url": "/id", "capture": { "id": { "json": "$.id" } } }, step]);
        let (outcome, reason) = Look::new("http", json!({ "url": url, "steps": steps })).root(folder.path()).outcome().await;
        assert_eq!(outcome, Outcome::Pass, "{content}: {reason}");
        assert_eq!(*took.lock().expect("no panic"), (media_type.to_owned(), sent), "{content}");
    }
    // Nor is a single request's text touched.
    let single = json!({ "url": format!("{url}take"), "method": "POST", "headers": { "Content-Type": "text/x" }, "body": "{{id}}" });
    assert_eq!(Look::new("http", single).outcome().await.0, Outcome::Pass);
    assert_eq!(took.lock().expect("no panic").1, "{{id}}");
    std::fs::File::create(folder.path().join("giant")).and_then(|file| file.set_len((16 << 20) + 1)).expect("a file");
    for (file, why) in [("none", "does not exist"), ("giant", "is larger than 16 MiB"), (".", "is a folder")] {
        let settings = json!({ "url": format!("{url}take"), "method": "POST", "file": file });
        let (outcome, reason) = Look::new("http", settings).root(folder.path()).outcome().await;
        assert!(outcome == Outcome::Unknown && reason.contains(why), "{reason}");
    }
}

#[tokio::test]
async fn what_is_no_value_is_not_handed_on() {
    let giant = json!({ "id": "x".repeat(1 << 20) }).to_string();
    let long = json!({ "id": "x".repeat(100_000) }).to_string();
    for (body, capture, wanted, got) in [
        (r#"{"a":1}"#, json!({ "json": "$.id" }), Outcome::Fail, "got nothing there, wanted one value at `$.id`"),
        (r#"{"id":null}"#, json!({ "json": "$.id" }), Outcome::Fail, "got `null`"),
        (r#"{"id":""}"#, json!({ "json": "$.id" }), Outcome::Fail, "got an empty value"),
        (r#"{"id":{"a":1}}"#, json!({ "json": "$.id" }), Outcome::Fail, "got an object"),
        (r#"{"id":1,"id":2}"#, json!({ "json": "$.id" }), Outcome::Fail, "got no JSON"),
        (r#"[{"id":1},{"id":2}]"#, json!({ "json": "$[*].id" }), Outcome::Fail, "got 2 values"),
        ("<html>", json!({ "json": "$.id" }), Outcome::Fail, "got no JSON"),
        (
            "<html>",
            json!({ "matches": "csrf=(.*);" }),
            Outcome::Fail,
            "got no match, wanted something in the body that matches /csrf=(.*);/",
        ),
        ("a", json!({ "header": "x-id" }), Outcome::Fail, "got no such header, wanted the header `x-id`"),
        ("a", json!({ "header": "content-type", "matches": "text/(.*)" }), Outcome::Fail, "got no match"),
        (&long, json!({ "json": "$.id" }), Outcome::Fail, "got a value of 97.6 KiB, and at most 8 KiB are handed on"),
        (&giant, json!({ "json": "$.id" }), Outcome::Fail, "size of the body: got more than 1 MiB"),
    ] {
        let server = handing(body).await;
        let settings = two(&server, capture.clone(), json!({ "url": "/x?id={{id}}" }));
        let (outcome, reason) = Look::new("http", settings).outcome().await;
        assert!(outcome == wanted && reason.contains(got), "{capture}: {outcome:?} {reason}");
        assert_eq!(server.heads().len(), 1, "{capture}: the flow went on");
    }
    // A secret that is too long to be handed on is a secret.
    let server = handing(&json!({ "token": "s3cret".repeat(5_000) }).to_string()).await;
    let settings = json!({ "url": server.url("/"), "steps": [{ "name": "a", "url": "/", "capture": { "id": { "json": "$.token", "secret": true } } }] });
    let ((outcome, _), report) = reported(settings).await;
    assert!(outcome == Outcome::Fail && !report.contains("s3cret"), "{report}");
    for (body, capture, handed) in [
        (r#"{"id":17}"#, json!({ "json": "$.id" }), "17"),
        (r#"{"id":true}"#, json!({ "json": "$.id" }), "true"),
        (r#"{"id":"/a/17"}"#, json!({ "json": "$.id", "matches": "[0-9]+" }), "17"),
        (r#"<input name="csrf" value="a-b">"#, json!({ "matches": "name=\"csrf\" value=\"([^\"]+)\"" }), "a-b"),
        ("a", json!({ "header": "content-type", "matches": "[a-z]+/(.*)" }), "json"),
    ] {
        let server = handing(body).await;
        let (outcome, reason) = Look::new("http", two(&server, capture, json!({ "url": "/x?id={{id}}" }))).outcome().await;
        assert_eq!(outcome, Outcome::Pass, "{reason}");
        assert!(server.heads()[1].starts_with(&format!("GET /x?id={handed} ")), "{:?}", server.heads());
    }
}

#[tokio::test]
async fn credentials_stay_at_their_origin() {
    let other = Hostile::answering(200, &[], "there").await;
    let home = Hostile::answering(200, &["Set-Cookie: sid=canary-3; Path=/"], "here").await;
    let settings = json!({ "url": home.url("/").replace("://", "://app:canary-0@"), "cookies": true,
        "headers": { "X-Api-Key": "canary-1", "X-Plain": "canary-2", "Accept-Language": "de" },
        "steps": [{ "name": "home", "url": "/a" }, { "name": "other", "url": other.url("/b") },
            { "name": "back", "url": home.url("/c"), "headers": { "X-Plain": "own" } }] });
    let (outcome, reason) = Look::new("http", settings).outcome().await;
    assert_eq!(outcome, Outcome::Pass, "{reason}");
    let there = other.heads().concat().to_ascii_lowercase();
    assert!(there.contains("accept-language: de") && !there.contains("canary") && !there.contains("authorization"), "{there}");
    let here: Vec<String> = home.heads().iter().map(|head| head.to_ascii_lowercase()).collect();
    assert!(here[0].contains("x-api-key: canary-1") && here[0].contains("authorization: basic") && !here[0].contains("cookie"), "{here:?}");
    // A whole address carries its own login only.
    assert!(here[1].contains("x-plain: own") && here[1].contains("cookie: sid=canary-3") && !here[1].contains("authorization"), "{here:?}");
}

#[tokio::test]
async fn cookies_are_kept_along_redirects_and_only_where_they_are_wanted() {
    let server = Hostile::new(|mut visit| {
        Box::pin(async move {
            match visit.path() {
                "/in" => visit.answer(302, &["Location: /landing", "Set-Cookie: sid=1; Path=/"], "").await,
                "/out" => visit.answer(200, &["Set-Cookie: sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], "").await,
                "/loop" => visit.answer(302, &["Location: /pool"], "").await,
                "/pool" => visit.answer(302, &["Location: /loop"], "").await,
                _ if visit.head.contains("sid=1") => visit.answer(200, &[], "known").await,
                _ => visit.answer(401, &[], "unknown").await,
            }
        })
    })
    .await;
    let ask = async |cookies: bool, last: u16| {
        let settings = json!({ "url": server.url("/"), "cookies": cookies, "steps": [
            { "name": "in", "url": "/in", "follow-redirects": 1, "expect": { "status": [200, 401] } },
            { "name": "known", "url": "/known", "expect": { "status": if cookies { 200 } else { 401 } } },
            { "name": "out", "url": "/out" }, { "name": "unknown", "url": "/known", "expect": { "status": last } } ] });
        Look::new("http", settings).outcome().await
    };
    for cookies in [true, false] {
        assert_eq!(ask(cookies, 401).await.0, Outcome::Pass);
    }
    let settings = json!({ "url": server.url("/"), "steps": [{ "name": "loop", "url": "/loop", "follow-redirects": 10 }, { "name": "later", "url": "/in" }] });
    let (outcome, reason) = Look::new("http", settings).outcome().await;
    assert!(outcome == Outcome::Fail && reason.contains("it is a redirect loop"), "{reason}");
}

#[tokio::test]
async fn a_step_that_hangs_leaves_time_to_clean_up() {
    let server = Hostile::new(|mut visit| {
        Box::pin(async move {
            if visit.path() == "/hangs" {
                tokio::time::sleep(Duration::from_secs(60)).await;
            }
            visit.answer(200, &[], "").await
        })
    })
    .await;
    let steps = |always: bool| {
        json!({ "url": server.url("/"), "steps": [{ "name": "first", "url": "/" }, { "name": "hangs", "url": "/hangs" },
            { "name": "last", "url": "/last" }, { "name": "clean", "url": "/clean", "always": always }] })
    };
    for always in [true, false] {
        let mut look = Look::new("http", steps(always));
        look.timeout = Duration::from_secs(1);
        let (outcome, reason) = look.outcome().await;
        assert!(outcome == Outcome::Unknown && reason.contains("step `hangs`: answer: http://127.0.0.1:"), "{reason}");
        assert!(reason.contains("step `last`: answer: not reached because step `hangs` got no answer"), "{reason}");
        assert_eq!(server.heads().iter().filter(|head| head.starts_with("GET /clean")).count(), 1, "{always}");
    }
    let nobody = json!({ "url": format!("http://127.0.0.1:{}/", crate::port::unused()), "steps": [{ "name": "a", "url": "/" }, { "name": "b", "url": "/" }] });
    let why = Look::new("http", nobody).look().await.expect_err("nothing listens");
    assert!(matches!(&why, gonogo::check::Unseen::Unreachable(why) if why.contains("refused the connection")), "{why}");
}

#[test]
fn steps_that_do_not_fit_are_refused() {
    let ok = json!({ "name": "a", "url": "/a" });
    let with = |more: Value| {
        let mut step = ok.clone();
        step.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
        json!({ "url": "http://127.0.0.1/", "steps": [step] })
    };
    let beside = |more: Value| {
        let mut settings = with(json!({}));
        settings.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
        settings
    };
    let captures = |name: &str, capture: Value| with(json!({ "capture": { name: capture } }));
    for (settings, why) in [
        (beside(json!({ "method": "POST" })), "`method` belongs to a step"),
        (beside(json!({ "expect": { "status": 200 } })), "`expect` belongs to a step"),
        (beside(json!({ "addresses": "all" })), "`addresses` is of a single request"),
        (beside(json!({ "steps": [] })), "`steps` is a list of 1 to 50"),
        (beside(json!({ "steps": [ok, ok] })), "two steps have this name"),
        (beside(json!({ "cookies": true, "headers": { "Cookie": "a=b" } })), "one of them"),
        (with(json!({ "name": "Log in" })), "names no step"),
        (with(json!({ "url": "//evil.example/" })), "a path begins with one `/`"),
        (with(json!({ "url": "a" })), "write a path like `/items/{{id}}`"),
        (with(json!({ "url": "https://{{host}}/" })), "never says which host is asked"),
        (with(json!({ "url": "/{{a.b}}" })), "begins a name like `{{id}}`"),
        (with(json!({ "headers": { "X-A": "{{a b}}" } })), "begins a name like `{{id}}`"),
        (with(json!({ "url": "/{{id}}" })), "`{{id}}` was captured by no step before"),
        (with(json!({ "headers": { "Authorization": "Bearer {{id}}" } })), "was captured by no step before"),
        (with(json!({ "method": "POST", "body": { "a": ["{{id}}"] } })), "was captured by no step before"),
        (with(json!({ "method": "POST", "form": { "a": "{{id}}" } })), "was captured by no step before"),
        (with(json!({ "method": "POST", "form": { "a": "b" }, "body": "x" })), "`body` and `form` are two contents"),
        (with(json!({ "method": "POST", "form": {} })), "an empty form sends nothing"),
        (with(json!({ "method": "POST", "form": { "a": [1] } })), "a form has texts only"),
        (with(json!({ "form": { "a": "b" } })), "`form` needs a `method`"),
        (with(json!({ "method": "POST", "follow-redirects": 1 })), "redirects are followed for GET and HEAD"),
        (with(json!({ "expect": { "version": "HTTP/2" } })), "HTTP/2 is offered over TLS only"),
        (captures("id", json!({})), "it is not said where the value is"),
        (captures("id", json!({ "json": "$.a", "header": "b" })), "two places"),
        (captures("a b", json!({ "json": "$.a" })), "names no captured value"),
        (json!({ "url": "http://127.0.0.1/", "cookies": true }), "`cookies` goes with `steps`"),
        (json!({ "url": "http://127.0.0.1/", "method": "POST", "addresses": "all" }), "may change something each time"),
        (json!({ "url": "http://127.0.0.1/", "file": "x" }), "`file` needs a `method`"),
    ] {
        let error = gonogo::check::parse("http", &settings).expect("a kind").map(|_| ()).expect_err(why).to_string();
        assert!(error.contains(why), "{settings}: {error}");
    }
}
