//! What the server remembers of a stretch of time: each question asked once, many at the same time.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;

use super::{Sampler, before, part::Source, unseen};
use crate::{
    model::Period,
    net::{
        self,
        prometheus::{Data, Labels, Series, Window},
    },
    rollout::Trouble,
};

/// Questions at the same time.
const WIDTH: usize = 8;

/// So many times the patience for one question all of them may take.
const ALL: u32 = 3;

/// A stretch of time with the instants at which it is looked at.
#[derive(Debug, Clone)]
pub(super) struct Stretch {
    pub(super) from: Timestamp,
    /// The oldest first; never empty.
    pub(super) instants: Vec<Timestamp>,
    first: Timestamp,
    last: Timestamp,
    step: Period,
    /// How old data may be.
    stale: Period,
}

/// Something to ask of the server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Question {
    text: String,
    when: When,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum When {
    At(Timestamp),
    Over(Timestamp, Timestamp, Period),
}

/// What the server said, and what it is to be asked.
pub(super) struct Past<'a> {
    sampler: &'a Sampler<'a>,
    pub(super) stretch: &'a Stretch,
    end: Instant,
    answers: BTreeMap<Question, Result<Vec<Series>, Trouble>>,
}

impl Stretch {
    pub(super) fn of(from: Timestamp, instants: Vec<Timestamp>, step: Period, stale: Period) -> Option<Self> {
        let (first, last) = (*instants.first()?, *instants.last()?);
        Some(Self { from, instants, first, last, step, stale })
    }

    /// Whether data of one instant was not too old at another.
    pub(super) fn is_fresh(&self, data: Timestamp, at: Timestamp) -> bool {
        Period::between(data, at) <= self.stale
    }

    /// From before its beginning, so that a counter's value then is among its points, to its end.
    fn seconds(&self) -> u64 {
        Period::between(before(self.from, self.stale), self.last).get().as_secs() + 1
    }
}

impl Question {
    /// The value of a query at an instant.
    pub(super) fn at(text: String, at: Timestamp) -> Self {
        Self { text, when: When::At(at) }
    }

    /// Its values from one instant to another.
    pub(super) fn over(text: String, from: Timestamp, to: Timestamp, step: Period) -> Self {
        Self { text, when: When::Over(from, to, step) }
    }
}

impl<'a> Past<'a> {
    pub(super) fn new(sampler: &'a Sampler<'a>, stretch: &'a Stretch) -> Self {
        Self { sampler, stretch, end: Instant::now() + sampler.patience.get() * ALL, answers: BTreeMap::new() }
    }

    /// Asks what was not asked yet.
    pub(super) async fn learn(&mut self, questions: Vec<Question>) {
        let new: BTreeSet<Question> = questions.into_iter().filter(|question| !self.answers.contains_key(question)).collect();
        let (sampler, end) = (self.sampler, self.end);
        let asked = stream::iter(new).map(|question| async move { (sampler.ask(&question, end).await, question) });
        let answers: Vec<_> = asked.buffer_unordered(WIDTH).collect().await;
        self.answers.extend(answers.into_iter().map(|(answer, question)| (question, answer)));
    }

    /// What was answered; nothing to what was not asked.
    pub(super) fn answer(&self, question: &Question) -> Result<&[Series], Trouble> {
        match self.answers.get(question) {
            Some(Ok(series)) => Ok(series),
            Some(Err(trouble)) => Err(trouble.clone()),
            None => Ok(&[]),
        }
    }

    fn points_of(&self, source: &Source) -> Question {
        Question::at(format!("{}[{}s]", source.text, self.stretch.seconds()), self.stretch.last)
    }

    fn age_of(&self, selector: &str) -> Question {
        let Stretch { first, last, step, .. } = *self.stretch;
        Question::over(format!("min(timestamp({selector}))"), first, last, step)
    }

    /// What tells how new its data is.
    pub(super) fn newest_by(&self, source: &Source) -> Vec<Question> {
        match source.by_series {
            true => vec![self.points_of(source)],
            false => source.selectors.iter().map(|selector| self.age_of(selector)).collect(),
        }
    }

    /// The last values before the stretch that the server knew within an hour.
    pub(super) fn known(&self, source: &Source) -> Question {
        Question::at(format!("last_over_time({}[1h])", source.text), self.stretch.from)
    }

    /// How many series there were within an hour.
    pub(super) fn ever(&self, source: &Source) -> Question {
        Question::at(format!("count(last_over_time({}[1h]))", source.selectors.first().map_or("", String::as_str)), self.stretch.first)
    }

    /// What the whole query comes to.
    pub(super) fn value(&self, source: &Source, at: Timestamp) -> Question {
        Question::at(source.text.clone(), at)
    }

    /// What it last came to within an hour.
    pub(super) fn earlier(&self, source: &Source, at: Timestamp) -> Question {
        Question::at(format!("last_over_time(({})[1h:1m])", source.text), at)
    }

    /// The points of what is read by series, some of them from before the stretch.
    pub(super) fn points(&self, source: &Source) -> Result<&[Series], Trouble> {
        self.answer(&self.points_of(source))
    }

    /// Whether the points of a series do not say what it was when the stretch began.
    pub(super) fn begins_within(&self, source: &Source) -> bool {
        let late = |series: &Series| series.points.first().is_some_and(|point| point.time() > self.stretch.from);
        source.by_series && self.points(source).is_ok_and(|series| series.iter().any(late))
    }

    pub(super) fn is_absent(&self, source: &Source) -> bool {
        self.newest(source, self.stretch.first) == Ok(None)
    }

    /// When there was data last: of what is read by series that of the newest of them, as one that is over has none; else of the oldest.
    pub(super) fn newest(&self, source: &Source, at: Timestamp) -> Result<Option<Timestamp>, Trouble> {
        if source.by_series {
            let points = self.points(source)?.iter().flat_map(|series| &series.points);
            return Ok(points.map(net::prometheus::Point::time).filter(|time| *time <= at).max());
        }
        let mut oldest = None;
        for selector in &source.selectors {
            let ages = self.answer(&self.age_of(selector))?.iter().flat_map(|series| &series.points);
            let then = ages.filter(|age| age.time() == at).map(|age| net::prometheus::Point { at: age.value, ..*age }.time());
            oldest = oldest.into_iter().chain(then).min();
        }
        Ok(oldest)
    }

    /// The last values before the stretch, by series.
    pub(super) fn before(&self, source: &Source) -> Result<BTreeMap<&Labels, f64>, Trouble> {
        let series = self.answer(&self.known(source))?.iter();
        Ok(series.filter_map(|one| Some((&one.labels, one.points.last()?.value))).collect())
    }
}

impl Sampler<'_> {
    /// One question; a number without labels is one series.
    pub(super) async fn ask(&self, question: &Question, end: Instant) -> Result<Vec<Series>, Trouble> {
        let server = self.server((Instant::now() + self.patience.get()).min(end));
        let data = match question.when {
            When::At(at) => server.instant(&question.text, Some(at)).await,
            When::Over(from, to, step) => server.range(&question.text, Window { from, to, step }).await,
        };
        match data.map_err(unseen)? {
            Data::Vector(series) | Data::Matrix(series) => Ok(series),
            Data::Scalar(point) => Ok(vec![Series { labels: Labels::default(), points: vec![point] }]),
            Data::Text(_) => {
                Err(unseen(net::Trouble::Unknown(format!("{} gives a text, not a number", self.rollout.prometheus.url.target()))))
            }
        }
    }
}
