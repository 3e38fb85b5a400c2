//! What documents say of a version in a stretch of time.

use std::{sync::Arc, time::Instant};

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use serde_json::Value;

use super::{
    Sampler, Surroundings, Taken,
    part::{Parts, called},
    reading::{error, trouble},
    rise::Span,
};
use crate::{
    check::{Context, Shared, demand::Place},
    model::{Period, excerpt, plain},
    rollout::{About, Fixed, Measure, Origin, Query, Shape, State, TO, Trouble, Whose},
};

/// Questions at the same time.
const WIDTH: usize = 8;

/// What is shown of why a document could not be had.
const LONGEST: usize = 300;

/// A measure of one version that is read from a document.
pub(super) struct Counted<'a> {
    pub(super) measure: &'a str,
    pub(super) whose: Whose,
    of: &'a Measure,
}

/// A stretch of time in which something was counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Within {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    /// Whether its end is now; else only what remembers can say anything of it.
    pub(super) now: bool,
}

/// Where the interval begins that an instant lies in: intervals are counted since 1970, as who counts by the minute does.
pub(super) fn begin_of_interval(at: Timestamp, interval: Period) -> Timestamp {
    let seconds = i64::try_from(interval.get().as_secs()).unwrap_or(i64::MAX).max(1);
    Timestamp::from_second(at.as_second().div_euclid(seconds) * seconds).unwrap_or(at)
}

/// Where the first whole interval begins that is not before an instant.
pub(super) fn end_of_interval(at: Timestamp, interval: Period) -> Timestamp {
    let begin = begin_of_interval(at, interval);
    if begin < at { interval.after(begin) } else { begin }
}

impl Sampler<'_> {
    /// Adds what documents say of each stretch to what is taken of it; `now` is whether the last of them ends now.
    pub(super) async fn count(&self, parts: &Parts<'_>, fixed: &Fixed, spans: &[Span], now: bool, taken: &mut [Taken]) {
        let last = spans.len().saturating_sub(1);
        let asked = spans.iter().enumerate().flat_map(|(at, span)| {
            let within = Within { from: end_of_interval(span.from, self.rollout.interval), to: span.until, now: now && at == last };
            let cx = self.surroundings.context(self.patience);
            parts.counted.iter().map(move |counted| (at, counted, within, cx.clone()))
        });
        let asked = stream::iter(asked).map(|(at, counted, within, cx)| async move {
            let values = counted.values(fixed, (within, self.rollout.max_stale()), &cx).await;
            (at, counted, values)
        });
        let answers: Vec<_> = asked.buffer_unordered(WIDTH).collect().await;
        for (at, counted, values) in answers {
            taken[at].add(counted.measure, counted.whose, values);
        }
    }
}

impl<'a> Counted<'a> {
    /// `None` where it does not come from a document.
    pub(super) fn of(measure: &'a str, of: &'a Measure, whose: Whose) -> Option<Self> {
        of.document.is_some().then_some(Self { measure, whose, of })
    }

    /// Whether what is counted late is not there yet.
    pub(super) fn is_of_stretch(&self) -> bool {
        self.of.document.as_ref().is_some_and(Origin::is_of_stretch)
    }

    pub(super) fn is_throughput(&self) -> bool {
        matches!(self.of.shape(), Shape::Throughput(_))
    }

    /// Its values, as its shape says; a throughput is a count.
    pub(super) async fn values(&self, fixed: &Fixed, (within, stale): (Within, Period), cx: &Context) -> Result<Vec<f64>, Trouble> {
        let Some(origin) = &self.of.document else { return Err(error("it comes from no document".into())) };
        if !within.now && !origin.names(TO) {
            return Err(trouble(State::NoData, format!("the document of `{}` says what is so now, and nobody looked then", self.measure)));
        }
        let about = About { version: called(fixed, self.whose), from: within.from, to: within.to };
        let document = origin.about(about).map_err(error)?;
        let said = document.value(stale, cx).await.map_err(|why| error(why.to_string()));
        said.and_then(|said| self.read(&said)).map_err(|trouble| {
            let why = format!("the document of `{}`: {}", self.measure, cx.shared.masker.mask(&trouble.why));
            Trouble { why: excerpt(&plain(&why), LONGEST), ..trouble }
        })
    }

    fn read(&self, said: &Value) -> Result<Vec<f64>, Trouble> {
        let shape = self.of.shape();
        let Measure { bad, total, sum, count, gauge, .. } = self.of;
        let wanted = [bad, sum, total, count, gauge].into_iter().flatten().filter_map(Query::place);
        let values = wanted.map(|place| added(place, said, shape)).collect::<Result<Vec<f64>, _>>()?;
        match (shape, &*values) {
            (Shape::Share, [bad, total]) if bad > total => {
                Err(error(format!("{bad} bad ones are more than the {total} of all: `bad` must be a part of `total`")))
            }
            (shape, values) if !shape.holds(values) => Err(error(format!("it comes to {values:?}, which cannot be"))),
            _ => Ok(values),
        }
    }
}

/// All numbers that a path leads to, added up; a gauge is one. An empty list where it begins is 0; what is not there is no number.
fn added(place: &Place, said: &Value, shape: Shape) -> Result<f64, Trouble> {
    let (values, path, is_one) = (place.values(said), place.written(), matches!(shape, Shape::Gauge(_)));
    match values.len() {
        0 if !is_one && place.is_of_empty_list(said) => return Ok(0.0),
        0 => return Err(trouble(State::NoData, format!("it has nothing at `{path}`"))),
        2.. if is_one => {
            return Err(error(format!("`{path}` leads to {} places, and a gauge is one number", values.len())));
        }
        _ => {}
    }
    let number = |value: &Value| match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let added = values.into_iter().map(number).sum::<Option<f64>>();
    added.ok_or_else(|| error(format!("what it has at `{path}` is no number")))
}

impl Surroundings {
    /// For the questions of one look, of which nothing is known from before.
    pub(super) fn context(&self, patience: Period) -> Context {
        let shared = Shared::of_look(self.root.clone(), self.env.clone(), self.reach.clone(), self.masker.clone());
        Context::new(Arc::new(shared), "rollout", Instant::now() + patience.get())
    }
}
