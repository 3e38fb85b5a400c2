//! Servers that lie, hang, flood, or are none.

use std::time::Duration;

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};

use crate::{hostile::Hostile, look::Look, servers::prometheus::now};

/// Says what time it is, and to all else this, with this status.
pub(crate) async fn liar(status: u16, answer: impl Into<String>) -> Hostile {
    let answer = answer.into();
    Hostile::new(move |mut visit| {
        let (head, answer) = (visit.head.clone(), answer.clone());
        Box::pin(async move {
            if head.contains("query=time%28%29") {
                return visit.answer(200, &["Content-Type: application/json"], clock(0)).await;
            }
            visit.answer(status, &["Content-Type: application/json"], answer).await
        })
    })
    .await
}

/// What a clock says that is so many seconds ahead.
pub(crate) fn clock(ahead: i64) -> String {
    let now = now().as_second() + ahead;
    format!(r#"{{"status":"success","data":{{"resultType":"scalar","result":[{now},"{now}"]}}}}"#)
}

pub(crate) fn vector(result: &str) -> String {
    format!(r#"{{"status":"success","data":{{"resultType":"vector","result":[{result}]}}}}"#)
}

pub(crate) async fn said(server: &Hostile, demand: Value) -> (Outcome, String) {
    let mut settings = demand;
    settings["url"] = json!(server.url(""));
    settings["query"] = json!("x");
    let mut look = Look::new("prometheus", settings).at(now());
    look.timeout = Duration::from_secs(3);
    look.outcome().await
}

#[tokio::test]
async fn nothing_that_is_not_understood_passes() {
    let one = r#"{"metric":{},"value":[1,"1"]}"#;
    let many: Vec<String> = (0..1001).map(|number| format!(r#"{{"metric":{{"n":"{number}"}},"value":[1,"1"]}}"#)).collect();
    let beside = |more: &str| vector(one).replace(r#""data""#, &format!(r#"{more},"data""#));
    for (status, answer, wanted) in [
        (200, vector(one).replace("success", "error"), "answers with an error"),
        (200, beside(r#""warnings":["store b is gone"]"#), "store b is gone"),
        (200, beside(r#""infos":["x is no counter"]"#), "x is no counter"),
        (200, beside(r#""status":"success""#), "duplicate field"),
        (200, vector(one).replace("vector", "streams"), "not understood"),
        (200, vector(r#"{"metric":{"a":"1","a":"2"},"value":[1,"1"]}"#), "stands twice"),
        (200, vector(r#"{"metric":{},"value":[1,1]}"#), "not understood"),
        (200, vector(r#"{"metric":{},"histogram":[1,{"count":"1"}]}"#), "native histograms"),
        (200, vector(&format!("{one},{one}")), "the same labels"),
        (200, vector(&many.join(",")), "more than 1000"),
        (200, "<!DOCTYPE html><title>Log in</title>".into(), "a page, not with JSON"),
        (200, String::new(), "not understood"),
        (200, "[".repeat(100_000), "not understood"),
        (200, r#"{"status":"success"}"#.into(), "without data"),
        (302, String::new(), "leads elsewhere (302)"),
        (400, r#"{"status":"error","errorType":"bad_data","error":"parse error"}"#.into(), "cannot read the query: `parse error`"),
        (401, "no org id".into(), "another login (401): `no org id`"),
        (403, String::new(), "does not let us ask (403)"),
        (404, String::new(), "has no `/api/v1` there (404)"),
        (422, r#"{"status":"error","error":"many-to-many"}"#.into(), "cannot evaluate the query: `many-to-many`"),
        (429, String::new(), "answers 429"),
        (503, r#"{"status":"error","error":"query timed out"}"#.into(), "gave up (503): `query timed out`"),
    ] {
        let server = liar(status, answer.clone()).await;
        let (outcome, reason) = said(&server, json!({ "value": 1 })).await;
        let shown = &answer[..answer.len().min(100)];
        assert!(outcome == Unknown && reason.contains(wanted), "{status} {shown}: {outcome} {reason}");
    }
    let (outcome, reason) = said(&liar(200, vector(one)).await, json!({ "value": 1 })).await;
    assert_eq!(outcome, Pass, "{reason}");
}

#[tokio::test]
async fn a_clock_that_is_off_is_told() {
    for (ahead, told) in [(0, false), (200, false), (-200, false), (3600, true), (-3600, true)] {
        let server = Hostile::answering(200, &[], clock(ahead)).await;
        let (outcome, reason) = said(&server, json!({ "value": { "max": 1 } })).await;
        let wanted = if told { Unknown } else { Fail };
        assert!(outcome == wanted && reason.contains("the clock of http://127.0.0.1") == told, "{ahead}: {outcome} {reason}");
    }
}

#[tokio::test]
async fn floods_silence_and_absence_end_in_time() {
    for (server, wanted) in [
        (Hostile::endless().await, "more than 4 MiB"),
        (Hostile::gzip_bomb().await, "more than 4 MiB"),
        (Hostile::silent().await, "did not answer within"),
        (Hostile::dripping().await, "broke its answer off"),
        (Hostile::blurting("SSH-2.0-OpenSSH_9.2\r\n").await, "not HTTP"),
    ] {
        let (outcome, reason) = said(&server, json!({ "value": 1 })).await;
        assert!(outcome == Unknown && reason.contains(wanted), "{wanted}: {outcome} {reason}");
    }
    let settings = json!({ "url": format!("http://127.0.0.1:{}", crate::port::unused()), "query": "x", "value": 1 });
    let (outcome, reason) = Look::new("prometheus", settings).outcome().await;
    assert!(outcome == Unknown && reason.contains("refused the connection"), "{reason}");
}

#[tokio::test]
async fn labels_that_act_are_made_harmless() {
    let text = "\\u001b[2J::error::\\u202e<script>".to_owned() + &"x".repeat(9000);
    let server = liar(200, vector(&format!(r#"{{"metric":{{"a":"{text}"}},"value":[1,"5"]}}"#))).await;
    let (outcome, reason) = said(&server, json!({ "value": { "max": 1 } })).await;
    assert!(outcome == Fail && !reason.contains(['\x1b', '\u{202e}']) && reason.len() < 1000, "{outcome} {reason:?}");
}

#[tokio::test]
async fn logins_go_along_and_are_asked_for_once() {
    let server = liar(200, vector(r#"{"metric":{},"value":[1,"5"]}"#)).await;
    let url = server.url("/prometheus/").replace("http://", "http://me:s3cr3t-pw@");
    let settings = json!({ "url": url, "query": "x{a=\"b c&d\"}", "value": 5, "headers": { "X-Scope-OrgID": "shop" } });
    let (outcome, reason) = Look::new("prometheus", settings).at(now()).outcome().await;
    assert_eq!(outcome, Pass, "{reason}");
    let heads = server.heads();
    assert!(heads.iter().all(|head| head.contains("Basic bWU6czNjcjN0LXB3")), "{heads:?}");
    assert!(heads[1].starts_with("GET /prometheus/api/v1/query?query=x%7Ba%3D%22b%20c%26d%22%7D "), "{heads:?}");
    assert!(heads[1].to_ascii_lowercase().contains("x-scope-orgid: shop"), "{heads:?}");
}
