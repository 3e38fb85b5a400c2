//! `waivers.yaml`: the accepted exceptions that people review together with the plan.
//!
//! It holds a list, or a map with the key `waivers`. Nothing in it takes variables: approvers sign what stands there.

use std::{collections::HashMap, path::PathBuf};

use jiff::Timestamp;

use super::{
    fault::Fault,
    fields::{Fields, Word},
    include,
    node::Node,
    people,
    place::{Place, Sources},
    root::Root,
    shelf::{Shelf, shown},
};
use crate::{
    model::{Waiver, moment},
    net::regular_file::FileError,
};

/// The file that is read where the plan names no other.
const USUAL: &str = "waivers.yaml";
/// The keys of a waiver.
pub(super) const KEYS: [&str; 8] = ["check", "environment", "reason", "ticket", "owner", "approver", "granted", "expires"];
/// The one that may be left out.
pub(super) const OPTIONAL: &str = "granted";

/// A waiver with the places of what others must fit.
pub(super) struct Written {
    pub(super) waiver: Waiver,
    pub(super) label: Place,
    pub(super) check: Place,
}

/// Reads the file the plan names, or the usual one beside the plan if it is there; gives its path for others to leave it.
pub(super) fn file(shelf: &Shelf, root: &Root, sources: &mut Sources, faults: &mut Vec<Fault>) -> Option<(PathBuf, Option<Node>)> {
    let (path, place) = match &root.waivers {
        None => (PathBuf::from(USUAL), root.environments_key),
        Some(word) => match include::files(shelf, word, faults).as_slice() {
            [path] => (path.clone(), word.place),
            [] => return None,
            _ => {
                faults.push(Fault::new(word.place, format!("`{}` matches several files", word.text)).hint("name the one with the waivers"));
                return None;
            }
        },
    };
    match include::read(shelf, &path, sources, faults) {
        Ok((_, node)) => Some((PathBuf::from(shown(&path)), node)),
        Err(FileError::Missing) if root.waivers.is_none() => None,
        Err(error) => {
            faults.push(Fault::new(place, format!("the file `{}` {error}", shown(&path))));
            Some((path, None))
        }
    }
}

/// The waivers in the file; what is wrong is told, what is right is kept.
pub(super) fn read(node: &Node, root: &Root, sources: &Sources, faults: &mut Vec<Fault>) -> Vec<Written> {
    let top = Place { end: node.place.start, ..node.place };
    let listed = |faults: &mut Vec<Fault>| {
        let fields = Fields::open(node, top, &["waivers"], faults)?;
        if fields.get("waivers").is_none() {
            faults.push(Fault::new(top, "the key `waivers` is missing").hint("the file holds a list of waivers"));
        }
        fields.list("waivers", faults).map(|(_, items)| items)
    };
    let items = node.items().or_else(|| listed(faults)).unwrap_or_default();
    let mut first: HashMap<(String, String), Place> = HashMap::new();
    let mut all = Vec::new();
    for item in items {
        let Some(written) = one(item, root, faults) else { continue };
        let key = (written.waiver.check.clone(), written.waiver.environment.clone());
        if let Some(place) = first.get(&key) {
            let message = format!("a second waiver on `{}` in `{}`, the first is at {}", key.0, key.1, sources.path_line(*place));
            faults.push(Fault::new(written.check, message).hint("one exception is accepted once: change the first, or leave it out"));
            continue;
        }
        first.insert(key, written.label);
        all.push(written);
    }
    all
}

fn one(node: &Node, root: &Root, faults: &mut Vec<Fault>) -> Option<Written> {
    let label = node.entries().and_then(|entries| entries.first()).map_or(node.place, |(key, _)| key.place);
    let fields = Fields::open(node, label, &KEYS, faults)?;
    let mut text = |key: &str| text(fields, key, label, faults);
    let (check, environment) = (text("check"), text("environment"));
    let (reason, ticket) = (text("reason"), text("ticket"));
    let (owner, approver) = (text("owner"), text("approver"));
    let (granted, expires) = (text(OPTIONAL), text("expires"));
    let granted = granted.and_then(|word| Some((instant(&word, false, faults)?, word.place)));
    let expires = expires.and_then(|word| instant(&word, true, faults));
    if let (Some((granted, place)), Some(expires)) = (granted, expires)
        && granted >= expires
    {
        faults.push(Fault::new(place, "it is granted only after it has expired"));
    }
    if let Some(environment) = &environment {
        faults.extend(unfit(environment, check.as_ref(), root));
    }
    for person in [&owner, &approver].into_iter().flatten().filter(|_| !root.people.is_empty()) {
        faults.extend(people::stranger(person, &root.people));
    }
    if let (Some(owner), Some(approver)) = (&owner, &approver) {
        faults.extend(own_approver(owner, approver, root));
    }
    let check = check?;
    let waiver = Waiver {
        environment: environment?.text,
        reason: reason?.text,
        ticket: ticket?.text,
        owner: owner?.text,
        approver: approver?.text,
        granted: granted.map(|(granted, _)| granted),
        expires: expires?,
        check: check.text,
    };
    Some(Written { waiver, label, check: check.place })
}

/// What one of the keys says.
fn text(fields: Fields<'_>, key: &str, label: Place, faults: &mut Vec<Fault>) -> Option<Word> {
    let Some((place, node)) = fields.get(key) else {
        if key != OPTIONAL {
            faults.push(Fault::new(label, format!("the key `{key}` is missing")).hint(about(key)));
        }
        return None;
    };
    let Some(scalar) = node.scalar().filter(|scalar| !scalar.is_null() && !scalar.text.trim().is_empty()) else {
        let found = if node.scalar().is_some() { "nothing".to_owned() } else { node.noun() };
        faults.push(Fault::new(place, format!("expected text, found {found}")).hint(about(key)));
        return None;
    };
    if scalar.text.contains("${") {
        faults.push(Fault::new(node.place, "no variable can stand here").hint("the approver signs what stands in the file"));
        return None;
    }
    Some(Word { text: scalar.text.trim().to_owned(), place: node.place })
}

/// What a key is for.
pub(super) fn about(key: &str) -> &'static str {
    match key {
        "check" => "`check` is the id of the check that may be red",
        "environment" => "`environment` is where it may be: one of the plan's",
        "reason" => "`reason` says why that is acceptable",
        "ticket" => "`ticket` is where the repair is tracked",
        "owner" => "`owner` is who sees to the repair",
        "approver" => "`approver` is who accepts it: somebody else than the owner",
        "granted" => "`granted` is when it was accepted: its length is counted from then",
        _ => "`expires` is a date, `2026-12-24`, to the end of that day in UTC, or an instant, `2026-12-24T18:00:00+01:00`",
    }
}

/// A date or an instant; of a date its beginning, or its end in UTC.
fn instant(word: &Word, end: bool, faults: &mut Vec<Fault>) -> Option<Timestamp> {
    moment(&word.text, end)
        .map_err(|message| {
            let hint = "write `2026-12-24`, a whole day in UTC, or `2026-12-24T18:00:00+01:00`";
            faults.push(Fault::new(word.place, message).hint(hint));
        })
        .ok()
}

/// What of the plan the waiver does not fit.
fn unfit(environment: &Word, check: Option<&Word>, root: &Root) -> Option<Fault> {
    let Some(known) = root.environment(&environment.text) else {
        return Some(root.no_environment(&environment.text, environment.place));
    };
    let check = check.filter(|check| known.guard.iter().any(|guard| guard.text == check.text))?;
    let message = format!("`{}` guards `{}`: it cannot be waived", check.text, environment.text);
    Some(Fault::new(check.place, message).hint("a guard proves that this is the right place; make it pass"))
}

fn own_approver(owner: &Word, approver: &Word, root: &Root) -> Option<Fault> {
    let same = owner.text.eq_ignore_ascii_case(&approver.text);
    let known = |word: &Word| people::known_as(&word.text, &root.people);
    let same_person = known(owner).is_some() && known(owner) == known(approver);
    let message = match (same, same_person) {
        (true, _) => format!("`{}` owns the exception and accepts it", owner.text),
        (_, true) => format!("`{}` and `{}` are the same person: who owns the exception cannot accept it", owner.text, approver.text),
        _ => return None,
    };
    Some(Fault::new(approver.place, message).hint("somebody else has to accept it"))
}
