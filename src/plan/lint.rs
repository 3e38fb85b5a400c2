//! Everything that can be said about a plan without its targets, for all its environments.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    Problem, Request,
    fault::Fault,
    load::Rest,
    people, request,
    resolve::{Resolved, resolve},
    teeth,
    tree::Tree,
};

/// What `lint` found.
#[derive(Debug, Clone, Default)]
pub struct Lint {
    /// Errors and warnings in the order of the files, each once, however many environments it concerns.
    pub problems: Vec<Problem>,
    /// The environments that were read, in the plan's order.
    pub environments: Vec<String>,
    /// Checks whose teeth were tried, each once, however many environments it is meant for.
    pub checks: usize,
    /// Checks that could not be tried, as `environment: id`, and why: a variable is not set.
    pub untried: Vec<(String, String)>,
}

/// Reads the plan for every environment, or the one named, and tries whether each check can go red as of `at`.
///
/// Works offline: an `env-file` that is not there is no problem, secrets that are not set get a placeholder, and a check
/// with other variables that are not set is not tried.
pub fn lint(request: &Request, at: Timestamp) -> Lint {
    lint_tree(Tree::read(&request.config, None), request, at)
}

/// The same for a main file of this text, which stands nowhere yet; what it includes is looked for beside
/// [`config`](Request::config).
pub fn lint_text(text: &str, request: &Request, at: Timestamp) -> Lint {
    lint_tree(Tree::of(&request.config, text), request, at)
}

fn lint_tree(tree: Result<Tree, Vec<Problem>>, request: &Request, at: Timestamp) -> Lint {
    let mut tree = match tree {
        Ok(tree) => tree,
        Err(problems) => return Lint { problems, ..Lint::default() },
    };
    let names: Vec<String> = match &request.environment {
        None => tree.root.environments.iter().map(|environment| environment.name.clone()).collect(),
        Some(name) => match request::chosen(&tree, Some(name)) {
            Ok(environment) => vec![environment.name.clone()],
            Err(fault) => return Lint { problems: request::unchosen(tree, fault), ..Lint::default() },
        },
    };
    let mut faults = std::mem::take(&mut tree.faults);
    faults.extend(people::unanswerable(&tree));
    let mut lint = Lint::default();
    let mut tried = BTreeSet::new();
    for environment in names.iter().filter_map(|name| tree.root.environment(name)) {
        let mut resolved = resolve(&tree, environment, &request.env, true);
        Rest::read(&tree, &mut resolved);
        faults.extend(tries(&tree, &resolved, at, &mut tried));
        let Resolved { faults: found, secrecy, untried, .. } = resolved;
        faults.extend(found);
        faults.extend(secrecy.warnings);
        lint.untried.extend(untried.into_iter().map(|(id, why)| (format!("{}: {id}", environment.name), why)));
    }
    lint.environments = names;
    lint.checks = tried.len();
    lint.problems = Problem::all(faults, &tree.sources);
    lint
}

fn tries(tree: &Tree, resolved: &Resolved<'_>, at: Timestamp, tried: &mut BTreeSet<String>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let by_id: std::collections::HashMap<&str, _> = tree.drafts.iter().map(|draft| (draft.id.as_str(), draft)).collect();
    for item in &resolved.items {
        let (super::Standing::Ready(check), Some(draft)) = (&item.standing, by_id.get(item.id.as_str())) else { continue };
        tried.insert(item.id.clone());
        faults.extend(teeth::faults(&item.id, draft.kind_key, check.as_ref(), at));
    }
    faults
}

impl Lint {
    /// Whether anything was found that makes `lint` fail: an error or a warning.
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }
}
