//! Asks the endpoint and finds in its answer what the demands name.

use std::time::Instant;

use super::{
    Http,
    expect::{DEFAULT_SIZE, Expect},
    header::HeaderDemands,
    judge,
    seen::{Sample, Seen},
};
use crate::{
    check::charset,
    check::demand::json_text,
    check::http::{BodySeen, EXCERPT, SentBody, millis},
    check::{Context, Unseen},
    model::excerpt,
    net::{
        http::{self, Address, Body, Bounds, End, HeaderValue, Request, header},
        tls::TlsFiles,
    },
};

/// One answer, and as many more as `latency` asks for.
pub(super) async fn observe(check: &Http, cx: &Context) -> Result<Seen, Unseen> {
    check.headers.hide(&check.url, cx);
    let files = check.files().under(&cx.path(""));
    let led = |address: &Address| cx.lead(address.target());
    let request = check.request(&files, check.bounds(cx.until()), &led);
    let reply = http::send(&cx.shared.reach, request).await?;
    let named = check.expect.iter().filter_map(|expect| expect.headers.as_ref()).flat_map(HeaderDemands::iter).map(|(name, _)| name);
    let content_type = reply.headers.get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let mut answer = Seen::new(&reply, find(check.expect.as_ref(), content_type.as_deref(), &reply.body), named);
    if let Some(latency) = check.expect.as_ref().and_then(|expect| expect.latency.as_ref()) {
        answer.samples = check.sample(cx, latency.samples, &files).await;
    }
    if judge::judge(check, &answer, cx.shared.at).iter().all(|expectation| expectation.met == Some(true)) {
        answer.body.excerpt = None;
    }
    Ok(answer)
}

impl Http {
    async fn sample(&self, cx: &Context, wanted: usize, files: &TlsFiles) -> Vec<Sample> {
        let until = cx.until();
        let mut samples = Vec::with_capacity(wanted);
        while samples.len() < wanted {
            let started = Instant::now();
            let led = |address: &Address| cx.lead(address.target());
            let request = self.request(files, Bounds { keep: 0, ..self.bounds(until) }, &led);
            let sent = http::send(&cx.shared.reach, request).await;
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

    fn request<'a>(&'a self, files: &'a TlsFiles, bounds: Bounds, led: &'a (dyn Fn(&Address) + Sync)) -> Request<'a> {
        let mut headers = self.headers.map();
        if let Some(SentBody::Json(_)) = &self.body {
            headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        }
        Request {
            method: self.method().wire(),
            address: &self.url,
            headers,
            body: self.body.as_ref().map(SentBody::bytes),
            files,
            follow: self.follow_redirects,
            fresh: false,
            bounds,
            led,
        }
    }

    fn bounds(&self, deadline: Instant) -> Bounds {
        let limit = self.expect.as_ref().map_or(DEFAULT_SIZE, Expect::limit).0;
        let all = self.expect.as_ref().and_then(Expect::on_body).is_some();
        let keep = if all { usize::try_from(limit).unwrap_or(usize::MAX) } else { EXCERPT };
        Bounds { keep, limit, deadline }
    }
}

/// What the demands name, as far as the body was kept.
pub(super) fn find(expect: Option<&Expect>, content_type: Option<&str>, body: &Body) -> BodySeen {
    let (text, utf8) = charset::decode(content_type, &body.bytes, body.end == End::Whole);
    let mut seen = BodySeen::new(body, &text, utf8);
    let Some(expect) = expect else { return seen };
    (seen.texts, seen.patterns) = expect.texts().find(&text);
    if let (Some(demands), End::Whole) = (&expect.json, &body.end) {
        match json_text::parse(&body.bytes) {
            Ok(value) => seen.json = demands.look(&value),
            Err(why) => seen.not_json = Some(excerpt(&why, 200)),
        }
    }
    seen
}
