//! Whether the measures of a stage are shown to be what is demanded.

use super::{
    looks::Looks,
    numbers::{Line, Reading, summed},
};
use crate::{
    model::Period,
    rollout::{
        Cover, Limit, Sample, Shape, State, Whose,
        judgement::JudgedDemand,
        measure::countable,
        prospects::grouped,
        statistics::{self, Bounds, Counts},
        trigger::FEWEST,
    },
};

/// A stage whose demands are to be judged: the samples that can be believed.
pub(super) struct Demands<'a> {
    pub(super) reading: Reading<'a>,
    pub(super) samples: &'a [&'a Sample],
    pub(super) cover: &'a Cover,
    /// With how many of them the soak was over.
    pub(super) soaked: Option<usize>,
}

/// What samples show of a demand.
struct Seen {
    bounds: Bounds,
    limit: f64,
    /// Those of the own version, where it counts, and of the baseline.
    counts: Option<(Counts, Option<Counts>)>,
}

impl Demands<'_> {
    /// Each demand, judged.
    pub(super) fn judged(&self) -> Vec<JudgedDemand> {
        self.reading.terms.demands.iter().map(|(measure, limit, upper)| self.demand(measure, limit, *upper)).collect()
    }

    fn demand(&self, measure: &str, limit: &Limit, upper: bool) -> JudgedDemand {
        let line = self.reading.line(measure, limit);
        let blank = JudgedDemand {
            measure: measure.to_owned(),
            wanted: format!("{} {limit}", if upper { "at most" } else { "at least" }),
            got: "was not measured".into(),
            lower: None,
            upper: None,
            limit: None,
            met: None,
            missing: Some(format!("no sample has a value of the {} version", self.reading.terms.whose)),
        };
        let Some(all) = summed(self.samples, measure, self.reading.terms.whose, line.shape) else { return blank };
        let judged = match line.shape {
            Shape::Share | Shape::Quantile(_) if upper => self.share(line, blank.clone()),
            Shape::Mean if upper => self.mean(line, &all, blank.clone()),
            Shape::Gauge(share) => self.gauge(line, upper, share, blank.clone()),
            Shape::Throughput(_) => self.throughput(line, &all, upper, blank.clone()),
            _ => None,
        };
        let judged = judged.unwrap_or(JudgedDemand { missing: Some("there is no baseline to compare with".into()), ..blank });
        self.enough(line, &all, judged)
    }

    /// Before so many requests nothing is shown, whatever they show.
    fn enough(&self, line: Line<'_>, all: &[f64], judged: JudgedDemand) -> JudgedDemand {
        let terms = self.reading.terms;
        match line.shape.traffic(all) {
            Some(requests) if requests < terms.min_samples as f64 && judged.met == Some(true) => {
                let missing = Some(self.shortfall(requests, terms.min_samples));
                JudgedDemand { met: None, missing, ..judged }
            }
            _ => judged,
        }
    }

    /// So many of so many, and how long the rest takes at this rate.
    fn shortfall(&self, requests: f64, wanted: u64) -> String {
        let minutes = self.cover.stretches.iter().map(std::time::Duration::as_secs_f64).sum::<f64>() / 60.0;
        let (unit, rate) = (&self.reading.terms.unit, requests / minutes);
        if requests <= 0.0 || !rate.is_finite() {
            return format!("no {unit} yet, {wanted} are needed");
        }
        let left = Period::seconds(((wanted as f64 - requests) / rate * 60.0).ceil() as u64);
        format!("{requests} of {wanted} {unit}; at {rate:.1} a minute in {left}")
    }

    fn share(&self, line: Line<'_>, blank: JudgedDemand) -> Option<JudgedDemand> {
        let (terms, seen) = (self.reading.terms, self.counted(line, self.samples, self.reading.terms.confidence, false)?);
        let (counts, old) = seen.counts?;
        let what = if line.shape == Shape::Share { "" } else { " above it" };
        let mut got = format!("{} of {} {}{what}", counts.bad, counts.total, terms.unit);
        if let Some(old) = old {
            got.push_str(&format!("; {} of {} in the baseline", old.bad, old.total));
        }
        let (met, missing) = match (told(&seen), old) {
            // No count shows that two are exactly alike: what is asked is that it is not shown to be worse, so no look is waited for.
            (None | Some(true), Some(old)) if (seen.limit - 1.0).abs() < 1e-9 && counts.total > 0 && old.total > 0 => {
                match counts.total.min(old.total) {
                    few if few < FEWEST => (None, Some(self.shortfall(few as f64, FEWEST))),
                    _ => (Some(true), None),
                }
            }
            (Some(true), _) => self.at_a_look(line, |samples, confidence, best| self.counted(line, samples, confidence, best)),
            (None, None) => (None, Some(self.inconclusive(counts, seen.limit))),
            (None, Some(old)) => (None, Some(self.indistinct(&got, counts, old))),
            (met, _) => (met, None),
        };
        let upper = Some(seen.bounds.upper).filter(|upper| upper.is_finite());
        Some(JudgedDemand { got, lower: Some(seen.bounds.lower), upper, limit: Some(seen.limit), met, missing, ..blank })
    }

    /// What the counts of these samples show, or at `best`: were none of them bad.
    fn counted(&self, line: Line<'_>, samples: &[&Sample], confidence: f64, best: bool) -> Option<Seen> {
        let mut counts = self.reading.counts(line, &summed(samples, line.measure, self.reading.terms.whose, line.shape)?)?;
        if best {
            counts.bad = 0;
        }
        if let Some(limit) = self.reading.share(line) {
            return Some(Seen { bounds: counts.share(confidence), limit, counts: Some((counts, None)) });
        }
        let limit = line.limit.factor()?;
        let old = self.reading.counts(line, &self.reading.baseline(line.measure, samples)?)?;
        Some(Seen { bounds: counts.beside(old, confidence), limit, counts: Some((counts, Some(old))) })
    }

    /// Whether one of the looks since the end of the soak showed what is shown now, else what is missing.
    fn at_a_look(&self, line: Line<'_>, seen: impl Fn(&[&Sample], f64, bool) -> Option<Seen>) -> (Option<bool>, Option<String>) {
        let (terms, samples) = (self.reading.terms, self.samples);
        let Some(first) = self.soaked else { return (Some(true), None) };
        let shows =
            |count: usize, confidence, best| seen(&samples[..count], confidence, best).is_some_and(|seen| told(&seen) == Some(true));
        let looks = Looks { first, samples: samples.len(), confidence: terms.confidence };
        let enough = |count: usize| {
            let all = summed(&samples[..count], line.measure, terms.whose, line.shape);
            all.and_then(|all| line.shape.traffic(&all)).is_some_and(|requests| requests >= terms.min_samples as f64)
        };
        match looks
            .shown(|count| enough(count) && shows(count, terms.confidence, true), |count, confidence| shows(count, confidence, false))
        {
            Ok(()) => (Some(true), None),
            Err(next) => {
                let wait = Period::seconds(terms.interval.get().as_secs() * (next - samples.len()) as u64);
                (None, Some(format!("was not shown when the soak ended, and who looks again must be surer; the next look is in {wait}")))
            }
        }
    }

    /// Why two cannot be told apart.
    fn indistinct(&self, got: &str, counts: Counts, old: Counts) -> String {
        let terms = self.reading.terms;
        match counts.total.min(old.total) {
            0 => format!("no {} of the {}", terms.unit, if counts.total == 0 { terms.whose } else { Whose::Old }),
            _ => format!("cannot tell: {got}; so few cannot show so small a difference"),
        }
    }

    /// What would have to come for the share to be shown.
    fn inconclusive(&self, counts: Counts, limit: f64) -> String {
        let needed = statistics::needed(counts.bad, limit, self.reading.terms.confidence);
        if counts.bad as f64 > limit * counts.total as f64 {
            return format!(
                "cannot tell: {} of {} {} are above the limit, and too few to show it",
                counts.bad, counts.total, self.reading.terms.unit
            );
        }
        self.shortfall(counts.total as f64, needed)
    }

    fn mean(&self, line: Line<'_>, all: &[f64], blank: JudgedDemand) -> Option<JudgedDemand> {
        let mean = self.reading.value(line, all, 1.0);
        let got = mean.map_or_else(|| "was not measured".to_owned(), |mean| format!("is {} on average", shown(mean)));
        let limit = self.mean_limit(line, self.samples)?;
        let Some(seen) = self.averaged(line, self.samples, self.reading.terms.confidence, false) else {
            let missing = Some(format!("{} of {} intervals that a mean needs", self.means(line, self.samples).len(), statistics::FEWEST));
            return Some(JudgedDemand { got, limit: Some(limit), missing, ..blank });
        };
        let (lower, upper) = (seen.bounds.lower, seen.bounds.upper);
        let (met, missing) = match told(&seen) {
            Some(true) => self.at_a_look(line, |samples, confidence, best| self.averaged(line, samples, confidence, best)),
            None => (None, Some(format!("cannot tell: between {} and {}", shown(lower), shown(upper)))),
            met => (met, None),
        };
        Some(JudgedDemand { got, lower: Some(lower), upper: Some(upper), limit: Some(limit), met, missing, ..blank })
    }

    /// What the means of these samples show, or at `best`: were they as low as can be.
    fn averaged(&self, line: Line<'_>, samples: &[&Sample], confidence: f64, best: bool) -> Option<Seen> {
        let bounds = statistics::mean(&self.means(line, samples), confidence)?;
        let bounds = if best { Bounds { lower: f64::NEG_INFINITY, upper: f64::NEG_INFINITY } } else { bounds };
        Some(Seen { bounds, limit: self.mean_limit(line, samples)?, counts: None })
    }

    /// The mean of each interval.
    fn means(&self, line: Line<'_>, samples: &[&Sample]) -> Vec<f64> {
        let own = |sample: &&Sample| self.reading.value(line, sample.values(line.measure, self.reading.terms.whose)?, 1.0);
        samples.iter().filter_map(own).collect()
    }

    fn mean_limit(&self, line: Line<'_>, samples: &[&Sample]) -> Option<f64> {
        let baseline = line.limit.factor().map(|_| self.reading.baseline(line.measure, samples));
        self.reading.bound(line, baseline.flatten().as_deref(), 1.0)
    }

    /// A gauge is looked at in every sample.
    fn gauge(&self, line: Line<'_>, upper: bool, share: f64, blank: JudgedDemand) -> Option<JudgedDemand> {
        let (mut within, mut worst, mut last) = (0_usize, None::<f64>, None);
        let mut count = 0_usize;
        for sample in self.samples {
            let Some(value) =
                sample.values(line.measure, self.reading.terms.whose).and_then(|values| self.reading.value(line, values, 1.0))
            else {
                continue;
            };
            let baseline = line.limit.factor().and_then(|_| self.reading.baseline(line.measure, &[sample]));
            let limit = self.reading.bound(line, baseline.as_deref(), 1.0)?;
            count += 1;
            within += usize::from(if upper { value <= limit } else { value >= limit });
            worst = Some(worst.map_or(value, |worst| if upper { worst.max(value) } else { worst.min(value) }));
            last = Some(limit);
        }
        let worst = worst?;
        let enough = within as f64 >= share * count as f64;
        let missing = (!enough).then(|| format!("{within} of {count} samples are within the limit"));
        let got = format!("was {} at {}", shown(worst), if upper { "most" } else { "least" });
        Some(JudgedDemand { got, lower: Some(worst), upper: Some(worst), limit: last, met: Some(enough), missing, ..blank })
    }

    /// The throughput is that of the whole stage.
    fn throughput(&self, line: Line<'_>, all: &[f64], upper: bool, blank: JudgedDemand) -> Option<JudgedDemand> {
        let seconds = self.cover.stretches.iter().zip(&self.cover.states).filter(|(_, state)| **state <= State::NoTraffic);
        let seconds = seconds.map(|(stretch, _)| stretch.as_secs_f64()).sum();
        let value = self.reading.value(line, all, seconds)?;
        let baseline = line.limit.factor().map(|_| self.reading.baseline(line.measure, self.samples));
        let limit = self.reading.bound(line, baseline.flatten().as_deref(), seconds)?;
        let met = if upper { value <= limit } else { value >= limit };
        let missing = (!met).then(|| format!("{} so far", shown(value)));
        Some(JudgedDemand {
            got: format!("was {} on average", shown(value)),
            lower: Some(value),
            upper: Some(value),
            limit: Some(limit),
            met: Some(met),
            missing,
            ..blank
        })
    }
}

/// Whether it is under the limit, as far as the bounds tell.
fn told(Seen { bounds, limit, .. }: &Seen) -> Option<bool> {
    match (bounds.upper <= *limit, bounds.lower > *limit) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// A number to as many digits as people read.
fn shown(number: f64) -> String {
    if number.abs() >= 100.0 && countable(number.abs()) {
        return format!("{}{}", if number < 0.0 { "-" } else { "" }, grouped(number.abs().round() as u64));
    }
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
