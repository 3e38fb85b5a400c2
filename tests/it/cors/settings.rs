//! Settings of the kind `cors` that are refused.

use gonogo::check;
use serde_json::{Value, json};

use super::api::APP;

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

fn problem(settings: Value) -> String {
    match check::parse("cors", &settings).expect("a kind") {
        Ok(_) => panic!("accepted: {settings}"),
        Err(error) => error.to_string(),
    }
}
