//! How long answers take, over several requests.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    seen::Sample,
    status::{self, Status},
};
use crate::{
    check::OneOrMore,
    model::{Expectation, Period, without_contradiction},
};

/// How long answers may take, over several requests made one after the other. The first request, which opens the
/// connection, is not counted. One that fails counts as infinitely slow.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Latency {
    /// At most this for half of them.
    pub p50: Option<Period>,
    /// At most this for 95 of 100 of them (nearest rank).
    pub p95: Option<Period>,
    /// At most this for 99 of 100 of them (nearest rank).
    pub p99: Option<Period>,
    /// How many requests, from 5 to 200. All must fit into the check's `timeout`.
    #[serde(default = "twenty")]
    #[schemars(range(min = 5, max = 200))]
    pub samples: usize,
}

fn twenty() -> usize {
    20
}

without_contradiction!(Latency);

impl Latency {
    fn contradiction(&self) -> Option<String> {
        if self.bounds().next().is_none() {
            return Some("`latency` demands nothing: give `p50`, `p95` or `p99`".into());
        }
        let few = !(5..=200).contains(&self.samples);
        few.then(|| format!("`samples` is {}: write a number from 5 to 200", self.samples))
    }

    fn bounds(&self) -> impl Iterator<Item = (u32, Period)> {
        [(50, self.p50), (95, self.p95), (99, self.p99)].into_iter().filter_map(|(percent, limit)| Some((percent, limit?)))
    }

    /// The largest limit, for a counterexample.
    pub(super) fn slowest(&self) -> Period {
        self.bounds().map(|(_, limit)| limit).max().unwrap_or(Period::millis(0))
    }

    /// The demands, judged: every sample is as wanted, and each bound holds.
    pub(super) fn judge(&self, wanted: &OneOrMore<Status>, samples: &[Sample]) -> Vec<Expectation> {
        let fine = |sample: &&Sample| sample.error.is_none() && sample.status.is_some_and(|status| status::is_wanted(wanted, status));
        let failed: Vec<&Sample> = samples.iter().filter(|sample| !fine(sample)).collect();
        let mut times: Vec<Option<u64>> = samples.iter().map(|sample| fine(&sample).then_some(sample.ms)).collect();
        // `None` stands for a failed one: slower than all.
        times.sort_by_key(|ms| ms.unwrap_or(u64::MAX));
        let mut all = vec![self.judge_samples(wanted, samples.len(), &failed)];
        all.extend(self.bounds().map(|(percent, limit)| self.judge_bound(percent, limit, &times)));
        all
    }

    fn judge_samples(&self, wanted: &OneOrMore<Status>, taken: usize, failed: &[&Sample]) -> Expectation {
        let demand = Expectation::new("samples", "repeated requests").wanted(format!("all {} answered with {wanted}", self.samples));
        match failed.first() {
            Some(first) => {
                let how = match (&first.error, first.status) {
                    (Some(error), _) => error.clone(),
                    (None, Some(status)) => format!("status {status}"),
                    (None, None) => "no answer".into(),
                };
                demand.got(format!("{} of {taken} failed, the first with: {how}", failed.len())).met(false)
            }
            None if taken < self.samples => demand.undetermined(self.too_few(taken)),
            None => demand.got(format!("all {taken} answered")).met(true),
        }
    }

    fn judge_bound(&self, percent: u32, limit: Period, times: &[Option<u64>]) -> Expectation {
        let missing = self.samples.saturating_sub(times.len());
        let demand = Expectation::new(format!("latency-p{percent}"), format!("latency p{percent}")).wanted(format!("at most {limit}"));
        // Nearest rank: the smallest value that at least so many per cent do not exceed. Requests that were not made
        // count as instant here, so that what is slow already is red.
        let rank = (percent as usize * self.samples.max(times.len())).div_ceil(100);
        let at = rank.checked_sub(1 + missing).map(|index| times.get(index).copied().flatten());
        let bound = |demand: Expectation, got: Option<u64>| demand.bound("<=", limit.as_millis(), got.map(Into::into), "ms");
        match at {
            Some(Some(ms)) if missing == 0 => {
                bound(demand, Some(ms)).got(format!("{} over {} requests", Period::millis(ms), times.len())).met(ms <= limit.as_millis())
            }
            Some(Some(ms)) if ms > limit.as_millis() => bound(demand, Some(ms)).got(format!("{} or more", Period::millis(ms))).met(false),
            Some(None) if !times.is_empty() => bound(demand, None).got("too many failed requests".to_owned()).met(false),
            _ => bound(demand, None).undetermined(format!("{} of {} requests do not tell", times.len(), self.samples)),
        }
    }

    fn too_few(&self, taken: usize) -> String {
        format!("only {taken} of {} requests fitted into the check's `timeout`: raise it or take fewer `samples`", self.samples)
    }
}
