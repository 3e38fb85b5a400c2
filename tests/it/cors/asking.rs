//! What the kind `cors` sends, and what it makes of answers that do not come.

use std::time::Duration;

use gonogo::{
    check::{self, Unseen},
    model::Outcome,
};
use serde_json::json;

use super::api::{APP, Question, api, header, look, names, outcome, settings};
use crate::{hostile::Hostile, look::Look};

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
    assert_eq!(of_app.len(), 5, "GET, the error, a preflight for each method, and GET through a cache");
    assert!(of_app[0].starts_with("GET /users?page=1 "), "the first question is the one that matters: {}", of_app[0]);
    assert!(!format!("{} {:?}", seen.observation.value(), seen.expectations).contains("canary"));
}

#[tokio::test]
async fn what_cannot_be_asked_is_unknown() {
    let port = crate::port::unused();
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
    let server = api(|question| if question.nth % 3 == 2 && question.nth < 135 { (429, vec![]) } else { question.good() }).await;
    let seen = look(settings(&server)).await;
    assert_eq!(Outcome::of(&seen.expectations), Outcome::Pass, "{:#?}", seen.expectations);
    assert!(server.heads().len() > 135 && server.heads().len() < 135 * 2, "{}", server.heads().len());

    // The gate lets nobody but the wanted through.
    for status in [429, 503, 420, 509, 529] {
        let server = api(move |question| match question.origin.as_deref() {
            Some(APP) | None => question.good(),
            _ => (status, vec![]),
        })
        .await;
        let mut look = Look::new("cors", settings(&server));
        look.timeout = Duration::from_secs(2);
        let seen = look.look().await.expect("answers");
        assert_eq!(Outcome::of(&seen.expectations), Outcome::Unknown, "{status}");
        assert_eq!(names(&seen, None).len(), 21, "{:#?}", seen.expectations);
        assert!(names(&seen, None).contains(&"allow-origin") && names(&seen, None).contains(&"vary"));
        assert!(seen.expectations.iter().any(|one| one.why.as_deref().is_some_and(|why| why.contains("raise the check's `timeout`"))));
    }
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
    assert!(seen.observation.text().len() < 150 << 10, "{}", seen.observation.text().len());
    assert!(seen.expectations.iter().all(|expectation| expectation.got.len() < 4 << 10));
    // A gigabyte behind each answer is not read.
    let server = Hostile::endless().await;
    let mut look = Look::new("cors", settings(&server));
    look.timeout = Duration::from_secs(20);
    let (outcome, _) = look.outcome().await;
    assert_eq!(outcome, Outcome::Fail);
    assert!(server.bytes() < 1 << 30, "{} bytes", server.bytes());
}
