//! The ways back that were practised, in every environment of a project.

use std::collections::{BTreeMap, BTreeSet};

use super::{History, LedgerError, PolicyInForce, Rollouts, windows::refuses_unsigned};
use crate::model::{Act, DrillEnd, GivenDrill};

/// The newest drill of each environment that has one, whatever came of it. What nobody vouches for is none where the policy
/// refuses that.
pub fn drills(history: &History, project: &str, policy: Option<&PolicyInForce<'_>>) -> Result<BTreeMap<String, GivenDrill>, LedgerError> {
    let labels = history.linked().iter().map(|linked| linked.label());
    let environments: BTreeSet<&str> = labels
        .filter(|label| label.is_of((project, &label.environment)) && label.act == Act::ROLLOUT)
        .map(|label| label.environment.as_str())
        .collect();
    let mut newest = BTreeMap::new();
    for environment in environments {
        let rollouts = Rollouts::of(history, (project, environment))?;
        let counts = |drill: &&super::RollbackOnRecord<'_>| drill.entry.signer().is_some() || !refuses_unsigned(policy);
        let Some(drill) = rollouts.drills().rfind(counts) else { continue };
        let end = drill.end.map(|(entry, end)| DrillEnd { at: entry.own, outcome: end.outcome, took: end.took, way: end.way.clone() });
        newest.insert(environment.to_owned(), GivenDrill { began: drill.entry.own, end, entry: drill.entry.entry.seq });
    }
    Ok(newest)
}
