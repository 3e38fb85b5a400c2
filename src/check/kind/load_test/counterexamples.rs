//! A test that went as badly as can be.

use jiff::Timestamp;

use super::{
    LoadTest,
    seen::{Load, Seen},
};
use crate::check::evidence::Evidence;

pub(super) fn counterexamples(check: &LoadTest, at: Timestamp) -> Vec<Seen> {
    let worst = check.limits().map(|(_, limit)| limit.get().as_secs_f64() * 1_000.0).fold(1_000.0, f64::max) + 1.0;
    let figures = |time: f64, rate: f64| Load {
        percentiles: [50.0, 90.0, 95.0, 99.0].into_iter().map(|percentile| (percentile, time)).collect(),
        requests: Some(0.0),
        errors: Some(1.0),
        throughput: Some(rate),
        seconds: Some(0.0),
        users: Some(0.0),
        ..Load::default()
    };
    // With any tolerance, twice as slow and nothing a second are worse.
    let earlier = check.against.as_ref().map(|_| figures(worst / 3.0, 1_000.0));
    vec![Seen { evidence: Evidence::of_another(&check.keys(), at), load: figures(worst, 0.0), earlier, unread: None }]
}
