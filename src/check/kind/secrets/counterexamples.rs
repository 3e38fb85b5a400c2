//! Sources that must turn the check red.

use super::{
    Secrets,
    flaw::{Class, Flaw},
    seen::{Elsewhere, InGit, Inspected, Seen},
};
use crate::net::git::{Past, Tracking};

/// A source that holds none of the keys, and one that holds them all with published values.
pub(super) fn counterexamples(check: &Secrets, _: jiff::Timestamp) -> Vec<Seen> {
    let Secrets { source, keys, differs_from, untracked, .. } = check;
    let globs = || keys.iter().filter(|key| key.pattern.is_glob());
    // A source without any of the keys, in git, and with what another environment holds.
    let nothing = Seen {
        source: source.to_string(),
        keys: 0,
        secrets: keys.iter().filter(|key| !key.pattern.is_glob()).map(|key| Inspected::missing(&key.pattern.text)).collect(),
        globs: globs().map(|key| (key.pattern.text.clone(), 0)).collect(),
        looks_secret: check.is_by_looks().then_some(0),
        passed_over: Vec::new(),
        elsewhere: differs_from.as_ref().map(|other| Elsewhere { source: other.to_string(), compared: 1, same: vec!["KEY".into()] }),
        git: untracked.then(|| InGit::Known(Tracking { index: true, history: Past::Committed { commit: "0000000".into() } })),
    };
    // One whose keys are all there, each with a value out of a manual.
    let mut named: Vec<String> = keys.iter().map(|key| key.pattern.text.replace('*', "X")).collect();
    if check.is_by_looks() {
        named.push("ANY_SECRET".into());
    }
    let published = |key: &String| Inspected::flawed(key, Flaw::new(Class::KnownDefault, "a published default"));
    let defaults = Seen {
        keys: named.len() as u64,
        secrets: named.iter().map(published).collect(),
        globs: globs().map(|key| (key.pattern.text.clone(), 1)).collect(),
        looks_secret: check.is_by_looks().then_some(1),
        ..nothing.clone()
    };
    vec![nothing, defaults]
}
