//! One look at a stage that is watched, and what of it goes on record.

use std::time::Instant;

use jiff::Timestamp;

use super::{CHECKPOINT, Until, Watch};
use crate::{
    acts::{ActError, Caller, Dialogue},
    ledger::{Blob, LedgerError},
    model::{self, Digest, Period, Report, StageStep, Verdict},
    notify::Occasion,
    rollout::{Judgement, Sample, StageEvidence, Standing},
    run::{Sampler, Stop, Taken},
};

impl Watch {
    /// Takes what has come since the last sample, and puts it on record.
    pub(super) async fn tick(&mut self, caller: &Caller, stop: Stop) -> Result<(), ActError> {
        let (now, known) = ((caller.clock)(), self.samples.len());
        let whole = loop {
            match self.catches_up(caller, now, &stop).await? {
                Some(true) => {}
                Some(false) => break true,
                None => break false,
            }
        };
        let sampler = Sampler::new(&self.rollout, &self.on.stage, &self.surroundings);
        // What was missed and is not on record comes first: the next look goes on there.
        let take = async { if whole { sampler.take(&self.on.fixed, self.newest(), now).await } else { None } };
        let (newest, report) = tokio::join!(take, self.looking.look(caller, stop));
        let report = report?;
        // Between this look and one that was taken later no clock of ours has run.
        let since = self.last.filter(|_| self.samples.len() == known);
        let samples = self.samples_of(caller, newest.into_iter().collect(), (now, since), Some(&report));
        self.report = Some(report);
        self.store(samples).await
    }

    /// Up to when the stage is sampled.
    fn newest(&self) -> Timestamp {
        self.samples.last().map_or(self.on.started, |last| last.until)
    }

    /// Puts on record what was missed, as much as is told at once; whether there may be more, and `None` where that failed. Where the
    /// server cannot be asked, the look at now says why.
    async fn catches_up(&mut self, caller: &Caller, now: Timestamp, stop: &Stop) -> Result<Option<bool>, ActError> {
        let (interval, before) = (self.rollout.interval, self.newest());
        if Period::between(before, now).get() <= interval.get() * 2 + self.rollout.lag().get() || stop.borrow().is_some() {
            return Ok(Some(false));
        }
        let sampler = Sampler::new(&self.rollout, &self.on.stage, &self.surroundings);
        let taken = sampler.catch_up(&self.on.fixed, before, now, now).await.unwrap_or_default();
        let samples = self.samples_of(caller, taken, (now, None), None);
        let known = samples.len() + self.samples.len();
        self.store(samples).await?;
        if self.samples.len() < known {
            return Ok(None);
        }
        // The data of a server that is late grows a little while it is asked: that would go on until it is no longer late.
        Ok(Some(self.newest() >= interval.after(before)))
    }

    /// Chained, with what the checks came to on the one that was taken now.
    fn samples_of(
        &mut self,
        caller: &Caller,
        taken: Vec<Taken>,
        (now, since): (Timestamp, Option<Instant>),
        report: Option<&Report>,
    ) -> Vec<Sample> {
        let (mut prev, mut number) = (self.prev.clone(), self.samples.len() as u64);
        let mut samples = Vec::with_capacity(taken.len());
        for one in taken {
            number += 1;
            let mut sample = one.sample(number, now, prev);
            if let Some(report) = report.filter(|_| !sample.late) {
                let outcomes = report.findings.iter().filter(|finding| finding.outcome != model::Outcome::Skipped);
                sample.checks = outcomes.map(|finding| (finding.id.clone(), finding.outcome)).collect();
                (sample.verdict, sample.by) = (Some(self.looking.verdict(report)), self.by(caller));
                sample.since = since.map(|last| u64::try_from(last.elapsed().as_millis()).unwrap_or(u64::MAX));
                self.last = Some(Instant::now());
            }
            prev = Digest::of(&sample.to_json());
            samples.push(sample);
        }
        samples
    }

    /// In one transaction, before anybody sees them. What cannot be stored counts for nothing.
    async fn store(&mut self, samples: Vec<Sample>) -> Result<(), ActError> {
        let Some(last) = samples.last() else { return Ok(()) };
        let prev = Digest::of(&last.to_json());
        let payloads = samples.iter().map(Sample::to_json).collect();
        match self.open.record().store.add_samples(&self.on.run, self.samples.len() as u64 + 1, payloads).await {
            Ok(()) => {
                self.samples.extend(samples);
                (self.prev, self.lost) = (prev, None);
                Ok(())
            }
            Err(LedgerError::SampleTaken(number)) => {
                let name = &self.on.stage.name;
                Err(ActError::Usage(format!(
                    "somebody else has put sample {number} of `{name}` on record: two watch it, and this one ends"
                )))
            }
            // Nothing of it counts, but what calls for the way back is not passed over.
            Err(error) => {
                self.lost = Some(error.to_string());
                self.unstored = samples;
                Ok(())
            }
        }
    }

    /// What the stage has come to, and what keeps it beside the samples.
    fn judged(&self, now: Timestamp) -> (Vec<String>, Judgement) {
        let mut beside = self.on.faults.clone();
        // Where the server has nothing new, what the checks came to by now is in no sample.
        let seen = self.samples.last().and_then(|last| last.verdict);
        let red = self.report.as_ref().map(|report| self.looking.verdict(report)).filter(|verdict| *verdict != Verdict::Go);
        beside.extend(red.filter(|_| seen == Some(Verdict::Go)).map(|verdict| format!("the checks of the stage come to {verdict} by now")));
        let judge = |samples: &[Sample]| self.on.judged(&self.rollout, (samples, &beside), now);
        let judgement = judge(&self.samples);
        if self.lost.is_some() && judgement.called_back().is_none() {
            let all = judge(&[&self.samples[..], &self.unstored[..]].concat());
            if all.called_back().is_some() {
                return (beside, all);
            }
        }
        (beside, judgement)
    }

    /// The same for the file that people decide on.
    pub(super) fn evidence(&self, caller: &Caller) -> StageEvidence {
        let at = (caller.clock)();
        let (beside, judgement) = self.judged(at);
        self.on.evidence(&self.rollout, (&self.samples, &self.prev), (at, beside, judgement))
    }

    /// Puts on record what the stage has come to: when that has changed, now and then, and at the end. What could not be done is said.
    pub(super) async fn checkpoint(
        &mut self,
        caller: &Caller,
        dialogue: &dyn Dialogue,
        evidence: &StageEvidence,
        ends: bool,
    ) -> Vec<String> {
        let standing = evidence.judgement.standing;
        let changed = self.kept.as_ref().is_none_or(|(_, said)| said != standing.word());
        let old = self.kept.as_ref().is_none_or(|(at, _)| CHECKPOINT.after(*at) <= (caller.clock)());
        // Whoever ends and has seen something that is not on record yet says so; one look after the other would fill the record.
        let says = changed || old || ends && self.request.until != Until::Once;
        if !says {
            return Vec::new();
        }
        let Some(report) = self.report.clone() else { return Vec::new() };
        let json = with_evidence(report, evidence).to_json();
        let blob = Blob::of(json);
        let kept = model::RecordedEvidence {
            began: self.on.run.clone(),
            samples: self.samples.len() as u64,
            last: self.prev.clone(),
            standing: standing.word().to_owned(),
            report: Some(blob.digest.clone()),
        };
        let step = self.open.step(&self.on.stage.name, self.on.attempt, StageStep::Evidence(kept));
        let put = self.open.put(caller, dialogue, step, vec![blob], None).await;
        let mut notes = Vec::new();
        match put {
            Ok(_) => self.kept = Some(((caller.clock)(), standing.word().to_owned())),
            Err(error) => notes.push(format!("what the stage has come to is not on record: {error}")),
        }
        if changed {
            let (occasion, text) = match standing {
                _ if self.on.stage.is_recovery() => (Occasion::RolledBack, format!("the old version: {}", evidence.judgement.recovery())),
                Standing::Earned => (Occasion::Earned, self.said(evidence)),
                Standing::Held | Standing::Unseen | Standing::Breached => (Occasion::Held, self.said(evidence)),
            };
            notes.extend(self.open.tell(caller, occasion, (&self.on.stage.name, self.on.attempt), text).await);
        }
        notes
    }

    fn said(&self, evidence: &StageEvidence) -> String {
        format!("{} is {}: {}", self.on.stage.name, evidence.judgement.standing, evidence.judgement.reasons.join("; "))
    }

    /// Reads what others have put on record, and takes in what people have said. A record that cannot be read just now ends nothing.
    pub(super) async fn read_record(&mut self, caller: &Caller) -> Result<(), ActError> {
        if self.open.record_mut().read_again(caller).await.is_ok() { self.looking.take_in(&self.open) } else { Ok(()) }
    }

    /// Why there is nothing more to watch: others have begun the next stage, or gone back.
    pub(super) fn over(&self) -> Result<Option<String>, ActError> {
        let (rollouts, name) = (self.open.rollouts()?, &self.on.stage.name);
        let Some(this) = rollouts.sampled().find(|stage| stage.run == self.on.run) else { return Ok(None) };
        if rollouts.went_back(this).is_some() {
            return Ok(Some(format!("`{name}` is rolled back by somebody else")));
        }
        let newer = rollouts.since(this).last();
        Ok(self.open.void(&rollouts, this).or_else(|| newer.map(|newer| format!("`{}` has begun", newer.step.stage))))
    }
}

/// The report of the checks, with what the stage has come to as its verdict.
fn with_evidence(report: Report, evidence: &StageEvidence) -> Report {
    let standing = evidence.judgement.standing;
    let verdict = match standing {
        Standing::Earned => Verdict::Go,
        Standing::Held => Verdict::Hold,
        Standing::Unseen | Standing::Breached => Verdict::NoGo,
    };
    let rollout = serde_json::to_value(evidence).map(Into::into).ok();
    Report { verdict, exit: standing.exit().code(), rollout, ..report }
}
