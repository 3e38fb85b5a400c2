//! Answers that differ in every class.

use super::{
    Compare, judge,
    latency::Paired,
    seen::{Seen, Told},
};

pub(super) fn counterexamples(check: &Compare, _: jiff::Timestamp) -> Vec<Seen> {
    let mut told = Told::default();
    told.add("request 1, GET /: $.total");
    let differences = judge::classes(check).into_iter().map(|class| (class.to_owned(), told.clone())).collect();
    let slow = check.latency.map_or(0.0, |limit| limit.get().as_secs_f64() * 1_000.0) + 1.0;
    let latency = Some(Paired { pairs: 20, median: slow, low: slow, high: slow });
    vec![Seen::default(), Seen { recorded: 20, compared: 20, differences, latency, ..Seen::default() }]
}
