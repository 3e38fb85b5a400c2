//! The kind `compare` on two servers: what differs, what may, and what proves nothing.

use std::fs;

use gonogo::model::Outcome;
use serde_json::{Value, json};

use crate::{gonogo::Gonogo, hostile::Hostile, look::Look};

/// A version of a service: pages by their path; `more` is mixed into what it says of a user.
pub(crate) async fn version(more: Value) -> Hostile {
    Hostile::new(move |mut visit| {
        let mut user = json!({ "id": 7, "name": "ann", "score": 1.5, "tags": ["a", "b"], "at": visit.nth });
        user.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
        Box::pin(async move {
            let json = ["Content-Type: application/json; charset=utf-8", "Cache-Control: no-store", "Connection: close"];
            match visit.path().split('?').next().unwrap_or_default() {
                "/users/7" => visit.answer(200, &json, user.to_string()).await,
                "/page" => visit.answer(200, &["Content-Type: text/html", "Connection: close"], "<p>hello</p>").await,
                "/denied" => visit.answer(401, &json, "{}").await,
                "/broken" => visit.answer(200, &json, "{").await,
                "/big" => visit.answer(200, &["Connection: close"], vec![b'x'; (4 << 20) + 1]).await,
                _ => visit.answer(404, &json, "{}").await,
            };
            false
        })
    })
    .await
}

pub(crate) const LINES: &str =
    "{\"path\": \"/users/7?page=2\"}\n{\"method\": \"GET\", \"url\": \"https://old.example.com/page\"}\n{\"path\": \"/missing\"}\n";

pub(crate) async fn outcome(old: &Hostile, new: &Hostile, lines: &str, more: Value) -> (Outcome, String) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("requests.jsonl"), lines).expect("written");
    let mut all = json!({ "old": old.url(""), "new": new.url(""), "requests": "requests.jsonl", "ignore": ["$.at"] });
    all.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
    Look::new("compare", all).root(folder.path()).outcome().await
}

#[tokio::test]
async fn two_that_answer_alike_pass() {
    let (old, new) = (version(json!({})).await, version(json!({})).await);
    for more in [
        json!({}),
        json!({ "same-headers": ["Content-Type", "Cache-Control"] }),
        json!({ "body": "structure", "ignore": [] }),
        json!({ "body": "any", "ignore": [] }),
    ] {
        let (outcome, reason) = outcome(&old, &new, LINES, more.clone()).await;
        assert_eq!(outcome, Outcome::Pass, "{more}: {reason}");
    }
    let heads = old.heads();
    assert!(heads.len() == 12 && heads[0].starts_with("GET /users/7?page=2 "), "{heads:?}");
    let near = version(json!({ "score": 1.6 })).await;
    let (tolerated, reason) = outcome(&old, &near, LINES, json!({ "tolerances": { "$.score": 0.2 } })).await;
    assert!(tolerated == Outcome::Pass, "{reason}");
}

#[tokio::test]
async fn differences_are_told_by_class() {
    let old = version(json!({})).await;
    for (new, more, said) in [
        (json!({ "name": "eve" }), json!({}), "Differences in values: got 1 of 3 (ignored: $.at): request 1, GET /users/7: $.name"),
        (
            json!({ "name": null }),
            json!({}),
            "Differences in structure: got 1 of 3 (ignored: $.at): request 1, GET /users/7: $.name is null, not a text",
        ),
        (json!({ "mail": "x" }), json!({ "body": "structure" }), "$.mail is new"),
        (json!({ "tags": ["a"] }), json!({ "body": "structure" }), "$.tags has 1 items, not 2"),
        (
            json!({ "score": 1.8 }),
            json!({ "tolerances": { "$.score": 0.2 } }),
            "tolerated: $.score by 0.2): request 1, GET /users/7: $.score",
        ),
        (json!({ "at": "later" }), json!({ "ignore": [], "most": 1 }), "$.at is a text, not a number"),
    ] {
        let new = version(new).await;
        let (got, reason) = outcome(&old, &new, LINES, more.clone()).await;
        assert_eq!(got, Outcome::Fail, "{more}: {reason}");
        assert!(reason.contains(said) && !reason.contains("eve"), "{more}: {reason}");
    }
    let new = Hostile::answering(200, &["Content-Type: text/plain"], "hello").await;
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("requests.jsonl"), LINES).expect("written");
    let settings = json!({ "old": old.url(""), "new": new.url(""), "requests": "requests.jsonl", "ignore": ["$.at"], "same-headers": "Cache-Control" });
    let judged = Look::new("compare", settings).root(folder.path()).look().await.expect("two that answer");
    let reason: String = judged.expectations.iter().map(|expectation| format!("{}\n", expectation.line())).collect();
    for said in [
        "Differences in status: got 1 of 3 (ignored: $.at): request 3, GET /missing: 200, not 404",
        "Differences in headers: got 2 of 3",
        "request 1, GET /users/7: the body is no JSON",
        "request 2, GET /page: the body, of 5 bytes, not 12",
    ] {
        assert!(reason.contains(said), "{reason}");
    }
}

#[tokio::test]
async fn what_proves_nothing_is_open() {
    let (old, new) = (version(json!({})).await, version(json!({})).await);
    for (lines, wanted, said) in [
        ("{\"path\": \"/denied\"}", Outcome::Unknown, "answers with 401, which proves nothing"),
        ("{\"path\": \"/broken\"}", Outcome::Unknown, "the old version's body is no JSON"),
        ("{\"path\": \"/big\"}", Outcome::Unknown, "larger than 4 MiB"),
        ("{\"path\": \"//evil.example.com/\"}", Outcome::Unknown, "does not begin with one `/`"),
        ("{\"path\": \"/page\"}\nodd", Outcome::Unknown, "1 of 2 compared; 1 open: request 2"),
        ("{\"method\": \"ODD\", \"path\": \"/page\"}", Outcome::Unknown, "its method is none that is known here"),
        (
            "{\"method\": \"POST\", \"path\": \"/page\", \"body\": {\"a\": 1}}",
            Outcome::Fail,
            "0 of 1 compared, 1 left out as POST: there is none to send",
        ),
        ("", Outcome::Fail, "there is none to send"),
    ] {
        let (got, reason) = outcome(&old, &new, lines, json!({})).await;
        assert_eq!(got, wanted, "{lines}: {reason}");
        assert!(reason.contains(said), "{lines}: {reason}");
    }
    assert!(!old.heads().iter().any(|head| head.starts_with("POST")));
    let (got, reason) =
        outcome(&old, &new, "{\"method\": \"POST\", \"path\": \"/page\", \"body\": {\"a\": 1}}", json!({ "methods": ["GET", "POST"] }))
            .await;
    assert_eq!(got, Outcome::Pass, "{reason}");
    assert!(old.heads().iter().any(|head| head.starts_with("POST /page")));
    for away in [Hostile::resetting().await, Hostile::silent().await, Hostile::endless().await] {
        let (got, reason) = outcome(&old, &away, "{\"path\": \"/page\"}", json!({})).await;
        assert_eq!(got, Outcome::Unknown, "{reason}");
    }
}

#[tokio::test]
async fn times_are_compared_pair_by_pair() {
    let slow = |ms: u64| {
        Hostile::new(move |mut visit| {
            Box::pin(async move {
                tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
                visit.answer(200, &[], "hello").await
            })
        })
    };
    let (old, same, slower) = (slow(5).await, slow(5).await, slow(60).await);
    let lines = "{\"path\": \"/a\"}\n".repeat(12);
    let wanted = json!({ "latency": "30ms", "ignore": [] });
    let (fine, reason) = outcome(&old, &same, &lines, wanted.clone()).await;
    assert_eq!(fine, Outcome::Pass, "{reason}");
    let (red, reason) = outcome(&old, &slower, &lines, wanted.clone()).await;
    assert!(red == Outcome::Fail && reason.contains("95 % interval") && reason.contains("by order statistics over 12 pairs"), "{reason}");
    let (open, reason) = outcome(&old, &same, "{\"path\": \"/a\"}", wanted).await;
    assert!(open == Outcome::Unknown && reason.contains("too few"), "{reason}");
}

#[tokio::test]
async fn a_har_is_sent_without_its_logins_and_within_its_bound() {
    let (old, new) = (version(json!({})).await, version(json!({})).await);
    let folder = tempfile::tempdir().expect("a folder");
    let entry = |path: &str| {
        json!({ "request": { "method": "GET", "url": format!("https://www.example.com{path}"), "headers": [
            { "name": "Cookie", "value": "sid=s3cr3t" }, { "name": "Authorization", "value": "Bearer s3cr3t" }, { "name": "Accept-Language", "value": "de" }
        ] } })
    };
    let har = json!({ "log": { "version": "1.2", "entries": [entry("/page"), entry("/users/7"), entry("/page")] } });
    fs::write(folder.path().join("a.har"), har.to_string()).expect("written");
    let settings = json!({ "old": old.url(""), "new": new.url(""), "requests": "a.har", "most": 2, "ignore": ["$.at"],
        "headers": { "Authorization": "Bearer own" } });
    let (got, reason) = Look::new("compare", settings).root(folder.path()).outcome().await;
    assert_eq!(got, Outcome::Pass, "{reason}");
    for head in old.heads().iter().chain(&new.heads()) {
        assert!(!head.contains("s3cr3t") && head.contains("Bearer own") && head.to_lowercase().contains("accept-language: de"), "{head}");
    }
    assert_eq!((old.heads().len(), new.heads().len()), (2, 2));
}

#[test]
fn nothing_is_sent_where_nothing_guards() {
    let plan = |guard: &str| {
        format!(
            "project: p\nenvironments: {{ prod: {{ {guard} }} }}\nchecks:\n  - id: is-prod\n    http: {{ url: \"https://old.example.com/\", expect: {{ contains: prod }} }}\n  \
             - id: alike\n    compare: {{ old: \"https://old.example.com\", new: \"https://new.example.com\", requests: a.jsonl }}\n"
        )
    };
    let refused = Gonogo::new().plan(&plan("")).run(["plan"]);
    assert!(refused.stderr.contains("nothing guards prod"), "{}", refused.stderr);
    let plan = Gonogo::new().plan(&plan("guard: [is-prod]")).run(["plan"]).exits(0).stdout;
    assert!(plan.contains("sends up to 100 recorded requests (GET, HEAD or OPTIONS)"), "{plan}");
}
