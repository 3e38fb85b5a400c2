//! Who signs: the plan's `people` and `signoff`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{fault::Fault, node::Node, place::Place, suggest};

/// Somebody who answers or signs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Person {
    /// The full name, as reports show it.
    pub name: String,
    /// What the person is in the team: `Security officer`.
    #[serde(default)]
    pub title: Option<String>,
    /// Other addresses the person commits and signs with.
    #[serde(default)]
    pub emails: Vec<String>,
}

/// Whose signatures a deployment needs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Signoff {
    /// The file with the people's public keys, as `ssh-keygen -Y verify` takes it.
    pub allowed_signers: String,
    /// The people of each role.
    pub roles: BTreeMap<String, Vec<String>>,
    /// The roles that must each sign.
    pub require: Vec<String>,
}

/// What does not fit together between `signoff`, read from `node`, and the people.
pub(super) fn check(signoff: &Signoff, people: &BTreeMap<String, Person>, node: &Node, label: Place) -> Vec<Fault> {
    let mut faults = Vec::new();
    let place_of = |key: &str, item: &str| {
        let items = node.get(key).and_then(Node::items).unwrap_or_default();
        items.iter().find(|node| node.scalar().is_some_and(|scalar| scalar.text == item)).map_or(label, |node| node.place)
    };
    if signoff.require.is_empty() {
        faults.push(Fault::new(node.entry("require").map_or(label, |(key, _)| key.place), "`require` names no role"));
    }
    for role in signoff.require.iter().filter(|role| !signoff.roles.contains_key(*role)) {
        let hint = suggest::hint(role, signoff.roles.keys().map(String::as_str), "roles");
        faults.push(Fault::new(place_of("require", role), format!("no role is called `{role}`")).maybe_hint(hint));
    }
    for (key, members) in node.get("roles").and_then(Node::entries).unwrap_or_default() {
        let items = members.items().unwrap_or_default();
        if items.is_empty() {
            faults.push(Fault::new(key.place, format!("nobody has the role `{}`", key.text)));
        }
        for item in items {
            let id = item.scalar().map(|scalar| scalar.text.as_str()).unwrap_or_default();
            if !people.contains_key(id) {
                let hint = suggest::hint(id, people.keys().map(String::as_str), "people");
                faults.push(Fault::new(item.place, format!("`people` has no `{id}`")).maybe_hint(hint));
            }
        }
    }
    faults
}
