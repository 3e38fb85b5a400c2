//! What is measured of a version: counts, never a ratio that somebody else has divided.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Amount, FROM, Limit, Origin, Query, TO, Unit, VERSION};
use crate::model::{Percent, Period, without_contradiction};

/// What is measured of a version, by queries in PromQL of which `${version}` is replaced by each of the two. One of: `bad` and `total`,
/// `histogram` and `quantile`, `sum` and `count`, `gauge`, `total` alone. Counters are given as they are, without `rate` or `increase`:
/// the differences are taken of each series by itself, so that a restart of one of many loses nothing. With a `document` they are
/// JSONPaths to what was counted since the look before; several numbers that one leads to are added up.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Measure {
    /// What is asked instead of Prometheus: where a document is and how it is read, as of kind `document`. `${version}` in it is each
    /// version in turn; `${from}` and `${to}`, in seconds since 1970, are the whole intervals since the look before. What was counted
    /// from the one up to the other is wanted: a count that only grows is none.
    pub document: Option<Origin>,
    /// A counter of what went wrong: `sum(http_requests_total{version="${version}",code=~"5.."})`. Absent while `total` moves, it is 0.
    pub bad: Option<Query>,
    /// A counter of all. Alone it is the throughput.
    pub total: Option<Query>,
    /// What the throughput is counted in. Default: `1m`.
    pub per: Option<Period>,
    /// A histogram without `_bucket`: `request_seconds{version="${version}"}`. Every limit of it must be the upper end of a bucket:
    /// nothing is interpolated.
    pub histogram: Option<Query>,
    /// Which part of all must be within the limit: `0.95`.
    pub quantile: Option<f64>,
    /// A counter of all that was measured together: with `count` it gives the mean.
    pub sum: Option<Query>,
    /// A counter of how often that was.
    pub count: Option<Query>,
    /// A value that goes up and down: `max(process_resident_memory_bytes{version="${version}"})`.
    pub gauge: Option<Query>,
    /// Which share of the gauge's samples must be within the limit. Default: all.
    pub share: Option<Percent>,
}

/// How the numbers of a measure are to be taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// Bad ones of all: `[bad, total]`.
    Share,
    /// Those of all that are above each limit: `[total, above, above, …]`, and which part may not be.
    Quantile(f64),
    /// A sum and how many it is of: `[sum, count]`.
    Mean,
    /// A value: `[value]`; which share of the samples must be within the limit.
    Gauge(f64),
    /// A count in so many seconds: `[total]`.
    Throughput(f64),
}

without_contradiction!(Measure);

impl Measure {
    fn contradiction(&self) -> Option<String> {
        let given = [
            ("bad", self.bad.is_some()),
            ("total", self.total.is_some()),
            ("per", self.per.is_some()),
            ("histogram", self.histogram.is_some()),
            ("quantile", self.quantile.is_some()),
            ("sum", self.sum.is_some()),
            ("count", self.count.is_some()),
            ("gauge", self.gauge.is_some()),
            ("share", self.share.is_some()),
        ];
        let given: Vec<&str> = given.iter().filter(|(_, given)| *given).map(|(key, _)| *key).collect();
        let known = [
            &["bad", "total"][..],
            &["total"],
            &["total", "per"],
            &["histogram", "quantile"],
            &["sum", "count"],
            &["gauge"],
            &["gauge", "share"],
        ];
        if !known.contains(&&*given) {
            return Some(
                "one of these is measured: `bad` of `total`, `histogram` with `quantile`, `sum` with `count`, a `gauge`, or `total`".into(),
            );
        }
        if self.quantile.is_some_and(|quantile| !(0.0 < quantile && quantile < 1.0)) {
            return Some("`quantile` is between 0 and 1: `0.95`".into());
        }
        if self.per.is_some_and(|per| per < Period::seconds(1)) {
            return Some("`per` is at least `1s`".into());
        }
        if self.share.is_some_and(|share| share.fraction() <= 0.0) {
            return Some("`share` is more than nothing: `99%`".into());
        }
        if let Some(why) = self.misplaced() {
            return Some(why);
        }
        let histogram = self.histogram.as_ref().filter(|query| query.selector().is_none_or(|selector| selector.metric.is_none()));
        if let Some(query) = histogram {
            return Some(format!(
                "`histogram` is one metric with its labels, as in `request_seconds{{version=\"${{version}}\"}}`: this is {query}"
            ));
        }
        let mut counters = self.counters().into_iter();
        counters
            .find_map(|query| query.is_rate().then(|| format!("{query} is a rate: give the counter itself, differences are taken here")))
    }

    /// That it is asked of one place, and of a document what is counted in a stretch of time.
    fn misplaced(&self) -> Option<String> {
        let is_place = |query: &&Query| query.place().is_some();
        let Some(document) = &self.document else {
            let path = self.queries().find(is_place);
            return path.map(|path| format!("{path} is a JSONPath and no PromQL: say by `document` what it leads into"));
        };
        let other = self.queries().find(|query| !is_place(query));
        Some(match () {
            () if self.histogram.is_some() => {
                "a `document` has no `histogram`: count as `bad` those above the limit, beside the `total`".to_owned()
            }
            () if other.is_some() => return other.map(|other| format!("{other} is no place in the `document`: write a JSONPath (RFC 9535), they begin with `$`")),
            () if document.demand().is_some() => {
                return document.demand().map(|key| format!("`{key}` demands something of the `document`: here it is only counted, `demands` says what must hold"));
            }
            () if document.names(FROM) != document.names(TO) => "`${from}` and `${to}` go together in a `document`".to_owned(),
            () if self.gauge.is_none() && !document.is_of_stretch() => {
                "nobody could tell what was counted since the look before: ask the `document` for it by `${from}` and `${to}`, in seconds since 1970".to_owned()
            }
            () => return None,
        })
    }

    /// All that it asks for.
    fn queries(&self) -> impl Iterator<Item = &Query> {
        [&self.bad, &self.total, &self.histogram, &self.sum, &self.count, &self.gauge].into_iter().flatten()
    }

    fn counters(&self) -> Vec<&Query> {
        [&self.bad, &self.total, &self.sum, &self.count].into_iter().flatten().collect()
    }

    /// How its numbers are to be taken.
    pub fn shape(&self) -> Shape {
        match (&self.bad, self.quantile) {
            (Some(_), _) => Shape::Share,
            (None, Some(quantile)) => Shape::Quantile(quantile),
            _ if self.sum.is_some() => Shape::Mean,
            _ if self.gauge.is_some() => Shape::Gauge(self.share.map_or(1.0, Percent::fraction)),
            _ => Shape::Throughput(self.per.unwrap_or(Period::seconds(60)).get().as_secs_f64()),
        }
    }

    /// Whether the two versions are asked for one by one; else both are the same.
    pub fn is_by_version(&self) -> bool {
        match &self.document {
            Some(document) => document.names(VERSION),
            None => self.queries().any(|query| query.is_by_version()),
        }
    }

    /// Why a limit cannot be one of this measure.
    pub fn misfit(&self, limit: &Amount) -> Option<String> {
        let (fits, wanted) = match self.shape() {
            Shape::Share => (limit.unit == Unit::Share, "a share, like `1%`"),
            Shape::Quantile(_) | Shape::Mean => (limit.unit != Unit::Share, "what it measures, like `500ms` or a number"),
            Shape::Gauge(_) => (true, ""),
            Shape::Throughput(_) => (limit.unit == Unit::Plain, "a number"),
        };
        (!fits).then(|| format!("`{limit}` is no limit of this measure: write {wanted}"))
    }
}

impl Shape {
    /// Whether the values can be those of such a measure; what cannot is an error, and nothing to pass over.
    pub fn holds(self, values: &[f64]) -> bool {
        let length = match self {
            Self::Share | Self::Mean => values.len() == 2,
            Self::Quantile(_) => values.len() >= 2,
            Self::Gauge(_) | Self::Throughput(_) => values.len() == 1,
        };
        let falls = matches!(self, Self::Gauge(_) | Self::Mean);
        let counts = values.get(usize::from(self == Self::Mean)..).filter(|_| !matches!(self, Self::Gauge(_))).unwrap_or_default();
        length && values.iter().all(|value| value.is_finite() && (falls || *value >= 0.0)) && counts.iter().all(|count| countable(*count))
    }

    /// Whether it counts requests, so that few of them show little.
    pub fn is_of_requests(self) -> bool {
        !matches!(self, Self::Gauge(_) | Self::Throughput(_))
    }

    /// Which share of all may be bad; `None` where the limit is of another kind.
    pub fn bad_share(self, limit: &Limit) -> Option<f64> {
        match (self, limit) {
            (Self::Share, Limit::Fixed(amount)) => Some(amount.value),
            (Self::Quantile(quantile), Limit::Fixed(_)) => Some(1.0 - quantile),
            _ => None,
        }
    }

    /// How many requests the values are of; `None` where the measure needs none.
    pub fn traffic(self, values: &[f64]) -> Option<f64> {
        match self {
            Self::Share | Self::Mean => values.get(1).copied(),
            Self::Quantile(_) => values.first().copied(),
            Self::Gauge(_) | Self::Throughput(_) => None,
        }
    }
}

/// Whether a number can be a count: beyond 2^53 one more is no other number.
pub(super) fn countable(number: f64) -> bool {
    (0.0..=9_007_199_254_740_992.0).contains(&number)
}

/// The measures by name.
pub(super) type Measures = BTreeMap<String, Measure>;
