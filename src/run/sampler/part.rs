//! What must be asked for the measures of a stage: of each measure and version its counters or its gauge.

use std::collections::BTreeMap;

use super::{buckets, document::Counted, past::Stretch};
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
    /// What is counted by documents, and by no server.
    pub(super) counted: Vec<Counted<'a>>,
    /// What selects other versions than the two, with the label that has their name.
    pub(super) others: BTreeMap<Source, String>,
}

impl Source {
    /// A counter; it is read by series where that can be.
    fn counter(query: &Query, version: &str) -> Self {
        let selectors = query.selectors_of(version);
        match &*selectors {
            [selector] if query.selector().is_some() => Self::series(selector.clone()),
            _ => Self { text: query.of(version), selectors, by_series: false },
        }
    }

    /// The mean of a gauge over a stretch of time.
    pub(super) fn mean_over(self, stretch: &Stretch) -> Self {
        let text = format!("avg_over_time(({})[{}s:{}s])", self.text, stretch.seconds(), stretch.step.get().as_secs());
        Self { text, ..self }
    }

    fn series(selector: String) -> Self {
        Self { text: selector.clone(), selectors: vec![selector], by_series: true }
    }
}

impl<'a> Part<'a> {
    pub(super) fn of(name: &'a str, measure: &Measure, whose: Whose, fixed: &Fixed) -> Option<Self> {
        let version = called(fixed, whose);
        let ends = fixed.buckets.get(name).map_or(&[][..], Vec::as_slice);
        let main = main(measure, version, ends)?;
        let beside = measure.bad.as_ref().or(measure.sum.as_ref()).map(|query| Source::counter(query, version));
        let other = self::main(measure, called(fixed, other(whose)), ends).filter(|other| *other != main);
        Some(Self { measure: name, whose, shape: measure.shape(), main, beside, other })
    }

    /// What is asked for it.
    pub(super) fn sources(&self) -> impl Iterator<Item = &Source> {
        [Some(&self.main), self.beside.as_ref()].into_iter().flatten()
    }
}

/// What a measure has that says whether there is anything.
fn main(measure: &Measure, version: &str, ends: &[f64]) -> Option<Source> {
    if let Some(query) = measure.total.as_ref().or(measure.count.as_ref()) {
        return Some(Source::counter(query, version));
    }
    if let Some(query) = &measure.gauge {
        return Some(Source { text: query.of(version), selectors: query.selectors_of(version), by_series: false });
    }
    let (metric, selector) = histogram(measure, version)?;
    Some(Source::series(buckets::selector(&selector, &metric, ends)))
}

/// The metric of a histogram, and what selects it for a version.
pub(super) fn histogram(measure: &Measure, version: &str) -> Option<(String, String)> {
    let query = measure.histogram.as_ref()?;
    Some((query.selector()?.metric.clone()?, query.selectors_of(version).pop()?))
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
    if whose == Whose::New { Whose::Old } else { Whose::New }
}

impl<'a> Parts<'a> {
    pub(super) fn of(rollout: &'a Rollout, terms: &'a Terms, fixed: &Fixed) -> Self {
        let mut parts = Self { each: Vec::new(), counted: Vec::new(), others: BTreeMap::new() };
        for (name, whose) in terms.wanted() {
            let is_this = |measure: &str, of: Whose| measure == name && of == whose;
            let known = parts.each.iter().any(|part| is_this(part.measure, part.whose))
                || parts.counted.iter().any(|counted| is_this(counted.measure, counted.whose));
            let Some(measure) = rollout.measures.get(name).filter(|_| !known) else { continue };
            if let Some(counted) = Counted::of(name, measure, whose) {
                parts.counted.push(counted);
                continue;
            }
            parts.each.extend(Part::of(name, measure, whose, fixed));
            // Where both are called the same, the past of one version is looked at, and others had their time then.
            if fixed.new != fixed.old {
                parts.others.extend(others(measure, &[&fixed.new, &fixed.old]));
            }
        }
        parts
    }

    /// All that is asked for.
    pub(super) fn sources(&self) -> impl Iterator<Item = &Source> {
        self.each.iter().flat_map(Part::sources).chain(self.others.keys())
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
