//! One run: starts checks as the schedule allows, ends with a report whatever happens to them.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use tokio::sync::{mpsc, watch};

use super::{
    Choice, Selection, SelectionError, Settings,
    attempt::{Attempted, attempt},
    finding::{Row, masked},
    fold::Fold,
    schedule::{Next, Schedule, Settled},
    waivers::Waivers,
    width::Ended,
};
use crate::{
    check::{Memo, Shared, Unseen},
    model::{Event, Finding, Masker, Outcome, Release, Report},
    net::Reach,
    plan::Plan,
};

/// Says why the run is to end early, once there is a reason.
pub type Stop = watch::Receiver<Option<String>>;

/// Runs `plan` and tells `observer` what happens. `masker` learns the secrets of the plan and the environment
/// before anything is touched.
///
/// # Errors
/// When the selection cannot be meant; nothing was touched then.
pub async fn verify(
    plan: Arc<Plan>,
    settings: &Settings,
    masker: Arc<Masker>,
    stop: Stop,
    observer: impl FnMut(&Event),
) -> Result<Report, SelectionError> {
    let selection = Selection::of(&plan, settings)?;
    masker.learn(&plan.secrets, &settings.env);
    let run = Run {
        schedule: Schedule::new(&plan, &selection, settings.limits, &settings.env),
        fold: Fold::new(&plan, settings, &selection, masker.known()),
        open: (0..plan.items.len()).collect(),
        shared: Arc::new(Shared {
            at: settings.at,
            phase: settings.phase,
            stage: settings.stage.clone(),
            release: settings.release.clone(),
            seed: settings.seed.clone().unwrap_or_else(|| seed(&plan.project, &settings.release)),
            root: plan.root.clone(),
            env: settings.env.clone(),
            reach: Arc::new(Reach::new(settings.env.clone(), plan.pins.clone(), settings.at)),
            masker,
            keep: settings.keep.clone(),
            memo: Memo::default(),
            answers: settings.answers.clone(),
            drills: settings.drills.clone(),
            roles: roles(settings),
        }),
        waivers: Waivers::new(&plan, settings),
        plan,
        settings,
        observer,
    };
    Ok(run.carry_out(selection, stop).await)
}

struct Run<'a, O> {
    plan: Arc<Plan>,
    settings: &'a Settings,
    shared: Arc<Shared>,
    schedule: Schedule,
    waivers: Waivers,
    fold: Fold,
    open: HashSet<usize>,
    observer: O,
}

type Running = FuturesUnordered<BoxFuture<'static, (usize, Attempted)>>;

impl<O: FnMut(&Event)> Run<'_, O> {
    async fn carry_out(mut self, selection: Selection, mut stop: Stop) -> Report {
        self.tell(Event::Started { at: (self.settings.clock)(), total: self.plan.items.len(), selected: selection.tried() });
        self.leave_out(&selection);
        let (retries, mut retried) = mpsc::unbounded_channel();
        let mut running = Running::new();
        let deadline = tokio::time::sleep(self.settings.limits.deadline.get());
        tokio::pin!(deadline);
        loop {
            self.start(&mut running, &retries);
            if running.is_empty() && !self.schedule.is_running() {
                break;
            }
            let why = tokio::select! {
                Some((index, attempted)) = running.next() => {
                    self.schedule.release(index, self.ended(index, &attempted));
                    self.tried(index, attempted);
                    continue;
                }
                Some(event) = retried.recv() => {
                    self.tell(event);
                    continue;
                }
                why = stopped(&mut stop) => why,
                () = &mut deadline => format!("its deadline of {} passed", self.settings.limits.deadline),
            };
            drop(running);
            self.cut_short(&why);
            break;
        }
        self.shared.reach.close().await;
        self.tell(Event::Ended { at: (self.settings.clock)() });
        // A secret that one check found may stand in what an earlier one quoted.
        let Shared { masker, reach, root, .. } = &*self.shared;
        let mut fold = self.fold.masked(&self.schedule, masker);
        fold.looked_through(reach.ambient(root), masker);
        fold.note(|findings| self.waivers.notes(findings, &self.plan, self.settings));
        fold.report()
    }

    /// Rows for the checks that are not tried at all.
    fn leave_out(&mut self, selection: &Selection) {
        for (index, choice) in selection.choices.iter().enumerate() {
            let (outcome, elsewhere, reason) = match choice {
                Choice::Try => continue,
                Choice::Skip(reason) => (Outcome::Skipped, false, reason),
                Choice::Leave(reason) => (Outcome::Skipped, true, reason),
                Choice::Unknown(reason) => (Outcome::Unknown, true, reason),
            };
            let finding = Finding { elsewhere, ..self.row(index).untried(outcome, reason.clone()) };
            self.finish(index, finding);
        }
    }

    /// Starts what may start now.
    fn start(&mut self, running: &mut Running, retries: &mpsc::UnboundedSender<Event>) {
        loop {
            match self.schedule.next() {
                Next::Wait => return,
                Next::Block(index, needed, settled) => self.block(index, needed, settled),
                Next::Start(index) => {
                    let id = self.plan.items[index].id.clone();
                    self.tell(Event::Began { index, id: id.clone() });
                    let (plan, shared, retries) = (self.plan.clone(), self.shared.clone(), retries.clone());
                    let retrying = move || {
                        // The receiver lives as long as the run; without it nobody listens any more.
                        let _ = retries.send(Event::Retrying { id: id.clone() });
                    };
                    running.push(async move { (index, attempt(&plan, index, &shared, retrying).await) }.boxed());
                }
            }
        }
    }

    /// What the attempts tell of the check's main target.
    fn ended(&self, index: usize, attempted: &Attempted) -> Ended {
        let told = self.schedule.targets(index).first().is_some_and(|target| self.shared.reach.strain().take(target));
        Ended { took: attempted.took, strained: told || attempted.attempts > 1 || matches!(attempted.result, Err(Unseen::Unreachable(_))) }
    }

    fn tried(&mut self, index: usize, mut attempted: Attempted) {
        self.schedule.led(index, std::mem::take(&mut attempted.led));
        let item = &self.plan.items[index];
        let finding = self.waivers.cover(self.row(index).tried(attempted), item, self.settings);
        self.finish(index, finding);
    }

    fn block(&mut self, index: usize, needed: usize, settled: Settled) {
        let needed = &self.plan.items[needed];
        let (outcome, how) = match settled {
            Settled::Fine | Settled::NotFine => (Outcome::Unknown, "did not pass"),
            // Nothing is touched before a guard has passed, so what waits for one is unknown, not pending.
            Settled::Pending if needed.guard => (Outcome::Unknown, "waits for an answer"),
            Settled::Pending => (Outcome::Pending, "waits for an answer"),
        };
        let reason = if needed.guard && !self.plan.items[index].needs.contains(&needed.id) {
            format!("not tried: the guard `{}` {how}", needed.id)
        } else {
            format!("not tried: it needs `{}`, which {how}", needed.id)
        };
        let finding = Finding { because: Some(needed.id.clone()), ..self.row(index).untried(outcome, reason) };
        self.finish(index, finding);
    }

    /// What is not finished will be unknown.
    fn cut_short(&mut self, why: &str) {
        self.tell(Event::Interrupted { why: why.to_owned() });
        let mut open: Vec<usize> = self.open.iter().copied().collect();
        open.sort_unstable();
        for index in open {
            let finding = self.row(index).untried(Outcome::Unknown, format!("not finished when the run was ended early: {why}"));
            self.finish(index, finding);
        }
    }

    fn row(&self, index: usize) -> Row<'_> {
        Row { item: &self.plan.items[index], vantage: self.settings.from.as_deref() }
    }

    fn finish(&mut self, index: usize, finding: Finding) {
        let finding = masked(finding, self.schedule.targets(index), &self.shared.masker);
        self.schedule.settle(index, &finding);
        self.open.remove(&index);
        self.tell(Event::Finished { index, finding: Box::new(finding) });
    }

    fn tell(&mut self, event: Event) {
        (self.observer)(&event);
        self.fold.add(event);
    }
}

/// Of the project and the release, so that a run that confirms another one draws the same.
fn seed(project: &str, release: &Release) -> String {
    let release = release.version.iter().chain(&release.commit).cloned();
    std::iter::once(project.to_owned()).chain(release).collect::<Vec<_>>().join(" ")
}

/// Who has which role.
fn roles(settings: &Settings) -> BTreeMap<String, Vec<String>> {
    let roles = settings.signoff.iter().flat_map(|signoff| &signoff.roles);
    roles.map(|(name, role)| (name.clone(), role.people.clone())).collect()
}

/// Waits until there is a reason to stop; forever where nobody can give one any more.
async fn stopped(stop: &mut Stop) -> String {
    match stop.wait_for(Option::is_some).await.map(|why| why.clone()) {
        Ok(Some(why)) => why,
        Ok(None) | Err(_) => std::future::pending().await,
    }
}
