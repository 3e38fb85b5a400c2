//! Answers that break each demand, made from the settings and found by the same eyes as real ones.

use jiff::Timestamp;

use super::{
    Http,
    ask::Ask,
    header::HeaderDemands,
    observe::find,
    redirect::Redirect,
    seen::{Answer, Found, Part, Sample, Seen},
    status,
    version::Spoken,
};
use crate::{
    check::http::BodySeen,
    net::http::{Body, End, Hop},
};

/// For each wrong answer one observation; of a flow in every step one at once, and nothing to capture.
pub(super) fn counterexamples(http: &Http, _: Timestamp) -> Vec<Seen> {
    let url = http.url.to_string();
    let of = |name: &str, answer: &Answer, captured| Part { name: name.to_owned(), answer: Some(answer.clone()), unseen: None, captured };
    let Some(steps) = &http.steps else {
        let all = answers(&http.ask(), &url);
        return match http.addresses {
            None => all.into_iter().map(|answer| Seen::One(Box::new(answer))).collect(),
            Some(_) => all
                .iter()
                .map(|answer| Seen::Addresses { addresses: vec![of("192.0.2.1:443", answer, Default::default())], not_asked: 0 })
                .collect(),
        };
    };
    let wrong: Vec<Vec<Answer>> = steps.iter().map(|step| answers(&step.ask(), &url)).collect();
    let most = wrong.iter().map(Vec::len).max().unwrap_or_default();
    let flow = |nth: usize| {
        let parts = steps.iter().zip(&wrong).filter_map(|(step, wrong)| {
            let captured = step.capture.keys().map(|name| (name.0.clone(), Found::Nothing("nothing there".into())));
            Some(of(&step.name.0, wrong.get(nth).or(wrong.last())?, captured.collect()))
        });
        Seen::Steps { steps: parts.collect() }
    };
    (0..most).map(flow).collect()
}

/// For each way a body can be wrong one answer, in which everything else that can be wrong is wrong too.
fn answers(ask: &Ask<'_>, url: &str) -> Vec<Answer> {
    let expect = &*ask.expect();
    let mut bodies: Vec<Vec<u8>> = [&b""[..], b"{}", b"null", b"[]", b"an unexpected answer"].map(<[u8]>::to_vec).into();
    bodies.extend(expect.not_contains.iter().flat_map(|texts| texts.iter()).map(|text| text.as_str().as_bytes().to_vec()));
    let mut all: Vec<Answer> = bodies.into_iter().map(|bytes| wrong(ask, url, whole(bytes))).collect();
    let endless = Body { bytes: Vec::new(), size: expect.limit().0, end: End::TooLarge };
    all.push(wrong(ask, url, endless));
    all.extend(expect.json.as_ref().map(|demands| {
        let mut seen = wrong(ask, url, whole(b"{}".to_vec()));
        seen.body.json = demands.counterexample();
        seen
    }));
    all
}

fn whole(bytes: Vec<u8>) -> Body {
    Body { size: bytes.len() as u64, bytes, end: End::Whole }
}

fn wrong(ask: &Ask<'_>, url: &str, body: Body) -> Answer {
    let expect = &*ask.expect();
    let statuses = expect.statuses(ask.follow > 0);
    let status = status::unwanted(&statuses);
    let mut body: BodySeen = find(expect, None, &body);
    // What an expression matches is not made here; that it does is.
    let unwanted = expect.not_matches.iter().flat_map(|patterns| patterns.iter());
    body.patterns.extend(unwanted.map(|pattern| (pattern.text().to_owned(), Some("what it matches".to_owned()))));
    let headers = expect.headers.iter().flat_map(HeaderDemands::iter).map(|(name, demand)| (name.to_owned(), demand.counterexample()));
    let redirected = matches!(expect.redirect, Some(Redirect::None));
    let hop = Hop { from: url.to_owned(), status: 302, to: "https://elsewhere.example/".into() };
    let slow = expect.latency.as_ref().map(|latency| (latency.samples, latency.slowest().as_millis().saturating_add(1)));
    Answer {
        url: url.to_owned(),
        hops: if redirected { vec![hop] } else { Vec::new() },
        leads_to: None,
        stopped: None,
        status: status.unwrap_or(200),
        http: expect.version.map_or(Spoken::One, Spoken::other).to_string(),
        headers: headers.filter(|(_, values)| !values.is_empty()).collect(),
        headers_cut: Vec::new(),
        body,
        headers_ms: 0,
        total_ms: expect.max_time.map_or(0, |limit| limit.as_millis().saturating_add(1)),
        samples: slow.map_or_else(Vec::new, |(count, ms)| vec![Sample { ms, status, error: None }; count]),
    }
}
