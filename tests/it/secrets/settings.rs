//! What a plan may say, and that every demand can go red.

use std::collections::BTreeSet;

use gonogo::check;
use serde_json::{Value, json};

fn error(settings: Value) -> String {
    check::parse("secrets", &settings)
        .expect("a known kind")
        .err()
        .map_or_else(|| format!("accepted: {settings}"), |error| error.to_string())
}

#[test]
fn what_demands_nothing_is_refused() {
    let source = json!({ "env-file": "prod.env" });
    for (settings, part) in [
        (json!({}), "missing field `source`"),
        (json!({ "source": {} }), "give exactly one of"),
        (json!({ "source": { "env-file": "a", "directory": "b" } }), "give exactly one of"),
        (json!({ "source": { "environment": false } }), "give exactly one of"),
        (json!({ "source": { "command": [] } }), "`command` is empty"),
        (json!({ "source": { "env-file": "a", "format": "vault" } }), "`format` goes with `command` only"),
        (json!({ "source": { "directory": "a", "syntax": "shell" } }), "`syntax` goes with `env-file` only"),
        (json!({ "source": source, "looks-secret": false }), "no key is judged"),
        (json!({ "source": source, "keys": [], "looks-secret": false }), "no key is judged"),
        (json!({ "source": source, "keys": [""] }), "a key without a name"),
        (json!({ "source": source, "keys": ["[A"] }), "is no glob"),
        (json!({ "source": source, "keys": [{ "name": "A", "min-score": 5 }] }), "`min-score` goes from 0 to 4"),
        (json!({ "source": source, "keys": [{ "name": "A", "min-bytes": 0 }] }), "demands nothing"),
        (json!({ "source": source, "keys": [{ "name": "A", "allow": ["unset"] }] }), "would make the check pointless"),
        (json!({ "source": source, "keys": [{ "name": "A", "usee": "key" }] }), "unknown field `usee`"),
        (json!({ "source": { "environment": true }, "untracked": true }), "`untracked` goes with"),
        (json!({ "source": source, "untracked": "yes" }), "invalid type"),
    ] {
        let error = error(settings);
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn every_demand_can_go_red() {
    let settings = json!({
        "source": { "env-file": "prod.env" },
        "keys": ["JWT_SECRET_KEY", "*_API_KEY"],
        "looks-secret": true,
        "differs-from": { "env-file": "staging.env" },
        "untracked": true,
    });
    let check = check::parse("secrets", &settings).expect("a known kind").expect("valid");
    let seen = check.counterexamples("2026-11-20T12:00:00Z".parse().expect("an instant"));
    let names = |met: Option<bool>| -> BTreeSet<String> {
        seen.iter().flat_map(|seen| &seen.expectations).filter(|e| met.is_none() || e.met == met).map(|e| e.name.clone()).collect()
    };
    assert_eq!(names(None), names(Some(false)));
    assert!(names(None).len() >= 7, "{:?}", names(None));
}

#[test]
fn what_is_touched_names_no_credential() {
    let touches = |settings: Value| -> Vec<String> {
        let check = check::parse("secrets", &settings).expect("a known kind").expect("valid");
        check.touches(&gonogo::model::ProcessEnv::default()).into_iter().map(|touch| touch.target).collect()
    };
    assert_eq!(
        touches(json!({ "source": { "env-file": "deploy/prod.env" }, "untracked": true, "differs-from": { "directory": "x" } })),
        ["file deploy/prod.env", "folder x", "git repository of deploy/prod.env"]
    );
    assert_eq!(
        touches(json!({ "source": { "command": ["kubectl", "get", "secret", "api", "-o", "json"] } })),
        ["command kubectl get secret api -o json"]
    );
    let secret =
        json!({ "source": { "command": ["fetch", "--token=hunter2", "--api-key", "hunter2", "https://me:hunter2@vault.corp/x"] } });
    assert_eq!(touches(secret), ["command fetch --token=*** --api-key *** https://me:***@vault.corp/x"]);
}
