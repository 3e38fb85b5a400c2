//! Objects out of documents: lists are taken apart, and what is no object is told.

use serde_json::Value;

use super::object::{Object, Role, at};
use crate::{
    check::format::{self, Form, Format, Limits},
    model::quote,
};

/// The most objects that are looked at.
const MOST: usize = 20_000;

/// Adds the objects of one source.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn read(bytes: &[u8], limits: Limits, objects: &mut Vec<Object>) -> Result<(), String> {
    // A map of YAML may begin like an object; its keys have no quotes.
    let mut marks = bytes.iter().filter(|byte| !byte.is_ascii_whitespace());
    let is_json = matches!((marks.next(), marks.next()), (Some(b'{'), Some(b'"' | b'}')));
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err("is empty".into());
    }
    let form = Form { documents: true, ..Form::from(if is_json { Format::Json } else { Format::Yaml }) };
    let helped = |why: String| {
        let template = bytes.windows(2).any(|pair| pair == b"{{");
        if template { format!("{why}: it is a template; let `command` print what it renders to") } else { why }
    };
    let Value::Array(documents) = format::read(bytes, form, limits).map_err(helped)? else { return Err("holds no documents".into()) };
    documents.into_iter().try_for_each(|document| take(document, objects))
}

fn take(value: Value, objects: &mut Vec<Object>) -> Result<(), String> {
    // What stands between two `---` may be a comment only.
    if value.is_null() {
        return Ok(());
    }
    let object = Object { value };
    let (kind, version) = (object.kind().to_owned(), object.text("/apiVersion").to_owned());
    if kind.is_empty() || version.is_empty() {
        return Err("has a document that is no object of Kubernetes: no `kind`, or no `apiVersion`".into());
    }
    if kind == "Status" && version == "v1" {
        let (code, reason) = (object.at("/code").map_or("none".into(), Value::to_string), object.text("/reason"));
        return Err(format!("is not an object but the server's answer {} ({code}): {}", quote(reason), quote(object.text("/message"))));
    }
    if let Some(Value::Array(_)) = object.at("/items").filter(|_| kind.ends_with("List")) {
        return items_of(object, kind.trim_end_matches("List"), &version, objects);
    }
    if object.group() == "kustomize.config.k8s.io" {
        return Err("is a kustomization, which is not what is applied: let `command` print what `kustomize build` makes of it".into());
    }
    objects.push(object);
    if objects.len() > MOST { Err(format!("has more than {MOST} objects")) } else { Ok(()) }
}

fn items_of(mut list: Object, kind: &str, version: &str, objects: &mut Vec<Object>) -> Result<(), String> {
    if !list.text("/metadata/continue").is_empty() || list.at("/metadata/remainingItemCount").is_some_and(|count| *count != 0) {
        return Err("is one page of a list that goes on (`continue`): ask without a limit, as `kubectl get` does by itself".into());
    }
    let items = list.value.get_mut("items").map(Value::take);
    for mut item in items.as_ref().and_then(Value::as_array).cloned().unwrap_or_default() {
        // The API leaves out in a list what the list says itself.
        if let Some(fields) = item.as_object_mut().filter(|_| !kind.is_empty()) {
            fields.entry("kind").or_insert(kind.into());
            fields.entry("apiVersion").or_insert(version.into());
        }
        take(item, objects)?;
    }
    Ok(())
}

/// Why an object is not understood: a pod that is not as it should be, or one where none is known.
pub(super) fn not_understood(object: &Object) -> Option<String> {
    let known = object.pod();
    if let Some(pod) = &known {
        for key in ["containers", "initContainers", "ephemeralContainers"] {
            let well =
                pod.spec.get(key).is_none_or(|all| all.is_null() || all.as_array().is_some_and(|all| all.iter().all(Value::is_object)));
            if !well {
                return Some(format!("{key} is no list of containers"));
            }
        }
        if !pod.containers().any(|container| container.role == Role::Main) {
            return Some("it has no containers".into());
        }
    }
    let needs_pod = matches!(object.kind(), "Pod" | "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" | "CronJob");
    if needs_pod && known.is_none() {
        return Some("it describes no pod".into());
    }
    // The schema of a custom resource may name anything.
    let hidden = known.is_none() && !object.is("CustomResourceDefinition") && has_containers(&object.value);
    hidden.then(|| "there are containers in it, in a place that is not known here: look at what it becomes in the cluster".into())
}

fn has_containers(value: &Value) -> bool {
    match value {
        Value::Object(fields) => {
            let here =
                fields.get("containers").and_then(Value::as_array).is_some_and(|all| all.iter().any(|one| at(one, "/image").is_some()));
            here || fields.values().any(has_containers)
        }
        Value::Array(items) => items.iter().any(has_containers),
        _ => false,
    }
}
