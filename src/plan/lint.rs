//! Everything that can be said about a plan without its targets, for all its environments.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::Timestamp;

use super::{
    Item, Problem, Purpose, Request, Standing, beside::Beside, draft::Draft, fault::Fault, node::Node, people, resolve::resolve, rollout,
    root::Environment, suggest, teeth, tree::Tree,
};
use crate::rollout::Misfit;

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
    /// What can be said of the rollout before it begins: how long its way back takes, with how much traffic it can be earned.
    pub told: Vec<String>,
}

/// Reads the plan for every environment, or the one named, and tries whether each check can go red as of `at`.
///
/// Works offline: an `env-file` that is not there is no problem, secrets that are not set get a placeholder, and a check
/// with other variables that are not set is not tried.
pub fn lint(request: &Request, at: Timestamp) -> Lint {
    let request = Request { purpose: Purpose::Look, ..request.clone() };
    let (mut lint, mut faults, mut tried) = (Lint::default(), Vec::new(), BTreeSet::new());
    let tree = match Tree::read(&request, &mut faults) {
        Ok(tree) => tree,
        Err(problems) => return Lint { problems, ..lint },
    };
    let environments: Vec<&Environment> = match &request.environment {
        None => tree.root.environments.iter().collect(),
        Some(name) => match tree.root.choose(Some(name), &mut faults) {
            Some(environment) => vec![environment],
            None => return Lint { problems: Problem::all(faults, &tree.sources), ..lint },
        },
    };
    people::unanswerable(&tree.root, &tree.drafts, &mut faults);
    lonely_vantages(&tree.drafts, &mut faults);
    for environment in environments {
        let mut resolved = resolve(&tree, environment, &request.env, &mut faults);
        let beside = Beside::read(&tree, &mut resolved, &mut faults);
        if let Some(own) = &resolved.rollout {
            rollout::too_long(&tree, own, beside.signoff.as_ref(), &mut faults);
            let news: Vec<String> = own.prospects().into_iter().filter(|line| !lint.told.contains(line)).collect();
            lint.told.extend(news);
        }
        try_teeth(&tree, &resolved.items, at, &mut tried, &mut faults);
        faults.extend(resolved.secrecy.warnings);
        lint.untried.extend(resolved.untried.into_iter().map(|(id, why)| (format!("{}: {id}", environment.name), why)));
        lint.environments.push(environment.name.clone());
    }
    lint.checks = tried.len();
    lint.problems = Problem::all(faults, &tree.sources);
    lint
}

/// A vantage that one check alone names, and others nearly: no run is made from a misspelt one.
fn lonely_vantages(drafts: &[Draft], faults: &mut Vec<Fault>) {
    let named: Vec<(&Node, &str)> = drafts
        .iter()
        .filter_map(|draft| draft.envelope.get("from"))
        .filter_map(|node| Some((node, node.scalar()?.text.as_str())))
        .collect();
    let often = |name: &str| named.iter().filter(|(_, other)| *other == name).count() > 1;
    let letters = |name: &str| name.chars().filter(|c| c.is_alphabetic()).collect::<String>();
    for (node, name) in named.iter().filter(|(_, name)| !often(name)) {
        // `eu-1` beside `eu-2` is another place and no slip.
        let others = named.iter().map(|(_, other)| *other).filter(|other| often(other) && letters(other) != letters(name));
        if let Some(near) = suggest::nearest(name, others) {
            let message = format!("no other check is run from `{name}`: unless there is a run `--from {name}`, nobody looks");
            faults.push(Fault::warning(node.place, message).meant(Some(near)));
        }
    }
}

/// What was found at places of the plan's rollout, as warnings that show them.
pub fn rollout_warnings(request: &Request, found: &[Misfit]) -> Vec<Problem> {
    let mut faults = Vec::new();
    let Ok(tree) = Tree::read(&Request { purpose: Purpose::Look, ..request.clone() }, &mut faults) else { return Vec::new() };
    Problem::all(rollout::warnings(&tree, found), &tree.sources)
}

fn try_teeth(tree: &Tree, items: &[Item], at: Timestamp, tried: &mut BTreeSet<String>, faults: &mut Vec<Fault>) {
    // Of a list's members the same is said once.
    let mut told = HashSet::new();
    let by_id: HashMap<&str, _> = tree.drafts.iter().map(|draft| (draft.id.as_str(), draft)).collect();
    for item in items {
        let (Standing::Ready(check), Some(draft)) = (&item.standing, by_id.get(item.id.as_str())) else { continue };
        tried.insert(item.id.clone());
        let found = teeth::faults(draft.written_id(), draft.kind_key, check.as_ref(), at).into_iter();
        faults.extend(found.filter(|fault| draft.member.is_none() || told.insert((fault.place, fault.message.clone()))));
    }
}

impl Lint {
    /// Whether anything was found that makes `lint` fail: an error or a warning.
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }
}
