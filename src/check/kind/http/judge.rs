//! Every demand on the answer.

use jiff::Timestamp;

use super::{Http, expect::Expect, header::HeaderDemands, seen::Seen, status, text};
use crate::{
    model::{Expectation, Period, Size},
    net::http::End,
};

/// The demands; without `expect` a 2xx status.
pub(super) fn judge(http: &Http, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let follows = http.follow_redirects > 0;
    http.expect.as_ref().map_or_else(|| Expect::default().judge(follows, seen, at), |expect| expect.judge(follows, seen, at))
}

impl Expect {
    fn judge(&self, follows: bool, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
        let statuses = self.statuses(follows);
        // A demanded redirect says all there is to say of the status, unless the plan says more.
        let told = self.status.is_none() && self.leads(follows);
        let mut all: Vec<Expectation> = (!told).then(|| status::judge(&statuses, seen)).into_iter().collect();
        all.extend(self.redirect.as_ref().map(|redirect| redirect.judge(seen)));
        all.extend(self.content_type.as_ref().map(|wanted| wanted.judge(seen)));
        all.extend(self.headers.iter().flat_map(HeaderDemands::iter).map(|(name, demand)| demand.judge(name, seen)));
        all.extend(text::judge(self, &seen.body));
        all.extend(self.json.iter().flat_map(|json| json.judge(&seen.body.document(), at)));
        all.extend(self.judge_size(seen));
        all.extend(self.max_time.map(|limit| judge_time(limit, seen)));
        all.extend(self.latency.iter().flat_map(|latency| latency.judge(&statuses, &seen.samples)));
        all
    }

    /// That the body came whole and within its size; said only where it is demanded or amiss.
    fn judge_size(&self, seen: &Seen) -> Option<Expectation> {
        let limit = self.limit();
        let demand = Expectation::new("max-size", "size of the body").wanted(format!("at most {limit}"));
        match &seen.body.end {
            End::TooLarge => Some(demand.got(format!("more than {limit}, reading stopped")).bound("<=", limit.0, None, "bytes").met(false)),
            // Each demand on the body says so itself.
            End::Broken(_) if self.on_body().is_some() => None,
            End::Broken(_) => {
                Some(Expectation::new("whole-body", "body").wanted("the whole body").undetermined(seen.body.readable().err()?))
            }
            End::Whole | End::Coded(_) => {
                self.max_size?;
                let size = seen.body.size;
                let demand = demand.bound("<=", limit.0, Some(size.into()), "bytes");
                Some(match seen.body.readable() {
                    Ok(()) => demand.got(Size(size).to_string()).met(size <= limit.0),
                    Err(why) => demand.undetermined(why),
                })
            }
        }
    }
}

fn judge_time(limit: Period, seen: &Seen) -> Expectation {
    Expectation::new("max-time", "time to the whole answer")
        .wanted(format!("at most {limit}"))
        .got(Period::millis(seen.total_ms).to_string())
        .bound("<=", limit.as_millis(), Some(seen.total_ms.into()), "ms")
        .met(seen.total_ms <= limit.as_millis())
}
