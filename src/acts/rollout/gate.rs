//! May what follows a stage begin?

use crate::{
    acts::{ActError, Caller, ci, gate::GateQuestion, rollout::OpenRollout},
    ledger::{Deploys, Rollouts, StageInput, StageOnRecord, deploy_closed, stage_decisions},
    model::{Choice, Exit, Period, RecordedEvidence, Required, counted},
    rollout::Stage,
};

/// Whether what follows a stage may begin.
#[derive(Debug, Clone)]
pub(crate) struct StageGate {
    pub(crate) choice: Choice,
    /// Why not, a sentence each.
    pub(crate) reasons: Vec<String>,
    /// What is to be said beside.
    pub(crate) remarks: Vec<String>,
}

impl StageGate {
    fn closed(choice: Choice, reason: String) -> Self {
        Self { choice, reasons: vec![reason], remarks: Vec::new() }
    }

    /// The exit code.
    pub(crate) fn exit(&self) -> Exit {
        match self.choice {
            Choice::Go => Exit::Go,
            Choice::Hold => Exit::Hold,
            Choice::NoGo => Exit::Red,
        }
    }
}

/// Whether what follows the stage may begin, by what it has shown and what people decided.
pub(crate) async fn gate(caller: &Caller, open: &OpenRollout, name: &str) -> Result<StageGate, ActError> {
    let (_, stage) = open.stage(name)?;
    let rollouts = open.rollouts()?;
    let Some(on_record) = rollouts.newest(&open.asked(), name) else {
        return Ok(StageGate::closed(Choice::Hold, format!("the stage `{name}` was not begun with this release")));
    };
    if let Some(closed) = closed(open, on_record, &rollouts) {
        return Ok(closed);
    }
    let last = open.rollout.stages.last().is_some_and(|last| last.name == name);
    // What goes on to more of the traffic deploys.
    let shut = open.record().policy.signoff.as_ref().filter(|_| !last).and_then(|policy| deploy_closed(policy, open.record().now));
    if let Some(shut) = shut {
        return Ok(StageGate::closed(Choice::Hold, shut));
    }
    open.samples_hold(on_record).await?;
    if stage.decide.is_some() {
        return decided(caller, open, stage, on_record).await;
    }
    // What nothing follows does not grow old.
    let within = within(open);
    let (choice, reason) = match on_record.newest_evidence() {
        Some((shown, evidence))
            if evidence.standing == RecordedEvidence::EARNED && (last || open.record().now <= within.after(shown.own)) =>
        {
            (Choice::Go, None)
        }
        Some((_, evidence)) if evidence.standing == RecordedEvidence::EARNED => (
            Choice::Hold,
            Some(format!("what `{name}` has shown is older than {within}: `gonogo watch --stage {name} --once` looks again")),
        ),
        Some((_, evidence)) if evidence.standing == RecordedEvidence::HELD => (Choice::Hold, Some(format!("`{name}` is held"))),
        Some((_, evidence)) => (Choice::NoGo, Some(format!("`{name}` is {}", evidence.standing))),
        None => (Choice::Hold, Some(format!("nobody has watched `{name}`: `gonogo watch --stage {name}`"))),
    };
    Ok(StageGate { choice, reasons: reason.into_iter().collect(), remarks: Vec::new() })
}

/// How old what a stage has shown may be.
pub(super) fn within(open: &OpenRollout) -> Period {
    Period::from(open.rollout.decide_within.get() + open.rollout.interval.get() * 2)
}

/// What closes it whatever people decided.
fn closed(open: &OpenRollout, stage: &StageOnRecord<'_>, rollouts: &Rollouts<'_>) -> Option<StageGate> {
    let name = &stage.step.stage;
    let hold = |reason| Some(StageGate::closed(Choice::Hold, reason));
    if let Some(back) = rollouts.went_back(stage) {
        let from = if back.begun.began.as_ref() == Some(&stage.run) { String::new() } else { format!(" from `{}`", back.step.stage) };
        let why = format!("`{name}` was rolled back{from} (entry {}): begin with the first stage again", back.entry.entry.seq);
        return Some(StageGate::closed(Choice::NoGo, why));
    }
    if let Some(void) = open.void(rollouts, stage) {
        return hold(void);
    }
    let policy = open.record().policy.in_force(open.record().now);
    if let Some(entry) = policy.as_ref().and_then(|policy| stage.not_vouched_for(policy)) {
        let seq = entry.entry.seq;
        return hold(format!("entry {seq} of `{name}` is not signed by a `recorder`, which the policy demands: give `--recorder-key`"));
    }
    match stage.started {
        None => hold(format!("`{name}` is about to begin, or whatever began it was ended: `gonogo rollout begin {name}` begins it again")),
        Some((_, started)) => hold(started.faults.first()?.clone()),
    }
}

/// What people decided.
async fn decided(caller: &Caller, open: &OpenRollout, stage: &Stage, on_record: &StageOnRecord<'_>) -> Result<StageGate, ActError> {
    let (record, asked) = (open.record(), open.asked());
    let require: Vec<Required> = required(stage);
    let authors = record.authors(caller, &open.release).await?;
    let (deployer, _) = ci::deployer(&caller.env, None);
    let input = StageInput {
        asked: &asked,
        policy: record.in_force()?,
        require: &require,
        within: within(open),
        authors: authors.as_ref(),
        deployer: deployer.as_deref().map_or(Deploys::Unknown, Deploys::By),
    };
    let ruling = stage_decisions(&record.history, on_record, input)?;
    let void = ruling.votes.iter().filter(|vote| vote.void.is_some()).count();
    let mut remarks = ruling.remarks;
    remarks.extend((void > 0).then(|| format!("{} not counted: `gonogo log show` says why", counted(void, "decision"))));
    Ok(StageGate { choice: ruling.standing, reasons: ruling.reasons, remarks })
}

/// One person of each role that decides.
pub(super) fn required(stage: &Stage) -> Vec<Required> {
    let roles = stage.decide.iter().flat_map(|decide| &decide.roles);
    roles.map(|role| Required { role: role.clone(), count: 1, when: None }).collect()
}

/// Whether the first stage may begin: the gate of the whole deployment.
pub(super) async fn first(caller: &Caller, open: &OpenRollout) -> Result<StageGate, ActError> {
    let record = open.record();
    if record.policy.signoff.is_none() {
        let remarks = vec!["the plan asks for no signatures, so nobody has signed for this release".to_owned()];
        return Ok(StageGate { choice: Choice::Go, reasons: Vec::new(), remarks });
    }
    let question = GateQuestion::about(caller, record, open.asked(), ci::deployer(&caller.env, None).0).await?;
    let ruling = question.rule(record)?;
    let choice = match ruling.exit() {
        Exit::Go => Choice::Go,
        Exit::Red => Choice::NoGo,
        _ => Choice::Hold,
    };
    Ok(StageGate {
        choice,
        reasons: ruling.objections.iter().map(|objection| objection.text.clone()).collect(),
        remarks: ruling.remarks.clone(),
    })
}
