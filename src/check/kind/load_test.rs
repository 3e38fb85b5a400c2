//! A load test held its limits.

mod counterexamples;
mod jtl;
mod judge;
mod k6;
mod observe;
mod seen;
mod text;
mod vegeta;

use schemars::JsonSchema;
use serde::Deserialize;

use self::seen::Load;
use crate::{
    check::{Check, Touch, evidence::report_kind, file_glob::Glob},
    model::{Percent, Period, ProcessEnv},
};

/// A test of fewer requests proves nothing.
const LEAST_REQUESTS: u64 = 100;

/// An earlier test to compare with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Against {
    /// Its report, of whichever of the formats.
    pub file: Glob,
    /// How much worse each figure may be. Default: `10%`.
    pub tolerance: Option<Percent>,
}

report_kind! {
    /// A load test of this release held its limits: response times, errors, throughput, length; by k6, vegeta, wrk, hey or JMeter.
    ///
    /// Read are k6's `--summary-export` (where a threshold that is `true` has failed), the data of `handleSummary` and the
    /// machine-readable summary; vegeta's JSON report; what wrk, wrk2 and hey print; JMeter's JTL as CSV, without the samples of transaction controllers. A
    /// threshold of k6 that failed is red, whatever the plan asks. Of a percentile that the file does not tell, a higher one within
    /// the limit proves it held, a lower one beyond it that it did not; else it is unknown. Errors are failed requests as the tool
    /// counts them: k6 by `http_req_failed`, vegeta by `success`, wrk and hey answers outside of 2xx and 3xx and failed connections, JMeter by `success`.
    ///
    /// None of these formats names a commit: write `unbound: accepted` with a `max-age`.
    ///
    /// Not seen: whether the system under test has the size of the real one, and, of a test with a fixed number of users, how many
    /// requests would have come had it not slowed down. Unknown is a file that is cut off, of another format, over 256 MiB, or several.
    pub struct LoadTest {
        /// The longest response time of half of the requests.
        pub p50: Option<Period>,
        /// Of 90 % of them.
        pub p90: Option<Period>,
        /// Of 95 % of them.
        pub p95: Option<Period>,
        /// Of 99 % of them.
        pub p99: Option<Period>,
        /// The largest share of requests that may have failed: `1%`.
        pub error_rate: Option<Percent>,
        /// How many requests a second there must have been at least.
        pub min_throughput: Option<u64>,
        /// How long it must have lasted: `5m`.
        pub min_duration: Option<Period>,
        /// How many requests there must have been. Default: 100.
        pub min_requests: Option<u64>,
        /// How many users or connections at once there must have been.
        pub min_users: Option<u64>,
        /// An earlier test, than which this one must not be worse: response times that both tell, and throughput.
        pub against: Option<Against>,
    }
}

impl LoadTest {
    fn contradiction(&self) -> Option<String> {
        let limits = [self.p50, self.p90, self.p95, self.p99];
        if limits.iter().all(Option::is_none) && self.error_rate.is_none() && self.min_throughput.is_none() && self.against.is_none() {
            return Some("no limit is set: write `p95: 300ms`, `error-rate: 1%`, `min-throughput: 200` or `against`".into());
        }
        if self.error_rate.is_some_and(|most| most.fraction() >= 1.0) {
            return Some("`error-rate: 100%` demands nothing: write less".into());
        }
        if [self.min_throughput, self.min_users, self.min_requests].contains(&Some(0)) {
            return Some("at least 0 demands nothing: leave it out, or write more".into());
        }
        self.keys().contradiction::<Load>()
    }

    /// The limits by percentile.
    fn limits(&self) -> impl Iterator<Item = (f64, Period)> {
        let all = [(50.0, self.p50), (90.0, self.p90), (95.0, self.p95), (99.0, self.p99)];
        all.into_iter().filter_map(|(percentile, limit)| Some((percentile, limit?)))
    }
}

impl Check for LoadTest {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let mut touches = self.keys().touches();
        touches.extend(self.against.iter().map(|against| Touch::new(format!("file {}", against.file), "reads it")));
        touches
    }
}
