//! When a trigger fires.

use std::time::Duration;

use jiff::Timestamp;

use super::numbers::{Line, Reading};
use crate::{
    model::{Outcome, is_named},
    rollout::{
        Cover, Limit, Sample, Trigger, Whose,
        judgement::JudgedTrigger,
        statistics::{Counts, Evidence},
    },
};

/// Of a trigger on which samples it fires.
pub(super) struct Watched {
    pub(super) open: Vec<bool>,
    /// The evidence so far, and how much of it fires.
    evidence: Option<(f64, f64)>,
}

/// Looks where the trigger fires.
pub(super) fn watch(reading: Reading<'_>, trigger: &Trigger, samples: &[Sample], cover: &Cover) -> Watched {
    match (&trigger.measure, trigger.evidence) {
        (Some(measure), Some(evidence)) => by_evidence(reading, trigger, measure, evidence, samples),
        (Some(measure), None) => by_window(reading, trigger, measure, samples, cover),
        (None, _) => by_check(trigger, samples),
    }
}

impl Watched {
    pub(super) fn judged(&self, trigger: &Trigger, samples: &[Sample]) -> JudgedTrigger {
        let first = self.open.iter().position(|open| *open);
        let fired: Option<(u64, Timestamp)> = first.map(|at| (samples[at].number, samples[at].at));
        let (open, level) = (self.open.last().copied().unwrap_or(false), trigger.level);
        JudgedTrigger { when: trigger.said(), level, open, fired, evidence: self.evidence }
    }
}

/// A check that fails so often in a row.
fn by_check(trigger: &Trigger, samples: &[Sample]) -> Watched {
    let mut row = 0;
    let open = samples.iter().map(|sample| {
        // One of a list that fails is enough; all of it must pass.
        let meant = |id: &str| trigger.check.as_ref().is_some_and(|check| is_named(id, check));
        let outcomes = sample.checks.iter().filter(|(id, _)| meant(id)).map(|(_, outcome)| *outcome);
        let worst = outcomes.min_by_key(|outcome| Outcome::ALL.iter().position(|known| known == outcome));
        match worst {
            Some(Outcome::Fail) => row += 1,
            Some(Outcome::Pass) => row = 0,
            // Nobody could look, or somebody is still asked: that is no success, and no failure either.
            _ => {}
        }
        row >= trigger.failures.unwrap_or(1)
    });
    Watched { open: open.collect(), evidence: None }
}

/// A measure beyond its limit in every sample of a window.
fn by_window(reading: Reading<'_>, trigger: &Trigger, measure: &str, samples: &[Sample], cover: &Cover) -> Watched {
    let Some(limit) = trigger.limit() else { return Watched { open: vec![false; samples.len()], evidence: None } };
    let line = reading.line(measure, limit);
    let (window, fewest) = (trigger.r#for.map_or(Duration::ZERO, |window| window.get()), trigger.fewest(line.shape) as f64);
    let (mut lasted, mut requests) = (Duration::ZERO, 0.0);
    let open = samples.iter().zip(&cover.stretches).map(|(sample, stretch)| {
        match beyond(reading, trigger, line, sample, *stretch) {
            Some(more) if !stretch.is_zero() => (lasted, requests) = (lasted + *stretch, requests + more),
            _ => (lasted, requests) = (Duration::ZERO, 0.0),
        }
        !lasted.is_zero() && lasted >= window && requests >= fewest
    });
    Watched { open: open.collect(), evidence: None }
}

/// How many requests a sample is of that is beyond the limit; `None` where it is not, or is not known to be.
fn beyond(reading: Reading<'_>, trigger: &Trigger, line: Line<'_>, sample: &Sample, stretch: Duration) -> Option<f64> {
    let whose = reading.terms.whose;
    if sample.trouble(line.measure, whose).is_some() {
        return None;
    }
    let (values, seconds) = (sample.values(line.measure, whose)?, stretch.as_secs_f64());
    let baseline = line.limit.factor().and_then(|_| reading.baseline(line.measure, &[sample]));
    let bound = reading.bound(line, baseline.as_deref(), seconds)?;
    let value = reading.value(line, values, seconds)?;
    let over = if trigger.below.is_some() { value < bound } else { value > bound };
    over.then(|| line.shape.traffic(values).unwrap_or(0.0))
}

/// What has come together against the new version.
fn by_evidence(reading: Reading<'_>, trigger: &Trigger, measure: &str, wanted: f64, samples: &[Sample]) -> Watched {
    let wanted = wanted * reading.terms.by_evidence() as f64;
    let mut evidence = Evidence::default();
    let open = samples.iter().map(|sample| {
        if let Some((own, other)) = counts(reading, trigger, measure, sample) {
            match other {
                Against::Limit(limit) => evidence.above(own, limit),
                Against::Old(old) => evidence.worse_than(own, old),
            }
        }
        evidence.highest() >= wanted
    });
    let open = open.collect();
    Watched { open, evidence: Some((evidence.highest(), wanted)) }
}

enum Against {
    Limit(f64),
    Old(Counts),
}

/// What a sample adds.
fn counts(reading: Reading<'_>, trigger: &Trigger, measure: &str, sample: &Sample) -> Option<(Counts, Against)> {
    let whose = reading.terms.whose;
    if sample.trouble(measure, whose).is_some() {
        return None;
    }
    let values = sample.values(measure, whose)?;
    // Beside the old version the boundary of a quantile is the bucket of the baseline's own.
    let beside = Limit::OfBaseline(1.0);
    let line = reading.line(measure, trigger.limit().unwrap_or(&beside));
    let own = reading.counts(line, values)?;
    match (trigger.limit(), reading.share(line)) {
        (Some(_), share) => Some((own, Against::Limit(share?))),
        (None, _) if reading.terms.live.iter().any(|live| live == measure) => {
            if sample.trouble(measure, Whose::Old).is_some() {
                return None;
            }
            Some((own, Against::Old(reading.counts(line, sample.values(measure, Whose::Old)?)?)))
        }
        // What was laid down has had its time: its share is the limit.
        (None, _) => {
            let fixed = reading.counts(line, &reading.baseline(measure, &[])?)?;
            let upper = fixed.share(reading.terms.confidence).upper;
            (fixed.total > 0 && upper < 1.0).then_some((own, Against::Limit(upper)))
        }
    }
}
