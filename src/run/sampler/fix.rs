//! What is laid down when a stage begins: the buckets that count, and the baselines of before.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    Sampler, before, buckets,
    part::{self, Source},
    past::{Past, Question, Stretch},
    reading::{error, one, shown, trouble},
    rise::{Span, rise},
};
use crate::{
    model::Period,
    net::prometheus::Series,
    rollout::{Fixed, Limit, Measure, Shape, State, Trouble, Whose, same_end},
};

/// Steps in which a counter of before is read: what a process counted between the last of them and its end is not seen.
const STEPS: u64 = 240;

/// Without a window the quantile of the old version is that of the last hour.
const LAST_HOUR: Period = Period::seconds(3_600);

/// What is laid down of one measure.
#[derive(Default)]
struct Laid {
    buckets: Vec<f64>,
    beside: Option<f64>,
    baseline: Option<Vec<f64>>,
}

impl Sampler<'_> {
    /// Lays down what stays so for all samples of a stage that begins now, by our clock; and says, by measure, why something of it
    /// cannot be: such a measure has no values then.
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
        let versions = Fixed { new: new.into(), old: old.into(), ..Fixed::default() };
        let (mut fixed, mut troubles) = (versions.clone(), BTreeMap::new());
        let stretch = Stretch::of(instant, vec![instant], self.rollout.interval, self.rollout.prometheus.max_stale);
        let Some(stretch) = stretch else { return (fixed, troubles) };
        let fixing: Vec<Fixing<'_>> = self.wanted().into_iter().filter_map(|name| Fixing::of(self, name, &versions, instant)).collect();
        let mut past = Past::new(self, &stretch);
        past.learn(fixing.iter().flat_map(Fixing::questions).collect()).await;
        for fixing in &fixing {
            match fixing.laid(&past) {
                Ok(Laid { buckets, beside, baseline }) => {
                    let name = || fixing.name.to_owned();
                    fixed.buckets.extend(Some(buckets).filter(|ends| !ends.is_empty()).map(|ends| (name(), ends)));
                    fixed.beside.extend(beside.map(|end| (name(), end)));
                    fixed.baseline.extend(baseline.map(|values| (name(), values)));
                }
                Err(trouble) => _ = troubles.insert(fixing.name.to_owned(), trouble),
            }
        }
        (fixed, troubles)
    }
}

/// A measure of which something is to be laid down.
struct Fixing<'a> {
    name: &'a str,
    measure: &'a Measure,
    instant: Timestamp,
    /// The versions whose buckets must be there, and what they are called; the old one at last.
    versions: Vec<(Whose, &'a str)>,
    old: &'a str,
    /// Fixed limits.
    limits: Vec<f64>,
    compared: bool,
    window: Option<Period>,
}

impl<'a> Fixing<'a> {
    fn of(sampler: &'a Sampler<'_>, name: &'a str, fixed: &'a Fixed, instant: Timestamp) -> Option<Self> {
        let terms = &sampler.terms;
        let measure = sampler.rollout.measures.get(name)?;
        let demanded = terms.demands.iter().filter(|(measure, ..)| measure == name).map(|(_, limit, _)| limit);
        let triggering =
            terms.triggers.iter().filter(|trigger| trigger.measure.as_deref() == Some(name)).filter_map(|trigger| trigger.limit());
        let limits = demanded.chain(triggering).filter_map(|limit| match limit {
            Limit::Fixed(amount) => Some(amount.value),
            Limit::OfBaseline(_) => None,
        });
        let compared = terms.compared().any(|compared| compared == name);
        let wanted: BTreeSet<&str> =
            terms.wanted().filter(|(measure, _)| *measure == name).map(|(_, whose)| part::called(fixed, whose)).collect();
        let versions = [Whose::New, Whose::Old].map(|whose| (whose, part::called(fixed, whose)));
        Some(Self {
            name,
            measure,
            instant,
            versions: versions.into_iter().filter(|(_, version)| wanted.contains(version)).collect(),
            old: &fixed.old,
            limits: limits.collect(),
            compared,
            window: sampler.rollout.window(name).filter(|_| compared),
        })
    }

    fn questions(&self) -> Vec<Question> {
        let mut questions: Vec<Question> = Vec::new();
        if self.measure.histogram.is_some() {
            questions.extend(self.versions.iter().filter_map(|(_, version)| self.ends(version)));
            questions.extend(self.ends(self.old));
            questions.extend(self.risen().filter(|_| self.compared));
        } else if let Some(window) = self.window {
            let sources = [part::main(self.measure, self.old, &[]), part::beside(self.measure, self.old)];
            questions.extend(sources.iter().flatten().flat_map(|source| self.over(source, window)));
        }
        questions
    }

    /// Which buckets a version has.
    fn ends(&self, version: &str) -> Option<Question> {
        let (metric, selector) = part::histogram(self.measure, version)?;
        Some(Question::at(format!("count by (le) (last_over_time({}[1h]))", buckets::all(&selector, &metric)), self.instant))
    }

    /// What came into each bucket of the old version. All of them grow alike by what `increase` makes up.
    fn risen(&self) -> Option<Question> {
        let (metric, selector) = part::histogram(self.measure, self.old)?;
        let seconds = self.window.unwrap_or(LAST_HOUR).get().as_secs();
        Some(Question::at(format!("sum by (le) (increase({}[{seconds}s]))", buckets::all(&selector, &metric)), self.instant))
    }

    /// What a source was over the window.
    fn over(&self, source: &Source, window: Period) -> Vec<Question> {
        let (from, step) = (before(self.instant, window), Period::seconds(window.get().as_secs().div_ceil(STEPS)));
        match self.measure.shape() {
            Shape::Gauge(_) => {
                let steps = format!("{}s:{}s", window.get().as_secs(), step.get().as_secs());
                vec![Question::at(format!("avg_over_time(({})[{steps}])", source.text), self.instant)]
            }
            _ if source.by_series => vec![Question::over(source.text.clone(), from, self.instant, step)],
            _ => [from, self.instant].map(|at| Question::at(source.text.clone(), at)).to_vec(),
        }
    }

    fn laid(&self, past: &Past<'_>) -> Result<Laid, Trouble> {
        if self.measure.histogram.is_some() {
            return self.histogram(past);
        }
        Ok(Laid { baseline: self.window.map(|window| self.baseline(past, window)).transpose()?, ..Laid::default() })
    }

    fn histogram(&self, past: &Past<'_>) -> Result<Laid, Trouble> {
        let ladder = |question: Option<Question>| match question {
            Some(question) => past.answer(&question).map(buckets::ladder),
            None => Ok(Vec::new()),
        };
        let (mut ends, mut beside, mut baseline) = (self.limits.clone(), None, None);
        if self.compared {
            let old = ladder(self.risen())?;
            let total = buckets::total(&old).filter(|total| *total > 0.0).ok_or_else(|| self.no_baseline())?;
            let part = match self.measure.shape() {
                Shape::Quantile(part) => part,
                _ => 1.0,
            };
            let above_all = || error(format!("the {part} quantile of the old version's `{}` is above its highest bucket", self.name));
            beside = Some(buckets::quantile(&old, part).ok_or_else(above_all)?);
            ends.extend(beside);
            order(&mut ends);
            let above = |end: &f64| buckets::above(&old, *end).ok_or_else(|| self.no_bucket(Whose::Old, &old, *end));
            let above = ends.iter().map(above).collect::<Result<Vec<_>, _>>()?;
            baseline = self.window.map(|_| [vec![total], above].concat());
        }
        order(&mut ends);
        let mut known =
            self.versions.iter().map(|(whose, version)| Ok((*whose, ladder(self.ends(version))?))).collect::<Result<Vec<_>, Trouble>>()?;
        known.retain(|(_, ladder)| !ladder.is_empty());
        if known.is_empty() {
            known.push((Whose::Old, ladder(self.ends(self.old))?));
        }
        for (whose, ladder) in known {
            if ladder.is_empty() {
                return Err(trouble(State::NoData, format!("the histogram of `{}` is not there, for no version", self.name)));
            }
            if let Some(limit) = ends.iter().find(|limit| buckets::above(&ladder, **limit).is_none()) {
                return Err(self.no_bucket(whose, &ladder, *limit));
            }
        }
        Ok(Laid { buckets: ends, beside, baseline })
    }

    fn baseline(&self, past: &Past<'_>, window: Period) -> Result<Vec<f64>, Trouble> {
        let main = part::main(self.measure, self.old, &[]).ok_or_else(|| self.no_baseline())?;
        let all = self.risen_over(past, &main, window)?.ok_or_else(|| self.no_baseline())?;
        let beside = part::beside(self.measure, self.old);
        let beside = beside.map(|source| self.risen_over(past, &source, window)).transpose()?.flatten();
        let (values, enough) = match self.measure.shape() {
            Shape::Gauge(_) => (vec![all.0], true),
            // One for each second in which there was one to count.
            Shape::Throughput(_) => (vec![all.0 / all.1], all.1 > 0.0),
            Shape::Mean => (vec![beside.map_or(0.0, |(sum, _)| sum), all.0], all.0 > 0.0 && beside.is_some()),
            _ => (vec![beside.map_or(0.0, |(bad, _)| bad), all.0], all.0 > 0.0),
        };
        if !enough {
            return Err(self.no_baseline());
        }
        if !self.measure.shape().holds(&values) {
            return Err(error(format!("the baseline of `{}` comes to {values:?}, which cannot be", self.name)));
        }
        Ok(values)
    }

    /// What a source rose by over the window, and in how many seconds; of a gauge its mean.
    fn risen_over(&self, past: &Past<'_>, source: &Source, window: Period) -> Result<Option<(f64, f64)>, Trouble> {
        let questions = self.over(source, window);
        let answers = questions.iter().map(|question| past.answer(question)).collect::<Result<Vec<_>, _>>()?;
        match (self.measure.shape(), &*answers) {
            (Shape::Gauge(_), [mean]) => Ok(one(source, mean)?.map(|mean| (mean, 0.0))),
            (_, [series]) => self.grid(series, window).map(|risen| risen.filter(|_| !series.is_empty())),
            (_, [then, now]) => {
                let Some((then, now)) = one(source, then)?.zip(one(source, now)?) else { return Ok(None) };
                let fell = || error(format!("{} fell over the baseline's window: give the counter itself", shown(source)));
                (now >= then).then(|| Some((now - then, window.get().as_secs_f64()))).ok_or_else(fell)
            }
            _ => Ok(None),
        }
    }

    /// What series rose by, read step by step. Where the server knew some at first, those that came later count from 0.
    fn grid(&self, series: &[Series], window: Period) -> Result<Option<(f64, f64)>, Trouble> {
        let from = before(self.instant, window);
        let times = || series.iter().flat_map(|one| &one.points).map(|point| point.time());
        let (Some(first), Some(last)) = (times().min(), times().max()) else { return Ok(None) };
        let span = Span { from, until: self.instant, at: self.instant };
        let mut sum = 0.0;
        for one in series {
            let known = one.points.first().filter(|_| first > from).map(|point| point.value);
            sum += rise(one, known, span, &mut BTreeSet::new()).map_err(error)?;
        }
        Ok(Some((sum, Period::between(first, last).get().as_secs_f64())))
    }

    fn no_bucket(&self, whose: Whose, ladder: &[(f64, f64)], limit: f64) -> Trouble {
        error(format!("`{}` of the {whose} version: {}", self.name, buckets::no_bucket(ladder, limit)))
    }

    fn no_baseline(&self) -> Trouble {
        let of = self.window.unwrap_or(LAST_HOUR);
        trouble(State::NoData, format!("`{}` has no baseline: `{}` had none of it in the {of} before", self.name, self.old))
    }
}

/// In order, each once.
fn order(ends: &mut Vec<f64>) {
    ends.sort_by(f64::total_cmp);
    ends.dedup_by(|one, other| same_end(*one, *other));
}
