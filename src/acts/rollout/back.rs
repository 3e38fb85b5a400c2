//! The way back: its program once, then its proof, timed from the moment that called for it.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use crate::{
    acts::{
        ActError, Caller, Dialogue,
        rollout::{
            OpenRollout,
            looking::{Looking, faults},
        },
    },
    ledger::{LedgerError, RollbackOnRecord, StageOnRecord},
    model::{Digest, Exit, Period, Release, RollbackBegun, RollbackEnded, RollbackKind, RollbackOutcome, Size, StageStep, Verdict, utc},
    net::command::{Command, CommandError},
    notify::Occasion,
    rollout::{ROLLBACK, WayBack},
};

/// Between two looks whether the old version is back.
const PAUSE: Duration = Duration::from_secs(2);

/// Why the way back is taken.
#[derive(Debug, Clone)]
pub(crate) struct BackRequest {
    pub(crate) why: String,
    /// When it was called for, and by which sample.
    pub(crate) fired: (Timestamp, Option<u64>),
}

/// A way back that was taken.
#[derive(Debug, Clone)]
pub(crate) struct WayBackTaken {
    pub(crate) stage: String,
    pub(crate) outcome: RollbackOutcome,
    pub(crate) took: Period,
    pub(crate) within: Period,
    pub(crate) notes: Vec<String>,
    /// Whether the old version is to show something now.
    pub(crate) recovers: bool,
    /// Why it is not on record.
    pub(crate) lost: Option<String>,
}

impl WayBackTaken {
    /// The exit code: a drill that worked is a success, and a release that had to go back is none.
    pub(crate) fn exit(&self, kind: RollbackKind) -> Exit {
        match (&self.lost, self.outcome, kind) {
            (Some(_), ..) => Exit::Output,
            (None, RollbackOutcome::Back, RollbackKind::Drill | RollbackKind::Planned | RollbackKind::Asked) => Exit::Go,
            (None, ..) => Exit::Red,
        }
    }
}

/// The ways back, ready to be taken: nothing has to be read any more when one is called for.
pub(crate) struct WaysBack {
    root: PathBuf,
    kind: RollbackKind,
    ways: Vec<(WayBack, Looking)>,
}

impl WaysBack {
    /// Those from the stage of this release that began last, to the version that it replaced; before any has begun to the one that is
    /// said to be there. An error where the plan has none of that kind, and where a drill could prove nothing.
    pub(crate) fn of(caller: &Caller, open: &OpenRollout, kind: RollbackKind, old: Option<&str>) -> Result<Self, ActError> {
        let from = from(open, kind)?;
        let rollouts = open.rollouts()?;
        let version = match open.current(&rollouts) {
            Some(stage) if old.is_some_and(|old| old != stage.began.old) => {
                let (name, old) = (&stage.step.stage, &stage.began.old);
                return Err(ActError::Usage(format!(
                    "`{name}` has begun in place of {old}: that is what must be back, so leave `--old` out"
                )));
            }
            Some(stage) => Some(stage.began.old.clone()),
            None if kind == RollbackKind::Drill => Some(open.old_version(&rollouts, old)?),
            None => open.old_version(&rollouts, old).ok(),
        };
        let (phase, (_, stage)) = (open.phase(ROLLBACK, Release { version, ..Release::default() }), open.stage(&from.stage)?);
        let plan = open.plan_in(caller, &phase, stage)?;
        let ways = plan.rollout.iter().flat_map(|rollout| rollout.ways_back()).cloned();
        let ways: Vec<WayBack> = ways.filter(|way| kind != RollbackKind::Planned || !way.planned.is_empty()).collect();
        if ways.is_empty() {
            let what = if kind == RollbackKind::Planned { "`rollback` with `planned` programs" } else { "`rollback`" };
            return Err(ActError::Usage(format!("the plan's rollout has no {what}: there is no way back to take")));
        }
        let looking = |way: &WayBack| Looking::only(caller, open, (&phase, stage), way.checks.clone());
        let ways = ways
            .into_iter()
            .map(|way| Ok((looking(&way)?, way)))
            .map(|both: Result<_, ActError>| both.map(|(looking, way)| (way, looking)));
        Ok(Self { root: plan.root.clone(), kind, ways: ways.collect::<Result<_, _>>()? })
    }
}

/// What became of the ways that were tried.
struct Tried {
    outcome: RollbackOutcome,
    way: Option<String>,
    within: Period,
    notes: Vec<String>,
}

/// Takes a way back. The record comes first, but one that cannot be written keeps nobody from going back. Where it has begun already,
/// nothing is run twice: only the proof is looked for.
pub(crate) async fn go_back(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    open: &mut OpenRollout,
    ways: &WaysBack,
    request: &BackRequest,
) -> Result<WayBackTaken, ActError> {
    let (from, begun, mut lost) = begun(caller, dialogue, open, (ways.kind, request)).await?;
    let fired = from.fired.unwrap_or(request.fired.0);
    let tried = ways.tried(caller, from.open.is_some(), fired).await?;
    let took = Period::between(fired, (caller.clock)());
    let back = tried.outcome != RollbackOutcome::Failed && ways.kind != RollbackKind::Drill;
    let recovers = back && open.rollout.recovery(tried.way.as_deref()).is_some();
    let (stage, within, notes) = (from.stage.clone(), tried.within, tried.notes);
    let mut went = WayBackTaken { stage, outcome: tried.outcome, took, within, notes, recovers, lost: None };
    let text = format!("{} went back from {}: {} after {took} ({})", open.plan.project, from.stage, went.outcome, request.why);
    went.notes.extend(open.tell(caller, Occasion::RolledBack, (&from.stage, from.attempt), text).await);
    if let Some(begun) = begun {
        let took = u64::try_from(took.get().as_millis()).unwrap_or(u64::MAX);
        let ended = RollbackEnded { begun, outcome: went.outcome, took, way: tried.way, notes: went.notes.clone(), report: None };
        let step = open.step(&from.stage, from.attempt, StageStep::RollbackEnded(ended));
        lost = open.put(caller, dialogue, step, Vec::new(), None).await.err().map(|error| error.to_string());
    }
    // What is not on record has nothing that could be looked at after it.
    Ok(WayBackTaken { recovers: recovers && lost.is_none(), lost, ..went })
}

/// Where one goes back from.
struct From {
    stage: String,
    attempt: u32,
    began: Option<Digest>,
    /// A way back that has begun and has no end, and when it was called for.
    open: Option<Digest>,
    fired: Option<Timestamp>,
    /// That the release is back already.
    done: Option<String>,
}

/// One that has begun goes on where it was for the same and of the same sort: a drill moves nobody's traffic for a breach.
fn from(open: &OpenRollout, kind: RollbackKind) -> Result<From, ActError> {
    let rollouts = open.rollouts()?;
    let current: Option<&StageOnRecord<'_>> = open.current(&rollouts);
    let began = current.map(|stage| &stage.run);
    let of_this = |back: &&RollbackOnRecord<'_>| match (kind, back.begun.kind) {
        (RollbackKind::Drill, other) => other == RollbackKind::Drill,
        (_, RollbackKind::Drill) => false,
        _ => back.begun.began.as_ref() == began,
    };
    let back = rollouts.rollbacks.iter().filter(of_this).rfind(|back| back.end.is_none());
    let of_run = rollouts.rollbacks.iter().rfind(|back| current.is_some_and(|current| back.begun.began.as_ref() == Some(&current.run)));
    let done = of_run.filter(|back| back.begun.kind != RollbackKind::Drill).and_then(|back| back.end);
    let done = done.filter(|(_, end)| end.outcome != RollbackOutcome::Failed).zip(current).map(|((entry, _), current)| {
        format!("`{}` was rolled back already, at {}: nothing of this release is left to take back", current.step.stage, utc(entry.own))
    });
    Ok(From {
        stage: current.map_or_else(|| open.rollout.stages[0].name.clone(), |stage| stage.step.stage.clone()),
        attempt: current.map_or(0, |stage| stage.step.attempt),
        began: current.map(|stage| stage.run.clone()),
        open: back.map(|back| back.entry.entry.statement()),
        fired: back.map(|back| back.begun.fired),
        done,
    })
}

/// Puts it on record that the way back is taken, and from where; who comes second goes no second time.
async fn begun(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    open: &mut OpenRollout,
    (kind, request): (RollbackKind, &BackRequest),
) -> Result<(From, Option<Digest>, Option<String>), ActError> {
    loop {
        let from = from(open, kind)?;
        if let Some(done) = from.done.clone().filter(|_| kind != RollbackKind::Drill) {
            return Err(ActError::Closed { exit: Exit::Red, why: done });
        }
        if let Some(begun) = from.open.clone() {
            return Ok((from, Some(begun), None));
        }
        let begun = RollbackBegun {
            // What is only practised takes no release back.
            began: from.began.clone().filter(|_| kind != RollbackKind::Drill),
            sample: request.fired.1,
            fired: request.fired.0,
            why: request.why.clone(),
            kind,
            host: caller.host.clone().unwrap_or_default(),
            pid: caller.pid,
        };
        let step = open.step(&from.stage, from.attempt, StageStep::RollbackBegun(begun));
        let head = open.record().history.head();
        match open.put(caller, dialogue, step, Vec::new(), Some(&head)).await {
            Ok(entry) => return Ok((from, Some(entry.statement()), None)),
            // Somebody else has added to it: perhaps that they go back.
            Err(ActError::NotRecorded(LedgerError::Moved { .. })) if is_there(caller, open, from.began.as_ref()).await => {}
            Err(error) => {
                dialogue.tell(&format!("the record cannot be written ({error}); going back all the same"));
                return Ok((from, None, Some(error.to_string())));
            }
        }
    }
}

/// Reads the record again; whether it has the stage still that one goes back from.
async fn is_there(caller: &Caller, open: &mut OpenRollout, began: Option<&Digest>) -> bool {
    let has =
        |open: &OpenRollout, run: &Digest| open.rollouts().is_ok_and(|rollouts| rollouts.stages.iter().any(|stage| stage.run == *run));
    open.record_mut().read_again(caller).await.is_ok() && began.is_none_or(|run| has(open, run))
}

impl WaysBack {
    /// Tries the ways in their order until one has brought the old version back; where that has begun `already`, nothing is run.
    async fn tried(&self, caller: &Caller, already: bool, fired: Timestamp) -> Result<Tried, ActError> {
        let (mut notes, mut within) = (Vec::new(), Duration::ZERO);
        if already {
            notes.push("it had begun before: nothing was run again".to_owned());
        }
        for (at, (way, looking)) in self.ways.iter().enumerate() {
            within += way.within.get();
            let left = Period::between((caller.clock)(), Period::from(within).after(fired)).get();
            let until = Instant::now() + if already { way.within.get() } else { left };
            let name = way.name.clone().unwrap_or_else(|| "the way back".into());
            let failed = if already { None } else { self.run(caller, way, until).await.err() };
            // One that comes late has come; but where its program failed, or there is another way, it is not waited for.
            let last = match () {
                () if failed.is_some() => Instant::now(),
                () if at + 1 < self.ways.len() => until,
                () => until.max(Instant::now()) + way.within.get(),
            };
            let (back, what) = proven(looking, caller, last).await?;
            notes.extend(what.into_iter().map(|what| format!("{name}: {what}")));
            match failed {
                // Where both versions answer, the old one may answer by chance.
                Some(error) => notes.push(format!("{name}: {error}, so what answers now proves nothing")),
                None if back => {
                    let late = Period::between(fired, (caller.clock)()).get() > within;
                    let outcome = if late { RollbackOutcome::Late } else { RollbackOutcome::Back };
                    return Ok(Tried { outcome, way: way.name.clone(), within: Period::from(within), notes });
                }
                None => {}
            }
        }
        Ok(Tried { outcome: RollbackOutcome::Failed, way: None, within: Period::from(within), notes })
    }

    /// Runs the programs of a way, one after the other, until one fails.
    async fn run(&self, caller: &Caller, way: &WayBack, until: Instant) -> Result<(), CommandError> {
        let programs = if self.kind == RollbackKind::Planned { &way.planned[..] } else { std::slice::from_ref(&way.command) };
        for argv in programs {
            // It may take as long as it is given whole, however late it was called for.
            let deadline = until.max(Instant::now() + way.within.get());
            let command = Command { argv, env: &caller.env, dir: &self.root, deadline, limit: Size(16 << 20), stdin: &[] };
            command.output().await?;
        }
        Ok(())
    }
}

/// Looks every 2 seconds whether the old version is back, at least once.
async fn proven(looking: &Looking, caller: &Caller, until: Instant) -> Result<(bool, Vec<String>), ActError> {
    // Whoever wants this to end wants the old version back first.
    let (_kept, stop) = tokio::sync::watch::channel(None);
    loop {
        let report = looking.look(caller, stop.clone()).await?;
        if looking.verdict(&report) == Verdict::Go {
            return Ok((true, Vec::new()));
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok((false, faults(&report)));
        }
        tokio::time::sleep(left.min(PAUSE)).await;
    }
}
