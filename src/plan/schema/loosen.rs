//! From the schema of a type to the schema of what a plan may write for it.
//!
//! A variable may stand wherever a scalar stands; text may be written as a number (`1.50`); a key without a value is not
//! a value that is not given.

use serde_json::{Map, Value, json};

/// A string with a variable in it.
pub(super) fn variable() -> Value {
    json!({ "type": "string", "pattern": r"\$\{" })
}

/// Whatever has no variable in it, however deep.
pub(super) fn literal() -> Value {
    let below = json!({ "$ref": "#/definitions/literal" });
    let variable = json!({ "type": "string", "pattern": r"(^|[^$])(\$\$)*\$\{" });
    json!({ "not": variable, "items": below, "additionalProperties": below })
}

/// Loosens `schema` and all within it.
pub(super) fn loosen(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    without_null(object);
    // Exactly one of several no longer holds when a variable fits them all.
    if let Some(choices) = object.remove("oneOf") {
        object.insert("anyOf".into(), choices);
    }
    if is_choice_of_words(object) {
        return with_variable(schema);
    }
    within(object);
    match object.get("type").and_then(Value::as_str) {
        Some("string") if !constrains(object) => {
            object.insert("type".into(), json!(["string", "number", "boolean"]));
        }
        Some("string" | "integer" | "number" | "boolean") => with_variable(schema),
        None if object.contains_key("enum") || object.contains_key("const") => with_variable(schema),
        _ => {}
    }
}

/// Goes on with the schemas that `object` holds.
fn within(object: &mut Map<String, Value>) {
    for (keyword, value) in object {
        match (keyword.as_str(), value) {
            ("properties" | "patternProperties" | "definitions", Value::Object(schemas)) => schemas.values_mut().for_each(loosen),
            ("anyOf" | "allOf" | "items", Value::Array(schemas)) => schemas.iter_mut().for_each(loosen),
            ("items" | "additionalProperties" | "contains", schema) => loosen(schema),
            _ => {}
        }
    }
}

fn without_null(object: &mut Map<String, Value>) {
    if object.get("default") == Some(&Value::Null) {
        object.remove("default");
    }
    for list in ["type", "enum", "anyOf", "oneOf"] {
        if let Some(Value::Array(choices)) = object.get_mut(list) {
            choices.retain(|choice| *choice != "null" && !choice.is_null() && *choice != json!({ "type": "null" }));
        }
    }
    if let Some(Value::Array(types)) = object.get_mut("type")
        && types.len() == 1
    {
        let only = types.remove(0);
        object.insert("type".into(), only);
    }
}

/// An enum whose values each have their description.
fn is_choice_of_words(object: &Map<String, Value>) -> bool {
    let choices = object.get("anyOf").and_then(Value::as_array);
    choices.is_some_and(|choices| {
        !choices.is_empty() && choices.iter().all(|choice| choice.get("const").is_some() || choice.get("enum").is_some())
    })
}

/// Whether text is demanded to be of a certain form.
fn constrains(object: &Map<String, Value>) -> bool {
    ["pattern", "format", "enum", "const", "minLength", "maxLength"].iter().any(|keyword| object.contains_key(*keyword))
}

/// The schema, or a variable; what people read stays outside.
fn with_variable(schema: &mut Value) {
    let mut inner = schema.take();
    let mut outer = Map::new();
    if let Some(object) = inner.as_object_mut() {
        for keyword in ["title", "description", "default"] {
            if let Some(value) = object.remove(keyword) {
                outer.insert(keyword.into(), value);
            }
        }
    }
    outer.insert("anyOf".into(), json!([inner, { "$ref": "#/definitions/variable" }]));
    *schema = Value::Object(outer);
}
