//! The names that a plan gives, for whoever types them.

use super::{Request, tree::Tree};

/// What can be named on the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The environments.
    pub environments: Vec<String>,
    /// The stages of the rollout.
    pub stages: Vec<String>,
    /// The checks, each with its kind.
    pub checks: Vec<(String, String)>,
}

/// The names in a plan as it stands, however wrong; none where it cannot be read.
pub fn names(request: &Request) -> Names {
    let Ok(tree) = Tree::read(request, &mut Vec::new()) else { return Names::default() };
    let stages = tree.root.rollout.as_ref().and_then(|(_, rollout)| rollout.get("stages")).and_then(|stages| stages.items());
    let stages = stages.unwrap_or_default().iter().filter_map(|stage| Some(stage.get("name")?.scalar()?.text.clone()));
    Names {
        environments: tree.root.environments.iter().map(|environment| environment.name.clone()).collect(),
        stages: stages.collect(),
        checks: tree.drafts.iter().map(|draft| (draft.id.clone(), draft.kind.name.to_owned())).collect(),
    }
}
