//! Judges stored samples again: what a stage was said to have come to is what its samples come to.

use std::sync::Arc;

use crate::{
    acts::{ActError, kept_plan::KeptPlans, rollout::stage_run::section},
    ledger::{AskedRelease, History, LedgerError, Rollouts, StageOnRecord, Store, follow_samples},
    model::{self, Act, Report},
    plan::Plan,
    rollout::{Judgement, Rollout, Sample, StageEvidence, Standing, Terms, judge},
};

/// An evidence on record, judged again.
#[derive(Debug, Clone)]
pub(crate) struct Replayed {
    pub(crate) stage: String,
    pub(crate) attempt: u32,
    pub(crate) samples: u64,
    /// What it was said to have come to.
    pub(crate) said: String,
    /// What its samples come to; why that cannot be told, else.
    pub(crate) comes_to: Result<Standing, String>,
    /// Whether that is the same, with every number.
    pub(crate) same: bool,
}

impl Replayed {
    /// What is wrong with it, in a sentence.
    pub(crate) fn fault(&self) -> Option<String> {
        let (stage, attempt, said) = (&self.stage, self.attempt, &self.said);
        match &self.comes_to {
            _ if self.same => None,
            Ok(standing) if standing.word() == said => {
                Some(format!("stage {stage}, attempt {attempt}: its samples come to {said} as its evidence says, by other numbers"))
            }
            Ok(standing) => Some(format!("stage {stage}, attempt {attempt}: its evidence says {said}, its samples come to {standing}")),
            Err(why) => Some(format!("stage {stage}, attempt {attempt}: {why}")),
        }
    }
}

/// Why an evidence could not be judged again.
enum Untold {
    /// What is missing or wrong.
    Why(String),
    /// The record cannot be read.
    Failed(ActError),
}

impl From<String> for Untold {
    fn from(why: String) -> Self {
        Self::Why(why)
    }
}

impl From<LedgerError> for Untold {
    fn from(error: LedgerError) -> Self {
        Self::Failed(error.into())
    }
}

/// A record of rollouts, with the plan that is at hand.
pub(crate) struct Replay<'a> {
    pub(crate) store: &'a dyn Store,
    pub(crate) history: &'a History,
    pub(crate) plan: &'a Plan,
}

impl Replay<'_> {
    /// The newest evidence of each stage that shares a name with the release, judged again by the plan that the stage began with.
    pub(crate) async fn judged(&self, asked: &AskedRelease) -> Result<Vec<Replayed>, ActError> {
        let rollouts = Rollouts::of(self.history, asked.place())?;
        let (mut all, kept) = (Vec::new(), KeptPlans::default());
        for stage in rollouts.sampled().filter(|stage| asked.shares_a_name(&stage.step.release)) {
            all.extend(self.of(stage, &kept).await?);
        }
        Ok(all)
    }

    /// The newest evidence of one stage; `None` where there is none.
    pub(super) async fn of(&self, stage: &StageOnRecord<'_>, kept: &KeptPlans) -> Result<Option<Replayed>, ActError> {
        let Some((_, evidence)) = stage.newest_evidence() else { return Ok(None) };
        let again = match self.again(stage, evidence, kept).await {
            Ok(again) => Ok(again),
            Err(Untold::Why(why)) => Err(why),
            Err(Untold::Failed(error)) => return Err(error),
        };
        let said = evidence.standing.clone();
        Ok(Some(Replayed {
            stage: stage.step.stage.clone(),
            attempt: stage.step.attempt,
            samples: evidence.samples,
            same: again.as_ref().is_ok_and(|(then, now)| then.agrees(now) && then.standing.word() == said),
            said,
            comes_to: again.map(|(_, now)| now.standing),
        }))
    }

    /// What the report of an evidence says, and what its samples come to.
    async fn again(
        &self,
        stage: &StageOnRecord<'_>,
        evidence: &model::RecordedEvidence,
        kept: &KeptPlans,
    ) -> Result<(Judgement, Judgement), Untold> {
        let shown = self.shown(evidence).await?;
        let samples = self.samples(stage, evidence.samples).await?;
        let rollout = self.rollout(stage, kept).await?.ok_or_else(|| "no run on record has kept the plan that it began with".to_owned())?;
        let (started, faults) = stage.soaking().ok_or_else(|| "it never started".to_owned())?;
        let (_, section) = section(&rollout, stage).ok_or_else(|| "its plan has no such stage".to_owned())?;
        let fixed = serde_json::from_value(stage.began.fixed.value().clone()).map_err(|error| format!("what it began with: {error}"))?;
        let judged = judge(&Terms::of(&rollout, &section), &fixed, started, &samples, shown.at);
        // What is beside the samples can only keep it; what went wrong when it began is on record by itself.
        Ok((shown.judgement, judged.held_by(faults.iter().chain(&shown.beside).cloned())))
    }

    async fn shown(&self, evidence: &model::RecordedEvidence) -> Result<StageEvidence, Untold> {
        let report = evidence.report.as_ref().ok_or_else(|| "its evidence has no report".to_owned())?;
        let bytes = self.store.blob(report).await?.ok_or_else(|| format!("the report {report} of its evidence is gone"))?;
        let read = serde_json::from_slice::<Report>(&bytes).ok().and_then(|report| report.rollout);
        let shown = read.and_then(|rollout| serde_json::from_value(rollout.value().clone()).ok());
        Ok(shown.ok_or_else(|| "the report of its evidence says nothing of a stage that can be read".to_owned())?)
    }

    /// The samples that an evidence rests on.
    async fn samples(&self, stage: &StageOnRecord<'_>, count: u64) -> Result<Vec<Sample>, Untold> {
        let mut stored = self.store.samples(&stage.run, 1).await?;
        let there = stored.len() as u64;
        if there < count {
            return Err(format!("{there} of its {count} samples are there").into());
        }
        stored.truncate(usize::try_from(count).unwrap_or(usize::MAX));
        follow_samples(&stage.run, &stored)?;
        let read = stored.iter().map(|bytes| serde_json::from_slice(bytes)).collect::<Result<_, _>>();
        Ok(read.map_err(|error| format!("a sample cannot be read: {error}"))?)
    }

    /// The rollout of the plan that the stage began with: the one at hand, or the one that is kept with a run.
    async fn rollout(&self, stage: &StageOnRecord<'_>, kept: &KeptPlans) -> Result<Option<Arc<Rollout>>, Untold> {
        if self.plan.digest == stage.step.plan && self.plan.rollout.is_some() {
            return Ok(self.plan.rollout.clone());
        }
        let made = &stage.entry.statement.made;
        for entry in self.history.said((&made.project, &made.environment), &[Act::RUN]) {
            let entry = entry?;
            let Act::Run(run) = &entry.statement.act else { continue };
            if run.plan == stage.step.plan {
                return Ok(kept.of_run(self.store, entry, run).await.map_err(Untold::Failed)?.rollout.clone());
            }
        }
        Ok(None)
    }
}
