//! The numbers of a measure, taken as its shape says.

use super::super::{Fixed, Limit, Sample, Shape, Terms, Whose, measure::countable, same_end, statistics::Counts};

/// What a stage is judged by, and what was laid down for it.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) terms: &'a Terms,
    pub(super) fixed: &'a Fixed,
}

/// A limit of one measure, ready to be compared with.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) measure: &'a str,
    pub(super) shape: Shape,
    pub(super) limit: &'a Limit,
}

impl<'a> Reading<'a> {
    pub(super) fn line(&self, measure: &'a str, limit: &'a Limit) -> Line<'a> {
        Line { measure, shape: self.terms.shape(measure), limit }
    }

    /// The bad ones of all: what is above the limit's bucket is bad for a quantile. `None` where the measure does not count.
    pub(super) fn counts(&self, line: Line<'_>, values: &[f64]) -> Option<Counts> {
        match line.shape {
            Shape::Share => Some(Counts { bad: whole(*values.first()?)?, total: whole(*values.get(1)?)? }),
            Shape::Quantile(_) => {
                let end = match line.limit {
                    Limit::Fixed(amount) => amount.value,
                    Limit::OfBaseline(_) => *self.fixed.beside.get(line.measure)?,
                };
                let at = self.fixed.buckets.get(line.measure)?.iter().position(|bucket| same_end(*bucket, end))?;
                Some(Counts { bad: whole(*values.get(at + 1)?)?, total: whole(*values.first()?)? })
            }
            _ => None,
        }
    }

    /// Which share may be bad, where the limit is a fixed one.
    pub(super) fn share(&self, line: Line<'_>) -> Option<f64> {
        line.shape.bad_share(line.limit)
    }

    /// The one number that the values come to.
    pub(super) fn value(&self, line: Line<'_>, values: &[f64], seconds: f64) -> Option<f64> {
        let number = match line.shape {
            Shape::Share | Shape::Quantile(_) => {
                let counts = self.counts(line, values)?;
                counts.bad as f64 / counts.total as f64
            }
            Shape::Mean => values.first()? / values.get(1)?,
            Shape::Gauge(_) => *values.first()?,
            Shape::Throughput(per) => values.first()? / seconds * per,
        };
        number.is_finite().then_some(number)
    }

    /// The baseline's values: those that were laid down, or what the old version has had in `samples`.
    pub(super) fn baseline(&self, measure: &str, samples: &[&Sample]) -> Option<Vec<f64>> {
        if self.terms.live.iter().any(|live| live == measure) {
            return summed(samples, measure, Whose::Old, self.terms.shape(measure));
        }
        self.fixed.baseline.get(measure).cloned()
    }

    /// The number that the limit comes to; for a share that of a single sample may be compared with.
    pub(super) fn bound(&self, line: Line<'_>, baseline: Option<&[f64]>, seconds: f64) -> Option<f64> {
        match line.limit {
            Limit::Fixed(amount) => Some(self.share(line).unwrap_or(amount.value)),
            Limit::OfBaseline(factor) => {
                // A throughput that was laid down is one for each second.
                let seconds = if self.terms.live.iter().any(|live| live == line.measure) { seconds } else { 1.0 };
                Some(factor * self.value(line, baseline?, seconds)?)
            }
        }
    }
}

/// The values of a measure over several samples: counts added up, of a gauge the mean.
pub(super) fn summed(samples: &[&Sample], measure: &str, whose: Whose, shape: Shape) -> Option<Vec<f64>> {
    let mut all = samples.iter().filter_map(|sample| sample.values(measure, whose));
    let mut sums = all.next()?.to_vec();
    let mut count = 1.0;
    for values in all {
        count += 1.0;
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
    }
    if matches!(shape, Shape::Gauge(_)) {
        sums.iter_mut().for_each(|sum| *sum /= count);
    }
    Some(sums)
}

/// A count; what is none is not 0.
fn whole(number: f64) -> Option<u64> {
    countable(number).then(|| number.round() as u64)
}
