//! Which check may start next: guards first, then whatever has what it needs, within the limits; what strains its target last,
//! and alone.

use std::collections::{HashMap, VecDeque};

use super::{
    Choice, Limits, Selection,
    width::{Ended, Width},
};
use crate::{
    check::Manner,
    model::{Finding, Outcome, ProcessEnv},
    plan::{Plan, Standing},
};

/// The state of a run's checks, by index into the plan's items.
pub(super) struct Schedule {
    limits: Limits,
    targets: Vec<Vec<String>>,
    /// The main target of each check that has one, among the `widths`.
    main: Vec<Option<usize>>,
    widths: Vec<Width>,
    needs: Vec<Vec<usize>>,
    needed_by: Vec<Vec<usize>>,
    missing: Vec<usize>,
    outcomes: Vec<Option<Settled>>,
    ready: VecDeque<usize>,
    /// Those that strain their targets, and whether one of them runs: nothing else does then.
    strains: Vec<bool>,
    last: VecDeque<usize>,
    alone: bool,
    running: usize,
}

/// How a check ended, as far as those that need it care.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    Fine,
    Pending,
    NotFine,
}

/// What to do next.
pub(super) enum Next {
    Start(usize),
    /// The first one cannot be tried, because of how the second ended.
    Block(usize, usize, Settled),
    /// Wait for a running check, or nothing is left.
    Wait,
}

impl Schedule {
    pub(super) fn new(plan: &Plan, selection: &Selection, limits: Limits, env: &ProcessEnv) -> Self {
        let index: HashMap<&str, usize> = plan.items.iter().enumerate().map(|(i, item)| (item.id.as_str(), i)).collect();
        let count = plan.items.len();
        let targets: Vec<_> =
            plan.items.iter().zip(&selection.choices).map(|(item, choice)| targets(&item.standing, choice, env)).collect();
        let (main, widths) = widths(&targets, plan.per_target.unwrap_or(limits.per_target).min(limits.per_target));
        let mut schedule = Self {
            limits,
            targets,
            main,
            widths,
            needs: vec![Vec::new(); count],
            needed_by: vec![Vec::new(); count],
            missing: vec![0; count],
            outcomes: vec![None; count],
            ready: VecDeque::new(),
            strains: plan.items.iter().map(|item| strains(&item.standing)).collect(),
            last: VecDeque::new(),
            alone: false,
            running: 0,
        };
        let guards: Vec<usize> = (0..count).filter(|i| plan.items[*i].guard).collect();
        for (i, item) in plan.items.iter().enumerate().filter(|(i, _)| selection.choices[*i] == Choice::Try) {
            let mut needs: Vec<usize> = item.needs.iter().filter_map(|id| index.get(id.as_str()).copied()).collect();
            if !item.guard {
                // Every guard is needed by everything else, so that nothing else is touched before it has passed.
                needs.splice(0..0, guards.iter().copied());
            }
            schedule.missing[i] = needs.len();
            needs.iter().for_each(|need| schedule.needed_by[*need].push(i));
            if needs.is_empty() {
                schedule.line_up(i);
            }
            schedule.needs[i] = needs;
        }
        schedule
    }

    /// Everything that the check at `index` reaches, its main target first.
    pub(super) fn targets(&self, index: usize) -> &[String] {
        &self.targets[index]
    }

    /// Adds where the look of the check at `index` was led.
    pub(super) fn led(&mut self, index: usize, targets: Vec<String>) {
        let all = &mut self.targets[index];
        targets.into_iter().for_each(|target| add(all, target));
    }

    /// The next thing to do. A started check holds its slot until [`settle`](Self::settle).
    pub(super) fn next(&mut self) -> Next {
        while let Some(i) = self.first() {
            if let Some((need, settled)) = self.unmet(i) {
                return Next::Block(i, need, settled);
            }
            if self.running >= self.limits.jobs {
                self.ready.push_front(i);
                return Next::Wait;
            }
            if self.main[i].is_some_and(|target| !self.widths[target].take(i)) {
                continue;
            }
            self.running += 1;
            self.alone = self.strains[i];
            return Next::Start(i);
        }
        Next::Wait
    }

    /// Takes the next check of those that are ready; one that strains its target only once nothing else is left to do.
    fn first(&mut self) -> Option<usize> {
        if self.alone {
            return None;
        }
        let first = self.ready.pop_front();
        if first.is_none() && self.running == 0 { self.last.pop_front() } else { first }
    }

    fn line_up(&mut self, index: usize) {
        let line = if self.strains[index] { &mut self.last } else { &mut self.ready };
        line.push_back(index);
    }

    /// Gives back the slot of a check that was started.
    pub(super) fn release(&mut self, index: usize, ended: Ended) {
        self.running -= 1;
        self.alone = false;
        if let Some(target) = self.main[index] {
            self.widths[target].release(ended).for_each(|waiting| self.ready.push_front(waiting));
        }
    }

    /// Records how a check ended and readies those that waited for it.
    pub(super) fn settle(&mut self, index: usize, finding: &Finding) {
        self.outcomes[index] = Some(match finding.outcome {
            Outcome::Pass => Settled::Fine,
            Outcome::Fail if finding.is_waived() => Settled::Fine,
            Outcome::Pending => Settled::Pending,
            Outcome::Fail | Outcome::Unknown | Outcome::Skipped => Settled::NotFine,
        });
        for i in std::mem::take(&mut self.needed_by[index]) {
            self.missing[i] -= 1;
            if self.missing[i] == 0 {
                self.line_up(i);
            }
        }
    }

    pub(super) fn is_running(&self) -> bool {
        self.running > 0
    }

    /// A need of the check that is neither a pass nor an accepted exception; one that waits for an answer only if there is no other.
    fn unmet(&self, index: usize) -> Option<(usize, Settled)> {
        let ended = |settled| self.needs[index].iter().find(|need| self.outcomes[**need] == Some(settled)).map(|need| (*need, settled));
        ended(Settled::NotFine).or_else(|| ended(Settled::Pending))
    }
}

/// A width for each main target, and which of them is each check's.
fn widths(targets: &[Vec<String>], most: usize) -> (Vec<Option<usize>>, Vec<Width>) {
    let mut known: HashMap<&str, usize> = HashMap::new();
    let main = targets.iter().map(|all| {
        let next = known.len();
        all.first().map(|target| *known.entry(target).or_insert(next))
    });
    let main = main.collect();
    (main, known.iter().map(|_| Width::new(most)).collect())
}

fn strains(standing: &Standing) -> bool {
    matches!(standing, Standing::Ready(check) if check.manner() == Manner::Strains)
}

fn targets(standing: &Standing, choice: &Choice, env: &ProcessEnv) -> Vec<String> {
    let mut all = Vec::new();
    if let (Standing::Ready(check), Choice::Try | Choice::Unknown(_)) = (standing, choice) {
        check.touches(env).into_iter().for_each(|touch| add(&mut all, touch.target));
    }
    all
}

fn add(all: &mut Vec<String>, target: String) {
    if !all.contains(&target) {
        all.push(target);
    }
}
