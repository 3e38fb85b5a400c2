//! Begins a stage: what is before it must let it, its program runs, and what is looked at meanwhile must not fail.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::{
    acts::{
        ActError, Caller, Dialogue, EnvironmentRecord, RecordRequest,
        rollout::{
            OpenRollout, StageGate,
            gate::{self, gate},
            looking::{Looking, faults},
        },
    },
    ledger::{LedgerError, StageOnRecord, drills},
    model::{
        Choice, Exit, GivenDrill, InRollout, Period, Release, RollbackOutcome, Size, StageBegun, StageStarted, StageStep, Verdict, utc,
    },
    net::command::{Command, is_running},
    notify::Occasion,
    rollout::{Fixed, READY, Stage, State},
    run::{Sampler, Stop, Surroundings},
};

/// How long the program that begins a stage may take.
const LONGEST: Duration = Duration::from_secs(3_600);

/// What went wrong while a stage began is told so often.
const MOST_FAULTS: usize = 8;

/// A stage that has begun.
pub(crate) struct BegunStage {
    pub(crate) stage: String,
    pub(crate) attempt: u32,
    pub(crate) old: String,
    /// What keeps it from being earned.
    pub(crate) faults: Vec<String>,
    /// What people should know.
    pub(crate) notes: Vec<String>,
}

/// Begins the stage; [`ActError::Closed`] where it may not begin now.
pub(crate) async fn begin(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    open: &mut OpenRollout,
    name: &str,
    old: Option<&str>,
    stop: Stop,
) -> Result<BegunStage, ActError> {
    let (at, stage) = open.stage(name)?;
    let stage = stage.clone();
    let passed = passage(caller, open, at).await?;
    let old = Release { version: Some(open.old_version(&open.rollouts()?, old)?), ..Release::default() };
    let phase = open.phase(name, old.clone());
    ready(caller, open, &old, &stage, stop.clone()).await?;
    let fixed = lay_down(caller, open, &phase, &stage).await?;
    let attempt = open.rollouts()?.newest(&open.asked(), name).map_or(0, |before| before.step.attempt) + 1;
    let begun = StageBegun {
        old: fixed.old.clone(),
        new: fixed.new.clone(),
        old_release: Some(old.clone()),
        fixed: serde_json::to_value(&fixed).unwrap_or_default().into(),
        traffic: stage.traffic,
        soak: stage.soak.get().as_secs(),
        host: caller.host.clone().unwrap_or_default(),
        pid: caller.pid,
        after: None,
    };
    let head = open.record().history.head();
    let put = open.put(caller, dialogue, open.step(name, attempt, StageStep::Begun(begun)), Vec::new(), Some(&head)).await;
    let entry = put.map_err(|error| match error {
        ActError::NotRecorded(moved @ LedgerError::Moved { .. }) => {
            let why =
                format!("`{name}` was not begun, perhaps somebody else begins it: {moved}; `gonogo rollout status` shows where it is");
            ActError::Closed { exit: Exit::Hold, why }
        }
        error => error,
    })?;
    let began = entry.statement();
    let mut faults = start(caller, open, &phase, &stage, stop).await?;
    let mut notes = passed.remarks;
    notes.extend(open.tell(caller, Occasion::Begun, (name, attempt), format!("the stage {name} has begun")).await);
    faults.sort();
    faults.dedup();
    faults.truncate(MOST_FAULTS);
    let started = StageStarted { began, faults: faults.clone(), notes: notes.clone() };
    open.put(caller, dialogue, open.step(name, attempt, StageStep::Started(started)), Vec::new(), None).await?;
    Ok(BegunStage { stage: name.to_owned(), attempt, old: fixed.old, faults, notes })
}

/// What must let it begin: the gate of the stage before, or of the deployment; no freeze; a way back that was practised.
async fn passage(caller: &Caller, open: &OpenRollout, at: usize) -> Result<StageGate, ActError> {
    let closed = |exit, why: String| ActError::Closed { exit, why };
    let name = &open.rollout.stages[at].name;
    let now = open.record().now;
    if open.rollout.freeze.iter().any(|freeze| freeze.holds(now)) {
        return Err(closed(Exit::Hold, format!("`{name}` may not begin now: it is {}, and the plan's `freeze` holds", utc(now))));
    }
    if let Some(back) = open.rollouts()?.open_rollback() {
        let why = format!("a way back from `{}` has begun and has no end on record (entry {})", back.step.stage, back.entry.entry.seq);
        return Err(closed(Exit::Red, format!("{why}: `{}` finishes it", back.finished_by())));
    }
    if let Some(other) = open.rollouts()?.stages.last().filter(|stage| is_beginning(caller, stage, now)) {
        let (stage, StageBegun { host, pid, .. }) = (&other.step.stage, other.began);
        return Err(closed(Exit::Hold, format!("`{stage}` is being begun by process {pid} on {host} since {}", utc(other.entry.own))));
    }
    drilled(caller, open).await?;
    let gate = match at.checked_sub(1).map(|before| &open.rollout.stages[before].name) {
        Some(before) => gate(caller, open, before).await?,
        None => gate::first(caller, open).await?,
    };
    if gate.choice != Choice::Go {
        return Err(closed(gate.exit(), format!("`{name}` may not begin: {}", gate.reasons.join("; "))));
    }
    Ok(gate)
}

/// Whether somebody is at it: their process runs, or nobody here can tell, and its time is not over.
fn is_beginning(caller: &Caller, stage: &StageOnRecord<'_>, now: Timestamp) -> bool {
    let StageBegun { host, pid, .. } = stage.began;
    let gone = caller.host.as_ref() == Some(host) && !is_running(*pid);
    stage.started.is_none() && !gone && now <= Period::from(LONGEST).after(stage.entry.own)
}

/// That the way back was practised where and as lately as the plan says.
async fn drilled(caller: &Caller, open: &OpenRollout) -> Result<(), ActError> {
    for drill in open.rollout.ways_back().iter().filter_map(|way| way.drill.as_ref()) {
        let held = |why: String| {
            let how = format!("`gonogo rollout rollback --drill --env {}` practises it", drill.environment);
            Err(ActError::Closed { exit: Exit::Hold, why: format!("{why}: {how}") })
        };
        let place = &drill.environment;
        let Some(last) = last_drill(caller, &open.request.record, open, place).await? else {
            return held(format!("the way back was never practised in {place}"));
        };
        match &last.end {
            None => return held(format!("the drill that began in {place} at {} has no end on record", utc(last.began))),
            Some(end) if end.outcome != RollbackOutcome::Back => {
                return held(format!("the last drill in {place}, at {}, ended: {}", utc(end.at), end.outcome));
            }
            Some(end) if drill.max_age.after(end.at) < open.record().now => {
                return held(format!("the way back was last practised in {place} at {}, longer ago than {}", utc(end.at), drill.max_age));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// The newest drill in an environment: by this ledger, or by that environment's own.
pub(super) async fn last_drill(
    caller: &Caller,
    request: &RecordRequest,
    open: &OpenRollout,
    environment: &str,
) -> Result<Option<GivenDrill>, ActError> {
    let of = |record: &EnvironmentRecord| drills(&record.history, &open.plan.project, record.policy.in_force(record.now).as_ref());
    if let Some(drill) = of(open.record())?.remove(environment) {
        return Ok(Some(drill));
    }
    if environment == open.plan.environment {
        return Ok(None);
    }
    let there = RecordRequest { environment: Some(environment.to_owned()), ..request.clone() };
    match EnvironmentRecord::open(caller, &there, false).await {
        Ok(record) => Ok(of(&record)?.remove(environment)),
        Err(ActError::Ledger(LedgerError::Missing(_))) => Ok(None),
        Err(error) => Err(error),
    }
}

/// That the way back is open: its `ready` checks pass.
async fn ready(caller: &Caller, open: &OpenRollout, old: &Release, stage: &Stage, stop: Stop) -> Result<(), ActError> {
    let named: Vec<String> = open.rollout.ways_back().iter().flat_map(|way| way.ready.clone()).collect();
    if named.is_empty() {
        return Ok(());
    }
    let looking = Looking::only(caller, open, (&open.phase(READY, old.clone()), stage), named)?;
    let report = looking.look(caller, stop).await?;
    match looking.verdict(&report) {
        Verdict::Go => Ok(()),
        verdict => {
            let exit = if verdict == Verdict::Hold { Exit::Hold } else { Exit::Red };
            Err(ActError::Closed { exit, why: format!("the way back is not open: {}", faults(&report).join("; ")) })
        }
    }
}

/// What stays so for all samples of the stage.
pub(super) async fn lay_down(caller: &Caller, open: &OpenRollout, phase: &InRollout, stage: &Stage) -> Result<Fixed, ActError> {
    let plan = open.plan_in(caller, phase, stage)?;
    let section = plan.rollout.clone().unwrap_or_else(|| open.rollout.clone());
    let new = section.versions.new.clone().or_else(|| open.release.version.clone());
    let new = new.ok_or_else(|| ActError::Usage("the version that is rolled out is not known: name it with `--release`".into()))?;
    let old = phase.old.version.as_deref().unwrap_or_default();
    if new == old {
        return Err(ActError::Usage(format!(
            "the new and the old version are both called `{new}`, so nobody could tell them apart: name the other with `--old` or `--release`"
        )));
    }
    let surroundings = Surroundings::of(&plan, &section, &caller.env, (caller.clock)());
    let sampler = Sampler::new(&section, stage, &surroundings);
    let (fixed, troubles) = sampler.fix(&new, old, (caller.clock)()).await;
    surroundings.reach.close().await;
    // What cannot be laid down now never will be, and nothing could be earned by it.
    let said: Vec<String> = troubles.iter().map(|(measure, trouble)| format!("{measure}: {}", trouble.why)).collect();
    if said.is_empty() {
        return Ok(fixed);
    }
    let wrong = troubles.values().any(|trouble| trouble.state == State::Error);
    let exit = if wrong { Exit::Unchecked } else { Exit::Hold };
    Err(ActError::Closed { exit, why: format!("`{}` may not begin, for it could not be judged: {}", stage.name, said.join("; ")) })
}

/// Runs the program that begins the stage, and looks all the while whether somebody is left without an answer.
async fn start(caller: &Caller, open: &OpenRollout, phase: &InRollout, stage: &Stage, stop: Stop) -> Result<Vec<String>, ActError> {
    let plan = open.plan_in(caller, phase, stage)?;
    let begin = plan.rollout.as_ref().and_then(|rollout| rollout.stage(&stage.name)).and_then(|(_, stage)| stage.begin.clone());
    let Some(argv) = begin else { return Ok(Vec::new()) };
    let deadline = Instant::now() + LONGEST;
    let command = Command { argv: &argv, env: &caller.env, dir: &plan.root, deadline, limit: Size(16 << 20), stdin: &[] };
    let (mut faults, mut looks) = (Vec::new(), 0_u32);
    let mut running = std::pin::pin!(command.output());
    let every = open.rollout.zero_downtime.as_ref().map_or(LONGEST, |zero| zero.every.get());
    let looking = open
        .rollout
        .zero_downtime
        .as_ref()
        .map(|zero| Looking::only(caller, open, (phase, stage), vec![zero.check.clone()]))
        .transpose()?;
    loop {
        tokio::select! {
            ended = &mut running => {
                faults.extend(ended.err().map(|error| format!("the program that begins `{}`: {error}", stage.name)));
                break;
            }
            () = tokio::time::sleep(if looks == 0 { Duration::ZERO } else { every }), if looking.is_some() => {
                looks += 1;
                if let Some(looking) = &looking {
                    faults.extend(downtime(looking, caller, stop.clone()).await);
                }
            }
        }
    }
    // Once more when it has ended: that is when the old ones are gone.
    if let Some(looking) = &looking {
        faults.extend(downtime(looking, caller, stop).await);
    }
    Ok(faults)
}

/// What was amiss at a look; one that could not be made is amiss too, and ends no program that is at work.
async fn downtime(looking: &Looking, caller: &Caller, stop: Stop) -> Option<String> {
    let amiss = match looking.look(caller, stop).await {
        Ok(report) if looking.verdict(&report) == Verdict::Go => return None,
        Ok(report) => faults(&report).into_iter().next().unwrap_or_default(),
        Err(error) => error.to_string(),
    };
    Some(format!("while the stage began: {amiss}"))
}
