//! Asks the endpoint and finds in its answer what the demands name.

use std::{future::Future, time::Instant};

use super::{
    Http, addresses,
    ask::{Ask, Ready},
    expect::Expect,
    flow,
    header::HeaderDemands,
    judge,
    seen::{Answer, Sample, Seen},
    version::ALT_SVC,
};
use crate::{
    check::{
        Context, Unseen, charset,
        demand::json_text,
        hidden,
        http::{BodySeen, Captured, millis},
    },
    model::excerpt,
    net::{
        Trouble,
        http::{self, Address, Body, Bounds, End, Jar, Reply, Request, header},
        tls::TlsFiles,
    },
};

/// One request, a flow of them, or one at each address.
pub(super) async fn observe(check: &Http, cx: &Context) -> Result<Seen, Unseen> {
    match (&check.steps, check.addresses) {
        (Some(steps), _) => flow::observe(check, steps, cx).await,
        (None, Some(which)) => addresses::observe(check, which, cx).await,
        (None, None) => {
            let (ask, files) = (check.ask(), check.files().under(&cx.path("")));
            let ready = ask.ready(check.url.clone(), &Captured::default(), cx).await.map_err(Unseen::Unknown)?;
            let (answer, _) = look(&ask, &ready, &files, None, cx, cx.until()).await?;
            Ok(Seen::One(Box::new(answer)))
        }
    }
}

/// One answer, and as many more as `latency` asks for.
pub(super) async fn look(
    ask: &Ask<'_>,
    ready: &Ready,
    files: &TlsFiles,
    jar: Option<&Jar>,
    cx: &Context,
    until: Instant,
) -> Result<(Answer, Reply), Trouble> {
    let led = |address: &Address| cx.lead(address.target());
    let (keep, limit) = ask.keep_and_limit();
    let request = |keep: usize| Request {
        method: ask.method().wire(),
        address: &ready.address,
        headers: ready.headers.clone(),
        body: ready.body.clone(),
        files,
        follow: ask.follow,
        jar,
        fresh: false,
        bounds: Bounds { keep, limit, deadline: until },
        led: &led,
    };
    let reply = http::send(&cx.shared.reach, request(keep)).await?;
    let expect = ask.expect();
    let named = expect.headers.iter().flat_map(HeaderDemands::iter).map(|(name, _)| name).chain(expect.http3.map(|_| ALT_SVC));
    let content_type = reply.headers.get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let body = find(&expect, content_type.as_deref(), &reply.body);
    hide(&body, &reply.body, cx);
    let mut answer = Answer::new(&reply, body, named);
    if let Some(latency) = &expect.latency {
        answer.samples = sample(latency.samples, until, || http::send(&cx.shared.reach, request(0))).await;
    }
    // Where all is as demanded, the beginning of the body tells nothing more; a step may yet miss something in it.
    if !ask.keeps && judge::answer(ask, &answer, cx.shared.at).iter().all(|expectation| expectation.met == Some(true)) {
        answer.body.excerpt = None;
    }
    Ok((answer, reply))
}

/// Hides what stands under names that look secret, as far as the evidence may show it.
fn hide(seen: &BodySeen, body: &Body, cx: &Context) {
    if let Ok(document) = json_text::parse(&body.bytes) {
        hidden::hide(&document, &seen.json, cx);
    }
    let matches = seen.patterns.values().flatten().map(String::as_str);
    seen.excerpt.as_deref().into_iter().chain(matches).for_each(|shown| hidden::hide_pairs(shown, cx));
}

async fn sample<F: Future<Output = Result<Reply, Trouble>>>(wanted: usize, until: Instant, send: impl Fn() -> F) -> Vec<Sample> {
    let mut samples = Vec::with_capacity(wanted);
    while samples.len() < wanted {
        let started = Instant::now();
        let sent = send().await;
        let ms = millis(started.elapsed());
        if Instant::now() >= until {
            // The check's time is up; how long this one would have taken is not known.
            break;
        }
        samples.push(match sent {
            Err(error) => Sample { ms, status: None, error: Some(error.to_string()) },
            Ok(reply) => {
                let ms = millis(reply.total);
                let error = (reply.body.end != End::Whole).then(|| "the body did not come whole".to_owned());
                Sample { ms, status: Some(reply.status), error }
            }
        });
    }
    samples
}

/// What the demands name, as far as the body was kept.
pub(super) fn find(expect: &Expect, content_type: Option<&str>, body: &Body) -> BodySeen {
    let (text, utf8) = charset::decode(content_type, &body.bytes, body.end == End::Whole);
    let mut seen = BodySeen::new(body, &text, utf8);
    (seen.texts, seen.patterns) = expect.texts().find(&text);
    if let (Some(demands), End::Whole) = (&expect.json, &body.end) {
        match json_text::parse(&body.bytes) {
            Ok(value) => seen.json = demands.look(&value),
            Err(why) => seen.not_json = Some(excerpt(&why, 200)),
        }
    }
    seen
}
