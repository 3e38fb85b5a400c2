//! What a long stretch of the past came to: for baselines, and to know beforehand how much traffic there is.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Sampler, before,
    document::{Counted, Within, begin_of_interval},
    part::{Part, Parts},
    past::{Past, Stretch},
    reading::{Reading, error, trouble},
};
use crate::{
    model::{Period, Release, utc},
    rollout::{Fixed, Shape, State, Trouble, Whose},
};

/// In less time nobody sees a rate.
const SHORTEST: Period = Period::seconds(3_600);

impl Sampler<'_> {
    /// How many requests a second a measure counted of a version, in such a time up to now by our clock, while there was something to
    /// count them.
    ///
    /// # Errors
    /// When the server cannot be asked or believed, or has nothing to tell it by.
    pub async fn rate(&self, measure: &str, version: &str, (over, now): (Period, Timestamp)) -> Result<f64, Trouble> {
        Release::check_version(version).map_err(error)?;
        let fixed = Fixed { new: version.into(), old: version.into(), ..Fixed::default() };
        let of = self.rollout.measures.get(measure);
        if let Some(counted) = of.and_then(|of| Counted::of(measure, of, Whose::Old)) {
            let (values, seen) = self.counted_over(&counted, (over, self.settled(now).await?), &fixed).await?;
            // The last is all: of a throughput it is one for each second already.
            let all = values.last().copied().unwrap_or_default();
            return Ok(if counted.is_throughput() { all } else { all / seen.get().as_secs_f64() });
        }
        let part = of.and_then(|of| Part::of(measure, of, Whose::Old, &fixed));
        let part = part.ok_or_else(|| trouble(State::NoData, format!("nothing is counted by `{measure}`")))?;
        let part = Part { shape: Shape::Throughput(1.0), beside: None, ..part };
        let (values, seen) = self.over(part, (over, self.settled(now).await?), &fixed).await?;
        if seen < SHORTEST {
            return Err(trouble(State::NoData, format!("`{measure}` was counted for less than {SHORTEST} by {}", utc(now))));
        }
        Ok(values[0])
    }

    /// What a document says of such a stretch; a throughput for each second of it.
    pub(super) async fn counted_over(
        &self,
        counted: &Counted<'_>,
        (window, until): (Period, Timestamp),
        fixed: &Fixed,
    ) -> Result<(Vec<f64>, Period), Trouble> {
        let to = begin_of_interval(until, self.rollout.interval);
        let within = Within { from: before(to, window), to, now: false };
        let mut values = counted.values(fixed, (within, self.rollout.max_stale()), &self.surroundings.context(self.patience)).await?;
        if counted.is_throughput() {
            values.iter_mut().for_each(|value| *value /= window.get().as_secs_f64().max(1.0));
        }
        Ok((values, window))
    }

    /// What a part came to in a stretch up to an instant by the server's clock, and how much of that there was something to see; a
    /// throughput for each second of it.
    pub(super) async fn over(
        &self,
        mut part: Part<'_>,
        (window, until): (Period, Timestamp),
        fixed: &Fixed,
    ) -> Result<(Vec<f64>, Period), Trouble> {
        let nothing = || trouble(State::NoData, format!("`{}` had nothing in the {window} before", fixed.old));
        let stretch = Stretch::coarse(before(until, window), until, self.rollout.max_stale());
        if let Shape::Gauge(_) = part.shape {
            part.main = part.main.mean_over(&stretch);
        }
        let parts = Parts { each: vec![part], counted: Vec::new(), others: BTreeMap::new() };
        let (past, spans) = Past::of(self, &stretch, &parts).await;
        let (part, span) = parts.each.first().zip(spans.first()).ok_or_else(nothing)?;
        let mut values = Reading::new(&past, fixed, *span).values(part)?;
        let seen = Period::between(past.oldest(&part.main)?, span.until);
        if let Shape::Throughput(_) = part.shape {
            values.iter_mut().for_each(|value| *value /= seen.get().as_secs_f64().max(1.0));
        }
        Ok((values, seen))
    }
}
