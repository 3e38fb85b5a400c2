//! Asks the query, and what else the demands need.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use serde_json::{Map, Number, Value, json};

use super::{
    Prometheus,
    seen::{Seen, Shown},
};
use crate::{
    check::{
        Context, Unseen,
        demand::{Demand, Hits},
        prometheus::{Asker, Metric},
    },
    model::{Period, counted, excerpt},
    net::prometheus::{Data, Labels, Series},
};

/// Series that are kept as evidence.
const MOST_SHOWN: usize = 20;

pub(super) async fn observe(check: &Prometheus, cx: &Context) -> Result<Seen, Unseen> {
    let files = check.files().under(&cx.path(""));
    let asker = Asker::new(&check.url, &check.headers, &files, cx);
    let now = asker.same_clock().await?;
    let data = check.ask(check.query.text(), &asker).await?;
    let series = check.series_of(&data)?;
    let mut seen = check.looked(&series, now);
    if let Some(against) = check.against {
        let before = asker.instant(check.query.text(), Some(against)).await?;
        check.compare(&series, &check.series_of(&before)?, &mut seen);
    }
    if check.max_stale.is_some() {
        for selector in &check.query.read().selectors {
            let age = asker.instant(&format!("max(time() - timestamp({}))", selector.text), None).await?;
            let age = check.series_of(&age)?.first().and_then(|series| series.points.first()).map(|point| point.value);
            seen.ages.push((excerpt(&selector.text, 200), age.filter(|age| age.is_finite())));
        }
    }
    if series.is_empty() {
        seen.metrics = metrics(check, &asker).await?;
        // NaN is neither above nor below a limit, so a comparison drops it.
        if let Some(compared) = check.query.read().compared.as_ref() {
            let compared = check.ask(compared, &asker).await?;
            seen.odd = odd(&check.series_of(&compared)?);
        }
    }
    Ok(seen)
}

/// Whether the server has each metric that the query names, and what it has instead.
async fn metrics(check: &Prometheus, asker: &Asker<'_>) -> Result<Vec<Metric>, Unseen> {
    let mut found: Vec<Metric> = Vec::new();
    for name in check.query.read().selectors.iter().filter_map(|selector| selector.metric.as_ref()) {
        if found.iter().any(|metric| metric.name == *name) {
            continue;
        }
        found.push(asker.metric(name).await?);
    }
    Ok(found)
}

/// A value that is no number, and where.
fn odd(series: &[Series]) -> Option<String> {
    let odd = series.iter().find_map(|one| Some((one, one.points.iter().find(|point| !point.value.is_finite())?)));
    odd.map(|(one, point)| format!("{} in {}", point.value, one.labels))
}

impl Prometheus {
    /// The answer to a query now, or over the stretch of time that is demanded.
    async fn ask(&self, query: &str, asker: &Asker<'_>) -> Result<Arc<Data>, Unseen> {
        match self.r#for {
            None => asker.instant(query, None).await,
            Some(stretch) => asker.range(query, stretch, self.step()).await,
        }
    }

    /// The series of an answer; a number alone is one without labels.
    fn series_of(&self, data: &Data) -> Result<Vec<Series>, Unseen> {
        let odd = |what: &str| Err(Unseen::Unknown(format!("{} gives {what}", self.query)));
        match data {
            Data::Vector(series) => Ok(series.clone()),
            Data::Matrix(series) if self.r#for.is_some() => Ok(series.clone()),
            Data::Matrix(_) => odd("raw samples, not a value: take one of them with `last_over_time`, `rate`, …"),
            Data::Scalar(point) => Ok(vec![Series { labels: Labels::default(), points: vec![*point] }]),
            Data::Text(_) => odd("a text, of which nothing can be demanded"),
        }
    }

    /// What the series hold of what is demanded.
    fn looked(&self, series: &[Series], at: Timestamp) -> Seen {
        let looked =
            |demand: Option<&Demand>, name: &str, rows: Value| demand.map(|demand| demand.of(name).look(&rows)).unwrap_or_default();
        let values = series.iter().flat_map(|series| &series.points).map(|point| json!({ "value": number(point.value) })).collect();
        let labels = |series: &Series| {
            Value::Object(series.labels.0.iter().map(|(name, value)| (name.clone(), json!(value))).collect::<Map<_, _>>())
        };
        let rows: Value = series.iter().map(labels).collect();
        let shown = |one: &Series| Shown {
            labels: one.labels.to_string(),
            value: one.points.last().map_or_else(String::new, |point| point.value.to_string()),
            points: self.r#for.map(|_| one.points.len()),
        };
        Seen {
            at,
            count: series.len(),
            series: series.iter().take(MOST_SHOWN).map(shown).collect(),
            values: named(looked(self.value.as_ref(), "value", values), series),
            labels: self.labels.as_ref().map(|labels| labels.look(&rows)).unwrap_or_default(),
            number: looked(self.series.as_ref(), "series", json!([{ "series": series.len() }])),
            odd: odd(series),
            gap: series.iter().find_map(|one| self.gap(one)),
            ..Seen::default()
        }
    }

    /// Why a series does not cover the stretch of time.
    fn gap(&self, series: &Series) -> Option<String> {
        let stretch = self.r#for?.get().as_nanos();
        let wanted = stretch / self.step().get().as_nanos().max(1) + 1;
        let missing = wanted.saturating_sub(series.points.len() as u128);
        let at = format!(
            "{} has no value at {} of the last {}",
            series.labels,
            counted(u64::try_from(missing).unwrap_or(u64::MAX), "step"),
            self.r#for?
        );
        (missing > 0).then_some(at)
    }

    /// Divides each value by that of the same series then.
    fn compare(&self, now: &[Series], then: &[Series], seen: &mut Seen) {
        let before: BTreeMap<&Labels, f64> = then.iter().filter_map(|one| Some((&one.labels, one.points.first()?.value))).collect();
        let mut rows = Vec::new();
        for series in now {
            let (name, value) = (series.labels.to_string(), series.points.first().map_or(f64::NAN, |point| point.value));
            let why = match before.get(&series.labels) {
                None => format!("{name} was not there {} ago", self.against.unwrap_or(Period::seconds(0))),
                Some(then) if (value / then).is_finite() => {
                    rows.push(json!({ "ratio": number(value / then) }));
                    continue;
                }
                Some(then) => format!("{name} was {then} and is {value}, which cannot be divided"),
            };
            seen.incomparable.get_or_insert(why);
        }
        seen.ratios = self.ratio.as_ref().map(|ratio| ratio.of("ratio").look(&Value::Array(rows))).unwrap_or_default();
    }
}

/// The same with each value at its series: people know it by its labels.
fn named(mut values: BTreeMap<String, Hits>, series: &[Series]) -> BTreeMap<String, Hits> {
    let by_point: Vec<&Series> = series.iter().flat_map(|one| one.points.iter().map(move |_| one)).collect();
    for hit in values.values_mut().flat_map(|hits| &mut hits.values) {
        let number = hit.at.trim_start_matches("$[").split(']').next().and_then(|number| number.parse::<usize>().ok());
        if let Some(one) = number.and_then(|number| by_point.get(number)) {
            hit.at = one.labels.to_string();
        }
    }
    values
}

/// A value in JSON: whole ones as whole numbers, and what is no number as nothing.
fn number(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and within 2^53")]
    if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
        return Value::from(value as i64);
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}
