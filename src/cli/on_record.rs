//! What the record says before a run: the one seam between the ledger and `verify`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    model::{Digest, GivenAnswer, Waiver},
    plan::Plan,
    run::GivenWaiver,
};

/// What people have put on record for an environment, every signature verified.
#[derive(Debug, Default)]
pub(super) struct OnRecord {
    /// The fingerprints ([`Waiver::digest`]) of the waivers that their approvers have signed.
    pub(super) waiver_signatures: BTreeSet<Digest>,
    /// Waivers that stand only in the record, each signed by its approver.
    pub(super) waivers: Vec<Waiver>,
    /// Answers to manual items, by the id of the check.
    pub(super) answers: BTreeMap<String, GivenAnswer>,
}

impl OnRecord {
    /// Every waiver a run of `plan` is told of: the plan's, and those of the record that it does not have.
    pub(super) fn waivers(&self, plan: &Plan) -> Vec<GivenWaiver> {
        let written = plan.waivers.iter().map(|placed| GivenWaiver {
            waiver: placed.waiver.clone(),
            signed: self.waivers.contains(&placed.waiver) || self.waiver_signatures.contains(&placed.waiver.digest()),
            location: Some(placed.location.clone()),
        });
        let known = |waiver: &Waiver| plan.waivers.iter().any(|placed| placed.waiver == *waiver);
        let recorded = self.waivers.iter().filter(|waiver| !known(waiver));
        written.chain(recorded.map(|waiver| GivenWaiver { waiver: waiver.clone(), signed: true, location: None })).collect()
    }

    /// The answers, to be shared by all checks of a run.
    pub(super) fn answers(&self) -> Arc<BTreeMap<String, GivenAnswer>> {
        Arc::new(self.answers.clone())
    }
}
