//! What is refused when the plan is read.

use gonogo::check;
use serde_json::json;

#[test]
fn what_proves_nothing_is_refused_with_the_right_form() {
    for (settings, said) in [
        (json!({ "query": "x > 5", "exists": true }), "`> 5` in the query drops the series that fail it"),
        (json!({ "query": "count(up == 0)", "value": 0 }), "`sum(… == bool …)` counts them"),
        (json!({ "query": "x > 5", "series": { "min": 0, "max": 3 } }), ""),
        (json!({ "query": "x > 5", "exists": false }), ""),
        (json!({ "query": "x > bool 5", "value": 1 }), ""),
        (json!({ "query": "{job=\"a\"} > 5", "exists": false }), "names no metric"),
        (json!({ "query": "vector(1)", "value": 1 }), "selects no metric"),
        (json!({ "query": "x" }), "demands nothing"),
        (json!({ "query": "x", "exists": false, "value": 1 }), "stands alone"),
        (json!({ "query": "x", "against": "7d" }), "go together"),
        (json!({ "query": "x", "value": 1, "step": "15s" }), "goes with `for`"),
        (json!({ "query": "x", "value": 1, "for": "7d", "step": "1s" }), "raise `step`"),
        (json!({ "query": "x", "value": 1, "for": "10s", "step": "1m" }), "no more than `for`"),
        (json!({ "query": "rate(x[5m]", "value": 1 }), "`)` is missing"),
        (json!({ "query": format!("x{{a=\"{}\"}}", "b".repeat(5000)), "value": 1 }), "recording rule"),
        (json!({ "query": "x", "value": 1, "url": "https://p.example.com/?a=b" }), "has a query of its own"),
        (json!({ "query": "x", "value": 1, "cert-file": "a.pem" }), "go together"),
    ] {
        let mut settings = settings;
        if settings.get("url").is_none() {
            settings["url"] = json!("https://prometheus.example.com");
        }
        match check::parse("prometheus", &settings).expect("a kind") {
            Ok(_) => assert!(said.is_empty(), "{settings}"),
            Err(error) => assert!(!said.is_empty() && error.to_string().contains(said), "{settings}: {error}"),
        }
    }
}
