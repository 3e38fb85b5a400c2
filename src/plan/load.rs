//! A plan for one environment, ready to run.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Plan, Problem, Purpose, Request, Weight,
    beside::Beside,
    digest,
    resolve::{Resolved, resolve},
    tree::Tree,
};
use crate::model::{Digest, ProcessEnv};

/// Reads the plan for one environment. Reads the plan's files only, touches no network, never panics.
///
/// # Errors
/// Every problem of weight [`Weight::Error`] there is, with the warnings, in the order of the files.
pub fn load(request: &Request) -> Result<Plan, Vec<Problem>> {
    let (mut faults, nothing) = (Vec::new(), ProcessEnv::default());
    let tree = Tree::read(request, &mut faults)?;
    let Some(environment) = tree.root.choose(request.environment.as_deref(), &mut faults) else {
        return Err(Problem::all(faults, &tree.sources));
    };
    let process = if request.purpose == Purpose::Kept { &nothing } else { &request.env };
    let mut resolved = resolve(&tree, environment, process, &mut faults);
    let beside = Beside::read(&tree, &mut resolved, &mut faults);
    faults.append(&mut resolved.secrecy.warnings);
    let warnings = Problem::all(faults, &tree.sources);
    if warnings.iter().any(|problem| problem.weight == Weight::Error) {
        return Err(warnings);
    }
    let mut files: BTreeMap<String, Digest> = tree.sources.iter().map(|source| (source.name.clone(), source.digest.clone())).collect();
    files.extend(beside.keys.iter().map(|(name, bytes)| (name.clone(), Digest::of(bytes))));
    let Resolved { items, mut secrecy, variables, .. } = resolved;
    secrecy.word(&tree.root.project);
    tree.root.environments.iter().for_each(|environment| secrecy.word(&environment.name));
    let mut secrets = secrecy.secrets;
    secrets.extend(variables.secrets());
    let digest = digest::of(&tree.root.project, &environment.name, &files, &variables.used());
    let environment = environment.name.clone();
    // A file that is read twice is one file; it was the same both times, unless somebody changes it right now.
    let mut kept = tree.sources.into_bytes();
    kept.extend(beside.keys);
    Ok(Plan {
        digest,
        environment,
        environments: tree.root.environments.into_iter().map(|environment| environment.name).collect(),
        items,
        project: tree.root.project,
        root: tree.shelf.folder,
        config: tree.name,
        pins: beside.pins,
        release: beside.release,
        release_elsewhere: beside.release_elsewhere,
        people: tree.root.people,
        signoff: beside.signoff,
        waivers: beside.waivers,
        ledger: beside.ledger,
        files,
        kept: kept.into_iter().collect(),
        secrets: secrets.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        words: Arc::new(secrecy.words),
        warnings,
    })
}
