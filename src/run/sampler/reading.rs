//! One sample, read from what the server remembers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    Taken, buckets,
    part::{Part, Parts, Source, other},
    past::Past,
    rise::{Span, rise},
};
use crate::{
    model::{Period, excerpt, first_of, quote, utc},
    net::prometheus::{Labels, Series},
    rollout::{Fixed, Shape, State, Trouble},
};

/// What is shown of a query.
const LONGEST: usize = 200;

/// Other releases that are named.
const MOST_NAMED: usize = 3;

/// A sample that is being read.
pub(super) struct Reading<'p> {
    past: &'p Past<'p>,
    fixed: &'p Fixed,
    span: Span,
    /// When counters fell: those of one process, which are scraped together, are one reset.
    resets: BTreeSet<Timestamp>,
}

impl<'p> Reading<'p> {
    pub(super) fn new(past: &'p Past<'p>, fixed: &'p Fixed, span: Span) -> Self {
        Self { past, fixed, span, resets: BTreeSet::new() }
    }

    pub(super) fn taken(mut self, parts: &Parts<'_>) -> Taken {
        let mut taken = Taken { until: self.span.until, late: false, resets: 0, values: BTreeMap::new(), troubles: BTreeMap::new() };
        for part in &parts.each {
            taken.add(part.measure, part.whose, self.values(part));
        }
        taken.resets = u32::try_from(self.resets.len()).unwrap_or(u32::MAX);
        if let Some(trouble) = self.others(parts) {
            taken.troubles.insert(String::new(), trouble);
        }
        taken
    }

    /// The values of a measure of one version.
    pub(super) fn values(&mut self, part: &Part<'_>) -> Result<Vec<f64>, Trouble> {
        let Some(newest) = self.past.newest(&part.main, self.span.at)? else { return Err(self.missing(part)) };
        if !self.past.stretch.is_fresh(newest, self.span.at) {
            let age = Period::between(newest, self.span.at);
            return Err(trouble(State::Stale, format!("the newest data of {} is {age} old, of {}", shown(&part.main), utc(newest))));
        }
        let values = match part.shape {
            Shape::Gauge(_) => vec![self.value(&part.main, self.span.until)?.ok_or_else(|| self.missing(part))?],
            Shape::Quantile(_) => self.histogram(part)?,
            Shape::Throughput(_) => vec![self.count(&part.main, part.shape)?],
            Shape::Share | Shape::Mean => {
                let all = self.count(&part.main, part.shape)?;
                vec![self.beside(part, all)?, all]
            }
        };
        if !part.shape.holds(&values) {
            return Err(error(format!("{} comes to {values:?}, which cannot be", shown(&part.main))));
        }
        Ok(values)
    }

    /// What goes with so many in all. Nothing bad is no series; a sum is one wherever there is something to add.
    fn beside(&mut self, part: &Part<'_>, all: f64) -> Result<f64, Trouble> {
        let Some(source) = &part.beside else { return Ok(0.0) };
        let absent = self.past.newest(source, self.span.at)?.is_none();
        if absent && part.shape == Shape::Mean && all > 0.0 {
            return Err(trouble(State::NoData, format!("{} has no series, and {} moves", shown(source), shown(&part.main))));
        }
        let count = if absent { 0.0 } else { self.count(source, part.shape)? };
        // Sums of the same numbers differ by the order of them.
        if part.shape == Shape::Share && count > all * (1.0 + 1e-9) {
            let (bad, total) = (shown(source), shown(&part.main));
            return Err(error(format!("{count} of {bad} are more than the {all} of {total}: `bad` must be a part of `total`")));
        }
        Ok(count)
    }

    /// Why the main query of a measure has nothing.
    fn missing(&self, part: &Part<'_>) -> Trouble {
        let there = |source: &Source| self.past.answer(&self.past.ever(source)).map(|series| !series.is_empty());
        let (this, gauge) = (shown(&part.main), matches!(part.shape, Shape::Gauge(_)));
        match (there(&part.main), part.other.as_ref().map(there)) {
            (Err(why), _) | (_, Some(Err(why))) => why,
            (Ok(true), _) => trouble(State::Stale, format!("{this} has no data any more, and had within the last hour")),
            (_, Some(Ok(true))) => {
                let (whose, other) = (part.whose, other(part.whose));
                trouble(State::NoData, format!("series missing in {whose}: {this} selects nothing, the {other} version has it"))
            }
            _ if gauge => trouble(State::NoData, format!("{this} gives no series")),
            _ => trouble(State::NoTraffic, format!("{this} selects nothing, for no version")),
        }
    }

    /// What a counter rose by.
    fn count(&mut self, source: &Source, shape: Shape) -> Result<f64, Trouble> {
        if source.by_series {
            return Ok(self.rises(source, shape)?.iter().map(|(_, rise)| rise).sum());
        }
        let now = self.value(source, self.span.until)?;
        let then = match self.value(source, self.span.from)? {
            Some(then) => then,
            None => one(source, self.past.answer(&self.past.earlier(source, self.span.from))?)?.unwrap_or(0.0),
        };
        let now = now.ok_or_else(|| trouble(State::NoData, format!("{} gives no series", shown(source))))?;
        if now < then {
            let why = format!(
                "{} fell from {then} to {now}, and of what is calculated nobody can tell why: give the counter itself",
                shown(source)
            );
            return Err(error(why));
        }
        Ok(now - then)
    }

    /// What each series rose by.
    fn rises(&mut self, source: &Source, shape: Shape) -> Result<Vec<(&'p Labels, f64)>, Trouble> {
        let (past, span, resets) = (self.past, self.span, &mut self.resets);
        let known = past.before(source)?;
        let series = past.points(source)?;
        let first = |series: &Series| series.points.first().copied();
        // A server that began to look within a long stretch knows nothing of what was counted before.
        let blind = past.stretch.is_coarse && known.is_empty() && !series.iter().filter_map(first).any(|point| point.time() <= span.from);
        let rise = |series: &'p Series| {
            let known = known.get(&series.labels).copied();
            // What came in a gap has no time that a throughput could be divided by.
            let anew = blind || known.is_some() && matches!(shape, Shape::Throughput(_));
            let known = if anew { first(series).map(|point| point.value) } else { known };
            Ok((&series.labels, rise(series, known, span, resets).map_err(error)?))
        };
        series.iter().map(rise).collect()
    }

    /// All of a histogram, and those above each of its ends. Every process that has some must have every bucket: one that has other
    /// buckets would seem to have all above.
    fn histogram(&mut self, part: &Part<'_>) -> Result<Vec<f64>, Trouble> {
        let laid_down = || error(format!("the buckets of {} were not laid down when the stage began", shown(&part.main)));
        let ends = self.fixed.buckets.get(part.measure).filter(|ends| !ends.is_empty()).ok_or_else(laid_down)?;
        let mut processes = BTreeMap::<Labels, Vec<(f64, f64)>>::new();
        for (labels, rise) in self.rises(&part.main, part.shape)? {
            let Some(end) = buckets::end(labels) else { continue };
            let process =
                Labels(labels.0.iter().filter(|(name, _)| *name != buckets::END).map(|(name, end)| (name.clone(), end.clone())).collect());
            processes.entry(process).or_default().push((end, rise));
        }
        let mut values = vec![0.0; ends.len() + 1];
        for (labels, mut ladder) in processes {
            ladder.sort_by(|one, other| one.0.total_cmp(&other.0));
            let total = buckets::total(&ladder).ok_or_else(|| error(format!("{labels} has no bucket `+Inf`")))?;
            values[0] += total;
            for (value, end) in values[1..].iter_mut().zip(ends).filter(|_| total > 0.0) {
                *value += buckets::above(&ladder, *end).ok_or_else(|| error(format!("{labels} has no bucket `{end}`")))?;
            }
        }
        Ok(values)
    }

    /// The one value of a query at an instant.
    fn value(&self, source: &Source, at: Timestamp) -> Result<Option<f64>, Trouble> {
        one(source, self.past.answer(&self.past.value(source, at))?)
    }

    /// Other releases than the two that took traffic.
    fn others(&mut self, parts: &Parts<'_>) -> Option<Trouble> {
        let mut named = BTreeSet::new();
        for (source, label) in &parts.others {
            let rises = match self.rises(source, Shape::Share) {
                Ok(rises) => rises,
                Err(why) => return Some(why),
            };
            let moved = rises.into_iter().filter(|(_, rise)| *rise > 0.0);
            named.extend(moved.map(|(labels, _)| quote(labels.0.get(label).map_or("", String::as_str))));
        }
        let all: Vec<&String> = named.iter().collect();
        (!all.is_empty()).then(|| {
            let (said, Fixed { new, old, .. }) = (first_of(&all, MOST_NAMED, all.len(), ", "), self.fixed);
            trouble(State::ForeignRelease, format!("another release than `{new}` and `{old}` takes traffic: {said}"))
        })
    }
}

/// The one value of a query.
fn one(source: &Source, series: &[Series]) -> Result<Option<f64>, Trouble> {
    match series {
        [] => Ok(None),
        [one] => match one.points.last().map(|point| point.value).filter(|value| value.is_finite()) {
            Some(value) => Ok(Some(value)),
            None => Err(error(format!("{} gives what is no number", shown(source)))),
        },
        several => {
            let labels: Vec<&Labels> = several.iter().map(|one| &one.labels).collect();
            let (this, said) = (shown(source), first_of(&labels, MOST_NAMED, several.len(), ", "));
            Err(error(format!("{this} gives {} series where one is meant: {said}; aggregate them, as with `sum` or `max`", several.len())))
        }
    }
}

/// A query as people read it.
fn shown(source: &Source) -> String {
    format!("`{}`", excerpt(&source.text, LONGEST))
}

pub(super) fn trouble(state: State, why: String) -> Trouble {
    Trouble { state, why }
}

pub(super) fn error(why: String) -> Trouble {
    trouble(State::Error, why)
}
