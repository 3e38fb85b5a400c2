//! Answers that break each demand, made from the settings and found by the same eyes as real ones.

use super::{Http, expect::Expect, header::HeaderDemands, latency::Sample, observe::find, redirect::Redirect, seen::Seen, status};
use crate::{
    check::http::BodySeen,
    net::http::{Body, End, Hop},
};

/// For each way a body can be wrong one answer, in which everything else that can be wrong is wrong too.
pub(super) fn counterexamples(http: &Http, _: jiff::Timestamp) -> Vec<Seen> {
    let default = Expect::default();
    let expect = http.expect.as_ref().unwrap_or(&default);
    let mut bodies: Vec<Vec<u8>> = [&b""[..], b"{}", b"null", b"[]", b"an unexpected answer"].map(<[u8]>::to_vec).into();
    bodies.extend(expect.not_contains.iter().flat_map(|texts| texts.iter()).map(|text| text.as_str().as_bytes().to_vec()));
    let mut all: Vec<Seen> = bodies.into_iter().map(|bytes| wrong(http, expect, whole(bytes))).collect();
    let endless = Body { bytes: Vec::new(), size: expect.limit().0, end: End::TooLarge };
    all.push(wrong(http, expect, endless));
    all.extend(expect.json.as_ref().map(|demands| {
        let mut seen = wrong(http, expect, whole(b"{}".to_vec()));
        seen.body.json = demands.counterexample();
        seen
    }));
    all
}

fn whole(bytes: Vec<u8>) -> Body {
    Body { size: bytes.len() as u64, bytes, end: End::Whole }
}

fn wrong(http: &Http, expect: &Expect, body: Body) -> Seen {
    let statuses = expect.statuses(http.follow_redirects > 0);
    let status = status::unwanted(&statuses);
    let mut body: BodySeen = find(Some(expect), None, &body);
    // What an expression matches is not made here; that it does is.
    let unwanted = expect.not_matches.iter().flat_map(|patterns| patterns.iter());
    body.patterns.extend(unwanted.map(|pattern| (pattern.text().to_owned(), Some("what it matches".to_owned()))));
    let headers = expect.headers.iter().flat_map(HeaderDemands::iter).map(|(name, demand)| (name.to_owned(), demand.counterexample()));
    let redirected = matches!(expect.redirect, Some(Redirect::None));
    let hop = Hop { from: http.url.to_string(), status: 302, to: "https://elsewhere.example/".into() };
    let slow = expect.latency.as_ref().map(|latency| (latency.samples, latency.slowest().as_millis().saturating_add(1)));
    Seen {
        url: http.url.to_string(),
        hops: if redirected { vec![hop] } else { Vec::new() },
        leads_to: None,
        stopped: None,
        status: status.unwrap_or(200),
        http: "HTTP/1.1".into(),
        headers: headers.filter(|(_, values)| !values.is_empty()).collect(),
        headers_cut: Vec::new(),
        body,
        headers_ms: 0,
        total_ms: expect.max_time.map_or(0, |limit| limit.as_millis().saturating_add(1)),
        samples: slow.map_or_else(Vec::new, |(count, ms)| vec![Sample { ms, status, error: None }; count]),
    }
}
