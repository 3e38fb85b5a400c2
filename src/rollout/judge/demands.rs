//! Whether the measures of a stage are shown to be what is demanded.

use super::numbers::{Line, Reading, summed};
use crate::{
    model::Period,
    rollout::{
        Cover, Limit, Sample, Shape, State, Whose,
        judgement::JudgedDemand,
        statistics::{self, Bounds, Counts},
    },
};

/// A stage whose demands are to be judged: the samples that can be believed.
pub(super) struct Demands<'a> {
    pub(super) reading: Reading<'a>,
    pub(super) samples: &'a [&'a Sample],
    pub(super) cover: &'a Cover,
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
            Shape::Share | Shape::Quantile(_) if upper => self.share(line, &all, blank.clone()),
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

    fn share(&self, line: Line<'_>, all: &[f64], blank: JudgedDemand) -> Option<JudgedDemand> {
        let (terms, counts) = (self.reading.terms, self.reading.counts(line, all)?);
        let what = if line.shape == Shape::Share { "" } else { " above it" };
        let got = format!("{} of {} {}{what}", counts.bad, counts.total, terms.unit);
        let judged = |bounds: Bounds, limit: f64, met, missing| JudgedDemand {
            got: got.clone(),
            lower: Some(bounds.lower),
            upper: Some(bounds.upper).filter(|upper| upper.is_finite()),
            limit: Some(limit),
            met,
            missing,
            ..blank.clone()
        };
        if let Some(limit) = self.reading.share(line) {
            let bounds = counts.share(terms.confidence);
            let met = told(bounds, limit);
            let missing = met.is_none().then(|| self.inconclusive(counts, limit));
            return Some(judged(bounds, limit, met, missing));
        }
        let factor = line.limit.factor()?;
        let old = self.reading.counts(line, &self.reading.baseline(line.measure, self.samples)?)?;
        let bounds = counts.beside(old, terms.confidence);
        let met = match factor > 1.0 {
            true => told(bounds, factor),
            // No count shows that two are exactly alike: what is asked is that it is not shown to be worse.
            false if bounds.lower > factor => Some(false),
            false => (counts.total > 0 && old.total > 0).then_some(true),
        };
        let beside = format!("{got}; {} of {} in the baseline", old.bad, old.total);
        let missing = met.is_none().then(|| match counts.total.min(old.total) {
            0 => format!("no {} of the {}", terms.unit, if counts.total == 0 { terms.whose } else { Whose::Old }),
            _ => format!("cannot tell: {beside}; so few cannot show so small a difference"),
        });
        Some(JudgedDemand { got: beside, ..judged(bounds, factor, met, missing) })
    }

    /// What would have to come for the share to be shown.
    fn inconclusive(&self, counts: Counts, limit: f64) -> String {
        let needed = statistics::needed(counts.bad, limit, self.reading.terms.confidence);
        if counts.bad as f64 > limit * counts.total as f64 {
            return format!("cannot tell: {} of {} {}", counts.bad, counts.total, self.reading.terms.unit);
        }
        self.shortfall(counts.total as f64, needed)
    }

    fn mean(&self, line: Line<'_>, all: &[f64], blank: JudgedDemand) -> Option<JudgedDemand> {
        let own = |sample: &&&Sample| self.reading.value(line, sample.values(line.measure, self.reading.terms.whose)?, 1.0);
        let means: Vec<f64> = self.samples.iter().filter_map(|sample| own(&sample)).collect();
        let baseline = line.limit.factor().map(|_| self.reading.baseline(line.measure, self.samples));
        let limit = self.reading.bound(line, baseline.flatten().as_deref(), 1.0)?;
        let mean = self.reading.value(line, all, 1.0);
        let got = mean.map_or_else(|| "was not measured".to_owned(), |mean| format!("is {} on average", shown(mean)));
        let Some(bounds) = statistics::mean(&means, self.reading.terms.confidence) else {
            let missing = Some(format!("{} of {} intervals that a mean needs", means.len(), statistics::FEWEST));
            return Some(JudgedDemand { got, limit: Some(limit), missing, ..blank });
        };
        let met = told(bounds, limit);
        let missing = met.is_none().then(|| format!("cannot tell: between {} and {}", shown(bounds.lower), shown(bounds.upper)));
        Some(JudgedDemand { got, lower: Some(bounds.lower), upper: Some(bounds.upper), limit: Some(limit), met, missing, ..blank })
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
fn told(bounds: Bounds, limit: f64) -> Option<bool> {
    match (bounds.upper <= limit, bounds.lower > limit) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// A number to as many digits as people read.
fn shown(number: f64) -> String {
    let digits = if number.abs() >= 100.0 { 0 } else { 3 };
    let text = format!("{number:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
