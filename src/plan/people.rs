//! Who answers, accepts and signs: the plan's `people`, and its `signoff` as far as it names them.

mod asked;
pub(super) mod known;
mod quorum;

use std::collections::BTreeMap;

use super::{
    fault::Fault,
    fields::Word,
    node::{Key, Node, Scalar, Value},
    place::Place,
    root::{Environment, Root},
    suggest,
};
use crate::model::{Period, Person, Signoff};

pub(super) use asked::{asked, unanswerable};

/// The environment's `signoff`, with its key: its own keys stand instead of the plan's.
pub(super) fn signoff(root: &Root, environment: &Environment) -> Option<(Place, Node)> {
    let (plan, environment) = (root.signoff.as_ref(), environment.signoff.as_ref());
    let (Some((_, plan)), Some((label, environment))) = (plan, environment) else { return environment.or(plan).cloned() };
    let (Value::Map(old), Value::Map(new)) = (&plan.value, &environment.value) else { return Some((*label, environment.clone())) };
    let kept = old.iter().filter(|(key, _)| !new.iter().any(|(k, _)| k.text == key.text));
    let entries = new.iter().chain(kept).cloned().collect();
    Some((*label, Node { place: environment.place, value: Value::Map(entries) }))
}

/// What does not fit together between `signoff` and the people.
pub(super) fn check(signoff: &Node, people: &BTreeMap<String, Person>, faults: &mut Vec<Fault>) {
    let roles = roles(signoff);
    for (key, members) in roles {
        let items = members_of(members);
        if items.is_empty() {
            faults.push(Fault::new(key.place, format!("nobody has the role `{}`", key.text)));
        }
        faults.extend(items.iter().filter_map(|item| unknown(item, people.keys().map(String::as_str), "person", "people")));
        repeated(items, |name| format!("`{name}` has the role `{}` twice", key.text), faults);
    }
    if let Some((key, _)) = signoff.entry("roles").filter(|_| roles.is_empty()) {
        faults.push(Fault::new(key.place, "there are no roles"));
    }
    quorum::check(signoff, roles, faults);
    break_glass(signoff, roles, faults);
    desk(signoff, roles, people, faults);
    ci_tokens(signoff, roles, faults);
    windows(signoff, faults);
    bots(signoff, people, faults);
    for (key, node) in ["valid-for", "max-age"].iter().filter_map(|key| signoff.entry(key)) {
        let period = node.scalar().and_then(|scalar| scalar.text.parse::<Period>().ok());
        if period == Some(Period::seconds(0)) {
            faults.push(Fault::new(node.place, format!("a `{}` of no time at all is never met", key.text)));
        }
    }
}

/// The roles, each with what it holds.
fn roles(signoff: &Node) -> &[(Key, Node)] {
    signoff.get("roles").and_then(Node::entries).unwrap_or_default()
}

/// The people of a role, whether it is written short or long.
fn members_of(role: &Node) -> &[Node] {
    role.get("people").unwrap_or(role).items().unwrap_or_default()
}

fn role_names(roles: &[(Key, Node)]) -> impl Iterator<Item = &str> + Clone {
    roles.iter().map(|(role, _)| role.text.as_str())
}

/// The words of a list; of a variable it is told elsewhere.
fn written(items: &[Node]) -> impl Iterator<Item = (&Node, &Scalar)> {
    items.iter().filter_map(|item| Some((item, item.scalar().filter(|scalar| scalar.filled().is_none())?)))
}

/// Those that stand a second time.
fn repeated(items: &[Node], say: impl Fn(&str) -> String, faults: &mut Vec<Fault>) {
    let mut seen: Vec<&str> = Vec::new();
    for (item, scalar) in written(items) {
        if seen.contains(&scalar.text.as_str()) {
            faults.push(Fault::new(item.place, say(scalar.quotable())));
        }
        seen.push(&scalar.text);
    }
}

fn break_glass(signoff: &Node, roles: &[(Key, Node)], faults: &mut Vec<Fault>) {
    let Some((key, named)) = signoff.get("break-glass").and_then(|node| node.entry("roles")) else { return };
    let Some(items) = named.items() else { return };
    if items.is_empty() {
        faults.push(Fault::new(key.place, "no role may pass the gate in an emergency").hint("leave `break-glass` out"));
    }
    faults.extend(items.iter().filter_map(|item| unknown(item, role_names(roles), "role", "roles")));
}

/// Registrars nobody knows, and roles that may read and are none.
fn desk(signoff: &Node, roles: &[(Key, Node)], people: &BTreeMap<String, Person>, faults: &mut Vec<Fault>) {
    let named = |key| signoff.get("desk").and_then(|desk| desk.get(key)).and_then(Node::items).unwrap_or_default();
    let holders = roles.iter().flat_map(|(_, role)| members_of(role)).filter_map(Node::scalar).map(|scalar| scalar.text.as_str());
    let known: Vec<&str> = people.keys().map(String::as_str).chain(holders).collect();
    faults.extend(named("registrars").iter().filter_map(|item| unknown(item, known.iter().copied(), "person", "people")));
    repeated(named("registrars"), |name| format!("`{name}` stands here twice"), faults);
    faults.extend(named("read").iter().filter_map(|item| unknown(item, role_names(roles), "role", "roles")));
}

/// A list without a window: always or never, nobody can tell.
fn windows(signoff: &Node, faults: &mut Vec<Fault>) {
    let empty = signoff.entry("windows").filter(|(_, node)| node.items().is_some_and(<[Node]>::is_empty));
    faults.extend(empty.map(|(key, _)| {
        let fault = Fault::new(key.place, "`windows` has no window, so nobody can tell whether a release may be deployed always or never");
        fault.hint("leave it out for always, or name every day: `[{ days: [mon, tue, wed, thu, fri, sat, sun] }]`")
    }));
}

/// Jobs that record for nobody, or could do more than that.
fn ci_tokens(signoff: &Node, roles: &[(Key, Node)], faults: &mut Vec<Fault>) {
    for (id, rule) in signoff.get("ci-tokens").and_then(Node::entries).unwrap_or_default() {
        let named = rule.get("ref").and_then(|node| Some((node.place, node.scalar()?)));
        if let Some((place, reference)) = named.filter(|(_, scalar)| !scalar.text.starts_with("refs/")) {
            let fault = Fault::new(place, format!("`{}` is no full name of a branch or tag", reference.quotable()));
            faults.push(fault.hint("write `refs/heads/main`, also for GitLab"));
        }
        let holds = |role: &Node| members_of(role).iter().filter_map(Node::scalar).any(|scalar| scalar.text == id.text);
        let of: Vec<&str> = roles.iter().filter(|(_, role)| holds(role)).map(|(key, _)| key.text.as_str()).collect();
        if of != [Signoff::RECORDER] {
            let fault = Fault::new(id.place, format!("a CI's token makes nobody `{}`: it is for those who only record", id.text));
            faults.push(fault.hint("give `recorder` to this id, and no other role"));
        }
        let speaks = |item: &&Node| item.scalar().is_some_and(|scalar| scalar.text == id.text);
        let deputies = signoff.get("deputies").and_then(Node::entries).unwrap_or_default().iter().flat_map(|(_, named)| named.items());
        let registrars = signoff.get("desk").and_then(|desk| desk.get("registrars")).and_then(Node::items);
        for item in deputies.chain(registrars).flatten().filter(speaks) {
            faults.push(Fault::new(item.place, format!("`{}` is a CI job, which only records", id.text)));
        }
    }
}

/// Machines that are people, and those without an address.
fn bots(signoff: &Node, people: &BTreeMap<String, Person>, faults: &mut Vec<Fault>) {
    let items = signoff.get("bots").and_then(Node::items).unwrap_or_default();
    let wrong = |(item, scalar): (&Node, &Scalar)| match known_as(scalar.text.trim(), people) {
        Some(id) => Some(Fault::new(item.place, format!("`{}` is an address of `{id}`, who is no machine", scalar.text))),
        None => scalar.text.trim().is_empty().then(|| Fault::new(item.place, "the address is empty")),
    };
    faults.extend(written(items).filter_map(wrong));
    repeated(items, |name| format!("`{name}` stands here twice"), faults);
}

/// The fault of naming what is not among the `known`; of a variable it is told elsewhere.
fn unknown<'a>(item: &Node, known: impl Iterator<Item = &'a str> + Clone, noun: &str, nouns: &str) -> Option<Fault> {
    let scalar = item.scalar().filter(|scalar| scalar.filled().is_none())?;
    if known.clone().any(|known| known == scalar.text) {
        return None;
    }
    let shown = scalar.quotable();
    Some(Fault::new(item.place, format!("there is no {noun} `{shown}`")).maybe_hint(suggest::hint(shown, known, nouns)))
}

/// The id of whoever is known by `name`: their id, or one of their addresses.
pub(super) fn known_as<'a>(name: &str, people: &'a BTreeMap<String, Person>) -> Option<&'a str> {
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    people.iter().find(|(id, person)| is(id) || person.emails.iter().any(|email| is(email))).map(|(id, _)| id.as_str())
}

/// The fault of naming somebody who is not among the people.
pub(super) fn stranger(name: &Word, people: &BTreeMap<String, Person>) -> Option<Fault> {
    if people.contains_key(&name.text) {
        return None;
    }
    let hint = match known_as(&name.text, people) {
        Some(id) => Some(format!("this is `{id}`: write that id")),
        None => suggest::hint(&name.text, people.keys().map(String::as_str), "people"),
    };
    Some(Fault::new(name.place, format!("there is no person `{}`", name.text)).maybe_hint(hint))
}
