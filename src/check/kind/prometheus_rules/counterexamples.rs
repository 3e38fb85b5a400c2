//! Rules that are not there, or that nobody hears of.

use jiff::Timestamp;

use super::{
    PrometheusRules,
    seen::{Named, Receiver, Rule, Seen},
};
use crate::check::prometheus::Metric;

pub(super) fn counterexamples(check: &PrometheusRules, at: Timestamp) -> Vec<Seen> {
    let seen = |named: &dyn Fn(&str) -> Named| Seen {
        at,
        rules: check.names().into_iter().map(named).collect(),
        alertmanagers: check.alertmanager.as_ref().map(|_| 0),
    };
    let gone = seen(&|name| Named { name: name.to_owned(), ..Named::default() });
    let broken = seen(&|name| Named {
        name: name.to_owned(),
        rules: vec![Rule { health: "err".into(), state: "inactive".into(), evaluated: Some(Timestamp::UNIX_EPOCH), ..Rule::default() }],
        labels: check.labels.as_ref().map(|labels| labels.counterexample()).unwrap_or_default(),
        annotations: check.annotations.as_ref().map(|annotations| annotations.counterexample()).unwrap_or_default(),
        metrics: vec![Metric { name: "renamed".into(), exists: false, similar: Vec::new() }],
        receivers: vec![Receiver { name: "null".into(), ways: Some(0), perhaps: false, timed: false }],
        ..Named::default()
    });
    vec![gone, broken]
}
