//! Label selectors (meta/v1): which pods are meant.

use serde_json::Value;

use super::object::{Object, Pod, at, items};

/// Whether a selector of `by` means this pod. One that is absent means none, an empty one all of its namespace.
pub(super) fn selects(by: &Object, pointer: &str, pod: &Pod<'_>) -> bool {
    by.namespace() == pod.owner.namespace() && by.at(pointer).is_some_and(|selector| meant(selector, pod.labels()))
}

fn meant(selector: &Value, labels: Option<&Value>) -> bool {
    let label = |key: &str| labels.and_then(|labels| labels.get(key));
    let equal = at(selector, "/matchLabels")
        .and_then(Value::as_object)
        .is_none_or(|wanted| wanted.iter().all(|(key, value)| label(key) == Some(value)));
    equal
        && items(at(selector, "/matchExpressions")).iter().all(|expression| {
            let have = expression["key"].as_str().and_then(label);
            let among = have.is_some_and(|have| items(expression.get("values")).contains(have));
            match expression["operator"].as_str() {
                Some("In") => among,
                Some("NotIn") => !among,
                Some("Exists") => have.is_some(),
                Some("DoesNotExist") => have.is_none(),
                _ => false,
            }
        })
}
