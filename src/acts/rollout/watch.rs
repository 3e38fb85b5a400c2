//! Watches a stage: takes samples, puts them on record, judges them, and goes back where that is called for.

mod ticks;

use std::{sync::Arc, time::Instant};

use jiff::Timestamp;

use crate::{
    acts::{
        ActError, Caller, Dialogue,
        rollout::{BackRequest, OpenRollout, WayBackTaken, WaysBack, go_back, looking::Looking, recovery, stage_run::StageRun},
    },
    ledger::{Rollouts, StageOnRecord},
    model::{Digest, Exit, Period, RecordedEvidence, Report, RollbackKind, utc},
    notify::Occasion,
    rollout::{Judgement, ROLLBACK, Rollout, Sample, StageEvidence, Standing, Watcher},
    run::{Stop, Surroundings},
};

/// So often is it put on record what a stage has come to, if nothing changes.
const CHECKPOINT: Period = Period::seconds(900);

/// Who has looked and looks no more is waited for so many intervals.
const LEASE: u32 = 3;

/// What is to be watched, and how long.
#[derive(Debug, Clone)]
pub(crate) struct WatchRequest {
    /// The stage; the one that began last where none is named.
    pub(crate) stage: Option<String>,
    pub(crate) until: Until,
    /// Goes back where a trigger calls for it.
    pub(crate) may_go_back: bool,
}

/// How long one watches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Until {
    /// One look.
    Once,
    /// Until the stage is earned or breached.
    Earned,
    /// Up to then.
    Moment(Timestamp),
    /// Until the next stage begins or the way back is taken.
    Over,
}

/// A stage that is watched.
pub(crate) struct Watch {
    pub(crate) open: OpenRollout,
    request: WatchRequest,
    on: StageRun,
    rollout: Arc<Rollout>,
    surroundings: Surroundings,
    looking: Looking,
    /// The ways back, where they may be taken.
    ways: Option<WaysBack>,
    samples: Vec<Sample>,
    /// The fingerprint of the last sample; of none, that of the beginning.
    prev: Digest,
    /// When the sample before was taken by this process.
    last: Option<Instant>,
    /// The newest evidence on record: when, and what it says.
    kept: Option<(Timestamp, String)>,
    since: Timestamp,
    /// The newest look at the checks.
    report: Option<Report>,
    /// Samples that could not be put on record, and why.
    unstored: Vec<Sample>,
    lost: Option<String>,
}

/// What is shown after a look.
pub(crate) struct Tick<'a> {
    pub(crate) evidence: &'a StageEvidence,
    /// What people should know.
    pub(crate) notes: Vec<String>,
}

/// How watching ended.
pub(crate) struct Seen {
    pub(crate) evidence: StageEvidence,
    pub(crate) went_back: Option<WayBackTaken>,
    /// Why it is over, where others ended it.
    pub(crate) over: Option<String>,
    /// Why samples are not on record.
    pub(crate) lost: Option<String>,
}

impl Seen {
    /// Whether the old version was watched, after a way back.
    pub(crate) fn is_of_recovery(&self) -> bool {
        self.evidence.stage == ROLLBACK
    }

    /// The exit code.
    pub(crate) fn exit(&self) -> Exit {
        match (&self.went_back, &self.lost) {
            (Some(went), _) => went.exit(RollbackKind::Breach),
            (None, Some(_)) => Exit::Output,
            (None, None) => self.evidence.judgement.standing.exit(),
        }
    }
}

impl Watch {
    /// Reads what is on record of the stage; [`ActError::Closed`] where there is nothing to watch.
    pub(crate) async fn of(
        caller: &Caller,
        dialogue: &dyn Dialogue,
        mut open: OpenRollout,
        request: WatchRequest,
    ) -> Result<Self, ActError> {
        recovery::begin_where_due(caller, dialogue, &mut open, request.stage.as_deref()).await?;
        let on = watched(&open, request.stage.as_deref())?;
        let phase = open.phase(&on.stage.name, on.old.clone());
        let looking = match on.stage.is_recovery() {
            true => Looking::only(caller, &open, (&phase, &on.stage), on.stage.checks.clone())?,
            false => Looking::at_stage(caller, &open, &phase, &on.stage)?,
        };
        // What it would take to go back is read now: then there may be no time, or another plan.
        let ways = (request.may_go_back && !on.stage.is_recovery())
            .then(|| WaysBack::of(caller, &open, RollbackKind::Breach, None))
            .transpose()?;
        let rollout = looking.plan.rollout.clone().unwrap_or_else(|| open.rollout.clone());
        let (samples, prev) = on.samples(&open).await?;
        let rollouts = open.rollouts()?;
        for stage in rollouts.sampled().filter(|stage| stage.run == on.run) {
            open.samples_hold(stage).await?;
        }
        let surroundings = Surroundings::of(&looking.plan, &rollout, &caller.env, (caller.clock)());
        let watch = Self {
            kept: kept(&open, &on.run)?,
            since: (caller.clock)(),
            open,
            request,
            on,
            rollout,
            surroundings,
            looking,
            ways,
            samples,
            prev,
            last: None,
            report: None,
            unstored: Vec::new(),
            lost: None,
        };
        watch.alone(caller)?;
        Ok(watch)
    }

    /// Sample by sample, until it is over.
    pub(crate) async fn carry_out(
        mut self,
        caller: &Caller,
        dialogue: &dyn Dialogue,
        mut stop: Stop,
        mut observer: impl FnMut(&Tick<'_>),
    ) -> Result<Seen, ActError> {
        if let (number @ 1.., Until::Over | Until::Earned | Until::Moment(_)) = (self.samples.len(), self.request.until) {
            dialogue.tell(&format!("continued at sample {}", number + 1));
        }
        let mut warned: Vec<String> = self.evidence(caller).judgement.warnings().collect();
        loop {
            let (started, now) = (Instant::now(), (caller.clock)());
            self.read_record(caller).await?;
            self.tick(caller, stop.clone()).await?;
            let evidence = self.evidence(caller);
            let mut notes = evidence.judgement.notes();
            let over = self.over()?;
            let back = evidence.judgement.called_back().map(|(trigger, number, at)| (trigger.when.clone(), number, at));
            let ends = back.is_some() || over.is_some() || self.ends(&evidence.judgement, now) || stop.borrow().is_some();
            notes.extend(self.checkpoint(caller, dialogue, &evidence, ends).await);
            for warning in evidence.judgement.warnings().filter(|warning| !warned.contains(warning)).collect::<Vec<_>>() {
                let about = (self.on.stage.name.as_str(), self.on.attempt);
                notes.extend(self.open.tell(caller, Occasion::Warning, about, warning.clone()).await);
                warned.push(warning);
            }
            notes.extend(self.lost.iter().map(|lost| format!("the last look is not on record and counts for nothing: {lost}")));
            observer(&Tick { evidence: &evidence, notes });
            if let (Some((why, number, fired)), Some(ways), None) = (&back, &self.ways, &over) {
                let request = BackRequest { why: why.clone(), fired: (*fired, Some(*number)) };
                let went = go_back(caller, dialogue, &mut self.open, ways, &request).await?;
                self.surroundings.reach.close().await;
                return Ok(Seen { evidence, went_back: Some(went), over: None, lost: self.lost });
            }
            if ends {
                self.surroundings.reach.close().await;
                return Ok(Seen { evidence, went_back: None, over, lost: self.lost });
            }
            let next = self.rollout.interval.get().saturating_sub(started.elapsed());
            tokio::select! {
                () = tokio::time::sleep(next) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Whether there is nothing more to wait for.
    fn ends(&self, judgement: &Judgement, now: Timestamp) -> bool {
        match self.request.until {
            Until::Once => true,
            // Nothing comes after a recovery.
            Until::Over if !self.on.stage.is_recovery() => false,
            Until::Earned | Until::Over => matches!(judgement.standing, Standing::Earned | Standing::Breached),
            Until::Moment(end) => now >= end || judgement.standing == Standing::Breached,
        }
    }

    /// That nobody else watches it.
    fn alone(&self, caller: &Caller) -> Result<(), ActError> {
        let Some((last, by)) = self.samples.last().and_then(|last| Some((last, last.by.as_ref()?))) else { return Ok(()) };
        let here = caller.host.as_deref() == Some(&*by.host);
        let gone = here && !crate::net::command::is_running(by.pid);
        let over = Period::from(self.rollout.interval.get() * LEASE).after(last.at) < (caller.clock)();
        if gone || over || here && by.pid == caller.pid {
            return Ok(());
        }
        let (name, since) = (&self.on.stage.name, utc(by.since));
        Err(ActError::Usage(format!(
            "`{name}` is watched by process {} on {} since {since}: two would count everything twice",
            by.pid, by.host
        )))
    }

    /// Who looks; one look leaves nobody who goes on looking.
    fn by(&self, caller: &Caller) -> Option<Watcher> {
        let host = caller.host.clone().unwrap_or_default();
        (self.request.until != Until::Once).then_some(Watcher { host, pid: caller.pid, since: self.since })
    }
}

/// The stage that is to be watched, or the one that began last.
pub(super) fn named<'r>(
    open: &OpenRollout,
    rollouts: &'r Rollouts<'_>,
    name: Option<&str>,
) -> Result<Option<&'r StageOnRecord<'r>>, ActError> {
    match name {
        Some(name) => open.stage(name).map(|_| rollouts.newest(&open.asked(), name)),
        None => Ok(open.current(rollouts)),
    }
}

/// What is watched of it: itself, or after a way back what the old version shows.
fn watched(open: &OpenRollout, name: Option<&str>) -> Result<StageRun, ActError> {
    let closed = |exit, why| Err(ActError::Closed { exit, why });
    let rollouts = open.rollouts()?;
    let Some(on_record) = named(open, &rollouts, name)? else {
        let name = name.unwrap_or(&open.rollout.stages[0].name);
        return closed(Exit::Hold, format!("the stage `{name}` was not begun with this release: `gonogo rollout begin {name}`"));
    };
    let name = &on_record.step.stage;
    if let Some(void) = open.void(&rollouts, on_record) {
        return closed(Exit::Hold, void);
    }
    if let Some(back) = rollouts.went_back(on_record) {
        if let Some(recovery) = recovery::unsettled(back)
            && let Some(run) = StageRun::of(open, recovery)?
        {
            return Ok(run);
        }
        let came = |said: &str| if said == RecordedEvidence::EARNED { ", recovered" } else { ", not recovered" };
        let settled = back.recovery.as_ref().and_then(|recovery| recovery.newest_evidence()).map_or("", |(_, said)| came(&said.standing));
        let end = back.end.map_or_else(
            || format!("has no end on record: `{}` finishes it", back.finished_by()),
            |(_, end)| format!("ended: {}{settled}", end.outcome),
        );
        return closed(Exit::Red, format!("`{name}` was rolled back; the way back {end}"));
    }
    StageRun::of(open, on_record)?.ok_or_else(|| ActError::Closed {
        exit: Exit::Hold,
        why: format!("`{name}` is about to begin, or whatever began it was ended: `gonogo rollout begin {name}` begins it again"),
    })
}

/// The newest evidence on record.
fn kept(open: &OpenRollout, run: &Digest) -> Result<Option<(Timestamp, String)>, ActError> {
    let rollouts = open.rollouts()?;
    let stage = rollouts.sampled().find(|stage| stage.run == *run);
    Ok(stage.and_then(StageOnRecord::newest_evidence).map(|(entry, evidence)| (entry.own, evidence.standing.clone())))
}
