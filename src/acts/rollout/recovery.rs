//! After a way back: whether the old version shows what it must, and until when people must have looked at it.

use crate::{
    acts::{
        ActError, Caller, Dialogue,
        rollout::{OpenRollout, begin::lay_down, decide::evidence, stage_run::StageRun, watch::named},
    },
    ledger::{RollbackOnRecord, Rollouts, StageOnRecord},
    model::{AfterWayBack, Release, RollbackKind, StageBegun, StageStep, utc},
    rollout::{DecisionAccount, ROLLBACK, Recovering, Stage, Standing, WayBack},
};

/// What is demanded after a way back that brought the old version back; nothing after one that was only practised.
fn demanded(open: &OpenRollout, back: &RollbackOnRecord<'_>) -> Option<(AfterWayBack, Stage)> {
    let (_, end) = back.end.filter(|_| back.is_back() && back.begun.kind != RollbackKind::Drill)?;
    let after = AfterWayBack { back: back.entry.entry.statement(), way: end.way.clone() };
    open.rollout.recovery(end.way.as_deref()).map(|stage| (after, stage))
}

/// The recovery that is still looked at: what it has come to is not on record yet.
pub(super) fn unsettled<'r>(back: &'r RollbackOnRecord<'r>) -> Option<&'r StageOnRecord<'r>> {
    let recovery = back.recovery.as_ref()?;
    let settled = |said: &str| [Standing::Earned, Standing::Breached].iter().any(|standing| standing.word() == said);
    (!recovery.newest_evidence().is_some_and(|(_, said)| settled(&said.standing))).then_some(recovery)
}

/// Begins to look whether the old version recovers, where the stage so called was rolled back and nobody has.
pub(super) async fn begin_where_due(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    open: &mut OpenRollout,
    name: Option<&str>,
) -> Result<(), ActError> {
    let Some((from, old, after, stage)) = due(open, name)? else { return Ok(()) };
    let phase = open.phase(ROLLBACK, old.clone());
    let fixed = lay_down(caller, open, &phase, &stage).await.map_err(|error| match error {
        ActError::Closed { exit, why } => {
            ActError::Closed { exit, why: format!("whether the old version recovers is not seen yet: {why}") }
        }
        error => error,
    })?;
    let begun = StageBegun {
        old: fixed.old.clone(),
        new: fixed.new.clone(),
        old_release: Some(old),
        fixed: serde_json::to_value(&fixed).unwrap_or_default().into(),
        traffic: stage.traffic,
        soak: stage.soak.get().as_secs(),
        host: caller.host.clone().unwrap_or_default(),
        pid: caller.pid,
        after: Some(after),
    };
    let step = open.step(ROLLBACK, from, StageStep::Begun(begun));
    open.put(caller, dialogue, step, Vec::new(), None).await.map(drop)
}

/// The attempt that was rolled back, the old version, and what is demanded of it.
fn due(open: &OpenRollout, name: Option<&str>) -> Result<Option<(u32, Release, AfterWayBack, Stage)>, ActError> {
    let rollouts = open.rollouts()?;
    let Some(on_record) = named(open, &rollouts, name)?.filter(|stage| open.void(&rollouts, stage).is_none()) else { return Ok(None) };
    let back = rollouts.went_back(on_record).filter(|back| back.recovery.is_none());
    let Some((after, stage)) = back.and_then(|back| demanded(open, back)) else { return Ok(None) };
    let old = on_record.began.old_release.clone().unwrap_or_default();
    Ok(Some((on_record.step.attempt, old, after, stage)))
}

/// What the old version has shown since: as it is on record where that is settled, else as its samples say by now.
pub(super) async fn recovering(
    open: &OpenRollout,
    rollouts: &Rollouts<'_>,
    back: &RollbackOnRecord<'_>,
) -> Result<Option<Recovering>, ActError> {
    if demanded(open, back).is_none() && back.recovery.is_none() {
        return Ok(None);
    }
    let watch = format!("`gonogo watch --stage {} --once` looks", back.step.stage);
    let nobody = Recovering { standing: None, said: format!("recovering: nobody has looked yet: {watch}") };
    let Some(recovery) = &back.recovery else { return Ok(Some(nobody)) };
    let unsettled = unsettled(back);
    if unsettled.is_some_and(|recovery| open.void(rollouts, recovery).is_some() || rollouts.since(recovery).next().is_some()) {
        let said = "whether it recovered is not known: the plan has changed since, or a stage has begun".into();
        return Ok(Some(Recovering { standing: None, said }));
    }
    let judgement = match unsettled.map(|recovery| StageRun::of(open, recovery)).transpose()?.flatten() {
        Some(run) => {
            let (samples, _) = run.samples(open).await?;
            run.judged(&open.rollout, (&samples, &[]), open.record().now)
        }
        None => match recovery.newest_evidence().and_then(|(_, kept)| kept.report.as_ref()) {
            Some(report) => evidence(open, report).await?.judgement,
            None => return Ok(Some(nobody)),
        },
    };
    Ok(Some(Recovering { standing: Some(judgement.standing), said: judgement.recovery() }))
}

/// Until when people must have looked at a way back, or who has: who decides on the stage that went back after it, and says in a
/// comment what came of it.
pub(super) fn review(open: &OpenRollout, back: &RollbackOnRecord<'_>, decisions: &[DecisionAccount]) -> Option<String> {
    let (entry, end) = back.end.filter(|_| back.begun.kind != RollbackKind::Drill)?;
    let its = |way: &&WayBack| way.name == end.way || end.way.is_none();
    let within = open.rollout.ways_back().iter().find(its)?.review_within?;
    let looked = |said: &&DecisionAccount| {
        said.void.is_none() && said.at > entry.own && said.comment.as_ref().is_some_and(|comment| !comment.trim().is_empty())
    };
    if let Some(DecisionAccount { who, role, at, comment: Some(comment), .. }) = decisions.iter().rfind(looked) {
        return Some(format!("reviewed by {who} ({role}) on {}: {comment}", utc(*at)));
    }
    let until = within.after(entry.own);
    let over = until < open.record().now;
    let how = format!("`gonogo decide no-go --stage {} --comment …`", back.step.stage);
    Some(format!("its review {} {} ({how})", if over { "is overdue since" } else { "is due by" }, utc(until)))
}
