//! The course of each measure over a stage: what a chart of it shows.

use super::{
    super::{
        Fixed, Limit, Sample, Shape, Terms, Unit, Whose,
        evidence::{Course, Form, Point},
    },
    numbers::{Line, Reading, summed},
};
use crate::model::Period;

/// Points of a chart, at most: of more nobody sees one.
const MOST: usize = 120;

/// The course of each measure that is demanded or watched, in the order of their names.
pub fn courses(terms: &Terms, fixed: &Fixed, samples: &[Sample]) -> Vec<Course> {
    let reading = Reading { terms, fixed };
    let limit = |measure: &str| {
        let demanded = terms.demands.iter().find(|(name, ..)| name == measure).map(|(_, limit, upper)| (limit, *upper));
        let watched = terms.triggers.iter().filter(|trigger| trigger.measure.as_deref() == Some(measure));
        demanded.or_else(|| watched.filter_map(|trigger| Some((trigger.limit()?, trigger.below.is_none()))).next())
    };
    let lines = terms.shapes.keys().filter_map(|measure| Some((measure, limit(measure)?)));
    lines.map(|(measure, (limit, upper))| course(reading, reading.line(measure, limit), upper, samples)).collect()
}

fn course(reading: Reading<'_>, line: Line<'_>, upper: bool, samples: &[Sample]) -> Course {
    let groups = samples.chunks(samples.len().div_ceil(MOST).max(1));
    let mut points: Vec<Point> = Vec::new();
    let (mut so_far, mut from) = (None, samples.first().map(|first| first.until));
    for group in groups {
        let all: Vec<&Sample> = group.iter().collect();
        let last = group.last().map_or_else(Default::default, |last| last.until);
        let seconds = from.map_or(0.0, |from| Period::between(from, last).get().as_secs_f64());
        let sums = |whose| summed(&all, line.measure, whose, line.shape);
        let value = |values: Option<&Vec<f64>>| values.and_then(|values| reading.value(line, values, seconds));
        let (own, old) = (sums(reading.terms.whose), sums(other(reading.terms.whose)));
        added(&mut so_far, own.as_deref());
        let bounds = so_far.as_deref().and_then(|all| reading.counts(line, all)).filter(|counts| counts.total > 0);
        let bounds = bounds.map(|counts| counts.share(reading.terms.confidence));
        points.push(Point {
            at: last,
            own: value(own.as_ref()),
            other: value(old.as_ref()),
            lower: bounds.map(|bounds| bounds.lower),
            upper: bounds.map(|bounds| bounds.upper),
        });
        from = Some(last);
    }
    let every: Vec<&Sample> = samples.iter().collect();
    let seconds =
        samples.first().zip(samples.last()).map_or(0.0, |(first, last)| Period::between(first.until, last.until).get().as_secs_f64());
    let baseline = reading.baseline(line.measure, &every);
    let level = reading.value(line, baseline.as_deref().unwrap_or_default(), if live(reading, line) { seconds } else { 1.0 });
    Course {
        measure: line.measure.to_owned(),
        form: form(line),
        limit: reading.bound(line, baseline.as_deref(), seconds),
        limit_said: format!("{} {}", if upper { "at most" } else { "at least" }, line.limit),
        baseline: level.filter(|_| line.limit.factor().is_some()),
        points,
    }
}

fn live(reading: Reading<'_>, line: Line<'_>) -> bool {
    reading.terms.live.iter().any(|live| live == line.measure)
}

fn other(whose: Whose) -> Whose {
    match whose {
        Whose::New => Whose::Old,
        Whose::Old => Whose::New,
    }
}

/// Adds the counts of a group to those before it.
fn added(so_far: &mut Option<Vec<f64>>, more: Option<&[f64]>) {
    match (so_far.as_mut(), more) {
        (Some(sums), Some(more)) => sums.iter_mut().zip(more).for_each(|(sum, value)| *sum += value),
        (None, Some(more)) => *so_far = Some(more.to_vec()),
        (_, None) => {}
    }
}

/// How its numbers are written.
fn form(line: Line<'_>) -> Form {
    match (line.shape, line.limit) {
        (Shape::Share | Shape::Quantile(_), _) => Form::Share,
        (_, Limit::Fixed(amount)) => match amount.unit {
            Unit::Share => Form::Share,
            Unit::Time => Form::Seconds,
            Unit::Bytes => Form::Bytes,
            Unit::Plain => Form::Plain,
        },
        (_, Limit::OfBaseline(_)) => Form::Plain,
    }
}
