//! What the record says before a run: the one seam between the ledger and `verify`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::case::Case;
use crate::{
    model::{Act, Digest, GivenAnswer, Waiver},
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
    /// What the ledger says that can be trusted: of several words on one check the last.
    pub(super) fn of(case: &Case) -> Self {
        let mut on_record = Self::default();
        for proven in case.history.of_environment(&case.plan.project, &case.plan.environment) {
            let (Some(by), Some(key)) = (proven.signer(), proven.key()) else { continue };
            match &proven.statement.act {
                Act::Waiver(waiver) if waiver.approver == by && waiver.owner != by && case.is_person(by) => {
                    on_record.waiver_signatures.insert(waiver.digest());
                    on_record.waivers.retain(|earlier| earlier.check != waiver.check);
                    on_record.waivers.push(waiver.clone());
                }
                Act::Answer(answer) if case.is_person(by) => {
                    let given = GivenAnswer {
                        reply: answer.reply,
                        question: answer.question.clone(),
                        reason: answer.reason.clone(),
                        by: by.to_owned(),
                        name: case.people.get(by).map_or_else(|| by.to_owned(), |person| person.name.clone()),
                        at: proven.statement.made.at.min(proven.entry.recorded),
                        key: key.to_owned(),
                        evidence: answer.evidence.clone(),
                        entry: proven.entry.seq,
                    };
                    on_record.answers.insert(answer.check.clone(), given);
                }
                _ => {}
            }
        }
        on_record
    }

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
