//! Whom a manual item asks: somebody there is, and who can answer.

use super::{role_names, roles, signoff, unknown};
use crate::plan::{
    draft::Draft,
    fault::Fault,
    node::{Node, Style},
    root::{Environment, Root},
};

/// What is wrong with those whom a manual item asks (`by`): it names roles and people. A plan that was `kept` with a run may be
/// older than the rule.
pub(in crate::plan) fn asked(settings: &Node, root: &Root, environment: &Environment, kept: bool, faults: &mut Vec<Fault>) {
    let Some(by) = settings.get("by") else { return };
    let policies: Vec<Node> = match signoff(root, environment) {
        Some((_, own)) => vec![own],
        // An environment where nobody signs has no roles of its own.
        None => policies(root, |_| true),
    };
    let known: Vec<&str> =
        policies.iter().flat_map(|policy| role_names(roles(policy))).chain(root.people.keys().map(String::as_str)).collect();
    if kept && known.is_empty() {
        return;
    }
    let wrong = |item: &Node| match item.scalar().map(|scalar| &scalar.style) {
        Some(Style::Filled(_)) if !kept => {
            let fault = Fault::new(item.place, "no variable can stand here: who may answer must not depend on the environment");
            Some(fault.hint("write the role or the person"))
        }
        _ => unknown(item, known.iter().copied(), "role or person", "roles and people"),
    };
    faults.extend(by.items().unwrap_or(std::slice::from_ref(by)).iter().filter_map(wrong));
}

/// Manual items that nobody can answer, as nobody signs in any environment they are meant for.
pub(in crate::plan) fn unanswerable(root: &Root, drafts: &[Draft], faults: &mut Vec<Fault>) {
    for draft in drafts.iter().filter(|draft| draft.kind.name == "manual" && draft.without.is_none()) {
        let meant = draft.environments.as_ref().filter(|list| !list.is_empty());
        if policies(root, |name| meant.is_none_or(|list| list.iter().any(|word| word.text == name))).is_empty() {
            let fault = Fault::new(draft.kind_key, "nobody can answer this: without `signoff` there is no key whose answer counts");
            faults.push(fault.hint("write `signoff:` with the people and their keys"));
        }
    }
}

/// The policies of the environments that are meant.
fn policies(root: &Root, meant: impl Fn(&str) -> bool) -> Vec<Node> {
    let environments = root.environments.iter().filter(|environment| meant(&environment.name));
    environments.filter_map(|environment| Some(signoff(root, environment)?.1)).collect()
}
