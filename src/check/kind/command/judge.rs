//! Every demand on what a program did.

use jiff::Timestamp;

use super::{Command, seen::Seen};
use crate::{check::http::judge_time, model::Expectation};

pub(super) fn judge(check: &Command, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let mut all = vec![check.exit().judge(seen)];
    all.extend(check.texts().judge(&seen.within()));
    all.extend(check.json.iter().flat_map(|json| json.judge(&seen.document(), at)));
    all.extend(check.max_time.map(|limit| judge_time("time to its end", limit, seen.ms)));
    all
}
