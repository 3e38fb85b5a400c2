//! What the kind `cors` demands, against an API that errs in ways nginx cannot.

use gonogo::model::Outcome;
use serde_json::json;

use super::api::{APP, Question, api, look, names, outcome, settings};
use crate::hostile::Hostile;

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
        assert!(red.is_empty() || allow_origin.got == format!("`{value}` on GET without `Origin` and 2 more"), "{}", allow_origin.got);
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
async fn a_page_for_every_path_is_no_error() {
    let server = api(|question| (200, question.good().1)).await;
    let (unknown, reason) = outcome(settings(&server)).await;
    assert_eq!(unknown, Outcome::Unknown);
    let page = server.url("/users/gonogo-no-such-page");
    assert_eq!(
        reason,
        format!("error answered to GET from `{APP}`: {page} answers with status 200: name a path that answers an error with `error-path`")
    );
    let server = api(|question| if question.path == "/boom?x=1" { (500, question.good().1) } else { (200, question.good().1) }).await;
    let mut named = settings(&server);
    named["error-path"] = json!("/boom?x=1");
    assert_eq!(outcome(named).await.0, Outcome::Pass);
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
    assert_eq!(server.heads().len(), 8);
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
    let (failed, reason) = outcome(without).await;
    assert_eq!(failed, Outcome::Fail);
    assert!(reason.starts_with(&format!("GET from `{APP}`: got status 200, credentials allowed, wanted 2xx")), "{reason}");
    let mut open = settings(&server);
    open.as_object_mut().expect("a map").remove("credentials");
    assert_eq!(outcome(open).await.0, Outcome::Pass);
}
