//! Judges a stage by its samples.

mod course;
mod demands;
mod looks;
mod numbers;
mod rehearsal;
mod triggers;

pub use self::{
    course::courses,
    rehearsal::{Firings, Rehearsal, Soak, rehearse},
};
use jiff::Timestamp;

use self::{demands::Demands, numbers::Reading, triggers::watch};
use super::{
    Cover, Fixed, Level, Sample, Terms,
    cover::{total, trouble},
    judgement::{Judgement, Standing},
    sample::State,
};
use crate::model::{Period, Verdict, counted};

/// Counters that begin anew so often in a stage are told.
const MANY_RESETS: u32 = 3;

/// What the stage that began at `begun` has come to by `now`.
pub fn judge(terms: &Terms, fixed: &Fixed, begun: Timestamp, samples: &[Sample], now: Timestamp) -> Judgement {
    let reading = Reading { terms, fixed };
    // What is seen does not depend on the triggers, only what counts does.
    let unheld = Cover::of(terms, begun, samples, &[]);
    let watched: Vec<_> = terms.triggers.iter().map(|trigger| watch(reading, trigger, samples, &unheld)).collect();
    let still: Vec<bool> = (0..samples.len())
        .map(|at| watched.iter().zip(&terms.triggers).any(|(watched, trigger)| trigger.level == Level::Hold && watched.open[at]))
        .collect();
    let cover = if still.contains(&true) { Cover::of(terms, begun, samples, &still) } else { unheld };
    let good: Vec<&Sample> =
        samples.iter().zip(&cover.states).filter(|(_, state)| **state <= State::NoTraffic).map(|(sample, _)| sample).collect();
    let soaked = cover.soaked(terms).map(|end| cover.states[..end].iter().filter(|state| **state <= State::NoTraffic).count());
    let demands = Demands { reading, samples: &good, cover: &cover, soaked }.judged();
    let triggers = terms.triggers.iter().zip(&watched).map(|(trigger, watched)| watched.judged(trigger, samples)).collect();
    // What came after the last sample nobody can have seen yet, unless that is long ago.
    let last = samples.last().map_or(begun, |last| last.until);
    let young = Period::between(last, now).get() <= terms.interval.get() * 2 + terms.lag.get();
    let since = Period::between(begun, if young { last } else { now }).get();
    let mut judgement = Judgement {
        standing: Standing::Held,
        reasons: Vec::new(),
        samples: samples.len() as u64,
        last: samples.last().map(|last| last.until),
        covered: cover.seen.as_secs(),
        soak: terms.soak.get().as_secs(),
        coverage: if since.is_zero() { 0.0 } else { (cover.seen.as_secs_f64() / since.as_secs_f64()).min(1.0) },
        demands,
        triggers,
        resets: samples.iter().map(|sample| sample.resets).sum(),
        gaps: cover.gaps,
    };
    (judgement.standing, judgement.reasons) = standing(terms, &judgement, samples, &cover.states);
    let open = matches!(judgement.standing, Standing::Earned | Standing::Held);
    judgement.held_by(too_few(terms, &good).filter(|_| open))
}

/// What it all comes to, and why.
fn standing(terms: &Terms, judgement: &Judgement, samples: &[Sample], states: &[State]) -> (Standing, Vec<String>) {
    let back = judgement.triggers.iter().filter(|trigger| trigger.level == Level::Rollback);
    let fired: Vec<String> = back.filter_map(|trigger| Some(format!("{} fired at sample {}", trigger.when, trigger.fired?.0))).collect();
    let soaked = judgement.covered >= judgement.soak;
    let demands = |met: Option<bool>| judgement.demands.iter().filter(move |demand| demand.met == met);
    let missed: Vec<String> =
        demands(Some(false)).map(|demand| format!("{} {}, wanted {}", demand.measure, demand.got, demand.wanted)).collect();
    // Whoever answers beside the two: what was seen is no longer seen of this release.
    let foreign = samples.iter().zip(states).rfind(|(_, state)| **state == State::ForeignRelease);
    let foreign = foreign.and_then(|(sample, state)| trouble(terms, sample, *state));
    if !fired.is_empty() || foreign.is_some() || soaked && !missed.is_empty() {
        return (Standing::Breached, fired.into_iter().chain(foreign).chain(missed.into_iter().filter(|_| soaked)).collect());
    }
    if let Some(trouble) = samples.last().filter(|_| states.iter().all(|state| *state == State::Error)) {
        let why = terms.wanted().find_map(|(measure, whose)| trouble.trouble(measure, whose)).map(|trouble| trouble.why.clone());
        return (Standing::Unseen, why.into_iter().collect());
    }
    let mut reasons = held(terms, judgement, samples);
    let wanting = demands(None).chain(demands(Some(false)));
    reasons.extend(wanting.map(|demand| format!("{}: {}", demand.measure, demand.missing.as_deref().unwrap_or(&demand.got))));
    if let Some(state) = states.last().filter(|state| **state > State::NoTraffic) {
        reasons.insert(0, format!("the last sample is {state}: {}", judgement.gaps.last().map_or("", |gap| gap.why.as_str())));
    }
    (if reasons.is_empty() { Standing::Earned } else { Standing::Held }, reasons)
}

/// What besides the demands keeps the stage.
fn held(terms: &Terms, judgement: &Judgement, samples: &[Sample]) -> Vec<String> {
    let mut reasons = Vec::new();
    let open = judgement.triggers.iter().filter(|trigger| trigger.level == Level::Hold && trigger.open);
    reasons.extend(open.map(|trigger| format!("{} holds the soak", trigger.when)));
    if judgement.covered < judgement.soak {
        let (covered, soak) = (Period::seconds(judgement.covered), Period::seconds(judgement.soak));
        reasons.push(format!("{covered} of {soak} have gone well, {} to go", judgement.remaining()));
    }
    if judgement.coverage < terms.coverage {
        let (seen, wanted) = ((judgement.coverage * 100.0).floor(), terms.coverage * 100.0);
        reasons.push(format!("{seen} % of the time since it began went well and was seen, {wanted} % is wanted"));
    }
    match samples.last().and_then(|last| last.verdict) {
        Some(Verdict::Go) => {}
        Some(Verdict::Hold) => reasons.push("a check of the stage waits for an answer".into()),
        Some(Verdict::NoGo) => reasons.push("a check of the stage does not pass".into()),
        None if samples.is_empty() => reasons.push("nobody has looked yet".into()),
        None => reasons.push("the checks of the stage were not looked at".into()),
    }
    reasons
}

/// Where no demand counts requests, and so none says that they are too few: what is watched beside them does.
fn too_few(terms: &Terms, good: &[&Sample]) -> Option<String> {
    if terms.min_samples == 0 || terms.demands.iter().any(|(measure, ..)| terms.shape(measure).is_of_requests()) {
        return None;
    }
    let own = terms.wanted().filter(|(_, whose)| *whose == terms.whose);
    let most = own.map(|(measure, whose)| total(terms, good.iter().copied(), measure, whose)).fold(0.0, f64::max);
    (most < terms.min_samples as f64).then(|| format!("{most} of {} {}", terms.min_samples, terms.unit))
}

impl Judgement {
    /// What people should know although nothing is held by it.
    pub fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = self.warnings().collect();
        if self.resets >= MANY_RESETS {
            notes.push(format!("counters began anew {}: something restarts", counted(self.resets, "time")));
        }
        notes
    }
}

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod tests;
