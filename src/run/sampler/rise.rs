//! What a counter rose by, one series at a time.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::net::prometheus::Series;

/// A stretch of time: what came after its first instant, up to and with its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
    /// When it was looked at: how old data is goes by this.
    pub(super) at: Timestamp,
}

/// What the counter of a series rose by in a stretch of time; `known` is its last value before its points. A series that nobody knew
/// counts from 0, and a value that fell counts from 0 too: `resets` has when.
pub(super) fn rise(series: &Series, known: Option<f64>, span: Span, resets: &mut BTreeSet<Timestamp>) -> Result<f64, String> {
    let believed = |value: f64| match value.is_finite() && value >= 0.0 {
        true => Ok(value),
        false => Err(format!("{} is {value}, which no counter is", series.labels)),
    };
    let points = series.points.iter().map(|point| (point.time(), point.value));
    let base = points.clone().take_while(|(time, _)| *time <= span.from).last().map(|(_, value)| value).or(known);
    let (mut last, mut rise) = (believed(base.unwrap_or(0.0))?, 0.0);
    for (time, value) in points.filter(|(time, _)| *time > span.from && *time <= span.until) {
        let value = believed(value)?;
        if value < last {
            resets.insert(time);
            last = 0.0;
        }
        rise += value - last;
        last = value;
    }
    Ok(rise)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::prometheus::{Labels, Point};

    fn risen(points: &[(i32, f64)], known: Option<f64>, from: i64, until: i64) -> (Result<f64, String>, usize) {
        let points = points.iter().map(|(at, value)| Point { at: f64::from(*at), value: *value }).collect();
        let time = |seconds| Timestamp::from_second(seconds).unwrap();
        let mut resets = BTreeSet::new();
        let span = Span { from: time(from), until: time(until), at: time(until) };
        (rise(&Series { labels: Labels::default(), points }, known, span, &mut resets), resets.len())
    }

    #[test]
    fn what_came_in_the_stretch_is_counted_once() {
        let points = [(0, 5.0), (15, 7.0), (30, 7.0), (45, 12.0)];
        assert_eq!(risen(&points, None, 0, 45), (Ok(7.0), 0));
        assert_eq!(risen(&points, None, 0, 20), (Ok(2.0), 0));
        assert_eq!(risen(&points, None, 20, 45), (Ok(5.0), 0), "the two halves are the whole");
        assert_eq!(risen(&points, None, 45, 60), (Ok(0.0), 0));
    }

    #[test]
    fn a_new_series_counts_from_nothing_unless_it_was_known() {
        let points = [(15, 4.0), (30, 6.0)];
        assert_eq!(risen(&points, None, 0, 30), (Ok(6.0), 0));
        assert_eq!(risen(&points, Some(3.0), 0, 30), (Ok(3.0), 0));
        assert_eq!(risen(&points, Some(5.0), 0, 30), (Ok(6.0), 1), "it fell meanwhile");
    }

    #[test]
    fn a_fall_is_a_new_beginning() {
        assert_eq!(risen(&[(0, 100.0), (15, 110.0), (30, 3.0), (45, 5.0), (60, 1.0)], None, 0, 60), (Ok(16.0), 2));
        assert_eq!(risen(&[(0, 100.0), (15, 0.0)], None, 0, 60), (Ok(0.0), 1));
    }

    #[test]
    fn what_no_counter_is_is_an_error() {
        for value in [f64::NAN, f64::INFINITY, -1.0] {
            assert!(risen(&[(0, 1.0), (15, value)], None, 0, 60).0.is_err(), "{value}");
            assert!(risen(&[(0, value), (15, 1.0)], None, 0, 60).0.is_err(), "{value}");
        }
        assert_eq!(risen(&[(0, f64::NAN), (15, 1.0), (30, 2.0)], None, 15, 60), (Ok(1.0), 0), "what was before does not matter");
    }
}
