//! A plan with what only a run can say filled in: the release, the stage, what answers before it.

use std::{collections::BTreeMap, sync::Arc};

use super::{ActError, token::token};
use crate::{
    model::{InRollout, Release},
    plan::{self, Plan, Request},
    rollout::Stage,
};

/// What a run says of a rollout.
#[derive(Clone, Copy, Default)]
pub(super) struct Said<'a> {
    /// The phase it is in.
    pub(super) phase: Option<&'a InRollout>,
    /// The stage that is, or that it is about.
    pub(super) stage: Option<&'a Stage>,
}

/// The plan for this release and stage, from the bytes that it was read from: whoever changes its files meanwhile changes nothing.
/// `plan` itself where nothing of it depends on them.
///
/// # Errors
/// As for reading any plan, or when what it takes from elsewhere has changed.
pub(super) fn fill(plan: Arc<Plan>, request: Request, release: &Release, said: Said<'_>) -> Result<Arc<Plan>, ActError> {
    if plan.rollout.is_none() && plan.items.iter().all(|item| item.awaits.is_empty()) {
        return Ok(plan);
    }
    let filled = plan::load(&Request { given: given(release, said)?, files: Some(plan.kept.iter().cloned().collect()), ..request })
        .map_err(ActError::Plan)?;
    if filled.digest != plan.digest {
        return Err(ActError::Usage("what the plan takes from its environment was changed while it was read: run this again".into()));
    }
    Ok(Arc::new(filled))
}

/// The variables and their values; what is not known is not among them.
fn given(release: &Release, said: Said<'_>) -> Result<BTreeMap<String, String>, ActError> {
    let known = [
        ("release.version", release.version.clone()),
        ("release.commit", release.commit.clone()),
        ("release.artifact", release.artifact.clone()),
        ("rollout.new", release.version.clone()),
        ("rollout.old", said.phase.and_then(|phase| phase.old.version.clone())),
        ("stage.name", said.stage.map(|stage| &stage.name).or(said.phase.map(|phase| &phase.name)).cloned()),
        ("stage.traffic", said.stage.map(|stage| stage.traffic.to_string())),
        ("random", Some(token()?)),
    ];
    Ok(known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect())
}
