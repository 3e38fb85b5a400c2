//! The rollouts of an environment as they stand on record: stages that began, what they came to, ways back.

use jiff::Timestamp;

use super::{AskedRelease, History, LedgerError, PolicyInForce, VerifiedEntry, begun::ends, samples::step_of, windows::refuses_unsigned};
use crate::model::{
    Act, Digest, Period, RecordedEvidence, RollbackBegun, RollbackEnded, RollbackKind, RollbackOutcome, RolloutStep, StageBegun,
    StageDecision, StageStarted, StageStep, utc,
};

/// The rollouts of one environment.
#[derive(Debug, Clone, Default)]
pub struct Rollouts<'h> {
    /// The stages that began, oldest first, those that began again among them.
    pub stages: Vec<StageOnRecord<'h>>,
    /// The ways back that began, oldest first.
    pub rollbacks: Vec<RollbackOnRecord<'h>>,
}

/// A stage that began, with all that is on record of it.
#[derive(Debug, Clone)]
pub struct StageOnRecord<'h> {
    /// The entry with which it began.
    pub entry: &'h VerifiedEntry,
    /// The fingerprint of its statement, which samples, evidence and decisions name.
    pub run: Digest,
    /// Of what release, which stage, which attempt.
    pub step: &'h RolloutStep,
    /// How it began.
    pub began: &'h StageBegun,
    /// What came of beginning it; `None` where nobody has said so.
    pub started: Option<(&'h VerifiedEntry, &'h StageStarted)>,
    /// What it had come to, oldest first.
    pub evidence: Vec<(&'h VerifiedEntry, &'h RecordedEvidence)>,
    /// What people decided, oldest first; whether that counts is for [`stage_decisions`](super::stage_decisions) to say.
    pub decisions: Vec<(&'h VerifiedEntry, &'h StageDecision)>,
}

/// A way back that began.
#[derive(Debug, Clone)]
pub struct RollbackOnRecord<'h> {
    /// The entry with which it began.
    pub entry: &'h VerifiedEntry,
    /// From which stage of what release.
    pub step: &'h RolloutStep,
    /// How it began.
    pub begun: &'h RollbackBegun,
    /// How it ended; `None` where nobody has said so.
    pub end: Option<(&'h VerifiedEntry, &'h RollbackEnded)>,
    /// What the old version showed afterwards; `None` where nobody has looked.
    pub recovery: Option<StageOnRecord<'h>>,
}

impl<'h> Rollouts<'h> {
    /// Those that the history has. What is still to come began all the same, and ends or shows nothing yet; what somebody signed
    /// is neither ended nor shown by what nobody did.
    pub fn of(history: &'h History, place: (&'h str, &'h str)) -> Result<Self, LedgerError> {
        let mut rollouts = Self::default();
        for entry in history.said(place, &[Act::ROLLOUT, Act::DECISION]) {
            let entry = entry?;
            match &entry.statement.act {
                Act::Rollout(_) => rollouts.take(entry),
                Act::StageDecision(said) => {
                    let stage = rollouts.stages.iter_mut().find(|stage| stage.run == said.began);
                    stage.into_iter().for_each(|stage| stage.decisions.push((entry, said)));
                }
                _ => {}
            }
        }
        Ok(rollouts)
    }

    fn take(&mut self, entry: &'h VerifiedEntry) {
        let Some((_, step)) = step_of(entry) else { return };
        match &step.step {
            StageStep::Begun(began) => {
                let run = entry.entry.statement();
                let stage = StageOnRecord { entry, run, step, began, started: None, evidence: Vec::new(), decisions: Vec::new() };
                let Some(after) = &began.after else { return self.stages.push(stage) };
                let back = self.rollbacks.iter_mut().find(|back| ends(entry, Some(&after.back), back.entry));
                // Who came second looks at what was begun first.
                if let Some(back) = back.filter(|back| entry.aside.is_none() && back.recovery.is_none()) {
                    back.recovery = Some(stage);
                }
            }
            StageStep::RollbackBegun(begun) => self.rollbacks.push(RollbackOnRecord { entry, step, begun, end: None, recovery: None }),
            _ if entry.aside.is_some() => {}
            StageStep::Started(started) => {
                let stage = self.stages.iter_mut().find(|stage| ends(entry, Some(&started.began), stage.entry));
                stage.into_iter().for_each(|stage| stage.started = Some((entry, started)));
            }
            StageStep::Evidence(evidence) => {
                let recovering = self.rollbacks.iter_mut().filter_map(|back| back.recovery.as_mut());
                let stage = self.stages.iter_mut().chain(recovering).find(|stage| ends(entry, Some(&evidence.began), stage.entry));
                stage.into_iter().for_each(|stage| stage.evidence.push((entry, evidence)));
            }
            StageStep::RollbackEnded(end) => {
                let open = self.rollbacks.iter_mut().find(|open| open.end.is_none() && ends(entry, Some(&end.begun), open.entry));
                open.into_iter().for_each(|open| open.end = Some((entry, end)));
            }
        }
    }

    /// All that has samples: the stages, and what the old version showed after ways back.
    pub fn sampled(&self) -> impl Iterator<Item = &StageOnRecord<'h>> {
        self.stages.iter().chain(self.rollbacks.iter().filter_map(|back| back.recovery.as_ref()))
    }

    /// The newest attempt of a stage with this release.
    pub fn newest(&self, asked: &AskedRelease, stage: &str) -> Option<&StageOnRecord<'h>> {
        let theirs = |on_record: &&StageOnRecord<'_>| on_record.step.stage == stage && asked.covered(&on_record.step.release).is_ok();
        self.stages.iter().rfind(theirs)
    }

    /// The newest way back that was taken since a stage began, and not only practised.
    pub fn went_back(&self, stage: &StageOnRecord<'_>) -> Option<&RollbackOnRecord<'h>> {
        self.rollbacks.iter().rfind(|back| back.begun.kind != RollbackKind::Drill && back.entry.entry.seq > stage.entry.entry.seq)
    }

    /// The stages that began since another did, oldest first.
    pub fn since(&self, stage: &StageOnRecord<'_>) -> impl DoubleEndedIterator<Item = &StageOnRecord<'h>> {
        let began = stage.entry.entry.seq;
        self.stages.iter().filter(move |other| other.entry.entry.seq > began)
    }

    /// The newest way back that has no end.
    pub fn open_rollback(&self) -> Option<&RollbackOnRecord<'h>> {
        self.rollbacks.iter().rfind(|rollback| rollback.end.is_none())
    }

    /// The ways back that were only practised, oldest first.
    pub fn drills(&self) -> impl DoubleEndedIterator<Item = &RollbackOnRecord<'h>> {
        self.rollbacks.iter().filter(|rollback| rollback.begun.kind == RollbackKind::Drill)
    }
}

impl RollbackOnRecord<'_> {
    /// Whether the old version is back, in time or not.
    pub fn is_back(&self) -> bool {
        self.end.is_some_and(|(_, end)| end.outcome != RollbackOutcome::Failed)
    }

    /// What brings it to an end that is on record.
    pub fn finished_by(&self) -> &'static str {
        if self.begun.kind == RollbackKind::Drill { "gonogo rollout rollback --drill" } else { "gonogo rollout rollback" }
    }
}

impl<'h> StageOnRecord<'h> {
    /// The newest evidence.
    pub fn newest_evidence(&self) -> Option<(&'h VerifiedEntry, &'h RecordedEvidence)> {
        self.evidence.last().copied()
    }

    /// Since when it soaks, and what went wrong when it began. What comes after a way back has no program of its own.
    pub fn soaking(&self) -> Option<(Timestamp, &'h [String])> {
        match self.began.after {
            Some(_) => Some((self.entry.own, &[])),
            None => self.started.map(|(entry, started)| (entry.own, &started.faults[..])),
        }
    }

    /// What of it no recorder signed although the policy wants that: it counts for nothing.
    pub fn not_vouched_for(&self, policy: &PolicyInForce<'_>) -> Option<&'h VerifiedEntry> {
        let shown = self.newest_evidence().map(|(entry, _)| entry);
        let all = [Some(self.entry), self.started.map(|(entry, _)| entry), shown].into_iter().flatten();
        let vouched_for = |entry: &&VerifiedEntry| entry.signer().is_some_and(|signer| policy.is_recorder(signer));
        all.filter(|_| refuses_unsigned(Some(policy))).find(|entry| !vouched_for(entry))
    }

    /// Why a go in this entry is none that what follows may begin on: it is about something else, or about evidence that is not
    /// on record, that newer evidence had replaced when it was signed, that was too old, or on which nobody can decide go.
    pub(super) fn no_approval(&self, history: &History, entry: &VerifiedEntry, said: &StageDecision, within: Period) -> Option<String> {
        if (&said.release, &said.stage, said.attempt) != (&self.step.release, &self.step.stage, self.step.attempt) {
            return Some("it says other things of the stage than its beginning does".into());
        }
        let mut before = self.evidence.iter().filter(|(shown, _)| shown.entry.seq < entry.entry.seq);
        let Some((shown, evidence)) = before.clone().rfind(|(_, evidence)| evidence.report.as_ref() == Some(&said.evidence)) else {
            return Some("the evidence that it rests on is not on record before it for this attempt".into());
        };
        let (seq, saw) = (shown.entry.seq, history.place(&entry.statement.made.head));
        if let Some((newer, _)) = before.find(|(newer, _)| (seq + 1..=saw).contains(&newer.entry.seq)) {
            return Some(format!("it rests on the evidence of entry {seq}, and that of entry {} was newer", newer.entry.seq));
        }
        let decided = entry.statement.made.at.min(entry.own);
        if within.after(shown.own) < decided {
            return Some(format!("decided at {}, longer than {within} after the evidence of entry {seq}", utc(decided)));
        }
        if !evidence.may_go_on() {
            return Some(format!("the evidence says {}, on which nobody can decide go", evidence.standing));
        }
        let why = said.comment.as_deref().unwrap_or_default().trim();
        (evidence.standing != RecordedEvidence::EARNED && why.is_empty())
            .then(|| "the evidence says held, and nothing says why that is enough: decide with a comment".into())
    }
}
