//! The kind `config`: values as programs read them, and what looks like a value but is none.

use std::fs;

use gonogo::{
    check,
    model::Outcome::{self, Fail, Pass, Unknown},
};
use serde_json::{Value, json};

use crate::look::Look;

/// What the demands on this env file come to.
async fn outcome(text: impl AsRef<[u8]>, demands: Value) -> (Outcome, String) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("prod.env"), text).expect("written");
    let mut settings = json!({ "source": { "env-file": "prod.env" } });
    settings.as_object_mut().expect("a map").extend(demands.as_object().expect("a map").clone());
    Look::new("config", settings).root(folder.path()).outcome().await
}

#[tokio::test]
async fn values_are_texts() {
    for (line, wanted, came_to) in [
        ("A=true", json!(true), Pass),
        ("A=\"true\"", json!(true), Pass),
        ("A=True", json!(true), Fail),
        ("A=1", json!(true), Fail),
        ("A=true # on", json!(true), Unknown),
        ("A=100", json!({ "min": 100 }), Pass),
        ("A=99", json!({ "min": 100 }), Fail),
        ("A=100ms", json!({ "min": 100 }), Fail),
        ("A=", json!({ "exists": true }), Fail),
        ("A=", json!({ "exists": false }), Fail),
        ("A=", json!({ "equals": null }), Pass),
        ("B=1", json!({ "exists": false }), Pass),
        ("A=x", json!({ "exists": false }), Fail),
        ("A=info", json!({ "one-of": ["info", "warn"] }), Pass),
        ("A=dev", json!({ "not": "dev" }), Fail),
        ("A=$HOME", json!({ "not": "dev" }), Unknown),
        ("A=1\nA=2", json!({ "min": 1 }), Unknown),
        ("A=1\nA=1", json!({ "min": 1 }), Pass),
    ] {
        let (outcome, reason) = outcome(line, json!({ "values": { "A": wanted } })).await;
        assert_eq!(outcome, came_to, "{line} {wanted}: {reason}");
    }
}

#[tokio::test]
async fn what_may_be_meant_is_said() {
    let (_, reason) = outcome("B=1\n# export A=true\n", json!({ "values": { "A": true } })).await;
    assert!(reason.contains("in a comment only, on line 2"), "{reason}");
    let (_, reason) = outcome("RATE_LIMITS_ENABLED=true", json!({ "values": { "RATE_LIMIT_ENABLED": true } })).await;
    assert!(reason.contains("`RATE_LIMITS_ENABLED` is set: is that meant?"), "{reason}");
}

#[tokio::test]
async fn json_in_a_value() {
    let wanted = json!({ "json": { "ORIGINS": { "$[*]": { "matches": "https://.*" } } } });
    for (value, came_to) in [
        (r#"ORIGINS='["https://a.example","https://b.example"]'"#, Pass),
        (r#"ORIGINS='["https://a.example","http://b.example"]'"#, Fail),
        (r#"ORIGINS='["https://a.example"'"#, Unknown),
        ("ORIGINS='{\"a\":1,\"a\":2}'", Unknown),
        ("ORIGINS=[]", Fail),
        ("OTHER=1", Fail),
        ("ORIGINS=", Fail),
    ] {
        let (outcome, reason) = outcome(value, wanted.clone()).await;
        assert_eq!(outcome, came_to, "{value}: {reason}");
    }
}

#[tokio::test]
async fn keys_that_must_differ() {
    let wanted = json!({ "differ": [["A", "B", "C"]] });
    for (text, came_to) in
        [("A=1\nB=2\nC=3", Pass), ("A=1\nB=2\nC=1", Fail), ("A=1\nB=2", Fail), ("A=1\nB=2\nC=3\nC=4", Unknown), ("A=1\nB=2\nC=$X", Unknown)]
    {
        let (outcome, reason) = outcome(text, wanted.clone()).await;
        assert_eq!(outcome, came_to, "{text}: {reason}");
    }
}

#[tokio::test]
async fn a_config_map_and_the_process_environment() {
    let map = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"api"},"data":{"LOG_LEVEL":"info"}}"#;
    let settings = json!({ "source": { "command": ["printf", "%s", map] }, "values": { "LOG_LEVEL": "info" } });
    let path = crate::gonogo::search_path();
    assert_eq!(Look::new("config", settings).env(&[("PATH", path.to_str().expect("a plain path"))]).outcome().await.0, Pass);
    // What is there under another name, or as bytes, is not absent.
    let list = r#"{"apiVersion":"v1","kind":"List","items":[{"kind":"ConfigMap","metadata":{"name":"api"},"data":{"DEBUG":"true"}}]}"#;
    let bytes = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"api"},"data":{"A":"b"},"binaryData":{"DEBUG":"dHJ1ZQ=="}}"#;
    for printed in [list, bytes] {
        let settings = json!({ "source": { "command": ["printf", "%s", printed] }, "values": { "DEBUG": { "exists": false } } });
        let look = Look::new("config", settings).env(&[("PATH", path.to_str().expect("a plain path"))]);
        assert_eq!(look.outcome().await.0, Unknown, "{printed}");
    }
    let settings = json!({ "source": { "environment": true }, "values": { "LOG_LEVEL": "info" } });
    assert_eq!(Look::new("config", settings.clone()).env(&[("LOG_LEVEL", "info")]).outcome().await.0, Pass);
    assert_eq!(Look::new("config", settings).env(&[("LOG_LEVEL", "debug")]).outcome().await.0, Fail);
}

#[tokio::test]
async fn what_cannot_be_read_is_unknown() {
    for text in [&b"\xff\xfe"[..], b"no line of an env file\n", &b"A=1\n".repeat(400_000)] {
        let (outcome, reason) = outcome(text, json!({ "values": { "A": 1 } })).await;
        assert!(outcome == Unknown && reason.contains("prod.env"), "{reason}");
    }
    let settings = json!({ "source": { "env-file": "none.env" }, "values": { "A": 1 } });
    assert_eq!(Look::new("config", settings).outcome().await.0, Unknown);
}

#[test]
fn a_secret_is_refused() {
    for settings in [
        json!({ "source": { "environment": true }, "values": { "API_TOKEN": { "exists": true } } }),
        json!({ "source": { "environment": true } }),
        json!({ "source": { "environment": true }, "differ": [["A"]] }),
        json!({ "source": { "environment": true }, "values": { "$[*].A": 1 } }),
    ] {
        let parsed = check::parse("config", &settings).expect("a kind");
        assert!(parsed.is_err(), "{settings}");
    }
}
