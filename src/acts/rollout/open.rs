//! A rollout of one release in one environment, with its record.

use std::{path::PathBuf, sync::Arc};

use crate::{
    acts::{
        ActError, Caller, Dialogue, EnvironmentRecord, RecordRequest, ReleaseRequest,
        given::{self, Said},
        kept_plan::KeptPlans,
        notify::{self, News},
        recording::OpenRecord,
        release::identify,
        rollout::{Replay, Replayed},
        signer::Recorder,
    },
    ledger::{AskedRelease, Blob, Entry, Rollouts, StageOnRecord, VerifiedEntry, sample_faults},
    model::{Act, Digest, InRollout, Release, RolloutStep, StageStep, Subject},
    notify::Occasion,
    plan::{self, Plan, Purpose},
    rollout::{self, Rollout, Stage},
};

/// Which rollout.
#[derive(Debug, Clone, Default)]
pub(crate) struct RolloutRequest {
    pub(crate) record: RecordRequest,
    pub(crate) release: ReleaseRequest,
    /// Signs what goes on record.
    pub(crate) recorder_key: Option<PathBuf>,
}

/// A rollout of one release in one environment, with its record.
pub(crate) struct OpenRollout {
    pub(super) open: OpenRecord,
    pub(crate) plan: Arc<Plan>,
    pub(crate) rollout: Arc<Rollout>,
    pub(crate) release: Release,
    pub(super) request: RolloutRequest,
}

impl OpenRollout {
    /// Reads plan and record. Where nothing is looked at, `purpose` need not be a run's.
    pub(crate) async fn of(caller: &Caller, request: &RolloutRequest, purpose: Purpose) -> Result<Self, ActError> {
        let asked = request.record.plan(caller, purpose);
        let plan = Arc::new(plan::load(&asked).map_err(ActError::Plan)?);
        let record = EnvironmentRecord::of(caller, plan.clone(), &request.record, true).await?;
        let identified = identify(caller, &request.release, &record.policy, &plan.root).await?;
        record.question(&identified)?;
        let plan = given::fill(plan, asked, &identified.release, Said::default())?;
        let rollout = plan.rollout.clone().ok_or_else(|| {
            ActError::Usage("the plan has no `rollout`, or not one that can be read here: `gonogo lint` says more".into())
        })?;
        let open = OpenRecord { record: Some(record), lost: None };
        Ok(Self { open, plan, rollout, release: identified.release, request: request.clone() })
    }

    /// The rollout of `release` in a record that is open, as its plan has it: it may be looked at and decided on.
    pub(in crate::acts) fn kept(record: EnvironmentRecord, release: Release) -> Result<Self, ActError> {
        let (config, environment) = (record.plan.config.clone(), Some(record.plan.environment.clone()));
        let asked = plan::Request { config, environment, purpose: Purpose::Kept, ..plan::Request::default() };
        let plan = given::fill(record.plan.clone(), asked, &release, Said::default())?;
        let why = || ActError::Usage("the plan that is kept with the newest run has no `rollout`".into());
        let rollout = plan.rollout.clone().ok_or_else(why)?;
        let (open, request) = (OpenRecord { record: Some(record), lost: None }, RolloutRequest::default());
        Ok(Self { open, plan, rollout, release, request })
    }

    pub(crate) fn record(&self) -> &EnvironmentRecord {
        // It is opened with one, and nothing takes it away.
        self.open.record.as_ref().unwrap_or_else(|| unreachable!())
    }

    pub(super) fn record_mut(&mut self) -> &mut EnvironmentRecord {
        self.open.record.as_mut().unwrap_or_else(|| unreachable!())
    }

    /// The release that is asked about.
    pub(super) fn asked(&self) -> AskedRelease {
        self.record().asked(self.release.clone())
    }

    /// What is on record of the environment's rollouts.
    pub(super) fn rollouts(&self) -> Result<Rollouts<'_>, ActError> {
        Ok(Rollouts::of(&self.record().history, self.record().place())?)
    }

    /// The newest evidence of each stage, judged again.
    pub(crate) async fn replayed(&self) -> Result<Vec<Replayed>, ActError> {
        self.replay().judged(&self.asked()).await
    }

    fn replay(&self) -> Replay<'_> {
        Replay { store: self.record().store.as_ref(), history: &self.record().history, plan: &self.plan }
    }

    /// The stage so called, and its number from 0.
    pub(crate) fn stage(&self, name: &str) -> Result<(usize, &Stage), ActError> {
        self.rollout.stage(name).ok_or_else(|| {
            let known: Vec<&str> = self.rollout.stages.iter().map(|stage| stage.name.as_str()).collect();
            ActError::Usage(format!("the rollout has no stage `{name}`: it has {}", known.join(", ")))
        })
    }

    /// The stage of this release that began last, by the record.
    pub(super) fn current<'r>(&self, rollouts: &'r Rollouts<'_>) -> Option<&'r StageOnRecord<'r>> {
        let asked = self.asked();
        rollouts.stages.iter().rfind(|stage| asked.covered(&stage.step.release).is_ok())
    }

    /// Which version is replaced: as the plan says, as it is said, or as the record knows it.
    pub(super) fn old_version(&self, rollouts: &Rollouts<'_>, said: Option<&str>) -> Result<String, ActError> {
        let live =
            || crate::ledger::live(&self.record().history, self.record().place()).find_map(|live| live.ok()?.1.release.version.clone());
        let planned = self.rollout.versions.old();
        if let (Some(planned), Some(said)) = (planned, said)
            && planned != said
        {
            return Err(ActError::Usage(format!("the plan says that {planned} is replaced, `--old` says {said}: leave it out")));
        }
        let said = planned.or(said).map(str::to_owned);
        let old = said
            .or_else(|| Some(self.current(rollouts)?.began.old.clone()))
            .or_else(live)
            .ok_or_else(|| ActError::Usage("which version is replaced is not on record: name it with `--old VERSION`".into()))?;
        // It is handed to programs and queries, wherever it was taken from.
        Release::check_version(&old).map_err(|why| ActError::Usage(format!("the version that is replaced: {why}")))?;
        Ok(old)
    }

    /// The plan for a phase of it that is about a stage; an error where its rollout names what is not known: no program may be given
    /// what only stands in for it.
    pub(super) fn plan_in(&self, caller: &Caller, phase: &InRollout, stage: &Stage) -> Result<Arc<Plan>, ActError> {
        let said = Said { phase: Some(phase), stage: Some(stage) };
        let plan = given::fill(self.plan.clone(), self.request.record.plan(caller, Purpose::Run), &self.release, said)?;
        match plan.rollout_awaits.first() {
            None => Ok(plan),
            Some(name) => Err(ActError::Usage(format!(
                "the rollout names `${{{name}}}`, which is not known: name the release with `--release`, `--commit` or `--artifact`"
            ))),
        }
    }

    /// The phase so called, with what is known of the old version.
    pub(super) fn phase(&self, name: &str, old: Release) -> InRollout {
        rollout::in_phase(name, old)
    }

    /// Tells those who want to hear of it that something happened in a stage; what is returned are sentences about those who could not
    /// be told.
    pub(super) async fn tell(&self, caller: &Caller, occasion: Occasion, (stage, attempt): (&str, u32), text: String) -> Vec<String> {
        let news = News::of(self.record(), (caller.clock)(), vec![occasion], self.release.clone(), text);
        let news = News { stage: Some(stage), attempt: Some(attempt), link: None, ..news };
        notify::tell(caller, &self.plan, &self.record().policy.people, &news).await
    }

    /// That what is on record of a stage rests on samples that are still the ones they were, and that they come to what it says.
    pub(super) async fn samples_hold(&self, stage: &StageOnRecord<'_>) -> Result<(), ActError> {
        let evidence = stage.evidence.iter().map(|(entry, _)| *entry);
        let entries: Vec<&VerifiedEntry> = std::iter::once(stage.entry).chain(evidence).collect();
        let mut faults = sample_faults(self.record().store.as_ref(), &entries).await?;
        if faults.is_empty() {
            let replayed = self.replay().of(stage, &KeptPlans::default()).await?;
            faults.extend(replayed.and_then(|replayed| replayed.fault()));
        }
        if faults.is_empty() { Ok(()) } else { Err(ActError::Untrusted(faults.join("; "))) }
    }

    /// Puts a step on record; with `onto`, only where nothing was added since that head.
    pub(super) async fn put(
        &mut self,
        caller: &Caller,
        dialogue: &dyn Dialogue,
        step: RolloutStep,
        blobs: Vec<Blob>,
        onto: Option<&Digest>,
    ) -> Result<Entry, ActError> {
        let key = self.request.recorder_key.clone();
        let recorder = Recorder::find(caller, dialogue, self.record(), key.as_deref()).await?;
        let commit = step.release.commit.as_deref().map(Subject::commit);
        let report = step.report().map(|report| Subject::sha256("report.json", report));
        let subject = commit.into_iter().chain(report).collect();
        recorder.put(self.record_mut(), (subject, Act::Rollout(Box::new(step)), blobs), onto).await
    }

    /// A step of a stage of this release.
    pub(super) fn step(&self, stage: &str, attempt: u32, step: StageStep) -> RolloutStep {
        RolloutStep { release: self.release.clone(), stage: stage.to_owned(), attempt, plan: self.plan.digest.clone(), step }
    }

    /// Why nothing more can be earned in a stage that is on record; `None` where it goes on.
    pub(super) fn void(&self, rollouts: &Rollouts<'_>, stage: &StageOnRecord<'_>) -> Option<String> {
        let (name, asked) = (&stage.step.stage, self.asked());
        if let Some(other) = rollouts.since(stage).rfind(|other| asked.covered(&other.step.release).is_err()) {
            let (release, seq) = (other.step.release.name().unwrap_or_else(|| "another release".into()), other.entry.entry.seq);
            let begun = format!("{release} has begun its stage `{}` since `{name}` began (entry {seq})", other.step.stage);
            return Some(format!("{begun}: begin with the first stage again"));
        }
        if stage.step.plan != self.plan.digest {
            return Some(format!(
                "the plan has changed since the stage `{name}` began: `gonogo diff` shows how; begin the stage again, by this plan"
            ));
        }
        None
    }
}
