//! A plan for one environment, ready to run.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Plan, Problem, Purpose, Request, Weight,
    beside::Beside,
    digest,
    resolve::{Resolved, resolve},
    root::Environment,
    tree::Tree,
    windows,
};
use crate::model::{Digest, ProcessEnv};

/// Reads the plan for one environment. Reads the plan's files only, touches no network, never panics.
///
/// # Errors
/// Every problem of weight [`Weight::Error`] there is, with the warnings, in the order of the files.
pub fn load(request: &Request) -> Result<Plan, Vec<Problem>> {
    let (mut faults, nothing) = (Vec::new(), ProcessEnv::default());
    let tree = Tree::read(request, &mut faults)?;
    let unnamed = Environment { name: request.environment.clone().unwrap_or_default(), ..Environment::default() };
    let chosen = match &request.environment {
        Some(name) if request.purpose == Purpose::Policy && tree.root.environment(name).is_none() => Some(&unnamed),
        name => tree.root.choose(name.as_deref(), &mut faults),
    };
    let Some(environment) = chosen else { return Err(Problem::all(faults, &tree.sources)) };
    let process = if request.purpose == Purpose::Kept { &nothing } else { &request.env };
    let mut resolved = resolve(&tree, environment, process, &mut faults);
    let beside = Beside::read(&tree, &mut resolved, &mut faults);
    faults.append(&mut resolved.secrecy.warnings);
    let warnings = Problem::all(faults, &tree.sources);
    if warnings.iter().any(|problem| problem.weight == Weight::Error) {
        return Err(warnings);
    }
    let mut plan = plan(&tree, resolved, beside, warnings);
    // A file that is read twice is one file; it was the same both times, unless somebody changes it right now.
    let mut kept = tree.sources.into_bytes();
    kept.extend(plan.kept);
    plan.kept = kept.into_iter().collect();
    Ok(plan)
}

fn plan(tree: &Tree, resolved: Resolved<'_>, beside: Beside, warnings: Vec<Problem>) -> Plan {
    let Resolved { environment, items, mut secrecy, variables, rollout, rollout_awaits, .. } = resolved;
    let root = &tree.root;
    let mut files: BTreeMap<String, Digest> = tree.sources.iter().map(|source| (source.name.clone(), source.digest.clone())).collect();
    files.extend(beside.keys.iter().map(|(name, bytes)| (name.clone(), Digest::of(bytes))));
    secrecy.word(&root.project);
    root.environments.iter().for_each(|environment| secrecy.word(&environment.name));
    secrecy.secrets.extend(variables.secrets());
    let windows = windows::meant_here(root.windows.and_then(|(_, windows)| windows).unwrap_or_default(), &items);
    Plan {
        digest: digest::of(&root.project, &environment.name, &files, &beside.used),
        project: root.project.clone(),
        environment: environment.name.clone(),
        environments: root.environments.iter().map(|environment| environment.name.clone()).collect(),
        root: tree.shelf.folder.clone(),
        config: tree.name.clone(),
        items,
        pins: beside.pins,
        per_target: environment.per_target,
        release: beside.release,
        release_elsewhere: beside.release_elsewhere,
        people: root.people.clone(),
        signoff: beside.signoff,
        waivers: beside.waivers,
        ledger: beside.ledger,
        runbook: root.runbook.clone(),
        windows,
        notify: beside.hearers.told,
        notify_unset: beside.hearers.unset,
        rollout: rollout.map(Arc::new),
        rollout_awaits,
        files,
        kept: beside.keys,
        secrets: secrecy.secrets.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        words: Arc::new(secrecy.words),
        warnings,
    }
}
