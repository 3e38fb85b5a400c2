//! Every demand on the answer.

use jiff::Timestamp;

use super::{Http, expect::Expect, header::HeaderDemands, seen::Seen, status};
use crate::{
    check::{
        demand::{Pattern, Text},
        http::{BodySeen, judge_time},
    },
    model::{Expectation, Size, quote},
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
    all.extend(judge_text(expect, &seen.body));
    all.extend(expect.json.iter().flat_map(|json| json.judge(&seen.body.document(), at)));
    all.extend(judge_size(expect, seen));
    all.extend(expect.max_time.map(|limit| judge_time(limit, seen.total_ms)));
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

/// The demands on the body's text.
fn judge_text(expect: &Expect, seen: &BodySeen) -> Vec<Expectation> {
    let demand = |name: String, wanted: String| Expectation::new(name, "body").wanted(wanted);
    let held = |text: &Text| seen.texts.get(text.as_str()).map(|held| held.then(|| format!("contains {text}")));
    let match_of = |found: &Option<String>| found.as_ref().map(|found| format!("matches with {}", quote(found)));
    let matched = |pattern: &Pattern| seen.patterns.get(pattern.text()).map(match_of);
    let mut all = Vec::new();
    for text in expect.contains.as_deref().unwrap_or_default() {
        all.push(present(demand(format!("contains:{}", text.as_str()), format!("to contain {text}")), held(text), seen));
    }
    for text in expect.not_contains.as_deref().unwrap_or_default() {
        let demand = demand(format!("not-contains:{}", text.as_str()), format!("not to contain {text}"));
        all.push(absent(demand, held(text), "does not contain it", seen));
    }
    for pattern in expect.matches.as_deref().unwrap_or_default() {
        all.push(present(demand(format!("matches:{}", pattern.text()), format!("to match {pattern}")), matched(pattern), seen));
    }
    for pattern in expect.not_matches.as_deref().unwrap_or_default() {
        let demand = demand(format!("not-matches:{}", pattern.text()), format!("not to match {pattern}"));
        all.push(absent(demand, matched(pattern), "does not match it", seen));
    }
    all
}

/// That something is in the body: `found` is what of it was found, if it was looked for.
fn present(demand: Expectation, found: Option<Option<String>>, seen: &BodySeen) -> Expectation {
    match (seen.readable(), found) {
        (Err(why), _) => demand.undetermined(why),
        (Ok(()), None) => demand.undetermined("it was not looked for"),
        (Ok(()), Some(Some(found))) => demand.got(found).met(true),
        (Ok(()), Some(None)) => demand.got(seen.shown()).met(false),
    }
}

/// The opposite.
fn absent(demand: Expectation, found: Option<Option<String>>, not_there: &str, seen: &BodySeen) -> Expectation {
    match (seen.readable().and(seen.is_text()), found) {
        // What was found in a part is found, whatever the rest is.
        (_, Some(Some(found))) => demand.got(found).met(false),
        (Err(why), _) => demand.undetermined(why),
        (Ok(()), None) => demand.undetermined("it was not looked for"),
        // An answer that says nothing, for whatever reason, contains nothing either.
        (Ok(()), Some(None)) if seen.size == 0 => demand.undetermined("the body is empty, which proves nothing"),
        (Ok(()), Some(None)) => demand.got(not_there).met(true),
    }
}
