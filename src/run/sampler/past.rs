//! What the server remembers of a stretch of time: each question asked once, many at the same time.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;

use super::{
    Sampler, before,
    document::{Counted, begin_of_interval, end_of_interval},
    part::{Part, Parts, Source},
    rise::Span,
    unseen,
};
use crate::{
    model::Period,
    net::{
        self,
        prometheus::{Data, Labels, Point, Series, Window},
    },
    rollout::{Shape, Trouble},
};

/// Questions at the same time.
const WIDTH: usize = 8;

/// So many times the patience for one question all of them may take.
const ALL: u32 = 3;

/// Steps in which a long stretch is read: what a process counted between the last of them and its end is not seen.
const STEPS: u64 = 240;

/// A stretch of time with the instants at which it is looked at.
#[derive(Debug, Clone)]
pub(super) struct Stretch {
    from: Timestamp,
    /// The oldest first; never empty.
    instants: Vec<Timestamp>,
    first: Timestamp,
    last: Timestamp,
    pub(super) step: Period,
    /// How old data may be.
    stale: Period,
    /// Whether it is read step by step, and not point by point.
    pub(super) is_coarse: bool,
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

/// What the server said of a stretch.
pub(super) struct Past<'a> {
    pub(super) stretch: &'a Stretch,
    answers: BTreeMap<Question, Result<Vec<Series>, Trouble>>,
}

impl Stretch {
    pub(super) fn of(from: Timestamp, instants: Vec<Timestamp>, step: Period, stale: Period) -> Option<Self> {
        let (first, last) = (*instants.first()?, *instants.last()?);
        Some(Self { from, instants, first, last, step, stale, is_coarse: false })
    }

    /// One that may be long.
    pub(super) fn coarse(from: Timestamp, to: Timestamp, stale: Period) -> Self {
        let step = Period::seconds(Period::between(from, to).get().as_secs().div_ceil(STEPS).max(1));
        Self { from, instants: vec![to], first: to, last: to, step, stale, is_coarse: true }
    }

    pub(super) fn seconds(&self) -> u64 {
        Period::between(self.from, self.last).get().as_secs() + 1
    }

    /// Whether data of one instant was not too old at another.
    pub(super) fn is_fresh(&self, data: Timestamp, at: Timestamp) -> bool {
        Period::between(data, at) <= self.stale
    }
}

impl Question {
    /// The value of a query at an instant.
    pub(super) fn at(text: String, at: Timestamp) -> Self {
        Self { text, when: When::At(at) }
    }
}

impl<'a> Past<'a> {
    /// Asks for all that the parts need, and says which stretches become samples.
    pub(super) async fn of(sampler: &Sampler<'_>, stretch: &'a Stretch, parts: &Parts<'_>) -> (Self, Vec<Span>) {
        let mut past = Self { stretch, answers: BTreeMap::new() };
        let end = Instant::now() + sampler.patience.get() * ALL;
        past.learn(sampler, end, parts.sources().flat_map(|source| past.newest_by(source)).collect()).await;
        let begun = parts.sources().filter(|source| past.begins_within(source)).map(|source| past.known(source));
        let absent = parts.each.iter().filter(|part| past.newest(&part.main, stretch.first) == Ok(None));
        let ever = absent.flat_map(|part| [Some(&part.main), part.other.as_ref()]).flatten().map(|source| past.ever(source));
        past.learn(sampler, end, begun.chain(ever).collect()).await;
        let spans = past.spans(parts);
        let ends = parts.each.iter().flat_map(|part| spans.iter().flat_map(|span| past.at_ends(part, *span)));
        past.learn(sampler, end, ends.collect()).await;
        (past, spans)
    }

    /// Asks what was not asked yet.
    async fn learn(&mut self, sampler: &Sampler<'_>, end: Instant, questions: BTreeSet<Question>) {
        let new = questions.into_iter().filter(|question| !self.answers.contains_key(question));
        let asked = stream::iter(new).map(|question| async move { (sampler.ask(&question, end).await, question) });
        let answers: Vec<_> = asked.buffer_unordered(WIDTH).collect().await;
        self.answers.extend(answers.into_iter().map(|(answer, question)| (question, answer)));
    }

    /// What was answered; nothing to what was not asked.
    pub(super) fn answer(&self, question: &Question) -> Result<&[Series], Trouble> {
        self.answers.get(question).map_or(Ok(&[]), |answer| answer.as_deref().map_err(Clone::clone))
    }

    /// The points of a source that is read by series: from before the beginning, so that a counter's value then is among them.
    fn points_of(&self, source: &Source) -> Question {
        let Stretch { from, last, step, stale, is_coarse, .. } = *self.stretch;
        match is_coarse {
            true => Question { text: source.text.clone(), when: When::Over(from, last, step) },
            false => {
                let seconds = Period::between(before(from, stale), last).get().as_secs() + 1;
                Question::at(format!("{}[{seconds}s]", source.text), last)
            }
        }
    }

    fn age_of(&self, selector: &str) -> Question {
        let Stretch { first, last, step, .. } = *self.stretch;
        Question { text: format!("min(timestamp({selector}))"), when: When::Over(first, last, step) }
    }

    /// What tells how new its data is.
    fn newest_by(&self, source: &Source) -> Vec<Question> {
        match source.by_series {
            true => vec![self.points_of(source)],
            false => source.selectors.iter().map(|selector| self.age_of(selector)).collect(),
        }
    }

    /// The last values before the stretch that the server knew within an hour.
    fn known(&self, source: &Source) -> Question {
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

    /// What is not read by series, at the ends of a stretch.
    fn at_ends(&self, part: &Part<'_>, span: Span) -> Vec<Question> {
        let mut questions = Vec::new();
        for source in part.sources().filter(|source| !source.by_series) {
            questions.push(self.value(source, span.until));
            if !matches!(part.shape, Shape::Gauge(_)) {
                questions.extend([self.value(source, span.from), self.earlier(source, span.from)]);
            }
        }
        questions
    }

    /// The stretches that become samples: each up to the newest time that every measure which is not too old has data of. Where
    /// documents count, each ends with a whole interval.
    fn spans(&self, parts: &Parts<'_>) -> Vec<Span> {
        let (mut from, mut spans) = (self.stretch.from, Vec::new());
        for at in &self.stretch.instants {
            let newest = parts.each.iter().filter_map(|part| self.newest(&part.main, *at).ok().flatten());
            let until = newest.filter(|newest| self.stretch.is_fresh(*newest, *at)).min().unwrap_or(*at);
            let whole = parts.counted.iter().any(Counted::is_of_stretch);
            let until = if whole { begin_of_interval(until, self.stretch.step) } else { until };
            if until > if whole { end_of_interval(from, self.stretch.step) } else { from } {
                spans.push(Span { from, until, at: *at });
                from = until;
            }
        }
        spans
    }

    /// The points of what is read by series.
    pub(super) fn points(&self, source: &Source) -> Result<&[Series], Trouble> {
        self.answer(&self.points_of(source))
    }

    /// Whether the points of a series do not say what it was when the stretch began.
    fn begins_within(&self, source: &Source) -> bool {
        let late = |series: &Series| series.points.first().is_some_and(|point| point.time() > self.stretch.from);
        source.by_series && self.points(source).is_ok_and(|series| series.iter().any(late))
    }

    /// When there was data last: of what is read by series that of the newest of them, as one that is over has none; else of the oldest.
    pub(super) fn newest(&self, source: &Source, at: Timestamp) -> Result<Option<Timestamp>, Trouble> {
        if source.by_series {
            let points = self.points(source)?.iter().flat_map(|series| &series.points);
            return Ok(points.map(Point::time).filter(|time| *time <= at).max());
        }
        let mut oldest = None;
        for selector in &source.selectors {
            let ages = self.answer(&self.age_of(selector))?.iter().flat_map(|series| &series.points);
            let then = ages.filter(|age| age.time() == at).map(|age| Point { at: age.value, ..*age }.time());
            oldest = oldest.into_iter().chain(then).min();
        }
        Ok(oldest)
    }

    /// Since when there is data in the stretch.
    pub(super) fn oldest(&self, source: &Source) -> Result<Timestamp, Trouble> {
        let points = self.points(source)?.iter().flat_map(|series| &series.points);
        Ok(points.map(Point::time).min().unwrap_or(self.stretch.from).max(self.stretch.from))
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
        let Some(server) = &self.rollout.prometheus else { return Ok(Vec::new()) };
        let address = server.url.target();
        let server = self.server(server, (Instant::now() + self.patience.get()).min(end));
        let data = match question.when {
            When::At(at) => server.instant(&question.text, Some(at)).await,
            When::Over(from, to, step) => server.range(&question.text, Window { from, to, step }).await,
        };
        match data.map_err(unseen)? {
            Data::Vector(series) | Data::Matrix(series) => Ok(series),
            Data::Scalar(point) => Ok(vec![Series { labels: Labels::default(), points: vec![point] }]),
            Data::Text(_) => Err(unseen(net::Trouble::Unknown(format!("{address} gives a text, not a number")))),
        }
    }
}
