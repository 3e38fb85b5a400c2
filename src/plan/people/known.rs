//! The plan's `people`, by id.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::{
    model::Person,
    plan::{
        fault::Fault,
        fields::Fields,
        interpolate::literal,
        node::{Key, Node},
        typed,
    },
};

/// The people of the main file.
pub(in crate::plan) fn known(fields: Fields<'_>, faults: &mut Vec<Fault>) -> BTreeMap<String, Person> {
    let mut people = BTreeMap::new();
    let mut entries = fields.map("people", faults).map(|(_, entries)| entries.to_vec()).unwrap_or_default();
    for (key, node) in &mut entries {
        literal(node, faults);
        let person = typed::read(node, key.place, HashSet::new(), &|reader| serde::Deserialize::deserialize(reader));
        faults.extend(person.faults);
        // Somebody half described still exists: a role that names them is not wrong.
        let unknown = Person { name: String::new(), title: None, emails: Vec::new() };
        people.insert(key.text.clone(), person.value.unwrap_or(unknown));
    }
    shared_addresses(&entries, faults);
    people
}

/// Addresses of two people: whoever signs with one of them would be both.
fn shared_addresses(people: &[(Key, Node)], faults: &mut Vec<Fault>) {
    let mut whose: HashMap<String, &str> = people.iter().map(|(key, _)| (key.text.to_lowercase(), key.text.as_str())).collect();
    for (key, person) in people {
        for email in person.get("emails").and_then(Node::items).unwrap_or_default() {
            let Some(scalar) = email.scalar() else { continue };
            let owner = *whose.entry(scalar.text.to_lowercase()).or_insert(&key.text);
            if owner != key.text {
                let message = format!("`{}` is an address of `{owner}` too", scalar.quotable());
                faults.push(Fault::new(email.place, message).hint("one person stands here once, with all addresses"));
            }
        }
    }
}
