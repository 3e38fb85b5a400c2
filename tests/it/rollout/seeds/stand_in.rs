//! A rollout's plan where everything that it asks of systems that nobody has here is asked of the shop.

use std::{fs, path::Path};

use serde_json::{Map, Value, json};

use super::PLANS;

const ENVIRONMENTS: [&str; 3] = ["prod", "staging", "local"];

/// The plan so called.
pub(super) fn here(name: &str, shop: u16, prometheus: u16) -> Value {
    let text = fs::read_to_string(Path::new(PLANS).join(name).join("gonogo.yaml")).expect("a plan");
    let mut plan: Value = serde_yaml::from_str(&text).expect("YAML");
    let (shop, prometheus) = (format!("http://127.0.0.1:{shop}"), format!("http://127.0.0.1:{prometheus}"));
    let all = plan.as_object_mut().expect("a map");
    all.remove("include");
    let environment = |name: &str| json!({ "vars": { "prom": prometheus, "flags": shop, "api": shop }, "guard": [format!("is-{name}")] });
    all.insert("environments".into(), ENVIRONMENTS.iter().map(|name| (*name, environment(name))).collect::<Value>());
    // No repository stands behind it that would say who wrote the release.
    all["signoff"]["independence"] = json!("not-required");
    let checks = all["checks"].as_array_mut().expect("checks");
    checks.retain(|check| !ENVIRONMENTS.iter().any(|name| check["id"] == format!("is-{name}")));
    checks.iter_mut().for_each(|check| *check = of_the_shop(check, &shop));
    let guard = |name: &str| json!({ "id": format!("is-{name}"), "environments": [name], "http": { "url": format!("{shop}/health") } });
    checks.extend(ENVIRONMENTS.map(guard));
    plan
}

/// A check with its id and phase, which asks the shop what it asked: a question stays one, and so does what HAProxy and the record know.
fn of_the_shop(check: &Value, shop: &str) -> Value {
    let mut asked = Map::new();
    for key in ["id", "phase", "environments", "severity", "timeout"] {
        asked.extend(check.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    let own = ["manual", "rollout-drill", "release-share", "health"].into_iter().find(|kind| check.get(kind).is_some());
    let mut settings = own.map_or_else(|| json!({}), |kind| check[kind].clone());
    if settings.get("url").is_some() || own.is_none() {
        settings["url"] = json!(format!("{shop}/health"));
    }
    for said in ["release", "version"] {
        if settings.get(said).is_some() {
            settings[said] = json!({ "json": "$.version" });
        }
    }
    asked.insert(own.unwrap_or("http").into(), settings);
    Value::Object(asked)
}
