//! Answers that break each demand, made as a sick service would give them and read by the same eyes.

use jiff::Timestamp;
use serde_json::json;

use super::{
    Health, fresh,
    observe::found,
    reading::Reading,
    release::Running,
    seen::{Said, Seen},
};
use crate::{
    check::demand::json_text,
    model::Phase,
    net::http::{Body, End},
};

/// A sick service that says so, one that says nothing useful, one that hides what is asked for.
pub(super) fn counterexamples(health: &Health, _: Timestamp) -> Vec<Seen> {
    let sick = json!({ "status": "DOWN", "components": sick_components(health) }).to_string();
    let mut all: Vec<Said> = ["{}", "<html>log in</html>", &sick].into_iter().map(|body| said(health, body)).collect();
    all.extend(health.healthy.as_ref().and_then(|healthy| healthy.json.as_ref()).map(|demands| {
        let mut said = said(health, "{}");
        said.body.json = demands.counterexample();
        said
    }));
    all.into_iter().map(|said| Seen { answers: vec![said; health.successes], lost: None }).collect()
}

fn sick_components(health: &Health) -> serde_json::Map<String, serde_json::Value> {
    let named = health.components.iter().flat_map(|names| names.iter()).map(|name| name.as_str().to_owned());
    named.chain(["another".to_owned()]).map(|name| (name, json!({ "status": "DOWN" }))).collect()
}

fn said(health: &Health, body: &str) -> Said {
    let whole = Body { bytes: body.as_bytes().to_vec(), size: body.len() as u64, end: End::Whole };
    let json = json_text::parse(body.as_bytes());
    Said {
        status: 503,
        leads_to: None,
        content_type: Some("application/json".into()),
        caches: vec![fresh::Told { name: "age".into(), value: "60".into() }],
        says: Reading::of("application/json", body.as_bytes(), &json),
        release: health.release.as_ref().map(|_| Running {
            says: None,
            unsaid: None,
            wanted: Some("1.0.0".into()),
            old: None,
            may: None,
            phase: Phase::PostDeploy,
        }),
        body: found(&whole, health.healthy.as_ref(), &json),
        total_ms: health.max_time.map_or(0, |limit| limit.as_millis().saturating_add(1)),
    }
}
