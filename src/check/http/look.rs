//! What every look over HTTP shares: its end, its failure, its times.

use std::time::{Duration, Instant};

use crate::{
    check::{Context, Unseen},
    net::http::{HttpError, Trouble},
};

/// A little before the check's own deadline, so that it is we who say what we waited for.
pub(crate) fn deadline(cx: &Context) -> Instant {
    let margin = (cx.remaining() / 20).min(Duration::from_millis(200));
    cx.deadline.checked_sub(margin).unwrap_or(cx.deadline)
}

/// No answer: what that is for the run.
pub(crate) fn unseen(error: HttpError) -> Unseen {
    match error.trouble {
        Trouble::Unreachable => Unseen::Unreachable(error.why),
        Trouble::Unusable => Unseen::Unknown(error.why),
    }
}

/// Rounded up, so that a limit is never met by rounding.
pub(crate) fn millis(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}
