//! What every look over HTTP shares: its times.

use std::time::Duration;

use crate::model::{Expectation, Period};

/// Rounded up, so that a limit is never met by rounding.
pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

/// The demand on a time, called `what`.
pub(crate) fn judge_time(what: &str, limit: Period, total_ms: u64) -> Expectation {
    Expectation::new("max-time", what)
        .wanted(format!("at most {limit}"))
        .got(Period::millis(total_ms).to_string())
        .bound("<=", limit.as_millis(), Some(total_ms.into()), "ms")
        .met(total_ms <= limit.as_millis())
}
