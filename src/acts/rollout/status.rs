//! Where a rollout stands, with all that is on record of it.

use crate::{
    acts::{
        ActError, Caller,
        rollout::{
            OpenRollout, StageGate,
            begin::last_drill,
            decide::evidence,
            gate,
            recovery::{recovering, review},
            stage_run::StageRun,
            success::success,
        },
    },
    ledger::{Deploys, RollbackOnRecord, Rollouts, StageInput, StageOnRecord, stage_decisions},
    model::{Choice, RollbackKind, RollbackOutcome},
    rollout::{Account, DecisionAccount, Progress, Stage, StageAccount, Standing, WentBack},
};

/// Where the rollout of the release stands. What has been sampled since the newest evidence is judged too.
pub(crate) async fn status(caller: &Caller, open: &OpenRollout) -> Result<Account, ActError> {
    let rollouts = open.rollouts()?;
    let asked = open.asked();
    let current = open.current(&rollouts).map(|stage| stage.run.clone());
    let mut stages = Vec::with_capacity(open.rollout.stages.len());
    for stage in &open.rollout.stages {
        let on_record = rollouts.newest(&asked, &stage.name);
        stages.push(match on_record {
            Some(on_record) => account(open, stage, on_record, current.as_ref() == Some(&on_record.run)).await?,
            None => not_begun(stage),
        });
    }
    let theirs = |back: &&RollbackOnRecord<'_>| asked.covered(&back.step.release).is_ok();
    let mut rollbacks = Vec::new();
    for back in rollouts.rollbacks.iter().filter(theirs) {
        rollbacks.push(went_back(open, &rollouts, back).await?);
    }
    ends(&mut stages, &rollbacks);
    let begun = stages.iter().rfind(|stage| stage.attempt > 0).map(|stage| stage.name.clone());
    let gate = match &begun {
        Some(name) => Some(gate::gate(caller, open, name).await?),
        None => None,
    };
    let (state, said) = state(open, (&stages, gate.as_ref()), &rollbacks, &rollouts);
    let old = rollouts.stages.iter().rfind(|stage| asked.covered(&stage.step.release).is_ok()).map(|stage| stage.began.old.clone());
    let mut account = Account {
        project: open.plan.project.clone(),
        environment: open.plan.environment.clone(),
        release: open.release.clone(),
        old,
        state,
        said,
        at: (caller.clock)(),
        stages,
        rollbacks,
        drill: None,
        success: Vec::new(),
        notes: open.record().remarks.clone(),
    };
    let another = rollouts.stages.last().filter(|_| begun.is_none());
    account.notes.extend(another.and_then(|newest| {
        let why = asked.covered(&newest.step.release).err()?;
        Some(format!("the stage `{}` that began last (entry {}) {why}", newest.step.stage, newest.entry.entry.seq))
    }));
    account.drill = drill(caller, open).await?;
    account.success = success(open, &account, &rollouts).await?;
    Ok(account)
}

fn not_begun(stage: &Stage) -> StageAccount {
    StageAccount {
        name: stage.name.clone(),
        traffic: stage.traffic.to_string(),
        attempt: 0,
        begun: None,
        ended: None,
        standing: None,
        void: None,
        roles: stage.decide.iter().flat_map(|decide| decide.roles.clone()).collect(),
        decisions: Vec::new(),
        evidence: None,
    }
}

/// A stage that has begun; the `current` one is judged by what was sampled up to now.
async fn account(open: &OpenRollout, stage: &Stage, on_record: &StageOnRecord<'_>, current: bool) -> Result<StageAccount, ActError> {
    let void = open.void(&open.rollouts()?, on_record);
    let run = if current && void.is_none() { StageRun::of(open, on_record)? } else { None };
    let shown = match (run, on_record.newest_evidence().and_then(|(_, kept)| kept.report.clone())) {
        (Some(run), _) => {
            let (samples, last) = run.samples(open).await?;
            let now = open.record().now;
            let judgement = run.judged(&open.rollout, (&samples, &run.faults), now);
            Some(run.evidence(&open.rollout, (&samples, &last), (now, run.faults.clone(), judgement)))
        }
        (_, Some(report)) => Some(evidence(open, &report).await?),
        (_, None) => None,
    };
    Ok(StageAccount {
        attempt: on_record.step.attempt,
        begun: on_record.started.map(|(entry, _)| entry.own),
        standing: shown.as_ref().map(|shown| shown.judgement.standing),
        void,
        decisions: decisions(open, stage, on_record)?,
        evidence: shown.map(Box::new),
        ..not_begun(stage)
    })
}

fn decisions(open: &OpenRollout, stage: &Stage, on_record: &StageOnRecord<'_>) -> Result<Vec<DecisionAccount>, ActError> {
    if on_record.decisions.is_empty() {
        return Ok(Vec::new());
    }
    let (record, asked, require) = (open.record(), open.asked(), gate::required(stage));
    let policy = record.in_force()?;
    let input =
        StageInput { asked: &asked, policy, require: &require, within: gate::within(open), authors: None, deployer: Deploys::Unknown };
    let ruling = stage_decisions(&record.history, on_record, input)?;
    let told = ruling.votes.into_iter().map(|vote| DecisionAccount {
        who: policy.name(&vote.decision.person).to_string(),
        role: vote.decision.role.clone(),
        choice: vote.decision.choice.to_string(),
        at: vote.proven.own,
        comment: vote.decision.comment.clone(),
        exceptions: vote.decision.exceptions.clone(),
        void: vote.void,
    });
    Ok(told.collect())
}

/// A stage is over when a later one begins, or the way back is called for.
fn ends(stages: &mut [StageAccount], backs: &[WentBack]) {
    let taken = backs.iter().filter(|back| back.kind != RollbackKind::Drill.to_string()).map(|back| back.fired);
    let ends: Vec<jiff::Timestamp> = stages.iter().filter_map(|stage| stage.begun).chain(taken).collect();
    for stage in stages {
        stage.ended = ends.iter().filter(|end| stage.begun.is_some_and(|begun| begun < **end)).min().copied();
    }
}

async fn went_back(open: &OpenRollout, rollouts: &Rollouts<'_>, back: &RollbackOnRecord<'_>) -> Result<WentBack, ActError> {
    let end = back.end.map(|(_, end)| end);
    let way = open.rollout.ways_back().iter().find(|way| end.is_none_or(|end| end.way == way.name));
    Ok(WentBack {
        environment: back.entry.statement.made.environment.clone(),
        stage: back.step.stage.clone(),
        kind: back.begun.kind.to_string(),
        why: back.begun.why.clone(),
        fired: back.begun.fired,
        outcome: end.map(|end| end.outcome.to_string()),
        took: end.map(|end| end.took),
        within: way.map(|way| u64::try_from(way.within.get().as_millis()).unwrap_or(u64::MAX)),
        recovery: recovering(open, rollouts, back).await?,
        review: review(open, back, &reviews(open, rollouts, back)?),
        notes: end.map(|end| end.notes.clone()).unwrap_or_default(),
    })
}

/// What people decided on the stage that went back.
fn reviews(open: &OpenRollout, rollouts: &Rollouts<'_>, back: &RollbackOnRecord<'_>) -> Result<Vec<DecisionAccount>, ActError> {
    let before = |stage: &&StageOnRecord<'_>| stage.entry.entry.seq < back.entry.entry.seq && stage.step.stage == back.step.stage;
    match rollouts.stages.iter().rfind(before).zip(open.rollout.stage(&back.step.stage)) {
        Some((on_record, (_, stage))) => decisions(open, stage, on_record),
        None => Ok(Vec::new()),
    }
}

/// The newest drill where the plan wants one.
async fn drill(caller: &Caller, open: &OpenRollout) -> Result<Option<WentBack>, ActError> {
    for (way, drill) in open.rollout.ways_back().iter().filter_map(|way| Some((way, way.drill.as_ref()?))) {
        // What cannot be read is as good as none here; whether a stage may begin without it is asked elsewhere.
        let Ok(Some(last)) = last_drill(caller, &open.request.record, open, &drill.environment).await else { continue };
        return Ok(Some(WentBack {
            environment: drill.environment.clone(),
            stage: String::new(),
            kind: RollbackKind::Drill.to_string(),
            why: "practised".into(),
            fired: last.began,
            outcome: last.end.as_ref().map(|end| end.outcome.to_string()),
            took: last.end.map(|end| end.took),
            within: u64::try_from(way.within.get().as_millis()).ok(),
            recovery: None,
            review: None,
            notes: Vec::new(),
        }));
    }
    Ok(None)
}

/// Where it stands, and what comes next.
fn state(
    open: &OpenRollout,
    (stages, gate): (&[StageAccount], Option<&StageGate>),
    backs: &[WentBack],
    rollouts: &Rollouts<'_>,
) -> (Progress, String) {
    let asked = open.asked();
    let last = rollouts.stages.iter().rfind(|stage| asked.covered(&stage.step.release).is_ok());
    let back = rollouts.rollbacks.iter().zip(backs).rfind(|(back, _)| last.is_some_and(|last| back.entry.entry.seq > last.entry.entry.seq));
    if let Some((back, told)) = back.filter(|(back, _)| back.begun.kind != RollbackKind::Drill) {
        return match back.end.map(|(_, end)| end.outcome) {
            Some(RollbackOutcome::Failed) => {
                (Progress::RollbackFailed, format!("ROLLBACK FAILED in {}: {}", told.stage, told.notes.join("; ")))
            }
            Some(outcome) => {
                let late = if outcome == RollbackOutcome::Late { "late " } else { "" };
                let after: String = told.afterwards().map(|said| format!("; {said}")).collect();
                (Progress::RolledBack, format!("rolled back {late}from {}: {}{after}", told.stage, told.why))
            }
            None => (Progress::RollbackFailed, format!("the way back from {} has begun and has no end on record", told.stage)),
        };
    }
    let Some((at, current, gate)) =
        stages.iter().enumerate().rfind(|(_, stage)| stage.attempt > 0).zip(gate).map(|((at, stage), gate)| (at, stage, gate))
    else {
        return (Progress::Waiting, format!("no stage has begun: `gonogo rollout begin {}`", open.rollout.stages[0].name));
    };
    let (name, standing) = (&current.name, current.standing.unwrap_or(Standing::Held));
    if gate.choice == Choice::Go {
        return match open.rollout.stages.get(at + 1) {
            Some(next) => (Progress::UnderWay, format!("{name} may give way to {}: `gonogo rollout begin {}`", next.name, next.name)),
            None => (Progress::Finished, format!("every stage may give way, up to {}", current.traffic)),
        };
    }
    let reasons = current.evidence.as_ref().filter(|_| current.void.is_none()).map(|shown| shown.judgement.reasons.as_slice());
    let reasons = reasons.filter(|reasons| !reasons.is_empty()).unwrap_or(&gate.reasons);
    (Progress::UnderWay, format!("{name} is {standing}: {}", reasons.join("; ")))
}
