//! Servers that say something else.

use jiff::Timestamp;

use super::{
    Prometheus,
    seen::{Seen, Shown},
};
use crate::check::prometheus::Metric;

pub(super) fn counterexamples(check: &Prometheus, at: Timestamp) -> Vec<Seen> {
    let none = Seen { at, ..Seen::default() };
    let broken = |demand: &Option<crate::check::demand::Demand>, name: &str| {
        demand.as_ref().map(|demand| demand.of(name).counterexample()).unwrap_or_default()
    };
    let stale = check.max_stale.map(|most| most.get().as_secs_f64() * 2.0 + 1.0);
    let selectors = &check.query.read().selectors;
    let some = Seen {
        count: 1,
        series: vec![Shown { labels: "{job=\"odd\"}".into(), value: "1".into(), points: None }],
        values: broken(&check.value, "value"),
        labels: check.labels.as_ref().map(|labels| labels.counterexample()).unwrap_or_default(),
        number: broken(&check.series, "series"),
        ratios: broken(&check.ratio, "ratio"),
        ages: stale.map(|age| selectors.iter().map(|selector| (selector.text.clone(), Some(age))).collect()).unwrap_or_default(),
        ..none.clone()
    };
    let metrics = selectors.iter().filter_map(|selector| selector.metric.clone());
    let metrics = metrics.map(|name| Metric { name, exists: true, similar: Vec::new() }).collect();
    vec![Seen { number: some.number.clone(), metrics, ..none }, some]
}
