//! Who signs: the plan's `people` and `signoff`.

use std::collections::BTreeMap;

use super::{fault::Fault, node::Node, suggest};
use crate::model::Person;

/// What does not fit together between `signoff`, its variables filled in, and the people.
pub(super) fn check(signoff: &Node, people: &BTreeMap<String, Person>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let roles = signoff.get("roles").and_then(Node::entries).unwrap_or_default();
    for (key, members) in roles {
        let listed = members.get("people").unwrap_or(members);
        let items = listed.items().unwrap_or_default();
        if items.is_empty() {
            faults.push(Fault::new(key.place, format!("nobody has the role `{}`", key.text)));
        }
        faults.extend(items.iter().filter_map(|item| unknown(item, people.keys().map(String::as_str), "person", "people")));
    }
    if let Some((key, require)) = signoff.entry("require") {
        let items = require.items().unwrap_or_default();
        if items.is_empty() {
            faults.push(Fault::new(key.place, "`require` names no role"));
        }
        let named = items.iter().map(|item| item.get("role").unwrap_or(item));
        faults.extend(named.filter_map(|item| unknown(item, roles.iter().map(|(role, _)| role.text.as_str()), "role", "roles")));
    }
    if let Some((key, _)) = signoff.entry("roles").filter(|_| roles.is_empty()) {
        faults.push(Fault::new(key.place, "there are no roles"));
    }
    faults
}

/// The fault of naming what is not among the `known`; a variable's value is not told.
fn unknown<'a>(item: &Node, known: impl Iterator<Item = &'a str> + Clone, noun: &str, nouns: &str) -> Option<Fault> {
    let scalar = item.scalar()?;
    if known.clone().any(|known| known == scalar.text) {
        return None;
    }
    let shown = scalar.quotable();
    Some(Fault::new(item.place, format!("there is no {noun} `{shown}`")).maybe_hint(suggest::hint(shown, known, nouns)))
}
