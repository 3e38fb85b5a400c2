//! Variables that only a run can give: what is released, which stage of a rollout it is, what answers before it.

use std::collections::{BTreeMap, BTreeSet};

use super::variables::Resolved;

/// What a run says, by the names of its variables.
pub(super) type Given = BTreeMap<String, String>;

/// Every such variable, and what stands in for it where a plan is read without a run: it has the right form and is nobody's.
const VARIABLES: [(&str, &str); 8] = [
    ("release.version", "0.0.0"),
    ("release.commit", "0000000000000000000000000000000000000000"),
    ("release.artifact", "example.invalid/none@sha256:0000000000000000000000000000000000000000000000000000000000000000"),
    ("rollout.new", "0.0.0"),
    ("rollout.old", "0.0.0"),
    ("stage.name", "stage"),
    ("stage.traffic", "100%"),
    ("random", "00000000000000000000000000000000"),
];

/// Their names.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    VARIABLES.into_iter().map(|(name, _)| name)
}

/// What one of them stands for; `None` where `name` is no such variable.
pub(super) fn value(given: &Given, name: &str) -> Option<Resolved> {
    let (_, stand_in) = VARIABLES.into_iter().find(|(known, _)| *known == name)?;
    Some(match given.get(name) {
        Some(value) => Resolved::literal(value),
        None => Resolved { awaits: BTreeSet::from([name.to_owned()]), shown: format!("${{{name}}}"), ..Resolved::literal(stand_in) },
    })
}
