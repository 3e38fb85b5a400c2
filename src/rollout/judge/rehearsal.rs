//! What a stage would have come to in a time that is over: when each trigger would have fired, and how long its soak would have taken.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::{
    super::{Cover, Fixed, Level, Sample, Standing, Terms},
    judge,
    numbers::Reading,
    triggers::watch,
};
use crate::model::Period;

/// Stages that are begun in thought, spread over the time.
const STARTS: usize = 24;

/// What a stage would have come to in a time that is over.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rehearsal {
    /// How many samples that time has.
    pub samples: usize,
    /// Each trigger, with the times in which it would have fired.
    pub triggers: Vec<Firings>,
    /// Each stage begun in thought.
    pub soaks: Vec<Soak>,
}

/// When a trigger would have fired.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Firings {
    /// The trigger, in words.
    pub when: String,
    /// What would have followed.
    pub level: Level,
    /// From when to when, each time.
    pub times: Vec<(Timestamp, Timestamp)>,
}

/// A stage begun in thought.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Soak {
    /// When.
    pub begun: Timestamp,
    /// What it would have come to by the end of that time, or when it was earned or breached.
    pub standing: Standing,
    /// Seconds until then.
    pub took: u64,
    /// Why it was not earned.
    pub why: Option<String>,
}

/// Rehearses the stage on these samples, of which each follows the one before. What compares two versions at the same time says
/// nothing of one.
pub fn rehearse(terms: &Terms, fixed: &Fixed, begun: Timestamp, samples: &[Sample]) -> Rehearsal {
    let (reading, cover) = (Reading { terms, fixed }, Cover::of(terms, begun, samples, &[]));
    // Evidence is of one stage: over all this time it would be that of many.
    let by_window = terms.triggers.iter().filter(|trigger| trigger.evidence.is_none());
    let triggers = by_window.map(|trigger| Firings {
        when: trigger.said(),
        level: trigger.level,
        times: times(&watch(reading, trigger, samples, &cover).open, samples),
    });
    let last = samples.last().map_or(begun, |last| last.until);
    let spread = Period::between(begun, last).get().saturating_sub(terms.soak.get());
    let every = spread / u32::try_from(STARTS).unwrap_or(u32::MAX);
    let starts = (0..STARTS).map(|n| Period::from(every * u32::try_from(n).unwrap_or(0)).after(begun));
    let starts = starts.take_while(|start| terms.soak.after(*start) <= last);
    let soaks = starts.map(|start| soak(terms, fixed, start, samples)).collect();
    Rehearsal { samples: samples.len(), triggers: triggers.collect(), soaks }
}

/// The stretches in which it is open.
fn times(open: &[bool], samples: &[Sample]) -> Vec<(Timestamp, Timestamp)> {
    let mut times: Vec<(Timestamp, Timestamp)> = Vec::new();
    let mut before = false;
    for (open, sample) in open.iter().zip(samples) {
        match times.last_mut().filter(|_| before && *open) {
            Some(last) => last.1 = sample.until,
            None if *open => times.push((sample.until, sample.until)),
            None => {}
        }
        before = *open;
    }
    times
}

/// A stage begun at `begun`: the shortest time in which it is over.
fn soak(terms: &Terms, fixed: &Fixed, begun: Timestamp, samples: &[Sample]) -> Soak {
    let theirs = &samples[samples.partition_point(|sample| sample.until <= begun)..];
    let judged = |count: usize| {
        let now = theirs[..count].last().map_or(begun, |last| last.until);
        judge(terms, fixed, begun, &theirs[..count], now)
    };
    let soonest = theirs.partition_point(|sample| Period::between(begun, sample.until) < terms.soak).min(theirs.len());
    let over = |count: usize| matches!(judged(count).standing, Standing::Earned | Standing::Breached);
    // Twice as much each time, then halved: nobody has to judge after each sample.
    let (mut few, mut enough) = (soonest.saturating_sub(1), (soonest + 1).min(theirs.len()));
    while enough < theirs.len() && !over(enough) {
        (few, enough) = (enough, (enough * 2).min(theirs.len()));
    }
    while few + 1 < enough {
        let middle = few.midpoint(enough);
        *(if over(middle) { &mut enough } else { &mut few }) = middle;
    }
    let judgement = judged(enough);
    let end = theirs[..enough].last().map_or(begun, |last| last.until);
    let took: Duration = Period::between(begun, end).get();
    Soak { begun, standing: judgement.standing, took: took.as_secs(), why: judgement.reasons.into_iter().next() }
}
