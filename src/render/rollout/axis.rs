//! The two axes of a chart: time, and the numbers of a measure.

use jiff::{Timestamp, tz::TimeZone};

use crate::{
    model::Period,
    rollout::{Course, Point},
};

/// What lies between two marks of the time axis, in seconds.
const STEPS: [i64; 20] =
    [1, 5, 10, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000, 31_536_000];
const DAY: i64 = 86_400;
/// Marks of an axis, about.
const MARKS: i64 = 4;

/// A stretch of time that is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

impl Span {
    /// From the earliest to the latest; `None` of no times.
    pub(super) fn of(times: impl Iterator<Item = Timestamp> + Clone) -> Option<Self> {
        Some(Self { from: times.clone().min()?, to: times.max()? })
    }

    /// Where a time stands in it, from 0 to 1.
    pub(super) fn part(&self, at: Timestamp) -> f64 {
        let whole = Period::between(self.from, self.to).get().as_secs_f64();
        let part = Period::between(self.from, at.clamp(self.from, self.to)).get().as_secs_f64();
        if whole > 0.0 { part / whole } else { 0.0 }
    }

    /// Its marks: where they stand, and the time there.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let (from, to) = (self.from.as_second(), self.to.as_second());
        let fits = |step: &&i64| (to - from) / **step <= MARKS;
        let step = STEPS.iter().find(fits).copied().unwrap_or((to - from) / MARKS);
        let form = match step {
            ..60 => "%H:%M:%S",
            60..DAY => "%H:%M",
            DAY.. => "%b %-d",
        };
        let first = from.div_euclid(step) * step;
        let marks = (0..=MARKS + 1).map(|n| first + n * step).filter(|at| (from..=to).contains(at));
        let marks = marks.filter_map(|at| Timestamp::from_second(at).ok());
        marks.map(|at| (self.part(at), at.to_zoned(TimeZone::UTC).strftime(form).to_string())).collect()
    }
}

/// A number that can be drawn: reports may hold any.
pub(super) fn sane(number: Option<f64>) -> Option<f64> {
    number.filter(|number| number.abs() < 1e300)
}

/// The numbers that are drawn: from nothing, or from the least below it, to a round one that holds all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    step: f64,
    low: f64,
    high: f64,
}

impl Scale {
    /// That of a measure: the bounds of the first samples are wide, and only where they end counts.
    pub(super) fn of(course: &Course) -> Self {
        let last = course.points.last();
        let bounds = [last.and_then(|last| last.lower), last.and_then(|last| last.upper)];
        let values = course.points.iter().flat_map(|point: &Point| [point.own, point.other]);
        let values = || values.clone().chain([course.limit, course.baseline]).chain(bounds).filter_map(sane);
        let (low, high) = (values().fold(0.0, f64::min), values().fold(0.0, f64::max));
        let range = if high - low > 1e-300 { high - low } else { 1.0 };
        let rough = range / 4.0;
        let unit = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0].map(|times| times * unit).into_iter().find(|step| *step >= rough).unwrap_or(10.0 * unit);
        Self { step, low: (low / step).floor() * step, high: ((low + range) / step).ceil() * step }
    }

    /// Where a number stands on it, from 0 to 1.
    pub(super) fn part(&self, number: f64) -> f64 {
        let part = (number - self.low) / (self.high - self.low);
        if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Its marks: where they stand, and the number there.
    pub(super) fn ticks(&self) -> Vec<(f64, f64)> {
        let marks = (0..=10).map(|n| self.low + f64::from(n) * self.step);
        marks.filter(|at| *at <= self.high + self.step / 2.0).map(|at| (self.part(at), at)).collect()
    }
}
