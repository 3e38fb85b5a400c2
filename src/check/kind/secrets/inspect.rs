//! What was seen of the secrets: names, classes of flaw and steps of strength. Never a value, never a digest of one.

use std::collections::BTreeMap;

use super::{
    Secrets,
    assess::assess,
    choice::Key,
    flaw::Class,
    kinship,
    leaf::{Leaf, Weight},
    naming::{is_setting, names_a_secret, names_a_setting},
    purpose::Demand,
    seen::{Inspected, Seen},
};
use crate::{
    check::environment::Held,
    model::{excerpt, looks_secret, plain},
};

/// The keys of `held` that are judged. An empty one is only where it is named.
pub(super) fn chosen<'a>(held: &'a [Held], check: &Secrets) -> Vec<&'a Held> {
    let is_chosen = |entry: &&Held| match check.demand(&entry.key) {
        Some(key) => !key.pattern.is_glob() || entry.value.text() != Some(""),
        None => check.is_by_looks() && !check.excepts(&entry.key) && looks(entry),
    };
    held.iter().filter(is_chosen).collect()
}

/// Whether a key looks secret by its name, or by a value that could not be anything else.
fn looks(held: &Held) -> bool {
    let Some(text) = held.value.text() else { return names_a_secret(&held.key) };
    if text.is_empty() || names_a_secret(&held.key) {
        return !text.is_empty() && !is_setting(&held.key, text);
    }
    let leaves = Leaf::new(&held.key, text, Demand::of(&held.key, None), Weight::Beside).leaves();
    leaves.cut || leaves.all.iter().any(|leaf| leaf.is_secret() || ["signed token", "private key"].contains(&leaf.form) || leaf.is_store())
}

/// Judges what a source holds.
pub(super) fn inspect(held: &[Held], check: &Secrets) -> Seen {
    let chosen = chosen(held, check);
    let mut secrets: Vec<Inspected> = chosen.iter().map(|entry| inspected(entry, held, check.demand(&entry.key))).collect();
    kinship::mark(&chosen, &mut secrets, |key| check.demand(key).is_some_and(|demand| demand.allow.contains(&Class::Shared)));
    for key in check.keys.iter().filter(|key| !key.pattern.is_glob()) {
        if !chosen.iter().any(|entry| key.pattern.means(&entry.key)) {
            secrets.push(Inspected::missing(&key.pattern.text));
        }
    }
    secrets.sort_by(|a, b| a.key.cmp(&b.key));
    tell_apart(&mut secrets);
    let found = |key: &Key| chosen.iter().filter(|entry| key.pattern.means(&entry.key)).count() as u64;
    let globs = check.keys.iter().filter(|key| key.pattern.is_glob()).map(|key| (key.pattern.text.clone(), found(key))).collect();
    let settings = held.iter().filter(|entry| looks_secret(&entry.key) && names_a_setting(&entry.key));
    let passed_over = settings.filter(|entry| check.is_by_looks() && !chosen.iter().any(|other| other.key == entry.key));
    Seen {
        source: check.source.to_string(),
        keys: held.len() as u64,
        secrets,
        globs,
        looks_secret: check.is_by_looks().then(|| chosen.iter().filter(|entry| looks(entry)).count() as u64),
        passed_over: passed_over.map(|entry| shown(&entry.key)).take(100).collect(),
        elsewhere: None,
        git: None,
    }
}

fn inspected(entry: &Held, held: &[Held], said: Option<&Key>) -> Inspected {
    let demand = Demand::of(&entry.key, said);
    let beside = |ends: &[&str]| sibling(&entry.key, held, ends).map(str::to_owned);
    let root = Leaf {
        user: beside(&["USER", "USERNAME", "LOGIN"]),
        places: ["HOST", "HOSTNAME", "DATABASE", "DB", "NAME"].iter().filter_map(|end| beside(&[end])).collect(),
        ..Leaf::new(&entry.key, "", demand, Weight::Secret)
    };
    let allow = said.map_or(&[][..], |said| &said.allow);
    let seen = assess(&entry.value, &root, allow);
    Inspected {
        key: shown(&entry.key),
        purpose: seen.unreadable.is_none().then_some(demand.purpose),
        expires: seen.expires.filter(|_| !allow.contains(&Class::Expired)),
        ..seen
    }
}

/// The value of the key that stands beside a password: `DB_USER` beside `DB_PASSWORD`.
fn sibling<'a>(key: &str, held: &'a [Held], ends: &[&str]) -> Option<&'a str> {
    let upper = key.to_uppercase();
    let stem = ["PASSWORD", "PASSWD", "PASS", "PWD", "SECRET"].iter().find_map(|end| upper.strip_suffix(end))?;
    let beside = |other: &Held| ends.iter().any(|end| other.key.to_uppercase() == format!("{stem}{end}"));
    held.iter().find(|other| beside(other)).and_then(|other| other.value.text()).map(str::trim).filter(|text| !text.is_empty())
}

/// Names that were cut or escaped to the same text are numbered: each expectation has a name of its own.
fn tell_apart(secrets: &mut [Inspected]) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for secret in secrets {
        let times = seen.entry(secret.key.clone()).or_default();
        *times += 1;
        if *times > 1 {
            secret.key = format!("{}#{times}", secret.key);
        }
    }
}

/// A key's name, harmless to show: names of files and of JSON fields come from outside.
pub(super) fn shown(key: &str) -> String {
    excerpt(&plain(key), 120)
}
