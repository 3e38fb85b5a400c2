//! The kind `feature-flag` against what Unleash, OFREP and flagd's files say, after their public documentation.

use std::fs;

use gonogo::model::Outcome;
use serde_json::{Value, json};

use crate::{hostile::Hostile, look::Look};

const TOKEN: &str = "default:production.3f1c9a77b2e04d5f8a61c0de";

/// A client API of Unleash that has these features.
pub(crate) async fn unleash(features: Value) -> Hostile {
    answering(json!({ "version": 2, "features": features, "query": { "project": ["default"], "environment": "production" } })).await
}

/// A server that gives one JSON answer to whoever has the token.
async fn answering(body: Value) -> Hostile {
    Hostile::new(move |mut visit| {
        let body = body.to_string();
        Box::pin(async move {
            let json = ["Content-Type: application/json"];
            match visit.path() {
                _ if !visit.head.contains(TOKEN) => visit.answer(401, &json, "{}").await,
                "/api/client/features" | "/api/frontend?userId=ann" => visit.answer(200, &json, &body).await,
                _ => visit.answer(404, &json, "<html>").await,
            }
        })
    })
    .await
}

pub(crate) async fn outcome(place: &str, server: &Hostile, mut settings: Value) -> (Outcome, String) {
    settings[place] = json!(server.url(""));
    if place == "unleash" && settings.get("headers").is_none() {
        settings["headers"] = json!({ "Authorization": TOKEN });
    }
    Look::new("feature-flag", settings).outcome().await
}

fn rollout(share: &str) -> Value {
    json!([{ "name": "flexibleRollout", "parameters": { "rollout": share, "stickiness": "default", "groupId": "a" }, "constraints": [], "variants": [] }])
}

/// Features as the client API tells them, and a demand that each meets.
pub(crate) fn features() -> Vec<(Value, Value)> {
    vec![
        (json!({ "name": "a", "enabled": true, "strategies": rollout("100") }), json!("on")),
        (json!({ "name": "a", "enabled": true, "strategies": [] }), json!(true)),
        (json!({ "name": "a", "enabled": true, "strategies": [{ "name": "default" }] }), json!({ "state": "on" })),
        (json!({ "name": "a", "enabled": true, "strategies": rollout("25") }), json!({ "percentage": "25%" })),
        (json!({ "name": "a", "enabled": true, "strategies": rollout("25") }), json!({ "percentage": "any" })),
        (json!({ "name": "a", "enabled": false, "strategies": rollout("100") }), json!("off")),
        (json!({ "name": "a", "enabled": false, "strategies": [] }), json!("exists")),
        (json!({ "name": "b", "enabled": true, "strategies": [] }), json!("absent")),
    ]
}

#[tokio::test]
async fn a_flag_in_unleash_stands_as_demanded() {
    for (feature, wanted) in features() {
        let server = unleash(json!([feature])).await;
        let (outcome, reason) = outcome("unleash", &server, json!({ "flags": { "a": wanted } })).await;
        assert_eq!(outcome, Outcome::Pass, "{feature} {wanted}: {reason}");
    }
}

#[tokio::test]
async fn what_is_not_so_is_red_and_what_is_not_told_open() {
    let only = |name: &str, key: &str| json!([{ "name": name, "parameters": {}, "constraints": [], key: [{ "id": 1 }] }]);
    for (feature, wanted, said, what) in [
        (json!({ "name": "a", "enabled": false, "strategies": [] }), json!("on"), Outcome::Fail, "got off, wanted on for everybody"),
        (
            json!({ "name": "b", "enabled": false, "strategies": [] }),
            json!("off"),
            Outcome::Fail,
            "got no such flag, wanted there, and off",
        ),
        (json!({ "name": "A", "enabled": false, "strategies": [] }), json!("off"), Outcome::Fail, "no such flag"),
        (json!({ "name": "a", "enabled": false, "strategies": [] }), json!("absent"), Outcome::Fail, "got off, wanted no such flag"),
        (
            json!({ "name": "a", "enabled": true, "strategies": rollout("25") }),
            json!("on"),
            Outcome::Fail,
            "got on for 25 %, wanted on for everybody",
        ),
        (json!({ "name": "a", "enabled": true, "strategies": rollout("0") }), json!("on"), Outcome::Fail, "got on for 0 %"),
        (
            json!({ "name": "a", "enabled": true, "strategies": rollout("25") }),
            json!({ "percentage": "50%" }),
            Outcome::Fail,
            "on for 25 %",
        ),
        (json!({ "name": "a", "enabled": true, "strategies": rollout("25") }), json!("off"), Outcome::Fail, "on for 25 %"),
        (json!({ "name": "a", "enabled": "true", "strategies": [] }), json!("on"), Outcome::Unknown, "its `enabled` is no boolean"),
        (
            json!({ "name": "a", "enabled": true, "strategies": rollout("much") }),
            json!("on"),
            Outcome::Unknown,
            "says no `rollout` from 0 to 100",
        ),
        (json!({ "name": "a", "enabled": true }), json!("on"), Outcome::Unknown, "its strategies are not told"),
        (
            json!({ "name": "a", "enabled": true, "strategies": only("default", "constraints") }),
            json!("on"),
            Outcome::Unknown,
            "has constraints",
        ),
        (json!({ "name": "a", "enabled": true, "strategies": only("default", "segments") }), json!("on"), Outcome::Unknown, "has segments"),
        (json!({ "name": "a", "enabled": true, "strategies": only("userWithId", "x") }), json!("on"), Outcome::Unknown, "for some only"),
        (
            json!({ "name": "a", "enabled": true, "strategies": [{ "name": "default", "disabled": true }] }),
            json!("on"),
            Outcome::Unknown,
            "all of its strategies are disabled",
        ),
        (
            json!({ "name": "a", "enabled": true, "strategies": [], "dependencies": [{ "feature": "b" }] }),
            json!("on"),
            Outcome::Unknown,
            "another flag",
        ),
    ] {
        let server = unleash(json!([feature])).await;
        let (outcome, reason) = outcome("unleash", &server, json!({ "flags": { "a": wanted } })).await;
        assert_eq!(outcome, said, "{feature} {wanted}: {reason}");
        assert!(reason.contains(what), "{feature} {wanted}: {reason}");
    }
}

#[tokio::test]
async fn a_flag_that_stands_twice_is_open() {
    let twice =
        unleash(json!([{ "name": "a", "enabled": true, "strategies": [] }, { "name": "a", "enabled": false, "strategies": [] }])).await;
    let (open, reason) = outcome("unleash", &twice, json!({ "flags": { "a": "on" } })).await;
    assert!(open == Outcome::Unknown && reason.contains("it twice"), "{reason}");
}

#[tokio::test]
async fn the_environment_is_that_of_production() {
    let flags = json!({ "a": "exists" });
    let body = |query: Value| json!({ "version": 2, "features": [{ "name": "a", "enabled": true, "strategies": [] }], "query": query });
    for (query, environment, outcome_wanted, said) in [
        (json!({ "environment": "development" }), "production", Outcome::Fail, "got `development`, wanted `production`"),
        (json!({}), "production", Outcome::Pass, ""),
        (Value::Null, "staging", Outcome::Fail, "got `production`, wanted `staging`"),
    ] {
        let server = answering(body(query)).await;
        let (got, reason) = outcome("unleash", &server, json!({ "flags": flags, "environment": environment })).await;
        assert_eq!(got, outcome_wanted, "{reason}");
        assert!(reason.contains(said), "{reason}");
    }
    let server = Hostile::answering(200, &[], body(Value::Null).to_string()).await;
    let old = json!({ "flags": flags, "headers": { "Authorization": "56907a2fa53c1d16101d509a10b78e36190b0f918d9f122d" } });
    let (open, reason) = outcome("unleash", &server, old).await;
    assert!(open == Outcome::Unknown && reason.contains("neither the answer nor the token"), "{reason}");
    let (refused, reason) =
        outcome("unleash", &answering(body(Value::Null)).await, json!({ "flags": flags, "headers": { "X-Odd": "1" } })).await;
    assert!(refused == Outcome::Unknown && reason.contains("401: the token in `headers`"), "{reason}");
}

#[tokio::test]
async fn the_frontend_tells_only_what_is_on() {
    let server =
        answering(json!({ "toggles": [{ "name": "a", "enabled": true, "variant": { "name": "disabled", "enabled": false } }] })).await;
    let settings = |flags: Value| json!({ "api": "frontend", "context": { "userId": "ann" }, "flags": flags });
    let (on, reason) = outcome("unleash", &server, settings(json!({ "a": "on" }))).await;
    assert_eq!(on, Outcome::Pass, "{reason}");
    let (off, reason) = outcome("unleash", &server, settings(json!({ "b": "on" }))).await;
    assert!(off == Outcome::Fail && reason.contains("it is off, or not there"), "{reason}");
    let (open, reason) = outcome("unleash", &server, settings(json!({ "b": "exists" }))).await;
    assert!(open == Outcome::Unknown && reason.contains("only what is on"), "{reason}");
}

#[tokio::test]
async fn the_admin_api_is_asked_about_each() {
    let server = Hostile::new(|mut visit| {
        Box::pin(async move {
            let strategies = r#"[{"name":"flexibleRollout","parameters":{"rollout":"100"},"constraints":[]}]"#;
            let environments = format!(
                r#"[{{"name":"development","enabled":true,"strategies":[]}},{{"name":"production","enabled":false,"strategies":{strategies}}}]"#
            );
            match visit.path().rsplit('/').next().unwrap_or_default() {
                "off" => visit.answer(200, &[], format!(r#"{{"name":"off","archived":false,"environments":{environments}}}"#)).await,
                "gone" => visit.answer(200, &[], format!(r#"{{"name":"gone","archived":true,"environments":{environments}}}"#)).await,
                "none" => visit.answer(404, &[], r#"{"id":"x","name":"NotFoundError","message":"Could not find feature"}"#).await,
                "other" => visit.answer(200, &[], r#"{"name":"another"}"#).await,
                _ => visit.answer(404, &[], "<html>").await,
            }
        })
    })
    .await;
    for (flag, wanted, said) in [
        ("off", "off", Outcome::Pass),
        ("off", "on", Outcome::Fail),
        ("gone", "absent", Outcome::Pass),
        ("gone", "exists", Outcome::Fail),
        ("none", "absent", Outcome::Pass),
        ("other", "absent", Outcome::Unknown),
        ("odd", "absent", Outcome::Unknown),
    ] {
        let (got, reason) = outcome("unleash", &server, json!({ "api": "admin", "flags": { flag: wanted } })).await;
        assert_eq!(got, said, "{flag} {wanted}: {reason}");
    }
    let (open, reason) = outcome("unleash", &server, json!({ "api": "admin", "environment": "staging", "flags": { "off": "off" } })).await;
    assert!(open == Outcome::Unknown && reason.contains("no environment `staging`"), "{reason}");
}

#[tokio::test]
async fn ofrep_evaluates_for_one() {
    let server = Hostile::new(|mut visit| {
        Box::pin(async move {
            let flag = visit.path().rsplit('/').next().unwrap_or_default().to_owned();
            let answer = |status: u16, body: &str| (status, body.to_owned());
            let (status, body) = match flag.as_str() {
                "on" => answer(200, r#"{"key":"on","value":true,"reason":"STATIC","variant":"on"}"#),
                "split" => answer(200, r#"{"key":"split","value":true,"reason":"SPLIT"}"#),
                "off" => answer(200, r#"{"key":"off","value":false,"reason":"TARGETING_MATCH"}"#),
                "disabled" => answer(200, r#"{"key":"disabled","value":true,"reason":"DISABLED"}"#),
                "blue" => answer(200, r#"{"key":"blue","value":"blue","reason":"STATIC"}"#),
                "default" => answer(200, r#"{"key":"default","reason":"DEFAULT"}"#),
                "other" => answer(200, r#"{"key":"another","value":true}"#),
                "none" => answer(404, r#"{"key":"none","errorCode":"FLAG_NOT_FOUND","errorDetails":"x"}"#),
                "needs" => answer(400, r#"{"key":"needs","errorCode":"TARGETING_KEY_MISSING"}"#),
                "later" => answer(429, "{}"),
                "denied" => answer(403, "{}"),
                "cut" => answer(200, r#"{"key":"cut","value":true"#),
                _ => answer(404, "<html>not here</html>"),
            };
            visit.answer(status, &["Content-Type: application/json", "Connection: close"], body).await;
            false
        })
    })
    .await;
    for (flag, wanted, said, what) in [
        ("on", json!("on"), Outcome::Pass, ""),
        ("split", json!("on"), Outcome::Pass, ""),
        ("off", json!("off"), Outcome::Pass, ""),
        ("disabled", json!("off"), Outcome::Pass, ""),
        ("disabled", json!("on"), Outcome::Fail, "got off (disabled)"),
        ("blue", json!({ "value": "blue" }), Outcome::Pass, ""),
        ("blue", json!({ "value": "green" }), Outcome::Fail, "got there, \"blue\""),
        ("blue", json!("on"), Outcome::Unknown, "no boolean"),
        ("default", json!("off"), Outcome::Unknown, "it has no value"),
        ("none", json!("absent"), Outcome::Pass, ""),
        ("none", json!("off"), Outcome::Fail, "no such flag"),
        ("other", json!("on"), Outcome::Unknown, "about another flag"),
        ("needs", json!("on"), Outcome::Unknown, "`TARGETING_KEY_MISSING`"),
        ("later", json!("on"), Outcome::Unknown, "429"),
        ("denied", json!("on"), Outcome::Unknown, "403: the token"),
        ("cut", json!("on"), Outcome::Unknown, "no JSON"),
        ("nowhere", json!("absent"), Outcome::Unknown, "no `FLAG_NOT_FOUND`"),
    ] {
        let (got, reason) = outcome("ofrep", &server, json!({ "context": { "targetingKey": "x" }, "flags": { flag: wanted } })).await;
        assert_eq!(got, said, "{flag} {wanted}: {reason}");
        assert!(reason.contains(what), "{flag} {wanted}: {reason}");
    }
    assert!(server.heads().iter().any(|head| head.starts_with("POST /ofrep/v1/evaluate/flags/on ")));
}

#[tokio::test]
async fn a_file_of_flagd_is_read() {
    let flags = r#"{"$schema":"https://flagd.dev/schema/v0/flags.json","flags":{
        "on":{"state":"ENABLED","variants":{"on":true,"off":false},"defaultVariant":"on"},
        "off":{"state":"ENABLED","variants":{"on":true,"off":false},"defaultVariant":"off","targeting":{}},
        "disabled":{"state":"DISABLED","variants":{"on":true,"off":false},"defaultVariant":"on"},
        "part":{"state":"ENABLED","variants":{"on":true,"off":false},"defaultVariant":"off","targeting":{"fractional":[{"var":"email"},["on",25],["off",75]]}},
        "even":{"state":"ENABLED","variants":{"on":true,"off":false},"defaultVariant":"off","targeting":{"fractional":[["on"],["off"]]}},
        "some":{"state":"ENABLED","variants":{"on":true,"off":false},"defaultVariant":"off","targeting":{"if":[{"in":["@x",{"var":"email"}]},"on"]}},
        "blue":{"state":"ENABLED","variants":{"b":"blue","r":"red"},"defaultVariant":"b"},
        "odd":{"state":"ENABLED","variants":{"on":true},"defaultVariant":"missing"},
        "odder":{"state":"on","variants":{"on":true},"defaultVariant":"on"}}}"#;
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("flags.json"), flags).expect("written");
    for (flag, wanted, said) in [
        ("on", json!("on"), Outcome::Pass),
        ("off", json!("off"), Outcome::Pass),
        ("disabled", json!("off"), Outcome::Pass),
        ("disabled", json!("on"), Outcome::Fail),
        ("part", json!({ "percentage": "25%" }), Outcome::Pass),
        ("even", json!({ "percentage": "50%" }), Outcome::Pass),
        ("part", json!("on"), Outcome::Fail),
        ("some", json!("on"), Outcome::Unknown),
        ("some", json!("off"), Outcome::Fail),
        ("blue", json!({ "value": "blue" }), Outcome::Pass),
        ("blue", json!({ "value": "red" }), Outcome::Fail),
        ("blue", json!("on"), Outcome::Unknown),
        ("odd", json!("on"), Outcome::Unknown),
        ("odder", json!("on"), Outcome::Unknown),
        ("none", json!("absent"), Outcome::Pass),
        ("none", json!("off"), Outcome::Fail),
    ] {
        let look = Look::new("feature-flag", json!({ "file": "flags.json", "flags": { flag: wanted } })).root(folder.path());
        let (got, reason) = look.outcome().await;
        assert_eq!(got, said, "{flag} {wanted}: {reason}");
    }
    for odd in ["", "{}", "[]", "{\"flags\": {}, \"flags\": {}}", "flags: [1"] {
        fs::write(folder.path().join("flags.json"), odd).expect("written");
        let look = Look::new("feature-flag", json!({ "file": "flags.json", "flags": { "a": "absent" } })).root(folder.path());
        assert_eq!(look.outcome().await.0, Outcome::Unknown, "{odd}");
    }
}

#[tokio::test]
async fn hostile_servers_prove_no_absence() {
    for server in [
        Hostile::answering(200, &[], "<html>").await,
        Hostile::answering(200, &[], r#"{"features": {}}"#).await,
        Hostile::answering(200, &[], r#"{"features": [], "features": []}"#).await,
        Hostile::answering(200, &[], r#"{"features": ["#).await,
        Hostile::answering(200, &[], "[".repeat(100_000)).await,
        Hostile::answering(302, &["Location: /login"], "").await,
        Hostile::answering(500, &[], "").await,
        Hostile::endless().await,
        Hostile::gzip_bomb().await,
        Hostile::resetting().await,
    ] {
        let (got, reason) = outcome("unleash", &server, json!({ "flags": { "a": "absent" } })).await;
        assert_eq!(got, Outcome::Unknown, "{reason}");
    }
}
