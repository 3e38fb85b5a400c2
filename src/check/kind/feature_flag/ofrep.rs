//! What an evaluation says. Source: the OpenFeature Remote Evaluation Protocol, `POST /ofrep/v1/evaluate/flags/{key}`.

use serde_json::Value;

use super::seen::Flag;
use crate::model::quote;

/// The flag `name`, by the status and the JSON of an answer; or why there is none.
pub(super) fn of(name: &str, status: u16, body: &Value) -> Result<Flag, String> {
    let code = body["errorCode"].as_str().unwrap_or_default();
    match status {
        200 if body["key"] != name => Err(format!("it answers about another flag than {}", quote(name))),
        200 if !code.is_empty() => Err(format!("it answers with the error {}", quote(code))),
        200 => Ok(evaluated(body)),
        404 if code == "FLAG_NOT_FOUND" && body["key"] == name => Ok(Flag::absent()),
        404 => Err("it answers with 404 and no `FLAG_NOT_FOUND`: is its address right?".into()),
        400 if !code.is_empty() => Err(format!("it cannot evaluate {}: {}; `context` may lack what it needs", quote(name), quote(code))),
        _ => Err(format!("it answers with {status}")),
    }
}

fn evaluated(body: &Value) -> Flag {
    let reason = body["reason"].as_str().unwrap_or_default();
    let flag =
        Flag { exists: Some(true), of_one: true, value: body.get("value").filter(|value| !value.is_null()).cloned(), ..Flag::default() };
    match (reason, &flag.value) {
        ("DISABLED", _) => Flag { on: Some(false), value: None, note: Some("disabled".into()), ..flag },
        ("ERROR", _) => Flag::unknown(Some(true), "its evaluation ends with an error"),
        (_, Some(Value::Bool(on))) => Flag { on: Some(*on), ..flag },
        (_, Some(_)) => Flag { note: Some("its value is no boolean".into()), ..flag },
        (_, None) => Flag { note: Some("it has no value: the client takes its own".into()), ..flag },
    }
}
