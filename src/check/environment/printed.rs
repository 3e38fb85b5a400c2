//! The JSON that a program prints: a Kubernetes Secret or ConfigMap, a Vault secret, or one flat object.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value as Json};

use super::{
    held::{Held, Value},
    source::Format,
};

/// The keys in what was printed; an object that is `whole` is one value, another holds keys of its own.
/// An error reads well after "what the command printed", and has no part of the JSON in it.
pub(super) fn read(printed: &[u8], format: Format, whole: &dyn Fn(&str) -> bool) -> Result<Vec<Held>, String> {
    // The error of serde_json says only line and column, never what stands there.
    let json: Json =
        serde_json::from_slice(printed).map_err(|error| format!("is not JSON (line {}, column {})", error.line(), error.column()))?;
    let Json::Object(object) = json else { return Err("is JSON, but no object".into()) };
    match (format, recognised(&object)) {
        (Format::Auto, shape) | (_, shape) if format == Format::Auto || format == shape => match shape {
            Format::Kubernetes => kubernetes(&object),
            Format::Vault => vault(&object, whole),
            Format::Auto | Format::Flat => Ok(flat(&object, "", whole)),
        },
        (Format::Flat, _) => Ok(flat(&object, "", whole)),
        (Format::Kubernetes, _) => Err("is nothing of Kubernetes: its `kind` is neither `Secret`, `ConfigMap` nor `List`".into()),
        (Format::Vault | Format::Auto, _) => Err("is no Vault secret: it has no `data` next to a `request_id` or `lease_id`".into()),
    }
}

fn recognised(object: &Map<String, Json>) -> Format {
    let text = |key: &str| object.get(key).and_then(Json::as_str);
    if text("apiVersion").is_some() && text("kind").is_some() {
        Format::Kubernetes
    } else if object.get("data").is_some_and(Json::is_object) && (object.contains_key("request_id") || object.contains_key("lease_id")) {
        Format::Vault
    } else {
        Format::Flat
    }
}

fn kubernetes(object: &Map<String, Json>) -> Result<Vec<Held>, String> {
    match object.get("kind").and_then(Json::as_str) {
        Some("Secret") => secret(object, ""),
        Some("ConfigMap") => Ok(config_map(object, "")),
        Some("List" | "SecretList") => {
            let items = object.get("items").and_then(Json::as_array).ok_or("is a Kubernetes List without `items`")?;
            let said =
                |item: &Json, key: &str| item.pointer(&format!("/metadata/{key}")).and_then(Json::as_str).unwrap_or_default().to_owned();
            let one_namespace = items.windows(2).all(|pair| said(&pair[0], "namespace") == said(&pair[1], "namespace"));
            let mut held = Vec::new();
            for item in items {
                let name = match one_namespace {
                    true => said(item, "name"),
                    false => format!("{}/{}", said(item, "namespace"), said(item, "name")),
                };
                let item = item.as_object().ok_or("is a Kubernetes List of something that is no object")?;
                // The items of kubectl's List say their kind, those of the API's SecretList need not.
                match item.get("kind").and_then(Json::as_str).unwrap_or("Secret") {
                    "Secret" => held.extend(secret(item, &format!("{name}/"))?),
                    "ConfigMap" => held.extend(config_map(item, &format!("{name}/"))),
                    _ => {}
                }
            }
            Ok(held)
        }
        Some(other) => Err(format!("is a Kubernetes `{}`, neither a Secret nor a ConfigMap", crate::model::excerpt(other, 40))),
        None => Err("has no `kind`".into()),
    }
}

/// What its `binaryData` holds is there, and is no text.
fn config_map(object: &Map<String, Json>, prefix: &str) -> Vec<Held> {
    let of = |key: &str| object.get(key).and_then(Json::as_object);
    let bytes = of("binaryData").into_iter().flat_map(Map::keys);
    let bytes = bytes.map(|key| Held { key: format!("{prefix}{key}"), value: Value::Unreadable("it stands in `binaryData`".into()) });
    of("data").map(|data| flat(data, prefix, &|_| true)).unwrap_or_default().into_iter().chain(bytes).collect()
}

fn secret(object: &Map<String, Json>, prefix: &str) -> Result<Vec<Held>, String> {
    let mut held = Vec::new();
    for (key, value) in object.get("data").and_then(Json::as_object).into_iter().flatten() {
        let wrong = || format!("has a value in `data` that is not base64: that of `{key}`");
        let bytes = STANDARD.decode(value.as_str().ok_or_else(wrong)?).map_err(|_| wrong())?;
        held.push(Held { key: format!("{prefix}{key}"), value: Value::of(bytes) });
    }
    // `stringData` is written, never read back; a manifest that was not applied yet has it, and it wins over `data`.
    for entry in object.get("stringData").and_then(Json::as_object).into_iter().flat_map(|data| flat(data, prefix, &|_| true)) {
        held.retain(|other: &Held| other.key != entry.key);
        held.push(entry);
    }
    Ok(held)
}

fn vault(object: &Map<String, Json>, whole: &dyn Fn(&str) -> bool) -> Result<Vec<Held>, String> {
    let data = object.get("data").and_then(Json::as_object).ok_or("has no `data`")?;
    // Version 2 of the engine wraps the values once more, next to their metadata.
    let deleted =
        data.get("metadata").and_then(|meta| meta.get("deletion_time")).and_then(Json::as_str).is_some_and(|time| !time.is_empty());
    match (data.get("data"), data.get("metadata")) {
        (Some(Json::Object(inner)), Some(Json::Object(_))) => Ok(flat(inner, "", whole)),
        (Some(Json::Null) | None, Some(Json::Object(_))) if deleted => Err("is a version that was deleted".into()),
        _ => Ok(flat(data, "", whole)),
    }
}

/// A value that is no text stands for itself as JSON.
fn flat(object: &Map<String, Json>, prefix: &str, whole: &dyn Fn(&str) -> bool) -> Vec<Held> {
    let held = |(name, value): (&String, &Json)| {
        let key = format!("{prefix}{name}");
        match value {
            Json::Object(inner) if !inner.is_empty() && !whole(&key) => flat(inner, &format!("{key}/"), whole),
            Json::String(text) => vec![Held::text(key, text)],
            Json::Null => vec![Held::text(key, "")],
            other => vec![Held::text(key, other.to_string())],
        }
    };
    object.iter().flat_map(held).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(json: &str, format: Format) -> Result<Vec<(String, String)>, String> {
        let held = read(json.as_bytes(), format, &|key| key == "C")?;
        Ok(held.into_iter().map(|h| (h.key, h.value.text().unwrap_or("(bytes)").to_owned())).collect())
    }

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn each_shape_is_recognised() {
        let secret = r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"api"},"data":{"A":"aHVudGVyMg==","B":"//8=","C":""},"stringData":{"A":"new"}}"#;
        assert_eq!(keys(secret, Format::Auto), Ok(vec![pair("B", "(bytes)"), pair("C", ""), pair("A", "new")]));
        let list = format!(
            r#"{{"apiVersion":"v1","kind":"List","items":[{secret},{{"kind":"ConfigMap","metadata":{{"name":"app"}},"data":{{"x":"y"}}}}]}}"#
        );
        assert_eq!(
            keys(&list, Format::Kubernetes),
            Ok(vec![pair("api/B", "(bytes)"), pair("api/C", ""), pair("api/A", "new"), pair("app/x", "y")])
        );
        let kv2 = r#"{"request_id":"1","lease_id":"","data":{"data":{"A":"x","N":7},"metadata":{"version":2,"deletion_time":""}}}"#;
        assert_eq!(keys(kv2, Format::Auto), Ok(vec![pair("A", "x"), pair("N", "7")]));
        let kv1 = r#"{"request_id":"1","lease_id":"","data":{"A":"x"}}"#;
        assert_eq!(keys(kv1, Format::Vault), Ok(vec![pair("A", "x")]));
        assert_eq!(
            keys(r#"{"A":"x","B":null,"C":{"d":1},"E":{"f":{"g":"y"}}}"#, Format::Auto),
            Ok(vec![pair("A", "x"), pair("B", ""), pair("C", r#"{"d":1}"#), pair("E/f/g", "y")])
        );
    }

    #[test]
    fn what_is_not_a_secret_is_refused_without_quoting_it() {
        for (json, format, why) in [
            ("hunter2", Format::Auto, "is not JSON (line 1, column 1)"),
            ("[]", Format::Auto, "is JSON, but no object"),
            (r#"{"apiVersion":"v1","kind":"Status"}"#, Format::Auto, "is a Kubernetes `Status`, neither a Secret nor a ConfigMap"),
            (r#"{"A":"x"}"#, Format::Vault, "is no Vault secret: it has no `data` next to a `request_id` or `lease_id`"),
            (r#"{"A":"x"}"#, Format::Kubernetes, "is nothing of Kubernetes: its `kind` is neither `Secret`, `ConfigMap` nor `List`"),
            (
                r#"{"apiVersion":"v1","kind":"Secret","data":{"A":"hunter2!"}}"#,
                Format::Auto,
                "has a value in `data` that is not base64: that of `A`",
            ),
            (
                r#"{"request_id":"1","data":{"data":null,"metadata":{"deletion_time":"2026-01-01T00:00:00Z"}}}"#,
                Format::Auto,
                "is a version that was deleted",
            ),
        ] {
            assert_eq!(keys(json, format), Err(why.to_owned()), "{json}");
        }
    }
}
