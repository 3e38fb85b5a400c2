//! How much of a stage's time was seen.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Sample, Shape, State, Terms, Whose};
use crate::model::Period;

/// Silence in which so many requests would have come at the usual rate is none by chance: one in a thousand.
const NO_CHANCE: f64 = 7.0;

/// How much of a stage's time was seen, and how.
#[derive(Debug, Clone, Default)]
pub struct Cover {
    /// Of each sample the time since the one before, at most two intervals; nothing after a gap.
    pub stretches: Vec<Duration>,
    /// What came of each sample, for what the stage is judged by.
    pub states: Vec<State>,
    /// Whether the time of each sample counts.
    pub counts: Vec<bool>,
    /// The time of those that count.
    pub seen: Duration,
    /// Times that nobody saw or that do not count.
    pub gaps: Vec<Gap>,
}

/// A time that does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// From the last sample that counts.
    pub from: Timestamp,
    /// To the next.
    pub to: Timestamp,
    /// Why.
    pub why: String,
}

impl Cover {
    /// That of samples in a stage that began at `begun`; `standing_still` says in which of them the soak stands still.
    pub fn of(terms: &Terms, begun: Timestamp, samples: &[Sample], standing_still: &[bool]) -> Self {
        let wanted: Vec<_> = terms.wanted().map(|(measure, whose)| (measure, whose, terms.shape(measure))).collect();
        let mut cover = Self {
            stretches: stretches(terms, begun, samples),
            states: samples.iter().map(|sample| state(&wanted, sample)).collect(),
            ..Self::default()
        };
        cover.counts = cover.states.iter().map(|state| *state == State::Ok).collect();
        cover.allow_silence(terms, samples);
        let mut last = begun;
        for (at, sample) in samples.iter().enumerate() {
            let still = standing_still.get(at).copied().unwrap_or(false);
            cover.counts[at] &= !still && !cover.stretches[at].is_zero();
            if cover.counts[at] {
                cover.seen += cover.stretches[at];
            } else {
                let why = match (still, cover.states[at]) {
                    (true, _) => "the soak stood still".to_owned(),
                    (false, State::Ok) => "nobody looked".to_owned(),
                    (false, state) => trouble(terms, sample, state).unwrap_or_else(|| state.to_string()),
                };
                cover.gap(last, sample.until, why);
            }
            last = sample.until;
        }
        cover
    }

    /// With how many samples the soak was over.
    pub(super) fn soaked(&self, terms: &Terms) -> Option<usize> {
        let mut seen = Duration::ZERO;
        let counted = self.stretches.iter().zip(&self.counts).position(|(stretch, counts)| {
            seen += if *counts { *stretch } else { Duration::ZERO };
            seen.as_secs() >= terms.soak.get().as_secs()
        });
        counted.map(|at| at + 1)
    }

    /// Goes on with the last gap where that is the same.
    fn gap(&mut self, from: Timestamp, to: Timestamp, why: String) {
        match self.gaps.last_mut().filter(|gap| gap.to == from && gap.why == why) {
            Some(gap) => gap.to = to,
            None => self.gaps.push(Gap { from, to, why }),
        }
    }

    /// Where requests are rare there is none in many intervals. Such a silence counts once it is over, unless so many were missing
    /// that it was none by chance.
    fn allow_silence(&mut self, terms: &Terms, samples: &[Sample]) {
        let mut at = 0;
        while at < samples.len() {
            let end = at + self.states[at..].iter().take_while(|state| **state == State::NoTraffic).count();
            let between = at > 0 && self.counts[at - 1] && self.states.get(end) == Some(&State::Ok);
            if end > at && between {
                let silent: f64 = self.stretches[at..end].iter().map(Duration::as_secs_f64).sum();
                // What comes later says nothing of it any more: what counted once goes on counting.
                let time: f64 = self.stretches[..=end].iter().map(Duration::as_secs_f64).sum();
                let rate = |(measure, whose)| total(terms, samples[..=end].iter(), measure, whose) / time.max(1.0);
                let missed = terms.wanted().map(|wanted| rate(wanted) * silent);
                let chance = missed.fold(0.0, f64::max) < NO_CHANCE;
                self.counts[at..end].fill(chance);
            }
            at = end.max(at + 1);
        }
    }
}

/// All requests of a measure.
pub(super) fn total<'s>(terms: &Terms, samples: impl Iterator<Item = &'s Sample>, measure: &str, whose: Whose) -> f64 {
    let shape = terms.shape(measure);
    samples.filter_map(|sample| shape.traffic(sample.values(measure, whose)?)).sum()
}

/// Of each sample the time since the one before: by a clock that nobody sets, else by the server's. Longer than two intervals it
/// is one that nobody saw, and so is one in which our own clock jumped.
fn stretches(terms: &Terms, begun: Timestamp, samples: &[Sample]) -> Vec<Duration> {
    let most = terms.interval.get() * 2;
    let mut last: Option<&Sample> = None;
    // What went by and is in no sample yet: data is of a scrape's time, and not of ours.
    let mut left = Duration::ZERO;
    let mut newest = begun;
    let mut stretches = Vec::with_capacity(samples.len());
    for sample in samples {
        let by_server = Period::between(newest, sample.until).get();
        newest = newest.max(sample.until);
        let since = sample.since.map(Duration::from_millis);
        let jumped = last.zip(since).is_some_and(|(last, since)| {
            let by_ours = sample.at.duration_since(last.at);
            by_ours.checked_sub(Period::from(since).signed()).is_none_or(|off| off.abs() > Period::from(most).signed())
        });
        let stretch = since.map_or(by_server, |since| by_server.min(left + since));
        let seen = if jumped || stretch > most { Duration::ZERO } else { stretch };
        left = since.filter(|_| !seen.is_zero()).map_or(Duration::ZERO, |since| (left + since - seen).min(terms.interval.get()));
        stretches.push(seen);
        last = Some(sample);
    }
    stretches
}

/// What came of a sample for what the stage is judged by.
fn state(wanted: &[(&str, Whose, Shape)], sample: &Sample) -> State {
    let one = |&(measure, whose, shape): &(&str, Whose, Shape)| match (sample.trouble(measure, whose), sample.values(measure, whose)) {
        (Some(trouble), _) => trouble.state,
        (None, None) => State::NoData,
        (None, Some(values)) if !shape.holds(values) => State::Error,
        (None, Some(values)) if shape.traffic(values) == Some(0.0) => State::NoTraffic,
        (None, Some(_)) => State::Ok,
    };
    wanted.iter().map(one).max().unwrap_or_default()
}

/// Why a sample does not count, whose measures come to the worst of these states.
pub(super) fn trouble(terms: &Terms, sample: &Sample, worst: State) -> Option<String> {
    let found = terms.wanted().find_map(|(measure, whose)| {
        let trouble = sample.trouble(measure, whose)?;
        (trouble.state == worst).then(|| trouble.why.clone())
    });
    match worst {
        State::NoTraffic => Some(format!("no {}", terms.unit)),
        _ => found,
    }
}
