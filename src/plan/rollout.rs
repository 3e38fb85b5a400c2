//! The plan's `rollout`: read for one environment, and that it, the checks and the roles know of each other.

use std::{collections::HashSet, rc::Rc, time::Duration};

use super::{
    Purpose,
    envelope::Envelope,
    fault::Fault,
    interpolate::{Scope, fill},
    lack::Lack,
    needs::Meant,
    node::{Key, Node, Scalar, Style, Value},
    people,
    place::Place,
    resolve::{Resolved, not_set},
    scope::Scopes,
    suggest,
    tree::Tree,
    typed::{self, Typed},
    variables::{self, Variables},
};
use crate::{
    check::kind::document::Document,
    model::{Period, Signoff, is_named},
    rollout::{FROM, Misfit, Rollout, Step, TO, VERSION},
};

/// The plan's key.
pub(super) const KEY: &str = "rollout";

/// Reads it; what is wrong joins the `faults`.
pub(super) fn read(tree: &Tree, resolved: &mut Resolved<'_>, faults: &mut Vec<Fault>) -> Option<Rollout> {
    let (label, node) = tree.root.rollout.as_ref()?;
    let documents: Vec<(Place, &Node)> = documents(node).collect();
    let mut asked = HashSet::new();
    documents.iter().for_each(|(_, document)| document.each_scalar(&mut |_, place| _ = asked.insert(place)));
    let (in_query, in_document) = (Measured(&resolved.variables, &[VERSION]), Measured(&resolved.variables, &[VERSION, FROM, TO]));
    let scope = |place| if asked.contains(&place) { &in_document as &dyn Scope } else { &in_query };
    let mut filled = node.clone();
    let dropped = fill(&mut filled, &tree.sources, &scope, faults);
    filled.each_scalar(&mut |scalar, _| {
        resolved.rollout_awaits.extend(scalar.filled().into_iter().flat_map(|filled| filled.awaits.iter().cloned()));
    });
    let unset = if tree.purpose == Purpose::Run { Vec::new() } else { stood_in(&mut filled) };
    let read: Typed<Rollout> = typed::read(&filled, *label, dropped, &|reader| serde::Deserialize::deserialize(reader));
    let mut secrets = read.secrets;
    for (label, document) in self::documents(&filled) {
        let read = typed::read::<Document>(&demanding(document), label, HashSet::new(), &|reader| serde::Deserialize::deserialize(reader));
        secrets.extend(read.secrets);
        faults.extend(read.faults);
    }
    resolved.secrecy.check(&filled, "", &secrets, &Scopes { plan: &resolved.variables, pack: None });
    if read.value.is_none() && !unset.is_empty() {
        resolved.untried.extend(not_set(unset.iter()).map(|why| (KEY.to_owned(), why)));
        return None;
    }
    faults.extend(read.faults);
    let rollout = read.value?;
    for Misfit { at, message } in rollout.misfits() {
        faults.push(Fault::new(find(node, *label, &at), message));
    }
    unallowed(tree, node, *label, &rollout, faults);
    roles(tree, resolved, node, *label, &rollout, faults);
    Some(rollout)
}

/// The documents that measures are read from, each with the place of its key.
fn documents(node: &Node) -> impl Iterator<Item = (Place, &Node)> {
    let measures = node.get("measures").and_then(Node::entries).unwrap_or_default();
    measures.iter().filter_map(|(_, measure)| measure.entry("document")).map(|(key, document)| (key.place, document))
}

/// Such a document as a check has it, which demands something: only where it is and how it is read stands in the measure.
fn demanding(document: &Node) -> Node {
    let mut document = document.clone();
    let entry = document.place;
    document.each_scalar_mut(entry, &mut |scalar, _, _| {
        for (name, word) in [(VERSION, "1"), (FROM, "0"), (TO, "60")] {
            scalar.text = scalar.text.replace(&format!("${{{name}}}"), word);
        }
    });
    // Where it does demand something, that has been said.
    let demands = document.get("expect").is_some();
    if let Value::Map(entries) = &mut document.value
        && !demands
    {
        let key = |text: &str| Key { place: entry, text: text.into() };
        let node = |value| Node { place: entry, value };
        let exists = node(Value::Scalar(Scalar { text: "true".into(), style: Style::Plain }));
        let at = node(Value::Map(vec![(key("exists"), exists)]));
        entries.push((key("expect"), node(Value::Map(vec![(key("$"), at)]))));
    }
    document
}

/// Where nothing is looked at, a rollout is judged and decided on by machines that do not know what runs it: something stands in
/// for what is not set there. The names of that.
fn stood_in(node: &mut Node) -> Vec<String> {
    let (mut names, entry) = (Vec::new(), node.place);
    node.each_scalar_mut(entry, &mut |scalar, _, _| {
        if let Style::Filled(filled) = &mut scalar.style
            && !filled.unset.is_empty()
        {
            names.append(&mut filled.unset);
            if scalar.text.is_empty() {
                scalar.text = "http://not-set.invalid".into();
            }
        }
    });
    names
}

/// The phases of the rollout in which a check runs: those that it names, and those that name it.
pub(super) fn phases(rollout: Option<&Rollout>, id: &str, envelope: &Envelope) -> Vec<String> {
    let named = rollout.into_iter().flat_map(|rollout| rollout.phases_of(id));
    let mut phases: Vec<String> = envelope.stages().map(str::to_owned).chain(named).collect();
    phases.sort_unstable();
    phases.dedup();
    phases
}

/// Checks that the rollout names and the plan does not have, and phases that checks name and the rollout does not have.
pub(super) fn strangers(tree: &Tree, rollout: Option<&Rollout>, checks: &[Meant<'_>], faults: &mut Vec<Fault>) {
    // A rollout that cannot be read has had its say.
    if rollout.is_none() && tree.root.rollout.is_some() {
        return;
    }
    let known: Vec<&str> = rollout.into_iter().flat_map(Rollout::phases).collect();
    for Meant { draft, stages, .. } in checks {
        for stranger in stages.iter().filter(|stage| !known.contains(&stage.as_str())) {
            let written = draft.envelope.get("phase").and_then(Node::items).unwrap_or_default();
            let written = written.iter().find(|node| node.scalar().is_some_and(|scalar| scalar.text == *stranger));
            let Some(place) = written.map(|node| node.place) else {
                faults.push(Fault::new(draft.place_of("phase"), "what a variable stands for here is no phase"));
                continue;
            };
            let message = format!("`{stranger}` is no phase");
            let names = known.iter().copied().chain(["pre-deploy", "post-deploy"]);
            faults.push(Fault::new(place, message).maybe_hint(suggest::hint(stranger, names, "phases")));
        }
    }
    let (Some(rollout), Some((label, node))) = (rollout, &tree.root.rollout) else { return };
    let ids = || tree.drafts.iter().map(|draft| draft.id.as_str());
    for (at, name) in rollout.named_checks().into_iter().filter(|(_, name)| !ids().any(|id| is_named(id, name))) {
        let hint = suggest::hint(&name, ids(), "checks");
        faults.push(Fault::new(find(node, *label, &at), format!("the plan has no check `{name}`")).maybe_hint(hint));
    }
}

/// What of it lasts longer than it can.
pub(super) fn too_long(tree: &Tree, rollout: &Rollout, signoff: Option<&Signoff>, faults: &mut Vec<Fault>) {
    let (Some(until), Some((label, node))) = (rollout.until, &tree.root.rollout) else { return };
    let place = find(node, *label, &[Step::Key("until".into())]);
    if let Some(valid_for) = signoff.map(|signoff| signoff.valid_for).filter(|valid_for| *valid_for < until) {
        let message = format!("`until` is {until}, and a sign-off is good for {valid_for}: it runs out while the rollout goes on");
        faults.push(Fault::warning(place, message).hint("raise `valid-for` of `signoff`, or shorten `until`"));
    }
    let soaks = rollout.stages.iter().fold(Duration::ZERO, |all, stage| all.saturating_add(stage.soak.get()));
    if soaks > until.get() {
        let soaks = Period::from(soaks);
        let message = format!("the stages soak {soaks} together, and `until` is {until}: the rollout cannot come to its end");
        faults.push(Fault::warning(place, message));
    }
}

/// What was found at places of it.
pub(super) fn warnings(tree: &Tree, found: &[Misfit]) -> Vec<Fault> {
    let Some((label, node)) = &tree.root.rollout else { return Vec::new() };
    found.iter().map(|Misfit { at, message }| Fault::warning(find(node, *label, at), message.clone())).collect()
}

/// That it runs no program where the plan does not allow it.
fn unallowed(tree: &Tree, node: &Node, label: Place, rollout: &Rollout, faults: &mut Vec<Fault>) {
    if tree.root.allows_commands {
        return;
    }
    for (at, program) in rollout.programs() {
        let message = format!("the rollout is not allowed to run `{}`: that is a program that the plan names", program.join(" "));
        let hint = "where that is meant, write `allow: [command]` at the top of the plan's main file, beside `project`";
        faults.push(Fault::new(find(node, label, &at), message).hint(hint));
    }
}

/// That those who decide have a role.
fn roles(tree: &Tree, resolved: &Resolved<'_>, node: &Node, label: Place, rollout: &Rollout, faults: &mut Vec<Fault>) {
    let signoff = people::signoff(&tree.root, resolved.environment);
    let known: Vec<&str> =
        signoff.iter().filter_map(|(_, node)| node.get("roles")?.entries()).flatten().map(|(key, _)| key.text.as_str()).collect();
    for (number, stage) in rollout.stages.iter().enumerate() {
        let roles = stage.decide.iter().flat_map(|decide| &decide.roles);
        for role in roles.filter(|role| !known.contains(&role.as_str())) {
            let at = [Step::Key("stages".into()), Step::Item(number), Step::Key("decide".into())];
            let hint = match known.is_empty() {
                true => Some("`signoff: { roles: … }` says who has it".to_owned()),
                false => suggest::hint(role, known.iter().copied(), "roles"),
            };
            let message = format!("the sign-off policy has no role `{role}`, so nobody could decide");
            faults.push(Fault::new(find(node, label, &at), message).maybe_hint(hint));
        }
    }
}

/// Where a step of the way leads to; as far as there is something to point at.
fn find(node: &Node, label: Place, way: &[Step]) -> Place {
    let mut found = (node, label);
    for step in way {
        let next = match step {
            Step::Key(key) => found.0.entry(key).map(|(key, node)| (node, key.place)),
            Step::Item(at) => found.0.items().and_then(|items| items.get(*at)).map(|node| (node, node.place)),
        };
        match next {
            Some(next) => found = next,
            // What may be one or a list of them is written as one.
            None if matches!(step, Step::Item(0)) => {}
            None => break,
        }
    }
    found.1
}

/// The plan's variables, and those which stay as they are: each query is asked for both versions, a document for a stretch of time.
struct Measured<'a>(&'a Variables<'a>, &'a [&'static str]);

impl Scope for Measured<'_> {
    fn value(&self, name: &str) -> Result<Rc<variables::Resolved>, Lack> {
        match name {
            name if self.1.contains(&name) => Ok(Rc::new(variables::Resolved::literal(&format!("${{{name}}}")))),
            name => self.0.value(name),
        }
    }

    fn lenient(&self) -> bool {
        self.0.lenient
    }

    fn names(&self) -> Vec<&str> {
        self.0.known_names().into_iter().chain(self.1.iter().copied()).collect()
    }
}
