//! The plan's `notify`: who hears of what happens. What is not set here keeps nobody from running, signing or deploying.

use std::rc::Rc;

use super::{
    Purpose,
    fault::Fault,
    interpolate::{Scope, fill},
    lack::Lack,
    node::Node,
    resolve::{Resolved, not_set},
    scope::Scopes,
    tree::Tree,
    typed::{self, Typed},
    variables::{self, Variables},
};
use crate::notify::{Notify, Occasion};

/// The plan's key.
pub(super) const KEY: &str = "notify";

/// Those who hear, and what of them cannot be told, with why.
#[derive(Default)]
pub(super) struct Hearers {
    pub(super) told: Vec<Notify>,
    pub(super) unset: Vec<(Vec<Occasion>, String)>,
}

/// Reads it; what is wrong joins the `faults`.
pub(super) fn read(tree: &Tree, resolved: &mut Resolved<'_>, faults: &mut Vec<Fault>) -> Hearers {
    let mut hearers = Hearers::default();
    // A plan that was kept with a run may come from anybody: nobody is told because it says so.
    let Some((label, node)) = tree.root.notify.as_ref().filter(|_| tree.purpose != Purpose::Kept) else { return hearers };
    let all = node.items().unwrap_or(std::slice::from_ref(node));
    if all.is_empty() {
        faults.push(Fault::new(*label, "the list is empty, so nobody hears of anything").hint("leave the key out"));
    }
    for written in all {
        let (mut filled, scope) = (written.clone(), Lenient(&resolved.variables));
        let dropped = fill(&mut filled, &tree.sources, &|_| &scope, faults);
        let place = if written.place == node.place { *label } else { written.place };
        let read: Typed<Notify> = typed::read(&filled, place, dropped, &|reader| serde::Deserialize::deserialize(reader));
        resolved.secrecy.check(&filled, "", &read.secrets, &Scopes { plan: &resolved.variables, pack: None });
        faults.extend(read.faults);
        if let Some(argv) = read.value.as_ref().and_then(|notify| notify.command.as_ref()).filter(|_| !tree.root.allows_commands) {
            let message = format!("`notify` is not allowed to run `{}`: that is a program that the plan names", argv.join(" "));
            let hint = "where that is meant, write `allow: [command]` at the top of the plan's main file, beside `project`";
            faults.push(Fault::new(written.entry("command").map_or(place, |(key, _)| key.place), message).hint(hint));
        }
        match (read.value, not_set(read.unset.iter())) {
            (Some(notify), _) => hearers.told.push(notify),
            (None, Some(why)) => hearers.unset.push((occasions(&filled), why)),
            (None, None) => {}
        }
    }
    hearers
}

/// What it asks to be told, as far as that can be read.
fn occasions(node: &Node) -> Vec<Occasion> {
    let on = node.get("on");
    let words = on.into_iter().flat_map(|on| on.items().unwrap_or(std::slice::from_ref(on))).filter_map(Node::scalar);
    words.filter_map(|word| serde_json::from_value(word.text.clone().into()).ok()).collect()
}

/// The plan's variables; one that is not set is no fault.
struct Lenient<'a>(&'a Variables<'a>);

impl Scope for Lenient<'_> {
    fn value(&self, name: &str) -> Result<Rc<variables::Resolved>, Lack> {
        self.0.value(name)
    }

    fn lenient(&self) -> bool {
        true
    }

    fn names(&self) -> Vec<&str> {
        self.0.known_names()
    }
}
