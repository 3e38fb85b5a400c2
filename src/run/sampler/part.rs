//! What must be asked for the measures of a stage: of each measure and version its counters or its gauge.

use std::collections::BTreeMap;

use super::{
    buckets,
    past::{Past, Question},
    rise::Span,
};
use crate::rollout::{Fixed, Measure, Query, Rollout, Shape, Terms, Whose};

/// One query for one version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Source {
    /// As it is asked.
    pub(super) text: String,
    /// What it selects; never empty.
    pub(super) selectors: Vec<String>,
    /// Whether its series are read one by one: it is then one selector, and nothing else.
    pub(super) by_series: bool,
}

/// A measure of one version.
pub(super) struct Part<'a> {
    pub(super) measure: &'a str,
    pub(super) whose: Whose,
    pub(super) shape: Shape,
    /// What says whether there is anything: all, how often, the buckets, the gauge.
    pub(super) main: Source,
    /// What is counted beside it: the bad ones, the sum.
    pub(super) beside: Option<Source>,
    /// The main one of the other version, where that is another.
    pub(super) other: Option<Source>,
}

/// All of a stage.
pub(super) struct Parts<'a> {
    pub(super) each: Vec<Part<'a>>,
    /// What selects other versions than the two, with the label that has their name.
    pub(super) others: BTreeMap<Source, String>,
}

impl Source {
    /// A counter; it is read by series where that can be.
    pub(super) fn counter(query: &Query, version: &str) -> Self {
        let selectors = query.selectors_of(version);
        match &*selectors {
            [selector] if query.selector().is_some() => Self::series(selector.clone()),
            _ => Self { text: query.of(version), selectors, by_series: false },
        }
    }

    /// A gauge: its value is what the whole query comes to.
    pub(super) fn gauge(query: &Query, version: &str) -> Self {
        Self { text: query.of(version), selectors: query.selectors_of(version), by_series: false }
    }

    fn series(selector: String) -> Self {
        Self { text: selector.clone(), selectors: vec![selector], by_series: true }
    }
}

/// What the measure says whether there is anything by.
pub(super) fn main(measure: &Measure, version: &str, ends: &[f64]) -> Option<Source> {
    let counter = [&measure.total, &measure.count].into_iter().flatten().next();
    let histogram = || {
        let (metric, selector) = histogram(measure, version)?;
        Some(Source::series(buckets::selector(&selector, &metric, ends)))
    };
    counter
        .map(|query| Source::counter(query, version))
        .or_else(histogram)
        .or_else(|| measure.gauge.as_ref().map(|query| Source::gauge(query, version)))
}

/// The metric of a histogram, and what selects it for a version.
pub(super) fn histogram(measure: &Measure, version: &str) -> Option<(String, String)> {
    let query = measure.histogram.as_ref()?;
    Some((query.selector()?.metric.clone()?, query.selectors_of(version).pop()?))
}

/// What is counted beside it.
pub(super) fn beside(measure: &Measure, version: &str) -> Option<Source> {
    measure.bad.as_ref().or(measure.sum.as_ref()).map(|query| Source::counter(query, version))
}

/// What a version is called in the queries.
pub(super) fn called(fixed: &Fixed, whose: Whose) -> &str {
    match whose {
        Whose::New => &fixed.new,
        Whose::Old => &fixed.old,
    }
}

/// The other of the two.
pub(super) fn other(whose: Whose) -> Whose {
    match whose {
        Whose::New => Whose::Old,
        Whose::Old => Whose::New,
    }
}

impl<'a> Parts<'a> {
    pub(super) fn of(rollout: &'a Rollout, terms: &'a Terms, fixed: &Fixed) -> Self {
        let mut parts = Self { each: Vec::new(), others: BTreeMap::new() };
        for (name, whose) in terms.wanted() {
            let known = parts.each.iter().any(|part| part.measure == name && part.whose == whose);
            let Some(measure) = rollout.measures.get(name).filter(|_| !known) else { continue };
            let ends = fixed.buckets.get(name).map_or(&[][..], Vec::as_slice);
            let (version, second) = (called(fixed, whose), called(fixed, other(whose)));
            let Some(main) = main(measure, version, ends) else { continue };
            let other = self::main(measure, second, ends).filter(|other| *other != main);
            parts.each.push(Part { measure: name, whose, shape: measure.shape(), main, beside: beside(measure, version), other });
            // Where both are called the same, the past of one version is looked at, and others had their time then.
            if fixed.new != fixed.old {
                parts.others.extend(others(measure, &[version, second]));
            }
        }
        parts
    }

    /// What is asked at first: the points of what is read by series, and how old all else is.
    pub(super) fn first(&self, past: &Past<'_>) -> Vec<Question> {
        let counted = self.each.iter().flat_map(|part| [Some(&part.main), part.beside.as_ref()]).flatten();
        counted.chain(self.others.keys()).flat_map(|source| past.newest_by(source)).collect()
    }

    /// What was there before the points, where that matters.
    pub(super) fn before(&self, past: &Past<'_>) -> Vec<Question> {
        let counted = self.each.iter().flat_map(|part| [Some(&part.main), part.beside.as_ref()]).flatten();
        let known = counted.chain(self.others.keys()).filter(|source| past.begins_within(source)).map(|source| past.known(source));
        let absent = self.each.iter().filter(|part| past.is_absent(&part.main));
        let ever = absent.flat_map(|part| [Some(&part.main), part.other.as_ref()]).flatten().map(|source| past.ever(source));
        known.chain(ever).collect()
    }

    /// The stretches that become samples: each up to the newest time that every measure which is not too old has data of.
    pub(super) fn spans(&self, past: &Past<'_>) -> Vec<Span> {
        let mut from = past.stretch.from;
        let mut spans = Vec::new();
        for at in &past.stretch.instants {
            let newest = self.each.iter().filter_map(|part| past.newest(&part.main, *at).ok().flatten());
            let until = newest.filter(|newest| past.stretch.is_fresh(*newest, *at)).min().unwrap_or(*at);
            if until > from {
                spans.push(Span { from, until, at: *at });
                from = until;
            }
        }
        spans
    }

    /// What is not read by series, at the ends of the stretches.
    pub(super) fn at_times(&self, past: &Past<'_>, spans: &[Span]) -> Vec<Question> {
        let mut questions = Vec::new();
        for part in &self.each {
            for source in [Some(&part.main), part.beside.as_ref()].into_iter().flatten().filter(|source| !source.by_series) {
                for span in spans {
                    questions.push(past.value(source, span.until));
                    if !matches!(part.shape, Shape::Gauge(_)) {
                        questions.extend([past.value(source, span.from), past.earlier(source, span.from)]);
                    }
                }
            }
        }
        questions
    }
}

/// What selects other versions of a measure, with the label that has their name.
fn others(measure: &Measure, versions: &[&str]) -> Option<(Source, String)> {
    let query = [&measure.total, &measure.count, &measure.histogram].into_iter().flatten().next()?;
    let (label, selector) = query.of_others(versions)?;
    let metric = measure.histogram.as_ref().and_then(|query| query.selector()?.metric.as_ref());
    let selector = metric.map_or(selector.clone(), |metric| buckets::selector(&selector, metric, &[]));
    Some((Source::series(selector), label))
}
