//! A stage as it was begun once: what it is judged by, and its samples on record.

use jiff::Timestamp;

use crate::{
    acts::{ActError, rollout::OpenRollout},
    ledger::{StageOnRecord, follow_samples},
    model::{Digest, Release},
    rollout::{Fixed, Judgement, Rollout, Sample, Stage, StageEvidence, Terms, courses, judge},
};

/// What one on record is judged by, with its number from 0: a stage of the plan, or what is demanded after a way back.
pub(super) fn section(rollout: &Rollout, on_record: &StageOnRecord<'_>) -> Option<(usize, Stage)> {
    match &on_record.began.after {
        Some(after) => rollout.recovery(after.way.as_deref()).map(|stage| (0, stage)),
        None => rollout.stage(&on_record.step.stage).map(|(at, stage)| (at, stage.clone())),
    }
}

/// A stage as it was begun once.
#[derive(Clone)]
pub(super) struct StageRun {
    /// Its number in the plan, from 0.
    pub(super) at: usize,
    pub(super) stage: Stage,
    /// The fingerprint of the statement with which it began.
    pub(super) run: Digest,
    pub(super) attempt: u32,
    /// Since when it soaks.
    pub(super) started: Timestamp,
    pub(super) fixed: Fixed,
    pub(super) old: Release,
    /// What went wrong when it began.
    pub(super) faults: Vec<String>,
}

impl StageRun {
    /// The one on record; `None` where nobody has said what came of beginning it.
    pub(super) fn of(open: &OpenRollout, on_record: &StageOnRecord<'_>) -> Result<Option<Self>, ActError> {
        let Some((started, faults)) = on_record.soaking() else { return Ok(None) };
        let name = &on_record.step.stage;
        let none = || ActError::Usage(format!("the plan's rollout has no stage `{name}` any more"));
        let (at, stage) = section(&open.rollout, on_record).ok_or_else(none)?;
        let fixed = serde_json::from_value(on_record.began.fixed.value().clone())
            .map_err(|error| ActError::Untrusted(format!("what `{name}` began with cannot be read: {error}")))?;
        Ok(Some(Self {
            at,
            stage,
            run: on_record.run.clone(),
            attempt: on_record.step.attempt,
            started,
            fixed,
            old: on_record.began.old_release.clone().unwrap_or_default(),
            faults: faults.to_vec(),
        }))
    }

    /// Its samples, with the fingerprint of the last, or of the beginning where there is none.
    pub(super) async fn samples(&self, open: &OpenRollout) -> Result<(Vec<Sample>, Digest), ActError> {
        let (name, stored) = (&self.stage.name, open.record().store.samples(&self.run, 1).await?);
        follow_samples(&self.run, &stored).map_err(|why| ActError::Untrusted(format!("the samples of `{name}`: {why}")))?;
        let last = stored.last().map_or_else(|| self.run.clone(), |last| Digest::of(last));
        let read = stored.iter().map(|bytes| serde_json::from_slice(bytes)).collect::<Result<_, _>>();
        let samples = read.map_err(|error| ActError::Untrusted(format!("a sample of `{name}` cannot be read: {error}")))?;
        Ok((samples, last))
    }

    /// What these samples come to, with what keeps it `beside` them.
    pub(super) fn judged(&self, rollout: &Rollout, (samples, beside): (&[Sample], &[String]), now: Timestamp) -> Judgement {
        judge(&Terms::of(rollout, &self.stage), &self.fixed, self.started, samples, now).held_by(beside.iter().cloned())
    }

    /// The same, judged at `at`, for the file that people decide on.
    pub(super) fn evidence(
        &self,
        rollout: &Rollout,
        (samples, last): (&[Sample], &Digest),
        (at, beside, judgement): (Timestamp, Vec<String>, Judgement),
    ) -> StageEvidence {
        let terms = Terms::of(rollout, &self.stage);
        StageEvidence {
            stage: self.stage.name.clone(),
            place: [self.at + 1, rollout.stages.len()],
            attempt: self.attempt,
            traffic: self.stage.traffic.to_string(),
            unit: rollout.unit.clone(),
            confidence: terms.confidence,
            begun: self.started,
            at,
            old: self.old.clone(),
            fixed: self.fixed.clone(),
            last: samples.last().map(|_| last.clone()),
            beside,
            judgement,
            courses: courses(&terms, &self.fixed, samples),
        }
    }
}
