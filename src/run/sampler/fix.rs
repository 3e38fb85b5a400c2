//! What is laid down when a stage begins: the buckets that count, and the baselines of before.

use std::{collections::BTreeMap, time::Instant};

use jiff::Timestamp;

use super::{
    Sampler, buckets,
    document::Counted,
    part::{Part, called, histogram},
    past::Question,
    reading::{error, trouble},
    to_millis,
};
use crate::{
    model::{Period, Release},
    rollout::{Fixed, Limit, Measure, Shape, State, Trouble, Whose, same_end},
};

/// Without a window the quantile of the old version is that of the last hour.
const LAST_HOUR: Period = Period::seconds(3_600);

/// A measure of which something is to be laid down.
struct Fixing<'a> {
    sampler: &'a Sampler<'a>,
    name: &'a str,
    measure: &'a Measure,
    instant: Timestamp,
    /// Whether it is held against a baseline, and what that is the time of.
    compared: bool,
    window: Option<Period>,
}

impl Sampler<'_> {
    /// Lays down what stays so for all samples of a stage that begins now, by our clock; and says, by measure, why something of it
    /// cannot be: nothing that rests on it is shown then.
    pub async fn fix(&self, new: &str, old: &str, now: Timestamp) -> (Fixed, BTreeMap<String, Trouble>) {
        match self.settled(now).await {
            Ok(instant) => self.fix_at(new, old, instant).await,
            Err(trouble) => {
                let troubles = self.wanted().into_iter().map(|name| (name.to_owned(), trouble.clone())).collect();
                (Fixed { new: new.into(), old: old.into(), ..Fixed::default() }, troubles)
            }
        }
    }

    /// The same for a stage that began at an instant, by the server's clock.
    pub async fn fix_at(&self, new: &str, old: &str, instant: Timestamp) -> (Fixed, BTreeMap<String, Trouble>) {
        let mut fixed = Fixed { new: new.into(), old: old.into(), ..Fixed::default() };
        let (mut troubles, instant) = (BTreeMap::new(), to_millis(instant));
        // What a query is asked with cannot leave the text that it stands in.
        if let Some(why) = [new, old].into_iter().find_map(|version| Release::check_version(version).err()) {
            troubles.extend(self.wanted().into_iter().map(|name| (name.to_owned(), error(why.clone()))));
            return (fixed, troubles);
        }
        for (name, measure) in self.wanted().into_iter().filter_map(|name| Some((name, self.rollout.measures.get(name)?))) {
            let compared = self.terms.compared().any(|compared| compared == name);
            let window = self.rollout.window(name).filter(|_| compared);
            if let Err(trouble) = (Fixing { sampler: self, name, measure, instant, compared, window }).lay_down(&mut fixed).await {
                troubles.insert(name.to_owned(), trouble);
            }
        }
        (fixed, troubles)
    }
}

impl Fixing<'_> {
    async fn lay_down(&self, fixed: &mut Fixed) -> Result<(), Trouble> {
        if let Shape::Quantile(part) = self.measure.shape() {
            self.buckets(part, fixed).await?;
        }
        for whose in [Whose::New, Whose::Old] {
            self.counts_a_stretch(whose, fixed).await?;
        }
        if let Some(window) = self.window {
            let no = |trouble: Trouble| Trouble { why: format!("`{}` has no baseline: {}", self.name, trouble.why), ..trouble };
            let baseline = self.baseline(window, fixed).await.map_err(no)?;
            fixed.baseline.insert(self.name.to_owned(), baseline);
        }
        Ok(())
    }

    /// That a document counts nothing where no time goes by: else it looks at no stretch, or ends are counted in two, and each look
    /// would add what others have counted before. A service may refuse such a question.
    async fn counts_a_stretch(&self, whose: Whose, fixed: &Fixed) -> Result<(), Trouble> {
        let Some(counted) = Counted::of(self.name, self.measure, whose).filter(Counted::is_of_stretch) else { return Ok(()) };
        let over = (Period::seconds(0), self.instant);
        match self.sampler.counted_over(&counted, over, fixed).await {
            Ok((values, _)) if values.iter().any(|value| *value != 0.0) => Err(error(format!(
                "the document of `{}` counts {values:?} although no time goes by between `${{from}}` and `${{to}}`: it must count from the one on, \
                 and before the other",
                self.name
            ))),
            _ => Ok(()),
        }
    }

    async fn buckets(&self, part: f64, fixed: &mut Fixed) -> Result<(), Trouble> {
        let mut ends = self.limits();
        if self.compared {
            // What `increase` makes up is made up of all buckets alike.
            let over = self.window.unwrap_or(LAST_HOUR).get().as_secs();
            let old = self.ladder(&fixed.old, |buckets| format!("sum by (le) (increase({buckets}[{over}s]))")).await?;
            if !buckets::total(&old).is_some_and(|total| total > 0.0) {
                return Err(trouble(
                    State::NoData,
                    format!("`{}` has no baseline: `{}` had nothing in the {over} s before", self.name, fixed.old),
                ));
            }
            let above_all = || error(format!("the {part} quantile of the old version's `{}` is above its highest bucket", self.name));
            let beside = buckets::quantile(&old, part).ok_or_else(above_all)?;
            fixed.beside.insert(self.name.to_owned(), beside);
            ends.push(beside);
        }
        ends.sort_by(f64::total_cmp);
        ends.dedup_by(|one, other| same_end(*one, *other));
        // Where neither version has it yet, its first sample shows whether there are such buckets.
        let mut checked = false;
        for whose in [Whose::New, Whose::Old] {
            let wanted = self.sampler.terms.wanted().any(|wanted| wanted == (self.name, whose));
            // A version that has nothing yet is expected to have the buckets of the old one.
            if !wanted && !(whose == Whose::Old && (self.window.is_some() || !checked)) {
                continue;
            }
            let ladder = self.ladder(called(fixed, whose), |buckets| format!("count by (le) (last_over_time({buckets}[1h]))")).await?;
            checked |= !ladder.is_empty();
            let missing = ends.iter().find(|end| !ladder.is_empty() && buckets::above(&ladder, **end).is_none());
            if let Some(limit) = missing {
                return Err(error(format!("`{}` of the {whose} version: {}", self.name, buckets::no_bucket(&ladder, *limit))));
            }
        }
        fixed.buckets.insert(self.name.to_owned(), ends);
        Ok(())
    }

    /// The fixed limits that it is held against.
    fn limits(&self) -> Vec<f64> {
        let terms = &self.sampler.terms;
        let demanded = terms.demands.iter().filter(|(measure, ..)| measure == self.name).map(|(_, limit, _)| limit);
        let own = terms.triggers.iter().filter(|trigger| trigger.measure.as_deref() == Some(self.name));
        let fixed = |limit: &Limit| match limit {
            Limit::Fixed(amount) => Some(amount.value),
            Limit::OfBaseline(_) => None,
        };
        demanded.chain(own.filter_map(|trigger| trigger.limit())).filter_map(fixed).collect()
    }

    /// What a query says of all buckets of a version.
    async fn ladder(&self, version: &str, query: impl Fn(String) -> String) -> Result<Vec<(f64, f64)>, Trouble> {
        let Some((metric, selector)) = histogram(self.measure, version) else { return Ok(Vec::new()) };
        let question = Question::at(query(buckets::all(&selector, &metric)), self.instant);
        let end = Instant::now() + self.sampler.patience.get();
        Ok(buckets::ladder(&self.sampler.ask(&question, end).await?))
    }

    /// What the old version had in the window; a throughput for each second in which there was one to count.
    async fn baseline(&self, window: Period, fixed: &Fixed) -> Result<Vec<f64>, Trouble> {
        let nothing = || trouble(State::NoData, format!("`{}` had nothing in the {window} before", fixed.old));
        let (shape, over) = (self.measure.shape(), (window, self.instant));
        let (values, _) = match Counted::of(self.name, self.measure, Whose::Old) {
            Some(counted) => self.sampler.counted_over(&counted, over, fixed).await?,
            None => self.sampler.over(Part::of(self.name, self.measure, Whose::Old, fixed).ok_or_else(nothing)?, over, fixed).await?,
        };
        let any = shape.traffic(&values).unwrap_or(values[0]) > 0.0;
        (any || matches!(shape, Shape::Gauge(_))).then_some(values).ok_or_else(nothing)
    }
}
