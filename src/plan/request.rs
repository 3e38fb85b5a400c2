//! Which plan, for which environment, seen from which process environment.

use std::path::PathBuf;

use super::{Problem, fault::Fault, place::Place, root::Environment, tree::Tree};
use crate::model::ProcessEnv;

/// What to read.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The plan's main file, `gonogo.yaml`.
    pub config: PathBuf,
    /// The environment; may be left out where the plan has only one.
    pub environment: Option<String>,
    /// The process environment.
    pub env: ProcessEnv,
}

/// The environment asked for, or the only one.
pub(super) fn chosen<'a>(tree: &'a Tree, name: Option<&str>) -> Result<&'a Environment, Fault> {
    let root = &tree.root;
    let place = root.environments_key;
    let names = || root.environments.iter().map(|environment| environment.name.as_str());
    match (name, root.environments.as_slice()) {
        (Some(name), _) => root.environment(name).ok_or_else(|| root.no_environment(name, place)),
        (None, [only]) => Ok(only),
        (None, _) => {
            let all = names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            Err(Fault::new(place, format!("the plan has several environments: {all}")).hint("choose one with `--env`"))
        }
    }
}

/// All problems there are if none can be chosen.
pub(super) fn unchosen(tree: Tree, fault: Fault) -> Vec<Problem> {
    let mut faults = tree.faults;
    // Without environments their absence is told already.
    if !tree.root.environments.is_empty() || tree.root.environments_key == Place::default() && faults.is_empty() {
        faults.push(fault);
    }
    Problem::all(faults, &tree.sources)
}
