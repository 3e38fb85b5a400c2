//! What a cluster says of its own objects: whether all is there that is wanted.

use serde_json::Value;

use super::{
    object::Object,
    rule::{
        All,
        Said::{self, Broken, Holds, Nothing, Open},
    },
};
use crate::model::quote;

pub(super) fn ready(object: &Object, _: &All<'_>) -> Said {
    match object.kind() {
        "Deployment" | "StatefulSet" | "ReplicaSet" => replicas(object),
        "DaemonSet" => counts(object, object.at("/status/desiredNumberScheduled"), &["numberReady", "updatedNumberScheduled"]),
        "Pod" => pod(object),
        "Job" => job(object),
        _ => Nothing,
    }
}

fn replicas(object: &Object) -> Said {
    if object.at("/spec/replicas") == Some(&Value::from(0)) {
        // What is left of older revisions.
        return if object.is("ReplicaSet") { Nothing } else { Broken("it is scaled to 0".into()) };
    }
    let needed: &[&str] = if object.is("ReplicaSet") { &["readyReplicas"] } else { &["readyReplicas", "updatedReplicas"] };
    counts(object, object.at("/spec/replicas"), needed)
}

/// That the status is of what was applied last, and counts as many as are wanted.
fn counts(object: &Object, wanted: Option<&Value>, needed: &[&str]) -> Said {
    let generation = |pointer: &str| object.at(pointer).and_then(Value::as_u64);
    let (applied, observed) = (generation("/metadata/generation"), generation("/status/observedGeneration"));
    let (Some(applied), Some(observed), Some(wanted)) = (applied, observed, wanted.and_then(Value::as_u64)) else {
        return Open("it has no status that says so: is it a manifest?".into());
    };
    if observed < applied {
        return Broken("what was applied last has not been taken up".into());
    }
    let count = |key: &str| object.at(&format!("/status/{key}")).and_then(Value::as_u64).unwrap_or(0);
    let short = needed.iter().map(|key| (key, count(key))).find(|(_, count)| *count < wanted);
    let many = count("replicas") > wanted && object.is("Deployment");
    match short {
        Some((key, count)) => Broken(format!("`{key}` is {count} of {wanted}")),
        None => Said::holds(!many, "pods of an older revision still run"),
    }
}

fn condition<'a>(object: &'a Object, kind: &str) -> Option<&'a str> {
    object.list("/status/conditions").iter().find(|one| one["type"] == kind).and_then(|one| one["status"].as_str())
}

fn pod(object: &Object) -> Said {
    match object.text("/status/phase") {
        "Running" if object.at("/metadata/deletionTimestamp").is_some() => Nothing,
        "Running" => Said::holds(condition(object, "Ready") == Some("True"), "it is not `Ready`"),
        // A pod of a job that has ended.
        "Succeeded" => Nothing,
        "" => Open("it has no status that says so: is it a manifest?".into()),
        other => Broken(format!("it is {}", quote(other))),
    }
}

/// A job that has failed never becomes complete.
fn job(object: &Object) -> Said {
    if condition(object, "Failed") == Some("True") {
        return Broken("it has failed".into());
    }
    if condition(object, "Complete") == Some("True") { Holds } else { Open("it has not ended yet".into()) }
}
