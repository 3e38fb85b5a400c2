//! Runs an environment's checks, and puts the run on record where it is to be.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    ActError, Caller, Dialogue, EnvironmentRecord, RecordRequest, Recorded, RecordingRequest, ReleaseRequest, ci,
    given::{self, Said},
    looks::Looks,
    notify,
    policy::ChosenPolicy,
    recording::{self, OpenRecord},
    release::{self, Identified},
};
use crate::{
    check::Keep,
    ledger::place,
    model::{Event, InRollout, Period, Phase, Release, Report, Shard, Vantage, Window},
    plan::{self, Plan, Purpose},
    rollout,
    run::{self, Limits, SelectionError, Settings},
};

/// A start a little later than `at` is no rehearsal of the past.
const TOLERANCE: Period = Period::seconds(60);

/// What is to be run, and how.
#[derive(Debug, Clone)]
pub(crate) struct VerifyRequest {
    /// The plan and its record.
    pub(crate) record: RecordRequest,
    pub(crate) recording: RecordingRequest,
    pub(crate) release: ReleaseRequest,
    pub(crate) phase: Phase,
    /// Which window after the deployment.
    pub(crate) window: Window,
    /// The phase of the plan's rollout, where it is one.
    pub(crate) stage: Option<String>,
    /// The vantage.
    pub(crate) from: Option<String>,
    /// Ids, tags or kinds.
    pub(crate) only: Vec<String>,
    /// Ids, tags or kinds.
    pub(crate) skip: Vec<String>,
    /// Which part of a run this is that many machines share.
    pub(crate) shard: Option<Shard>,
    /// Warnings block too.
    pub(crate) strict: bool,
    /// For information only.
    pub(crate) advisory: bool,
    /// Hold counts as success.
    pub(crate) allow_hold: bool,
    /// Another moment to judge at.
    pub(crate) at: Option<Timestamp>,
    /// What draws where a check tries a choice of many.
    pub(crate) seed: Option<String>,
    /// How much at once and how long.
    pub(crate) limits: Limits,
    /// Looks again until all is green, for so long.
    pub(crate) until_green: Option<Period>,
}

/// A run that can begin.
pub(crate) struct PreparedRun {
    plan: Arc<Plan>,
    settings: Settings,
    record: OpenRecord,
    recording: RecordingRequest,
    until_green: Option<Period>,
}

/// A run that was made.
pub(crate) struct FinishedRun {
    pub(crate) report: Report,
    /// The exact bytes of the report's file.
    pub(crate) json: Vec<u8>,
    /// That it is on record, or why not; `None` where it was not meant to be.
    pub(crate) recorded: Option<Result<Recorded, ActError>>,
    pub(crate) head: Option<crate::model::Digest>,
}

impl VerifyRequest {
    /// A look at a phase of a rollout; of these checks only, where any are named.
    pub(super) fn in_phase(phase: &str, record: RecordRequest, only: Vec<String>) -> Self {
        Self {
            record,
            recording: RecordingRequest::default(),
            release: ReleaseRequest::default(),
            phase: Phase::PostDeploy,
            window: Window::Immediate,
            stage: Some(phase.to_owned()),
            from: None,
            only,
            skip: Vec::new(),
            shard: None,
            strict: false,
            advisory: false,
            allow_hold: false,
            at: None,
            seed: None,
            limits: Limits::default(),
            until_green: None,
        }
    }
}

impl PreparedRun {
    /// Reads plan and record; touches no target; an error also where nothing is selected.
    pub(crate) async fn of(caller: &Caller, dialogue: &dyn Dialogue, request: &VerifyRequest) -> Result<Self, ActError> {
        let plan = Arc::new(plan::load(&request.record.plan(caller, Purpose::Run)).map_err(ActError::Plan)?);
        let record = if wanted(request, &plan) {
            OpenRecord::of(caller, dialogue, &plan, &request.record, &request.recording).await?
        } else {
            OpenRecord::none()
        };
        let policy = match &record.record {
            Some(record) => record.policy.clone(),
            None => ChosenPolicy::of(caller, &plan, request.record.policy_from.as_deref()).await?,
        };
        let identified = release::identify(caller, &request.release, &policy, &plan.root).await?;
        let settings = settings(caller, request, &plan, (&record, &policy), identified)?;
        let stage = settings.stage.as_ref();
        let said = Said { phase: stage, stage: stage.and_then(|stage| Some(plan.rollout.as_ref()?.stage(&stage.name)?.1)) };
        let plan = given::fill(plan.clone(), request.record.plan(caller, Purpose::Run), &settings.release, said)?;
        let selection = run::Selection::of(&plan, &settings).map_err(|error| ActError::Usage(error.to_string()))?;
        if let Some(phase) = request.stage.as_ref().filter(|_| selection.tried() == 0) {
            return Err(ActError::Usage(format!("no check is meant for the phase `{phase}`")));
        }
        let mut plan = plan;
        // Without a record nobody else has the plan, and the bytes of its files are of no more use.
        if let Some(plan) = Arc::get_mut(&mut plan) {
            plan.kept = Vec::new();
        }
        Ok(Self { plan, settings, record, recording: request.recording.clone(), until_green: request.until_green })
    }

    /// Why the run will not be on record although it was meant to be.
    pub(crate) fn lost(&self) -> Option<&ActError> {
        self.record.lost.as_ref()
    }

    /// Runs the checks and puts the run on record; an error when the selection cannot be meant.
    pub(crate) async fn carry_out(
        self,
        caller: &Caller,
        dialogue: &dyn Dialogue,
        stop: run::Stop,
        mut observer: impl FnMut(&Event),
    ) -> Result<FinishedRun, ActError> {
        let Self { plan, settings, record, recording, until_green } = self;
        let looks = Looks { plan: &plan, settings: &settings, stop, clock: caller.clock };
        let report = match until_green {
            None => looks.one(&settings, &mut observer).await?,
            Some(limit) => looks.until_green(limit, dialogue, &mut observer).await?,
        };
        Ok(finished(caller, dialogue, record, &recording, report, &settings.keep).await)
    }
}

/// Puts a report on record that was made just now.
pub(super) async fn finished(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    record: OpenRecord,
    recording: &RecordingRequest,
    report: Report,
    keep: &Keep,
) -> FinishedRun {
    let json = report.to_json();
    let OpenRecord { record, lost } = record;
    let (recorded, head) = match (record, lost) {
        (Some(mut record), _) => {
            let added = recording::add(caller, dialogue, &mut record, recording, (&report, &json, keep)).await;
            if let Ok(added) = &added {
                notify::recorded(caller, dialogue, &record, &report, added.beside.as_ref()).await;
            }
            (Some(added), Some(record.history.head()))
        }
        (None, Some(lost)) => (Some(Err(lost)), None),
        (None, None) => (None, None),
    };
    FinishedRun { report, json, recorded, head }
}

/// Whether any check of the plan is meant for a run after the deployment.
pub(super) fn selects(caller: &Caller, record: &EnvironmentRecord, request: &VerifyRequest) -> Result<bool, ActError> {
    let open = OpenRecord::none();
    let identified = Identified { release: Default::default(), notes: Vec::new() };
    let settings = settings(caller, request, &record.plan, (&open, &record.policy), identified)?;
    match run::Selection::of(&record.plan, &settings) {
        Ok(_) => Ok(true),
        Err(SelectionError::Nothing(_)) => Ok(false),
        Err(error) => Err(ActError::Usage(error.to_string())),
    }
}

/// Whether the run is to be on record: it is told so, the plan asks for signatures, names a ledger or somebody who
/// hears of it, or has a record.
fn wanted(request: &VerifyRequest, plan: &Plan) -> bool {
    let usual = plan.signoff.is_some()
        || plan.ledger.is_some()
        || !plan.notify.is_empty()
        || !plan.notify_unset.is_empty()
        || request.record.policy_from.is_some()
        || plan.root.join(place::DEFAULT).exists();
    request.recording.is_told(&request.record) || (usual && !request.recording.no_record && request.stage.is_none())
}

/// What a run is told beside the plan.
pub(super) fn settings(
    caller: &Caller,
    request: &VerifyRequest,
    plan: &Plan,
    (record, policy): (&OpenRecord, &ChosenPolicy),
    identified: Identified,
) -> Result<Settings, ActError> {
    let notes = record.due(request.phase, request.window, &identified.release)?;
    Ok(Settings {
        at: instant(caller.now, request.at, request.until_green)?,
        rehearsal: request.at.is_some(),
        phase: request.phase,
        window: request.window,
        stage: phase(request, plan)?,
        strict: request.strict,
        advisory: request.advisory,
        allow_hold: request.allow_hold,
        only: request.only.clone(),
        skip: request.skip.clone(),
        from: request.from.clone(),
        shard: request.shard.clone(),
        limits: request.limits,
        seed: request.seed.clone(),
        release: identified.release,
        vantage: Vantage { name: request.from.clone(), host: caller.host.clone(), ci: ci::job(&caller.env), folder: caller.folder.clone() },
        tool: caller.tool.clone(),
        env: caller.env.clone(),
        signoff: policy.signoff.clone(),
        notes: [identified.notes, notes].concat(),
        waivers: record.waivers(plan)?,
        answers: Arc::new(record.answers()?),
        drills: record.drills()?.map(Arc::new),
        keep: Arc::default(),
        clock: caller.clock,
    })
}

/// The phase of the rollout that is asked for.
fn phase(request: &VerifyRequest, plan: &Plan) -> Result<Option<InRollout>, ActError> {
    let Some(name) = &request.stage else { return Ok(None) };
    let known: Vec<&str> = plan.rollout.iter().flat_map(|rollout| rollout.phases()).collect();
    if !known.contains(&name.as_str()) {
        let known: String = known.iter().map(|name| format!(", `{name}`")).collect();
        return Err(ActError::Usage(format!("there is no phase `{name}`: the plan has `pre-deploy`, `post-deploy`{known}")));
    }
    if request.recording.is_told(&request.record) {
        return Err(ActError::Usage(format!(
            "a look in the phase `{name}` is never on record: `gonogo watch` records what a stage has shown"
        )));
    }
    let old = plan.rollout.as_ref().and_then(|rollout| rollout.versions.old()).map(str::to_owned);
    Ok(Some(rollout::in_phase(name, Release { version: old, ..Release::default() })))
}

fn instant(now: Timestamp, asked: Option<Timestamp>, until_green: Option<Period>) -> Result<Timestamp, ActError> {
    match asked {
        None => Ok(now),
        Some(_) if until_green.is_some() => {
            Err(ActError::Usage("`--until-green` waits for what happens, `--at` is another moment: give one of them".into()))
        }
        Some(at) if at < now - TOLERANCE.signed() => {
            Err(ActError::Usage(format!("--at {at} is in the past: a run judges its own instant or a later one")))
        }
        Some(at) => Ok(at),
    }
}
