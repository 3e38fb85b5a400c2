//! Every demand on the answer.

use jiff::Timestamp;

use super::{Http, expect::Expect, header::HeaderDemands, seen::Seen, status};
use crate::{
    check::http::judge_time,
    model::{Expectation, Size},
    net::http::End,
};

/// The demands; without `expect` a 2xx status.
pub(super) fn judge(http: &Http, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let (default, follows) = (Expect::default(), http.follow_redirects > 0);
    let expect = http.expect.as_ref().unwrap_or(&default);
    let statuses = expect.statuses(follows);
    // A demanded redirect says all there is to say of the status, unless the plan says more.
    let told = expect.status.is_none() && expect.leads(follows);
    let mut all: Vec<Expectation> = (!told).then(|| status::judge(&statuses, seen)).into_iter().collect();
    all.extend(expect.redirect.as_ref().map(|redirect| redirect.judge(seen)));
    all.extend(expect.content_type.as_ref().map(|wanted| wanted.judge(seen)));
    all.extend(expect.headers.iter().flat_map(HeaderDemands::iter).map(|(name, demand)| demand.judge(name, seen)));
    all.extend(expect.texts().judge(&seen.body.within()));
    all.extend(expect.json.iter().flat_map(|json| json.judge(&seen.body.document(), at)));
    all.extend(judge_size(expect, seen));
    all.extend(expect.max_time.map(|limit| judge_time("time to the whole answer", limit, seen.total_ms)));
    all.extend(expect.latency.iter().flat_map(|latency| latency.judge(&statuses, &seen.samples)));
    all
}

/// That the body came whole and within its size; said only where it is demanded or amiss.
fn judge_size(expect: &Expect, seen: &Seen) -> Option<Expectation> {
    let limit = expect.limit();
    let demand = Expectation::new("max-size", "size of the body").wanted(format!("at most {limit}"));
    match &seen.body.end {
        End::TooLarge => Some(demand.got(format!("more than {limit}, reading stopped")).bound("<=", limit.0, None, "bytes").met(false)),
        // Each demand on the body says so itself.
        End::Broken(_) if expect.on_body().is_some() => None,
        End::Broken(_) => Some(Expectation::new("whole-body", "body").wanted("the whole body").undetermined(seen.body.readable().err()?)),
        End::Whole | End::Coded(_) => {
            expect.max_size?;
            let size = seen.body.size;
            let demand = demand.bound("<=", limit.0, Some(size.into()), "bytes");
            Some(match seen.body.readable() {
                Ok(()) => demand.got(Size(size).to_string()).met(size <= limit.0),
                Err(why) => demand.undetermined(why),
            })
        }
    }
}
