//! Every demand on the answer, and on each of several.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Http,
    ask::Ask,
    expect::Expect,
    header::HeaderDemands,
    seen::{Answer, Found, Part, Seen},
    status,
};
use crate::{
    check::http::judge_time,
    model::{Expectation, Size},
    net::http::End,
};

/// The demands on all that was seen.
pub(super) fn judge(http: &Http, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let ask = http.ask();
    match (seen, &http.steps) {
        (Seen::One(seen), None) => answer(&ask, seen, at),
        (Seen::Steps { steps: seen }, Some(steps)) => {
            steps.iter().flat_map(|step| step.judge(seen.iter().find(|part| part.name == step.name.0), at)).collect()
        }
        (Seen::Addresses { addresses, not_asked }, None) => {
            let judged =
                addresses.iter().flat_map(|one| part(&format!("at:{}", one.name), &one.name, Some(one), |seen, _| answer(&ask, seen, at)));
            judged.chain(beyond(*not_asked)).collect()
        }
        _ => part("answer", "answer", None, |_, _| Vec::new()),
    }
}

/// Addresses that were not asked are no better than those that were.
fn beyond(not_asked: usize) -> Option<Expectation> {
    let why = || format!("{not_asked} more were not asked: name a family, `addresses: ipv4`, or pin the name to each");
    (not_asked > 0).then(|| Expectation::new("addresses", "addresses").wanted("every address of the name asked").undetermined(why()))
}

/// One of several requests, `judged` where it was answered; else that alone is undetermined. The name of each expectation
/// begins with `name`, what it is about with `what`.
pub(super) fn part(
    name: &str,
    what: &str,
    seen: Option<&Part>,
    judged: impl Fn(&Answer, &BTreeMap<String, Found>) -> Vec<Expectation>,
) -> Vec<Expectation> {
    let all = match seen {
        Some(Part { answer: Some(answer), captured, .. }) => judged(answer, captured),
        _ => {
            let why = seen.and_then(|part| part.unseen.as_deref()).unwrap_or("it was not looked at");
            vec![Expectation::new("answer", "answer").wanted("an answer").undetermined(why)]
        }
    };
    let told = |one: Expectation| Expectation { name: format!("{name}:{}", one.name), what: format!("{what}: {}", one.what), ..one };
    all.into_iter().map(told).collect()
}

/// The demands on one answer; without `expect` a 2xx status.
pub(super) fn answer(ask: &Ask<'_>, seen: &Answer, at: Timestamp) -> Vec<Expectation> {
    let (expect, follows) = (ask.expect(), ask.follow > 0);
    let expect = expect.as_ref();
    let statuses = expect.statuses(follows);
    // A demanded redirect says all there is to say of the status, unless the plan says more.
    let told = expect.status.is_none() && expect.leads(follows);
    let mut all: Vec<Expectation> = (!told).then(|| status::judge(&statuses, seen)).into_iter().collect();
    all.extend(expect.redirect.as_ref().map(|redirect| redirect.judge(seen)));
    all.extend(expect.content_type.as_ref().map(|wanted| wanted.judge(seen)));
    all.extend(expect.headers.iter().flat_map(HeaderDemands::iter).map(|(name, demand)| demand.judge(name, seen)));
    all.extend(expect.texts().judge(&seen.body.within()));
    all.extend(expect.json.iter().flat_map(|json| json.judge(&seen.body.document(), at)));
    all.extend(expect.version.map(|version| version.judge(seen)));
    all.extend(expect.http3.map(|http3| http3.judge(seen)));
    all.extend(judge_size(expect, seen));
    all.extend(expect.max_time.map(|limit| judge_time("time to the whole answer", limit, seen.total_ms)));
    all.extend(expect.latency.iter().flat_map(|latency| latency.judge(&statuses, &seen.samples)));
    all
}

/// That the body came whole and within its size; said only where it is demanded or amiss.
fn judge_size(expect: &Expect, seen: &Answer) -> Option<Expectation> {
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
