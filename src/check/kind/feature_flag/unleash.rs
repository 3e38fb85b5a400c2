//! What Unleash says of a flag. Source: its API documentation, `features` of the client API, `environments` of the admin API.

use serde_json::Value;

use super::seen::Flag;
use crate::model::quote;

/// The flag of this name in a list of the client API.
pub(super) fn in_list(features: &[Value], name: &str) -> Flag {
    let mut named = features.iter().filter(|feature| feature["name"] == name);
    match (named.next(), named.next()) {
        (None, _) => Flag::absent(),
        (Some(feature), None) => of(feature),
        (Some(_), Some(_)) => Flag::unknown(Some(true), "the answer has it twice"),
    }
}

/// The flag of this name in what the frontend API says is on.
pub(super) fn evaluated(toggles: &[Value], name: &str) -> Flag {
    let Some(toggle) = toggles.iter().find(|toggle| toggle["name"] == name) else {
        return Flag {
            exists: None,
            on: Some(false),
            of_one: true,
            note: Some("the frontend API tells only what is on: it is off, or not there".into()),
            ..Flag::default()
        };
    };
    match toggle["enabled"].as_bool() {
        Some(on) => Flag { exists: Some(true), on: Some(on), of_one: true, ..Flag::default() },
        None => Flag::unknown(Some(true), "its `enabled` is no boolean"),
    }
}

/// A flag with its strategies, in the one environment that it is told of.
pub(super) fn of(feature: &Value) -> Flag {
    let Some(on) = feature["enabled"].as_bool() else { return Flag::unknown(Some(true), "its `enabled` is no boolean") };
    let (share, note) = match share(feature) {
        Ok(share) => (Some(share), None),
        Err(why) => (None, Some(why)),
    };
    Flag { exists: Some(true), on: Some(on), share: share.filter(|_| on), note: note.filter(|_| on), ..Flag::default() }
}

/// For how many it is on: one strategy that holds is enough, so that shares of several cannot be told.
fn share(feature: &Value) -> Result<f64, String> {
    if feature["dependencies"].as_array().is_some_and(|others| !others.is_empty()) {
        return Err("it depends on another flag".into());
    }
    let strategies = match &feature["strategies"] {
        Value::Array(all) => all.iter().filter(|one| one["disabled"] != true).collect::<Vec<_>>(),
        Value::Null => return Err("its strategies are not told".into()),
        _ => return Err("its strategies are no list".into()),
    };
    // Disabled ones are none of the client's, but where there are no others nobody has it.
    if strategies.is_empty() && feature["strategies"].as_array().is_some_and(|all| !all.is_empty()) {
        return Err("all of its strategies are disabled".into());
    }
    let shares: Vec<Result<f64, String>> = strategies.iter().map(|one| of_strategy(one)).collect();
    match shares.as_slice() {
        [] => Ok(1.0),
        all if all.iter().any(|share| share.as_ref().is_ok_and(|share| *share >= 1.0)) => Ok(1.0),
        [one] => one.clone(),
        several => Err(format!("it has {} strategies", several.len())),
    }
}

fn of_strategy(strategy: &Value) -> Result<f64, String> {
    let name = strategy["name"].as_str().unwrap_or_default();
    for (key, what) in [("constraints", "constraints"), ("segments", "segments")] {
        match &strategy[key] {
            Value::Null => {}
            Value::Array(all) if all.is_empty() => {}
            _ => return Err(format!("its strategy {} has {what}", quote(name))),
        }
    }
    let key = match name {
        "default" => return Ok(1.0),
        "flexibleRollout" => "rollout",
        "gradualRolloutRandom" | "gradualRolloutUserId" | "gradualRolloutSessionId" => "percentage",
        _ => return Err(format!("its strategy {} is for some only", quote(name))),
    };
    let written = &strategy["parameters"][key];
    let number = written.as_f64().or_else(|| written.as_str()?.trim().parse().ok());
    number
        .filter(|share| (0.0..=100.0).contains(share))
        .map(|share| share / 100.0)
        .ok_or_else(|| format!("its strategy {} says no `{key}` from 0 to 100", quote(name)))
}

/// A flag of the admin API, in this environment.
pub(super) fn in_project(feature: &Value, environment: &str) -> Flag {
    if feature["archived"] == true || !feature["archivedAt"].is_null() {
        return Flag { note: Some("archived".into()), ..Flag::absent() };
    }
    let found = feature["environments"].as_array().and_then(|all| all.iter().find(|one| one["name"] == environment));
    match found {
        None => Flag::unknown(Some(true), format!("it has no environment {}", quote(environment))),
        Some(one) => {
            let mut one = one.clone();
            one["dependencies"] = feature["dependencies"].clone();
            of(&one)
        }
    }
}

/// The environment that a token is for: `project:environment.secret`.
pub(super) fn environment_of(token: &str) -> Option<&str> {
    token.split_once(':')?.1.split_once('.').map(|(environment, _)| environment)
}
